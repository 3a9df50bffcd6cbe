"""A workflow that nobody can read any more, and people who go on with its tasks: what that costs is bounded."""

import asyncio

from tests.simulation.looking import links
from tests.simulation.people import People
from tests.simulation.running import Running

READS = 12
APART = 300.0
"""Seconds: a plan in which little happens is read so often."""
MOST_LOOKS = 6
"""In an hour, that ask OpenText for what it does not show."""


async def pass_an_hour(running: Running, people: People) -> None:
    """Let an hour pass in which plans are read that hold changed tasks of purged workflows; count the looks."""
    world, journal = running.world, running.world.journal
    tasks = {origin: link.task_id for (origin, _), link in links(world).items() if link.task_id in world.graph.tasks}
    hidden = {origin: tasks[origin] for origin in map("workflow-{}".format, sorted(world.purged)) if origin in tasks}
    for task_id in hidden.values():
        world.graph.person_patch_task(people.user("nkaur"), str(task_id), title="Whatever became of this?")
    before = len(journal.looks)
    for _ in range(READS if hidden else 0):
        await asyncio.sleep(APART)
        await running.sweep()
        await running.drain()
    for origin in hidden:
        looks = [
            look for look, at in journal.origins.items() if at == origin and look > before and look in journal.asked
        ]
        if len(looks) > MOST_LOOKS:
            running.failures.append(f"OpenText was asked in {len(looks)} looks of an hour for what it hides: {origin}")
