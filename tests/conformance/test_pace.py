"""Requests do not come faster than was agreed."""

from itertools import pairwise

from shared.conformance.beliefs import read_beliefs
from shared.conformance.run import ask_all
from shared.conformance.systems import Pace, Systems
from tests.conformance.bench import Bench, no_sleep


async def test_requests_are_as_far_apart_as_agreed():
    now, slept = [100.0], []

    async def sleep(seconds):
        slept.append(round(seconds, 3))
        now[0] += seconds

    pace = Pace(4, sleep=sleep, ticks=lambda: now[0])
    for _ in range(3):
        await pace.turn()
    now[0] += 10
    await pace.turn()

    assert slept == [0.25, 0.25]


async def test_a_probe_waits_once_for_each_request():
    bench = Bench()
    turns: list[int] = []

    def ticks():
        turns.append(len(bench.calls))
        return 0.0

    bench.systems = Systems(bench.graph, bench.content, Pace(4, sleep=no_sleep, ticks=ticks))

    await ask_all(read_beliefs(), bench.box)

    assert [calls for calls, later in pairwise(turns) if later == calls] == []
