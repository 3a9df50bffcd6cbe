"""The sign of life of a worker: what stands in its row, when it is dead, and what it may do then."""

import asyncio
from datetime import timedelta

import pytest

from local.in_process.table_errors import failure
from local.in_process.tables import MemoryTables
from shared.errors import FencedError, RetryLaterError
from shared.models.hands import HandsRow, Kind
from shared.store.hands import PARTITION
from shared.timing import DEAD_AFTER, FENCED_AFTER
from tests.integration.store_builders import NOW, NoQueues, bury, hands
from tests.tables import tables_in

SECOND = timedelta(seconds=1)


class Moment:
    """The service's clock, a worker's ticks: moved apart where a test wants it."""

    def __init__(self):
        self.at = NOW
        self.ticks = 1000.0

    def now(self):
        return self.at

    def pass_by(self, time):
        self.at += time
        self.ticks += time.total_seconds()


@pytest.fixture
def moment():
    return Moment()


@pytest.fixture
def memory(moment):
    return MemoryTables(now=moment.now)


@pytest.fixture
def opened(memory):
    return tables_in(memory)


@pytest.fixture
def worker(opened, moment):
    return hands(opened, "worker", ticks=lambda: moment.ticks)


@pytest.fixture
def queues():
    return NoQueues()


@pytest.fixture
def other(opened, queues):
    return hands(opened, "other", queues)


async def held(by):
    return {name: (sign.says.origins, sign.says.plans) for name, sign in (await by.signs()).items()}


async def test_what_a_worker_has_in_hand_stands_in_its_row_and_the_row_of_empty_hands_goes(tables):
    """On the double and on Azurite; the age is told by the service alone."""
    worker, other = hands(tables, "a b/c"), hands(tables, "other")
    first = await worker.take(Kind.ORIGIN, "workspace-1")
    second = await worker.take(Kind.PLAN, "plan-1")

    assert await held(other) == {"a b/c": (("workspace-1",), ("plan-1",))}
    assert timedelta(seconds=-2) < (await other.signs())["a b/c"].age < timedelta(seconds=10)
    assert await other.is_held("a b/c", Kind.ORIGIN, "workspace-1")
    assert not await other.is_held("a b/c", Kind.ORIGIN, "workspace-2")
    assert not await other.is_held("nobody", Kind.ORIGIN, "workspace-1")
    await worker.let_go(first)
    await worker.let_go(second)
    await worker.let_go(second)

    assert await held(other) == {}


async def test_those_that_are_taken_together_share_one_write(worker, opened):
    await asyncio.gather(*(worker.take(Kind.ORIGIN, f"workspace-{number}") for number in range(32)))

    writes = opened.control.calls
    assert writes <= 3  # the table itself is made first
    await worker.take(Kind.ORIGIN, "workspace-5")
    assert opened.control.calls == writes


async def test_a_worker_has_another_name_once_its_hands_were_empty(worker, other):
    """What names it is void by itself then, a slot that was not given back among it."""
    async with worker.holding(Kind.ORIGIN, "workspace-1"):
        before = worker.worker
    async with worker.holding(Kind.ORIGIN, "workspace-1"):
        assert worker.worker != before
        assert not await other.is_held(before, Kind.ORIGIN, "workspace-1")
        assert await other.is_held(worker.worker, Kind.ORIGIN, "workspace-1")


async def test_what_is_let_go_and_taken_again_at_once_stands(worker, other):
    """The deletion of the row is under way while somebody comes."""
    for _ in range(5):
        grip = await worker.take(Kind.ORIGIN, "workspace-1")
        leaving = asyncio.create_task(worker.let_go(grip))
        await asyncio.sleep(0)
        again = await worker.take(Kind.ORIGIN, "workspace-1")
        await leaving

        assert await other.is_held(worker.worker, Kind.ORIGIN, "workspace-1")
        await worker.let_go(again)


@pytest.mark.parametrize("turns", range(12))
async def test_what_is_given_up_while_it_is_taken_leaves_no_row(worker, other, turns):
    """Nobody would renew it: the worker would be believed dead, and what it named looked at once more."""
    taking = asyncio.create_task(worker.take(Kind.ORIGIN, "workspace-1"))
    for _ in range(turns):
        await asyncio.sleep(0)
    taking.cancel()
    await asyncio.wait([taking])
    for _ in range(20):
        await asyncio.sleep(0)

    assert await held(other) == ({} if taking.cancelled() else {"worker": (("workspace-1",), ())})


async def test_what_could_not_be_taken_leaves_no_row_that_only_the_service_knows_of(worker, other, memory):
    """The answers were lost, not the write. A worker that is alone would never bury it: it has its own name."""

    async def gate(moment, table, operation):
        if moment == "after":
            memory.gate = gate if operation == "create" else None
            raise failure(500, "InternalError")

    await worker.let_go(await worker.take(Kind.ORIGIN, "workspace-1"))
    memory.gate = gate
    with pytest.raises(RetryLaterError):
        await worker.take(Kind.ORIGIN, "workspace-1")

    assert await held(other) == {}


async def test_a_worker_is_dead_after_a_minute_without_a_sign_and_what_it_had_in_hand_is_queued(
    worker, other, queues, moment
):
    await worker.take(Kind.ORIGIN, "workspace-1")
    await worker.take(Kind.PLAN, "plan-1")
    moment.at += DEAD_AFTER
    assert await other.bury_dead() == 0

    moment.at += 2 * SECOND

    assert await other.bury_dead() == 1
    assert queues.sent == ["workspace-1", "plan plan-1"]
    assert await held(other) == {}


async def test_one_that_lives_after_all_is_not_buried(worker, other, queues, moment):
    """Its sign of life came between the look and the burial."""
    grip = await worker.take(Kind.ORIGIN, "workspace-1")
    moment.pass_by(DEAD_AFTER + 2 * SECOND)
    (sign,) = (await other.signs()).values()
    await worker.take(Kind.ORIGIN, "workspace-2")

    assert await other.bury(sign) is False
    assert queues.sent == []
    await worker.let_go(grip)


async def test_nobody_buries_himself(worker, moment):
    """After a loop was held for long, its own sweep may be the first to run."""
    await worker.take(Kind.ORIGIN, "workspace-1")
    moment.pass_by(5 * DEAD_AFTER)

    assert await worker.bury_dead() == 0


async def test_a_row_that_could_not_be_deleted_is_buried_by_its_own_worker_too(worker, opened, moment):
    """Nobody else may ever come by."""
    async with worker.holding(Kind.ORIGIN, "workspace-1"):
        left = HandsRow(origins=("workspace-1",)).model_dump_json()
    await opened.control.insert(PARTITION, "worker", left)
    assert await worker.bury_dead() == 0
    moment.at += DEAD_AFTER + 2 * SECOND

    assert await worker.bury_dead() == 1
    assert await held(worker) == {}


async def test_a_burial_that_was_cut_off_is_finished_by_the_next(worker, other, opened, queues, moment):
    """Its maker died between the mark and the messages."""
    await worker.take(Kind.ORIGIN, "workspace-1")
    moment.at += DEAD_AFTER + 2 * SECOND
    (sign,) = (await other.signs()).values()
    marked = sign.says.as_buried().model_dump_json()
    await opened.control.replace(sign.row, marked)
    assert not await other.is_held("worker", Kind.ORIGIN, "workspace-1")
    assert await other.bury_dead() == 0

    moment.at += DEAD_AFTER + 2 * SECOND

    assert await other.bury_dead() == 1
    assert queues.sent == ["workspace-1"]


async def test_a_worker_without_a_sign_of_life_for_40_seconds_writes_nothing_more(worker, moment):
    """A frozen machine wakes up before its burial: others may be about to do its work."""
    async with worker.holding(Kind.ORIGIN, "workspace-1"):
        moment.pass_by(FENCED_AFTER)
        worker.must_be_alive()
        moment.pass_by(SECOND)

        with pytest.raises(FencedError, match="no sign of life"):
            worker.must_be_alive()
    worker.must_be_alive()  # with nothing in hand there is nothing to be asked for


async def test_the_fence_opens_with_the_next_sign_of_life(worker, moment):
    async with worker.holding(Kind.ORIGIN, "workspace-1"):
        moment.pass_by(FENCED_AFTER + SECOND)
        await worker.take(Kind.ORIGIN, "workspace-2")

        worker.must_be_alive()


async def test_what_was_buried_is_void_for_good_and_what_is_taken_later_is_not(worker, other, moment):
    """The worker lives, and takes the same origin again under another name."""
    async with worker.holding(Kind.ORIGIN, "workspace-1"):
        assert await bury(worker, by=other)
        moment.ticks += DEAD_AFTER.total_seconds()
        later = await worker.take(Kind.ORIGIN, "workspace-1")

        with pytest.raises(FencedError, match="believed dead"):
            worker.must_be_alive()
        assert (worker.worker, later.worker) == ("worker+1", "worker+1")
        assert await other.is_held("worker+1", Kind.ORIGIN, "workspace-1")
        assert not await other.is_held("worker", Kind.ORIGIN, "workspace-1")
    async with worker.holding(Kind.ORIGIN, "workspace-1"):
        worker.must_be_alive()


async def test_a_clock_that_jumps_kills_nobody(opened, moment):
    """Neither worker's own clock is asked for: only the service's, and ticks."""
    worker, other = hands(opened, "worker", ticks=lambda: 5.0), hands(opened, "other")
    await worker.take(Kind.ORIGIN, "workspace-1")

    assert await other.bury_dead() == 0
    assert await other.is_held("worker", Kind.ORIGIN, "workspace-1")


async def test_nothing_is_in_hand_while_the_row_can_not_be_written(worker, memory):
    async def refuse(moment, table, operation):
        raise failure(503, "ServerBusy")

    memory.gate = refuse
    with pytest.raises(RetryLaterError):
        await worker.take(Kind.ORIGIN, "workspace-1")
    assert worker.is_empty


async def test_a_write_that_was_given_up_and_arrived_is_ours(worker, other, memory):
    """Its answer was lost: the row is there under another etag than the one we know."""
    grip = await worker.take(Kind.ORIGIN, "workspace-1")
    worker._row = worker._row._replace(etag="W/\"datetime'000000000000'\"")

    await worker.take(Kind.ORIGIN, "workspace-2")

    assert worker.worker == "worker"
    assert not grip.is_void
    assert await other.is_held("worker", Kind.ORIGIN, "workspace-2")


async def test_a_row_that_can_not_be_read_costs_that_row_alone(worker, other, opened, queues, moment):
    await opened.control.insert("hands", "broken", "{")
    await worker.take(Kind.ORIGIN, "workspace-1")
    moment.at += DEAD_AFTER + 2 * SECOND

    assert await other.bury_dead() == 2
    assert queues.sent == ["workspace-1"]
