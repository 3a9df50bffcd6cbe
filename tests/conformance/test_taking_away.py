"""Whatever ends a run, nothing that it made is left in plan and workspace."""

import asyncio

import pytest

from local.simulators.faults import Fault
from shared.conformance.beliefs import read_beliefs
from shared.conformance.run import Teller, ask_all
from shared.conformance.taking_away import list_made, take_away
from tests.conformance.bench import MARK, Bench

BELIEFS = read_beliefs()
RUNS = [[one for one in BELIEFS if one.writes][start::4] for start in range(4)]
"""All that make something, in four runs: each of its calls comes sooner, and every one of them is reached."""


async def interrupted(beliefs, number: int, moment: str) -> tuple[Bench, bool]:
    """Break a run off at one of its calls, as Ctrl-C does: before it leaves, or when its effect is there."""
    running: list[asyncio.Task[object]] = []

    async def gate(when, _):
        if when == moment and len(bench.calls) == number:
            running[0].cancel()
            await asyncio.sleep(0)

    bench = Bench(gate=gate)
    running.append(asyncio.create_task(ask_all(beliefs, bench.box)))
    try:
        await running[0]
    except asyncio.CancelledError:
        return bench, True
    return bench, False


@pytest.mark.parametrize("beliefs", RUNS, ids=["first", "second", "third", "fourth"])
async def test_broken_off_at_every_tenth_call_it_leaves_nothing(beliefs):
    """Also where it is broken off while it takes away."""
    whole = Bench()
    await ask_all(beliefs, whole.box)
    left, numbers = {}, range(10, len(whole.calls), 10)
    for number in numbers:
        bench, was_cut = await interrupted(beliefs, number, "before" if number % 20 else "after")
        if not was_cut or bench.left():
            left[number] = bench.left()

    assert left == {}
    assert len(numbers) >= 10


async def test_what_a_lost_answer_made_is_found_by_its_name():
    bench = Bench()
    bench.world.graph.faults.add(Fault.dropped(method="POST", path="/planner/tasks", after=True, times=9))
    bench.world.content.faults.add(Fault.dropped(method="POST", path="/v2/nodes", after=True, times=9))

    _, left = await ask_all(BELIEFS, bench.box)

    assert (left, bench.left()) == ((), [])


async def test_a_system_that_is_away_for_a_moment_is_tried_again():
    bench = Bench()
    await bench.box.task()
    bench.world.graph.faults.add(Fault.status(503, method="DELETE", path="/planner/tasks", times=2))

    assert await take_away(bench.systems, bench.targets, MARK) == ()
    assert bench.left() == []


async def test_what_can_not_be_taken_away_is_named():
    bench = Bench()
    await bench.box.task("stays")
    bench.world.graph.archive(bench.ids.plan)

    (left,) = await take_away(bench.systems, bench.targets, MARK)

    assert left.startswith(f"task '{MARK} stays")


async def test_one_system_that_is_away_does_not_keep_the_other_from_being_cleaned():
    bench = Bench()
    await bench.box.task()
    await bench.box.folder()
    bench.world.content.faults.add(Fault.status(503, times=1000))

    left = await take_away(bench.systems, bench.targets, MARK)

    assert bench.left() == [f"{MARK} folder"]
    assert any(line.startswith("nodes: can't be looked for") for line in left)


async def test_what_others_made_is_left_alone():
    bench = Bench()
    bench.world.graph.person_create_task(bench.targets.assignees[0], bench.ids.plan, "Conformance check list for Q3")
    made, unknown = await list_made(bench.systems, bench.targets)

    assert (made, unknown) == ((), ())


async def test_what_an_earlier_run_left_is_found():
    bench = Bench()
    await bench.box.task()

    made, _ = await list_made(bench.systems, bench.targets)

    assert len(made) == 1


async def test_whoever_breaks_a_run_off_is_told_that_it_is_taken_away_and_what_is_left():
    heard = []

    class Hearing(Teller):
        def taking(self):
            heard.append("taking away")

        def left(self, left):
            heard.append(left)

    async def gate(when, _):
        if when == "after" and len(bench.calls) == 30:
            running.cancel()
            await asyncio.sleep(0)

    bench = Bench(gate=gate)
    running = asyncio.create_task(ask_all(RUNS[0], bench.box, Hearing()))
    await asyncio.wait([running])

    assert running.cancelled()
    assert heard == ["taking away", ()]
