"""Where messages wait for a slot: in their worker, in order of hurry, and not for long. Hours pass in virtual time."""

import asyncio
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from local.in_process.loop import run
from local.in_process.tables import MemoryTables
from shared.errors import NoSlotError
from shared.models.hands import Kind
from shared.reconciler.waiting_room import Hurry, WaitingRoom
from shared.store.hands import Hands
from shared.store.slots import Slots
from shared.timing import LONGEST_WAIT, SPARE
from tests.integration.store_builders import NoQueues
from tests.tables import tables_in

SLOTS = 4


class Table(Slots):
    """The table of slots, which may be away."""

    is_away = False

    async def take(self, *given: Any, **named: Any) -> Any:
        if self.is_away:
            message = "away"
            raise ConnectionError(message)
        return await super().take(*given, **named)


class Bench:
    """Some workers over one table."""

    def __init__(self, loop, *, size=SLOTS, workers=1, backlog=0):
        memory = MemoryTables(now=loop.now)
        self.loop, self.done, self.backlog = loop, [], backlog
        self.hands, self.rooms, self.slots, self.tables = [], [], [], []
        for number in range(workers):
            tables = tables_in(memory, f"w{number}")
            hands = Hands(tables, NoQueues(), f"w{number}", ticks=loop.time)
            slots = Table(tables, hands)
            rng = Random(number)  # noqa: S311 - repeatable on purpose
            room = WaitingRoom(slots, size=size, owner=f"w{number}", now=loop.now, length=self.length, rng=rng)
            self.tables.append(tables)
            self.hands.append(hands)
            self.rooms.append(room)
            self.slots.append(slots)

    async def length(self):
        return self.backlog

    async def look(self, name, hurry=Hurry.RECORD, *, seconds=0.5, worker=0):
        """Look at something for a while, and remember when it began."""
        async with (
            self.hands[worker].holding(Kind.ORIGIN, name),
            self.rooms[worker].slot(hurry) as slot,
        ):
            if slot is None:
                return False
            self.done.append((name, self.loop.time()))
            await asyncio.sleep(seconds)
            return True

    def looks(self, *hurries, worker=0, seconds=0.5):
        return [
            self.look(f"{hurry.name}-{number}", hurry, worker=worker, seconds=seconds)
            for number, hurry in enumerate(hurries)
        ]


def test_a_free_slot_is_taken_without_waiting():
    async def main(loop):
        bench = Bench(loop)
        await asyncio.gather(*bench.looks(*[Hurry.RECORD] * SLOTS))
        return bench.done

    assert {at for _, at in run(main)} == {0.0}


@pytest.mark.parametrize("workers", [1, 4])
def test_slots_are_not_idle_while_somebody_waits(workers):
    async def main(loop):
        bench = Bench(loop, workers=workers)
        looks = [look for worker in range(workers) for look in bench.looks(*[Hurry.RECORD] * 32, worker=worker)]
        assert all(await asyncio.gather(*looks))
        return loop.time() / (len(looks) * 0.5 / SLOTS)

    assert run(main) <= 1.25


def test_who_is_in_a_hurry_is_served_first():
    async def main(loop):
        bench = Bench(loop, size=1)
        await asyncio.gather(*bench.looks(Hurry.RECORD, Hurry.BULK, Hurry.RECORD, Hurry.APPROVAL))
        return [name for name, _ in bench.done]

    assert run(main) == ["APPROVAL-3", "RECORD-0", "RECORD-2", "BULK-1"]


def test_back_fill_leaves_a_place_to_approvals():
    async def main(loop):
        bench = Bench(loop)
        waiting = asyncio.gather(*bench.looks(*[Hurry.BULK] * 20, seconds=5.0))
        await asyncio.sleep(1.0)
        await bench.look("approval", Hurry.APPROVAL)
        begun = dict(bench.done)["approval"]
        waiting.cancel()
        return begun

    assert run(main) == pytest.approx(1.0, abs=0.1)


def test_an_approval_in_a_worker_without_slots_is_not_starved_by_one_that_has_them_all():
    async def main(loop):
        bench = Bench(loop, workers=2)
        busy = asyncio.gather(*bench.looks(*[Hurry.RECORD] * 120))
        await asyncio.sleep(1.0)
        await bench.look("approval", Hurry.APPROVAL, worker=1)
        busy.cancel()
        return dict(bench.done)["approval"]

    assert run(main) < 1.0 + 5.0


def test_who_waited_long_enough_goes_back_to_the_queue():
    async def main(loop):
        bench = Bench(loop, size=1)
        long = asyncio.create_task(bench.look("long", seconds=60.0))
        await asyncio.sleep(1.0)
        served = await bench.look("late")
        waited = loop.time() - 1.0
        await long
        return served, waited

    served, waited = run(main)
    assert not served
    assert waited == pytest.approx(LONGEST_WAIT.total_seconds(), abs=1.0)


def test_slots_of_a_dead_worker_are_taken_within_a_minute_and_a_moment():
    """Nobody sweeps meanwhile: whoever waits for a slot finds the dead."""

    async def main(loop):
        bench = Bench(loop, workers=2)
        dying = [asyncio.create_task(look) for look in bench.looks(*[Hurry.RECORD] * SLOTS, seconds=1e6)]
        await asyncio.sleep(0.1)
        bench.hands[0].close()
        for _ in range(5):
            # It goes back to the queue, and comes again.
            if await bench.look("next", worker=1):
                break
            await asyncio.sleep(2.0)
        for task in dying:
            task.cancel()
        return dict(bench.done)["next"]

    assert run(main) <= 60 + 5


def test_a_slot_that_came_too_late_is_not_lost():
    """Whoever waited for it was cut off at that very moment."""

    async def main(loop):
        bench = Bench(loop, size=1)
        first = asyncio.create_task(bench.look("first", seconds=1.0))
        await asyncio.sleep(0.5)
        second = asyncio.create_task(bench.look("second"))
        loop.call_later(0.5 - 1e-9, second.cancel)
        await asyncio.gather(first, second, return_exceptions=True)
        await bench.look("third")
        return dict(bench.done)["third"]

    assert run(main) < 3.0


def test_a_slot_that_nobody_needs_is_kept_for_a_moment_and_then_given_back():
    """A look asks OpenText more than once, and others are not kept waiting for long."""

    async def main(loop):
        bench = Bench(loop, size=1, workers=2)
        async with bench.hands[0].holding(Kind.ORIGIN, "first"):
            calls = []
            for _ in range(2):
                before = bench.tables[0].calls
                async with bench.rooms[0].turn():
                    pass
                calls.append(bench.tables[0].calls - before)
            begun = loop.time()
            await bench.look("second", worker=1)
            return calls, dict(bench.done)["second"] - begun

    calls, waited = run(main)
    assert calls == [2, 0]
    assert SPARE.total_seconds() < waited < 1.0


def test_a_look_that_goes_on_is_served_before_one_that_begins():
    async def main(loop):
        bench = Bench(loop, size=1)
        await asyncio.gather(*bench.looks(Hurry.RECORD, Hurry.APPROVAL, Hurry.BEGUN))
        return [name for name, _ in bench.done]

    assert run(main) == ["BEGUN-2", "APPROVAL-1", "RECORD-0"]


def test_who_finds_no_slot_for_a_turn_is_told_so():
    async def main(loop):
        bench = Bench(loop, size=1)
        long = asyncio.create_task(bench.look("long", seconds=60.0))
        await asyncio.sleep(1.0)
        async with bench.hands[0].holding(Kind.ORIGIN, "late"):
            with pytest.raises(NoSlotError):
                async with bench.rooms[0].turn():
                    pass
        await long

    run(main)


def test_an_ending_worker_lets_nobody_wait():
    async def main(loop):
        bench = Bench(loop, size=1)
        first = asyncio.create_task(bench.look("first", seconds=1.0))
        await asyncio.sleep(0.1)
        second = asyncio.create_task(bench.look("second"))
        await asyncio.sleep(0.1)
        bench.rooms[0].close()
        return await second, loop.time(), await first, await bench.look("third")

    assert run(main) == (False, pytest.approx(0.2), True, False)


def test_what_goes_wrong_with_the_table_goes_wrong_for_all_who_wait_and_for_nobody_later():
    async def main(loop):
        bench = Bench(loop, size=1)
        bench.slots[0].is_away = True
        looks = [bench.look(name) for name in ("first", "second")]
        results = await asyncio.gather(*looks, return_exceptions=True)
        bench.slots[0].is_away = False
        return [str(result) for result in results], await bench.look("third")

    assert run(main) == (["away", "away"], True)


def test_only_who_would_wait_long_and_is_in_no_hurry_steps_back():
    async def main(loop):
        bench = Bench(loop, backlog=1000)
        room = bench.rooms[0]
        before = await room.time_to_step_back(Hurry.RECORD)
        waiting = asyncio.gather(*bench.looks(*[Hurry.RECORD] * 40, seconds=5.0))
        await asyncio.sleep(0.1)
        crowded = [await room.time_to_step_back(hurry) for hurry in (Hurry.RECORD, Hurry.APPROVAL)]
        bench.backlog = 40
        await asyncio.sleep(6.0)
        room._look_seconds = 0.5
        later = await room.time_to_step_back(Hurry.RECORD)
        waiting.cancel()
        return before, *crowded, later

    before, crowded, approval, later = run(main)
    assert (before, approval, later) == (None, None, None)
    assert timedelta(seconds=1) < crowded < timedelta(minutes=1)
