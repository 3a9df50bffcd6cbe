"""No more looks at once than a system bears, all workers together; a slot is free when its worker is dead."""

import asyncio
import json
from datetime import timedelta

import pytest

from shared.models.hands import Kind
from shared.store.grip import Grip
from shared.store.slots import Slots
from shared.timing import LIFE_KNOWN
from tests.integration.store_builders import NOW, bury, hands

MINUTE, MICROSECOND = timedelta(minutes=1), timedelta(microseconds=1)


class Worker:
    def __init__(self, tables, name):
        self.hands = hands(tables, name)
        self.slots = Slots(tables, self.hands)
        self.grip: Grip | None = None

    async def take(self, *, size=2, system="opentext"):
        return await self.slots.take(system, size=size, owner=f"{self.hands.worker}/origin", now=NOW)


@pytest.fixture
async def workers(tables):
    """Give four workers that have something in hand, as whoever takes a slot must."""
    made = [Worker(tables, f"worker-{number}") for number in range(4)]
    for worker in made:
        worker.grip = await worker.hands.take(Kind.ORIGIN, "workspace-1")
    return made


async def test_no_more_work_on_a_system_than_it_has_slots(workers):
    taken = await asyncio.gather(*(worker.take() for worker in workers for _ in range(2)))
    slots = [(number // 2, slot) for number, slot in enumerate(taken) if slot is not None]
    assert len(slots) == 2
    assert await workers[0].take() is None

    await workers[slots[0][0]].slots.free(slots[0][1])

    assert await workers[3].take() is not None
    assert await workers[3].take() is None


async def test_a_dead_workers_slot_is_taken_and_its_old_owner_does_not_free_it(workers):
    first, second, third, _ = workers
    old = await first.take(size=1)
    assert await second.take(size=1) is None
    await bury(first.hands, by=second.hands)

    new = await third.take(size=1)
    assert new is not None
    await first.slots.free(old)
    assert await second.take(size=1) is None
    await third.slots.free(new)
    await third.slots.free(new)
    assert await second.take(size=1) is not None


async def test_a_slot_that_its_worker_could_not_give_back_is_that_workers_again(workers):
    first, second, *_ = workers
    slot = await first.take(size=1)
    first.slots._own.clear()  # as if the deletion had failed

    assert await second.take(size=1) is None
    assert (await first.take(size=1)).number == slot.number


@pytest.mark.parametrize(("until", "is_free"), [(NOW + MINUTE, False), (NOW, True), (NOW + 300 * MINUTE, True)])
async def test_a_slot_of_the_first_edition_stands_until_its_own_end(workers, tables, until, is_free):
    await tables.control.insert("slot-opentext", "0000", json.dumps({"owner": "old", "until": until.isoformat()}))

    assert (await workers[0].take(size=1) is not None) is is_free


async def test_a_slot_goes_with_the_hands_that_took_it_and_costs_its_worker_one_call_to_take_again(workers, tables):
    first, second, *_ = workers
    slot = await first.take(size=1)
    await first.hands.let_go(first.grip)
    before = tables.calls

    await first.slots.free(slot)
    assert tables.calls == before

    await first.hands.take(Kind.ORIGIN, "workspace-2")
    before = tables.calls
    again = await first.take(size=1)
    assert again is not None
    assert tables.calls == before + 1
    assert await second.take(size=1) is None


async def test_a_slot_whose_hands_were_emptied_is_anybodys(workers):
    first, second, *_ = workers
    slot = await first.take(size=1)
    await first.hands.let_go(first.grip)
    await first.slots.free(slot)

    assert await second.take(size=1) is not None

    await first.hands.take(Kind.ORIGIN, "workspace-2")
    assert await first.take(size=1) is None


async def test_who_finds_every_slot_taken_asks_who_lives_once_in_a_few_seconds(workers, tables):
    first, second, *_ = workers
    await first.take(size=1)

    async def calls(now):
        before = tables.calls
        assert await second.slots.take("opentext", size=1, owner="worker-1/origin", now=now) is None
        return tables.calls - before

    asked = await calls(NOW)
    assert await calls(NOW + LIFE_KNOWN - MICROSECOND) == asked - 1
    assert await calls(NOW + LIFE_KNOWN) == asked
    # Asked in the future, by a clock that was set back since.
    assert await calls(NOW) == asked


async def test_systems_have_slots_of_their_own(workers):
    assert await workers[0].take(size=1)
    assert await workers[0].take(size=1, system="graph")
