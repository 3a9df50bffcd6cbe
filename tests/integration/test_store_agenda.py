"""Durable timers: nothing that is due is lost, whenever it was written."""

from datetime import timedelta

import pytest

from shared.models.messages import AgendaEntry, DeadLetter, OriginMessage
from shared.models.words import WaitedFor
from shared.store.agenda import Agenda
from tests.integration.store_builders import NOW, ORIGIN, SECOND

HOUR = timedelta(hours=1)


@pytest.fixture
def agenda(tables):
    return Agenda(tables)


def entry(at=NOW, origin=ORIGIN, waited_for=WaitedFor.RETRY, **fields):
    return AgendaEntry(at=at, origin=origin, waited_for=waited_for, **fields)


async def put_all(agenda, *entries, now=NOW - 100 * HOUR):
    for each in entries:
        await agenda.put(each, now)


async def reasons(agenda, now, limit=500):
    return [due.entry.waited_for for due in await agenda.due(now, limit)]


async def test_an_agenda_nobody_wrote_to_has_nothing_due(agenda):
    assert await agenda.due(NOW) == ()
    assert await agenda.oldest(NOW) is None


async def test_what_is_due_comes_oldest_first_over_hours_and_days(agenda):
    times = {"retry": NOW, "settle": NOW - 30 * HOUR, "gate": NOW - SECOND, "unread": NOW - 2 * HOUR}
    await put_all(agenda, *(entry(at, waited_for=reason) for reason, at in times.items()))

    assert await reasons(agenda, NOW) == ["settle", "unread", "gate", "retry"]
    assert await agenda.oldest(NOW) == NOW - 30 * HOUR


async def test_what_is_not_due_stays_away(agenda):
    at = NOW + timedelta(microseconds=1)
    await put_all(agenda, entry(at), entry(NOW + HOUR, waited_for=WaitedFor.GATE))

    assert await reasons(agenda, NOW) == []
    assert await reasons(agenda, at) == ["retry"]
    assert await agenda.oldest(NOW) is None


async def test_an_entry_comes_back_whole(agenda):
    given = entry(attempts=3, trace="00-ab-cd-01", bulk=True)
    await agenda.put(given, NOW)

    assert [due.entry for due in await agenda.due(NOW)] == [given]


async def test_nothing_is_written_into_the_past(agenda):
    written = await agenda.put(entry(NOW - HOUR), NOW)

    assert written.entry.at == NOW
    assert await reasons(agenda, NOW - SECOND) == []


async def test_a_worker_whose_clock_is_slow_writes_what_is_still_found(agenda):
    """No cursor has passed it: the range begins at the beginning."""
    await agenda.put(entry(waited_for=WaitedFor.HINT), NOW)
    await agenda.put(entry(NOW - 3 * HOUR, waited_for=WaitedFor.SETTLE), NOW - 3 * HOUR)

    assert await reasons(agenda, NOW) == ["settle", "hint"]


async def test_back_fill_waits_until_nothing_else_is_due(agenda):
    await put_all(
        agenda,
        entry(NOW - 5 * HOUR, waited_for=WaitedFor.BACKFILL, bulk=True),
        entry(waited_for=WaitedFor.THRESHOLD),
        entry(NOW - SECOND),
    )

    assert await reasons(agenda, NOW) == ["retry", "threshold", "backfill"]
    assert await reasons(agenda, NOW, limit=2) == ["retry", "threshold"]


async def test_no_more_is_read_than_asked_for(agenda, tables):
    await put_all(agenda, *(entry(origin=f"workspace-{number}") for number in range(1, 6)))
    before = tables.calls

    assert len(await agenda.due(NOW, limit=3)) == 3
    assert tables.calls - before == 1


async def test_the_same_look_is_one_row_and_different_looks_are_many(agenda):
    await put_all(
        agenda, entry(), entry(), entry(waited_for=WaitedFor.GATE), entry(origin="workflow-1"), entry(NOW - SECOND)
    )

    assert len(await agenda.due(NOW)) == 4


async def test_what_was_queued_is_removed(agenda):
    await agenda.put(entry(), NOW)
    (due,) = await agenda.due(NOW)

    assert await agenda.remove(due)
    assert await agenda.due(NOW) == ()
    assert await agenda.remove(due)


async def test_what_was_rewritten_meanwhile_stays(agenda):
    """Whoever wrote it after we had read it wants another look."""
    await agenda.put(entry(), NOW)
    (due,) = await agenda.due(NOW)
    again = await agenda.put(entry(), NOW)

    assert await agenda.remove(due) is False
    assert len(await agenda.due(NOW)) == 1
    assert await agenda.remove(again)


async def test_dead_letters_are_kept_apart_from_what_is_due(agenda):
    letters = [
        DeadLetter(at=NOW - at * SECOND, queue="origins", body=f'{{"origin":"{at}/#"}}', reason="bug", replay="...")
        for at in (1, 2, 2)
    ]
    keys = [await agenda.put_dead(letter) for letter in letters]

    assert [dead.letter for dead in await agenda.list_dead()] == [letters[1], letters[0]]
    assert await agenda.due(NOW + 1000 * HOUR) == ()
    await agenda.remove_dead(keys[0])
    await agenda.remove_dead(keys[0])
    assert [dead.key for dead in await agenda.list_dead()] == [keys[1]]


async def test_of_one_origin_one_letter_is_kept(agenda):
    """However often, and in whatever words, its messages fail: the last one stands."""
    for tries, hint in enumerate(("a", "b", "c"), 1):
        body = OriginMessage(origin="workspace-1", hint_id=hint).model_dump_json()
        letter = DeadLetter(at=NOW, queue="origins", body=body, reason="bug", replay="...", tries=tries)
        assert await agenda.put_dead(letter)

    assert [dead.letter.tries for dead in await agenda.list_dead()] == [3]
    assert (await agenda.find_dead(letter)).tries == 3


async def test_a_census_counts_every_timer_once(agenda):
    await put_all(
        agenda,
        entry(),
        entry(NOW - 40 * HOUR, waited_for=WaitedFor.THRESHOLD),
        entry(NOW + SECOND, waited_for=WaitedFor.RESYNC),
        entry(bulk=True),
        entry(NOW + HOUR, bulk=True),
    )
    await agenda.put_dead(DeadLetter(at=NOW, queue="origins", body="b", reason="r", replay="p"))

    counted = await agenda.census(NOW)

    assert (counted.due, counted.later, counted.bulk, counted.dead) == (2, 1, 2, 1)


@pytest.mark.parametrize(
    ("longest", "ahead", "brought"),
    [
        pytest.param(HOUR / 2, HOUR, 0, id="no longer than a sign-in may wait"),
        pytest.param(HOUR / 2, 24 * HOUR, 1, id="by a clock that was a day ahead"),
        pytest.param(24 * HOUR, 24 * HOUR, 0, id="as long as the setting allows"),
    ],
)
async def test_who_waits_for_a_gate_waits_no_longer_than_gates_are_closed(agenda, longest, ahead, brought):
    await put_all(agenda, entry(NOW + ahead, waited_for=WaitedFor.GATE))

    assert await agenda.bring_forward(NOW, longest_gate=longest) == brought


async def test_a_timer_that_a_wrong_clock_set_a_year_ahead_is_due_now_and_stands_once(agenda):
    await put_all(agenda, entry(NOW + 365 * 24 * HOUR), entry(NOW + HOUR, waited_for=WaitedFor.GATE))

    assert await agenda.bring_forward(NOW) == 1
    assert await reasons(agenda, NOW) == ["retry"]
    assert (await agenda.census(NOW)).due == 1
    assert (await agenda.census(NOW)).later == 1
