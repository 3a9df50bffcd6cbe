"""A worker that is at work for long gives its sign of life all the time, and the others leave it alone."""

import asyncio

from local.in_process.loop import SimLoop, run
from local.in_process.tables import MemoryTables
from shared.models.hands import Kind
from shared.store.hands import Hands
from tests.integration.store_builders import NoQueues
from tests.tables import tables_in


def test_who_works_for_an_hour_is_alive_all_the_time():
    async def main(loop: SimLoop) -> list[bool]:
        memory = MemoryTables(now=loop.now)
        tables = tables_in(memory)
        busy, other = (Hands(tables, NoQueues(), worker, ticks=loop.time) for worker in ("busy", "other"))
        await busy.take(Kind.ORIGIN, "workspace-1")
        dead = []
        for _ in range(60):
            await asyncio.sleep(60)
            dead.append((await other.signs())["busy"].is_dead)
        busy.close()
        return dead

    assert run(main) == [False] * 60
