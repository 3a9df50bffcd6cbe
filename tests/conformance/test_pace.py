"""Requests do not come faster than was agreed."""

from shared.conformance.systems import Pace


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
