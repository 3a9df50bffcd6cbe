"""How long hints wait, with host and settings as they are delivered."""

import asyncio

from tests.integration.functions_hosts import happens
from tests.integration.test_real_host_deaths import hint, staged, titles

MANY = 60


async def test_sixty_workspaces_hinted_at_once_are_done_within_25_s_by_one_instance_and_by_two(tmp_path):
    async with staged(tmp_path) as stage:
        await stage.start()
        await hint(stage, "Before")
        await happens(lambda: titles(stage))
        alone = await how_long_many_take(stage, "Alone")
        await stage.start()
        together = await how_long_many_take(stage, "Together")

        print(alone, together)
        assert set(titles(stage).values()) == {1}
        assert max(alone, together) < 25


async def how_long_many_take(stage, name):
    before = len(titles(stage))
    await asyncio.gather(*(hint(stage, f"{name} {number}") for number in range(MANY)))
    return await happens(lambda: len(titles(stage)) == before + MANY)
