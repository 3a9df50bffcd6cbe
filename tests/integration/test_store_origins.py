"""The lease on an origin, its links and its history. Left out: lost answers, which test_store_faults.py has."""

import asyncio
import itertools
import json
from datetime import timedelta

import pytest

from shared.errors import LeaseLostError, TooLargeError
from shared.models.evidence import GENESIS, Head
from shared.store.origins import Origins
from tests.integration.store_builders import NOW, ORIGIN, SECOND, bury, event, hands, link

HOUR = timedelta(hours=1)


@pytest.fixture
def working(tables):
    """Give the hands of two workers."""
    return [hands(tables, f"worker-{number}") for number in (1, 2)]


@pytest.fixture
def origins(tables, working):
    return Origins(tables, working[0])


@pytest.fixture
def others(tables, working):
    """Another worker on the same tables."""
    return Origins(tables, working[1])


async def test_an_origin_nobody_knows_is_taken_empty(origins):
    held = await origins.take(ORIGIN, NOW)

    assert (held.links, held.head, held.seen, held.dirty) == ({}, Head(), {}, False)


async def test_taking_an_origin_is_one_query_and_one_write(origins, tables):
    """Beside the row of the worker's hands, which those that are taken together share."""
    held = await origins.take(ORIGIN, NOW)
    await held.commit(links=[link()], now=NOW, release=True)
    before = tables.origins.calls

    await origins.take(ORIGIN, NOW)

    assert tables.origins.calls - before == 2


async def test_what_is_committed_is_found_by_the_next(origins, others):
    held = await origins.take(ORIGIN, NOW)
    await held.commit(links=[link(), link("b")], events=[event(), event("assigned")], seen={"etag": "1"}, now=NOW)
    assert await held.release() is False

    again = await others.take(ORIGIN, NOW)

    assert again.links == {link().item: link(), "b": link("b")} == held.links
    assert again.head == held.head
    assert again.seen == {"etag": "1"}


async def test_history_is_chained_from_commit_to_commit(origins):
    held = await origins.take(ORIGIN, NOW)
    await held.commit(events=[event("created"), event("assigned")], now=NOW)
    await held.commit(events=[event("completed", who="Deke", at="2026-11-23")], now=NOW + SECOND)

    entries = await origins.list_entries(ORIGIN)

    assert [entry.event.what for entry in entries] == ["created", "assigned", "completed"]
    assert [entry.before for entry in entries] == [GENESIS, entries[0].hash, entries[1].hash]
    assert held.head == Head(sequence=3, hash=entries[2].hash)


async def test_a_link_is_replaced_or_removed(origins):
    held = await origins.take(ORIGIN, NOW)
    await held.commit(links=[link("a"), link("b")], now=NOW)
    await held.commit(links=[link("a", reason="new")], remove=["b", "unknown"], now=NOW)

    assert held.links == {"a": link("a", reason="new")} == await origins.find_links(ORIGIN)


async def test_a_link_may_have_any_name_and_stays_apart_from_others(origins):
    """Table keys refuse some characters."""
    names = ["a/b", "a#b", "a?b", "a\\b", "a=2Fb", "a%b", "a\tb", "it's", "ä"]
    held = await origins.take(ORIGIN, NOW)
    await held.commit(links=[link(name) for name in names], now=NOW)

    assert set(await origins.find_links(ORIGIN)) == set(names)


async def test_nothing_to_write_writes_nothing(origins, tables):
    held = await origins.take(ORIGIN, NOW)
    before = tables.calls
    await held.commit(now=NOW)

    assert tables.calls == before


async def test_who_comes_while_it_is_held_marks_it_and_goes(origins, others):
    held = await origins.take(ORIGIN, NOW)

    assert await others.take(ORIGIN, NOW + SECOND) is None
    assert await others.take(ORIGIN, NOW + SECOND) is None
    assert await held.release() is True


async def test_who_finds_an_origin_held_has_nothing_in_hand(origins, others, working):
    """Or whoever buries that worker would have it looked at once more, and its name would never be void."""
    await origins.take(ORIGIN, NOW)

    assert await others.take(ORIGIN, NOW) is None

    assert [one.is_empty for one in working] == [False, True]


async def test_a_lease_whose_row_was_taken_away_is_lost(origins, tables):
    held = await origins.take(ORIGIN, NOW)
    await tables.origins.discard(ORIGIN, "lease")

    with pytest.raises(LeaseLostError):
        await held.commit(links=[link()], now=NOW)

    assert await origins.find_links(ORIGIN) == {}


async def test_a_mark_does_not_cost_the_holder_its_lease(origins, others):
    held = await origins.take(ORIGIN, NOW)
    await others.take(ORIGIN, NOW)
    await held.commit(links=[link()], events=[event()], now=NOW)
    await held.commit(links=[link("b")], now=NOW)

    assert held.dirty
    assert await held.release() is True
    assert set(await origins.find_links(ORIGIN)) == {link().item, "b"}


async def test_a_release_in_the_last_commit_remembers_the_mark(origins, others):
    held = await origins.take(ORIGIN, NOW)
    await others.take(ORIGIN, NOW)
    await held.commit(seen={"a": 1}, now=NOW, release=True)

    assert held.dirty
    assert await held.release() is True
    assert (await others.take(ORIGIN, NOW)).dirty is False


async def test_a_dead_workers_lease_is_taken_and_its_old_holder_writes_nothing(origins, others, working):
    held = await origins.take(ORIGIN, NOW)
    assert await bury(working[0], by=working[1])
    taken = await others.take(ORIGIN, NOW + SECOND)

    with pytest.raises(LeaseLostError):
        await held.commit(links=[link()], events=[event()], now=NOW)
    with pytest.raises(LeaseLostError):
        await held.commit(links=[link()], now=NOW)
    assert await held.release() is False
    await taken.commit(links=[link("theirs")], now=NOW)

    assert set(await origins.find_links(ORIGIN)) == {"theirs"}
    assert await origins.list_entries(ORIGIN) == ()
    assert taken.orphaned == NOW + SECOND


async def test_what_was_taken_from_the_dead_stays_known_as_that(origins, others, working):
    """A second look, too, must count the settling of a lost write from the burial."""
    await origins.take(ORIGIN, NOW)
    await bury(working[0], by=working[1])
    await (await others.take(ORIGIN, NOW)).release()

    assert (await others.take(ORIGIN, NOW + SECOND)).orphaned == NOW


async def test_what_a_wrong_clock_took_from_the_dead_counts_from_the_next_look_on(origins, others, working):
    """Believed, it would put off for a day what is settled from it; counted anew at each look, for as long."""
    await origins.take(ORIGIN, NOW)
    await bury(working[0], by=working[1])
    await (await others.take(ORIGIN, NOW + timedelta(days=1))).release()

    await (await others.take(ORIGIN, NOW + SECOND)).release()

    assert (await others.take(ORIGIN, NOW + 2 * SECOND)).orphaned == NOW + SECOND


async def test_a_dead_workers_lease_that_nobody_took_still_writes(origins, working):
    held = await origins.take(ORIGIN, NOW)
    await bury(working[0], by=working[1])
    await held.commit(links=[link()], now=NOW)

    assert await origins.find_links(ORIGIN) == held.links


@pytest.mark.parametrize(("until", "is_live"), [(NOW + SECOND, True), (NOW, False), (NOW + 3 * HOUR, False)])
async def test_a_lease_of_the_first_edition_stands_until_its_own_end(origins, tables, until, is_live):
    """While both are at work: it named no worker. An end that is further off than any it wrote is no end."""
    row = {"owner": "old#1", "until": until.isoformat(), "commits": [], "seen": {"a": 1}}
    await tables.origins.insert(ORIGIN, "lease", json.dumps(row))

    held = await origins.take(ORIGIN, NOW)

    assert (held is None) is is_live
    assert held is None or held.seen == {"a": 1}


async def test_a_lease_that_could_not_be_let_go_is_free(origins, others, tables):
    """Its worker lives on, but has the origin no longer in hand."""
    held = await origins.take(ORIGIN, NOW)
    await held._on_end()

    assert await others.take(ORIGIN, NOW) is not None


async def test_nothing_is_written_after_the_release(origins):
    held = await origins.take(ORIGIN, NOW)
    await held.release()

    with pytest.raises(LeaseLostError):
        await held.commit(links=[link()], now=NOW)
    assert await held.release() is False


async def test_one_worker_does_not_share_its_lease_with_itself(origins):
    """Two messages of one origin may reach one process."""
    held = await origins.take(ORIGIN, NOW)

    assert await origins.take(ORIGIN, NOW) is None
    assert await held.release() is True


async def test_a_commit_of_any_length_goes_through_in_chunks(origins, tables):
    held = await origins.take(ORIGIN, NOW)
    before = tables.origins.calls
    await held.commit(
        links=[link(f"item-{number:03}") for number in range(60)],
        events=[event(number=number) for number in range(130)],
        now=NOW,
        release=True,
    )

    assert tables.origins.calls - before == 3  # 190 operations, 89 and the lease at a time
    assert len(await origins.find_links(ORIGIN)) == 60
    entries = await origins.list_entries(ORIGIN)
    assert [entry.sequence for entry in entries] == list(range(1, 131))
    assert (await origins.take(ORIGIN, NOW)).head == Head(sequence=130, hash=entries[-1].hash)


async def test_a_commit_of_long_links_stays_below_what_a_transaction_may_hold(origins, tables):
    held = await origins.take(ORIGIN, NOW)
    before = tables.calls
    await held.commit(links=[link(f"item-{number:03}", reason="ä" * 30_000) for number in range(60)], now=NOW)

    assert tables.calls - before == 15
    assert len(await origins.find_links(ORIGIN)) == 60


@pytest.mark.parametrize(
    "fields",
    [pytest.param({"reason": "x" * 33_000}, id="ascii"), pytest.param({"reason": "\U0001f600" * 16_400}, id="astral")],
)
async def test_a_link_that_no_row_can_hold_is_refused_before_anything_is_written(origins, fields):
    held = await origins.take(ORIGIN, NOW)

    with pytest.raises(TooLargeError, match="data has"):
        await held.commit(links=[link("good"), link("long", **fields)], events=[event()], now=NOW)
    assert await origins.find_links(ORIGIN) == {}
    assert await origins.list_entries(ORIGIN) == ()


async def test_what_is_seen_is_bounded(origins):
    held = await origins.take(ORIGIN, NOW)

    with pytest.raises(TooLargeError):
        await held.commit(seen={"text": "x" * 16_400}, now=NOW)


async def test_origins_are_listed_once_each(origins):
    for name in ("workspace-1", "workflow-2"):
        held = await origins.take(name, NOW)
        await held.commit(links=[link("a"), link("b")], now=NOW)

    assert sorted([name async for name in origins.list_origins()]) == ["workflow-2", "workspace-1"]


async def test_of_many_who_come_at_once_one_holds(origins, others):
    takes = [who.take(ORIGIN, NOW) for who in (origins, others) * 6]

    held = [one for one in await asyncio.gather(*takes) if one is not None]

    assert len(held) == 1
    assert await held[0].release() is True


async def test_many_who_append_make_one_chain_and_lose_nothing(origins, others):
    async def append(who, number):
        while (held := await who.take(ORIGIN, NOW)) is None:
            continue
        await held.commit(links=[link(f"item-{number}")], events=[event(number=number)], now=NOW, release=True)

    await asyncio.gather(*(append(who, number) for number, who in enumerate((origins, others) * 4)))

    entries = await origins.list_entries(ORIGIN)
    assert [entry.sequence for entry in entries] == list(range(1, 9))
    assert all(after.before == before.hash for before, after in itertools.pairwise(entries))
    assert sorted(entry.event.detail["number"] for entry in entries) == list(range(8))
    assert len(await origins.find_links(ORIGIN)) == 8
