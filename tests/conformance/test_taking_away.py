"""Whatever ends a run, nothing that it made is left in plan and workspace."""

import asyncio

from local.simulators.faults import Fault
from shared.conformance.beliefs import read_beliefs
from shared.conformance.run import ask_all
from shared.conformance.taking_away import list_made, take_away
from tests.conformance.bench import MARK, Bench

BELIEFS = read_beliefs()
CALLS = 480
"""More than a whole run makes."""


async def interrupted(number: int, moment: str) -> tuple[Bench, bool]:
    """Break a run off at one of its calls, as Ctrl-C does: before it leaves, or when its effect is there."""
    running: list[asyncio.Task[object]] = []

    async def gate(when, _):
        if when == moment and len(bench.calls) == number:
            running[0].cancel()
            await asyncio.sleep(0)

    bench = Bench(gate=gate)
    running.append(asyncio.create_task(ask_all(BELIEFS, bench.box)))
    try:
        await running[0]
    except asyncio.CancelledError:
        return bench, True
    return bench, False


async def test_broken_off_at_every_tenth_call_it_leaves_nothing():
    """Also where it is broken off while it takes away."""
    left, ended = {}, 0
    for number in range(10, CALLS, 10):
        bench, was_cut = await interrupted(number, "before" if number % 20 else "after")
        ended += was_cut
        if found := bench.left():
            left[number] = found

    assert left == {}
    assert ended > 40


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
