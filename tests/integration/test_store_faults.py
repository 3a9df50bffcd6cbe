"""
Writes whose answers are lost, on the double: what happened is found out by reading, and never guessed.

Each kind of loss is tried before and after the effect. Left out: answers that come later than the second look.
"""

import pytest
from azure.core.exceptions import ServiceRequestError, ServiceResponseError, ServiceResponseTimeoutError

from local.in_process.table_errors import failure
from local.in_process.tables import MemoryTables
from shared.errors import LeaseLostError, OutcomeUnknownError, UnavailableError
from shared.models.evidence import Head
from shared.models.messages import AgendaEntry
from shared.models.words import WaitedFor
from shared.store.agenda import Agenda
from shared.store.creators import Creators
from shared.store.cursors import Cursors
from shared.store.gates import Gates
from shared.store.nodes import Nodes
from shared.store.origins import Origins
from shared.store.tables import NAMES
from shared.store.tasks import Claim, IndexRow, Tasks, indexing, reserving, unreserving
from tests.integration.store_builders import NOW, ORIGIN, bury, event, hands, link, reservation
from tests.tables import tables_in

LOSSES = {
    "reset": ServiceResponseError("reset"),
    "disconnected": ServiceRequestError("aiohttp says so for a server that hung up, too"),
    "time-out": ServiceResponseTimeoutError("time-out"),
    "500": failure(500, "InternalError"),
    "503": failure(503, "ServerBusy"),
    "412-by-a-repeated-put": failure(412, "UpdateConditionNotSatisfied"),
}
NOT_MADE = [name for name in LOSSES if "412" not in name]
lost = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
WRITES = ("create", "update", "upsert", "delete", "transaction")


class Breaker:
    """A gate that breaks the next operation of a kind, and counts what passed."""

    def __init__(self):
        self.plan = []
        self.passed = []
        self.skip = 0
        self.meanwhile = None

    def lose(self, moment, error, *, operations=WRITES, after=0):
        self.plan.append((moment, operations, error))
        self.skip = after

    async def __call__(self, moment, table, operation):
        if moment == "before":
            self.passed.append(f"{table}.{operation}")
        if not self.plan or self.plan[0][0] != moment or operation not in self.plan[0][1]:
            return
        if self.skip > 0:
            self.skip -= 1
            return
        _, _, error = self.plan.pop(0)
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        raise error


@pytest.fixture
def breaker(memory):
    memory.gate = Breaker()
    return memory.gate


@pytest.fixture
def tables(memory, breaker):
    for name in NAMES:
        memory.tables[name] = {}
    return tables_in(memory, "one")


@pytest.fixture
def working():
    """Give the hands of both workers: their rows stand where nothing breaks."""
    steady = MemoryTables()
    opened = tables_in(steady, "hands")
    return [hands(opened, f"worker-{number}") for number in (1, 2)]


@pytest.fixture
def origins(tables, working):
    return Origins(tables, working[0])


@pytest.fixture
def others(memory, tables, working):
    opened = tables_in(memory, "two")
    return Origins(opened, working[1])


@lost
@pytest.mark.parametrize("known", [pytest.param(False, id="new-origin"), pytest.param(True, id="known-origin")])
async def test_a_lease_whose_answer_was_lost_is_ours(origins, breaker, loss, known):
    if known:
        await (await origins.take(ORIGIN, NOW)).release()
    breaker.lose("after", loss)

    held = await origins.take(ORIGIN, NOW)

    await held.commit(links=[link()], now=NOW)
    assert await origins.find_links(ORIGIN) == {link().item: link()}


@lost
async def test_a_commit_whose_answer_was_lost_stands(origins, breaker, loss):
    """Nothing is written twice, and the next commit goes on from there."""
    held = await origins.take(ORIGIN, NOW)
    breaker.lose("after", loss)

    await held.commit(links=[link()], events=[event()], now=NOW)
    await held.commit(links=[link("b")], events=[event("assigned")], now=NOW)

    assert [entry.event.what for entry in await origins.list_entries(ORIGIN)] == ["created", "assigned"]
    assert set(await origins.find_links(ORIGIN)) == {link().item, "b"}
    assert await held.release() is False


@pytest.mark.parametrize("name", NOT_MADE)
async def test_a_commit_that_was_not_made_is_said_not_to_be(origins, breaker, name):
    held = await origins.take(ORIGIN, NOW)
    breaker.lose("before", LOSSES[name])

    with pytest.raises(UnavailableError):
        await held.commit(links=[link()], events=[event()], now=NOW)

    assert (held.links, held.head) == ({}, Head())
    await held.commit(links=[link()], events=[event()], now=NOW)
    assert await origins.find_links(ORIGIN) == held.links


async def test_a_commit_stays_in_doubt_while_nothing_can_be_read(origins, breaker):
    held = await origins.take(ORIGIN, NOW)
    breaker.lose("after", LOSSES["reset"])
    breaker.lose("before", LOSSES["503"], operations=("get",))

    with pytest.raises(OutcomeUnknownError):
        await held.commit(links=[link()], events=[event()], now=NOW)


async def test_a_commit_in_doubt_that_stands_after_all_is_not_built_upon(origins, breaker):
    """Our links and head are older than what we ourselves wrote: read again, and let the lease go properly."""
    held = await origins.take(ORIGIN, NOW)
    breaker.lose("after", LOSSES["reset"])
    breaker.lose("before", LOSSES["503"], operations=("get",))
    with pytest.raises(OutcomeUnknownError):
        await held.commit(links=[link()], events=[event()], now=NOW)

    with pytest.raises(LeaseLostError):
        await held.commit(links=[link("b")], events=[event("assigned")], now=NOW)
    assert await held.release() is False

    again = await origins.take(ORIGIN, NOW)
    assert set(again.links) == {link().item}
    assert again.head.sequence == 1


async def test_a_commit_whose_answer_was_lost_is_known_behind_a_mark(origins, others, breaker):
    """Somebody came between the commit and the second look."""
    held = await origins.take(ORIGIN, NOW)
    breaker.lose("after", LOSSES["reset"])

    async def come():
        assert await others.take(ORIGIN, NOW) is None

    breaker.meanwhile = come
    await held.commit(links=[link()], events=[event()], now=NOW)

    assert held.dirty
    await held.commit(links=[link("b")], now=NOW)
    assert await held.release() is True


@pytest.mark.parametrize("release", [pytest.param(False, id="held"), pytest.param(True, id="released")])
async def test_a_commit_whose_answer_was_lost_is_known_behind_the_next_holder(
    origins, others, breaker, working, release
):
    """Believing it lost would undo what stands: a task just made would be deleted."""
    held = await origins.take(ORIGIN, NOW)
    breaker.lose("after", LOSSES["reset"])
    taken = []

    async def take():
        if not release:
            await bury(working[0], by=working[1])
        taken.append(await others.take(ORIGIN, NOW))

    breaker.meanwhile = take
    await held.commit(links=[link()], events=[event()], now=NOW, release=release)

    assert set(taken[0].links) == {link().item}
    with pytest.raises(LeaseLostError):
        await held.commit(links=[link("b")], now=NOW)
    await held.release()
    await taken[0].commit(events=[event("assigned")], now=NOW)
    assert len(await origins.list_entries(ORIGIN)) == 2


async def test_a_commit_cut_off_between_its_transactions_leaves_a_whole_chain(origins, breaker):
    held = await origins.take(ORIGIN, NOW)
    breaker.lose("before", LOSSES["503"], after=1)
    with pytest.raises(UnavailableError):
        await held.commit(links=[link()], events=[event(number=n) for n in range(120)], now=NOW)
    await held.release()

    again = await origins.take(ORIGIN, NOW)
    await again.commit(links=[link()], events=[event("assigned")], now=NOW)
    entries = await origins.list_entries(ORIGIN)
    assert [entry.sequence for entry in entries] == list(range(1, 91))
    assert entries[-1].before == entries[-2].hash


@lost
async def test_a_release_whose_answer_was_lost_is_a_release(origins, others, breaker, loss):
    held = await origins.take(ORIGIN, NOW)
    await others.take(ORIGIN, NOW)
    breaker.lose("after", loss)

    assert await held.release() is True
    assert await others.take(ORIGIN, NOW) is not None


@lost
async def test_a_mark_whose_answer_was_lost_is_a_mark(origins, others, breaker, loss):
    held = await origins.take(ORIGIN, NOW)
    breaker.lose("after", loss)

    assert await others.take(ORIGIN, NOW) is None
    assert await held.release() is True


async def test_a_mark_that_was_not_made_is_no_silence(origins, others, breaker):
    await origins.take(ORIGIN, NOW)
    breaker.lose("before", LOSSES["503"])

    with pytest.raises(UnavailableError):
        await others.take(ORIGIN, NOW)


async def test_a_holder_whose_tables_were_lost_writes_nothing(origins, memory):
    held = await origins.take(ORIGIN, NOW)
    memory.tables.clear()

    with pytest.raises(LeaseLostError):
        await held.commit(links=[link()], events=[event()], now=NOW)
    assert await held.release() is False
    assert await origins.find_links(ORIGIN) == {}


def every_other_write(tables):
    tasks, agenda = Tasks(tables), Agenda(tables)
    return [
        lambda: tasks.claim("task", origin=ORIGIN, item="a"),
        lambda: tasks.change([reserving(reservation())]),
        lambda: tasks.change([unreserving("plan", ORIGIN, reservation().item)]),
        lambda: Cursors(tables).save("w", "1"),
        lambda: Nodes(tables).link(1, ORIGIN),
        lambda: Creators(tables).add("user:1"),
        lambda: Gates(tables).close("graph", NOW, now=NOW),
        lambda: agenda.put(AgendaEntry(at=NOW, origin=ORIGIN, waited_for=WaitedFor.RETRY), NOW),
    ]


async def ensure_all_were_made(tables):
    assert await Tasks(tables).find_claim("task") == Claim(origin=ORIGIN, item="a")
    assert (await Tasks(tables).read_plan("plan")).reservations == ()
    assert await Cursors(tables).find("w") == "1"
    assert await Nodes(tables).find_origins(1) == (ORIGIN,)
    assert await Creators(tables).list_all() == {"user:1"}
    assert await Gates(tables).find("graph", NOW) == NOW
    assert [due.entry.waited_for for due in await Agenda(tables).due(NOW)] == [WaitedFor.RETRY]


@lost
async def test_every_other_write_whose_answer_was_lost_is_made(tables, breaker, loss):
    for write in every_other_write(tables):
        breaker.lose("after", loss)
        await write()
        assert breaker.plan == []

    await ensure_all_were_made(tables)


@lost
@pytest.mark.parametrize("when", ["before", "after"])
async def test_rows_that_go_together_are_made_one_by_one_where_no_answer_came(tables, breaker, loss, when):
    row = IndexRow(origin=ORIGIN, item="a")
    breaker.lose(when, loss)

    await Tasks(tables).change([reserving(reservation()), indexing("plan", "task", row)])

    assert breaker.plan == []
    assert (await Tasks(tables).read_plan("plan")).tasks == {"task": row}
    assert len((await Tasks(tables).read_plan("plan")).reservations) == 1


@pytest.mark.parametrize("name", NOT_MADE)
async def test_every_other_write_that_was_not_made_is_said_not_to_be(tables, breaker, name):
    for write in every_other_write(tables):
        breaker.lose("before", LOSSES[name])
        with pytest.raises(UnavailableError):
            await write()
        await write()

    await ensure_all_were_made(tables)


async def test_no_write_is_sent_twice(origins, breaker):
    held = await origins.take(ORIGIN, NOW)
    breaker.passed.clear()
    breaker.lose("after", LOSSES["503"])
    await held.commit(links=[link()], events=[event()], now=NOW)

    assert breaker.passed == ["origins.transaction", "origins.get"]


async def test_an_error_tells_no_more_than_the_row_and_its_cause(origins, breaker):
    held = await origins.take(ORIGIN, NOW)
    breaker.lose("before", failure(403, "AuthorizationFailure"))

    with pytest.raises(UnavailableError, match=rf"^row {ORIGIN}/lease can't be written: .*403 AuthorizationFailure$"):
        await held.commit(links=[link(reason="secret")], now=NOW)
