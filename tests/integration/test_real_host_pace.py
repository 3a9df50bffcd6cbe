"""
Many hints at once, with host and settings as they are delivered: all done, each once.

How long that takes is measured by `python -m tests.benchmarks.on_hosts pace`: here other tests run beside it.
"""

import asyncio

from tests.integration.functions_hosts import happens, instances_under
from tests.integration.test_real_host_deaths import MAPPING, hint, titles

MANY = 60


async def test_sixty_workspaces_hinted_at_once_are_done_by_one_instance_and_by_two(tmp_path):
    async with instances_under(MAPPING, tmp_path) as stage:
        await stage.start()
        await hint(stage, "Before")
        await happens(lambda: titles(stage))
        await many(stage, "Alone")
        await stage.start()
        await many(stage, "Together")

        assert set(titles(stage).values()) == {1}


async def many(stage, name):
    """Hint many workspaces at once, and wait until each has its task."""
    before = len(titles(stage))
    await asyncio.gather(*(hint(stage, f"{name} {number}") for number in range(MANY)))
    await happens(lambda: len(titles(stage)) == before + MANY, seconds=240)
