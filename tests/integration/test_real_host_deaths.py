"""
What is in hand when something dies: done soon after, and done once.

Settings and host.json are as delivered, and the host is as the real one. Nobody waits for the dead: not for the 600 s
of their messages, nor for what they held.
"""

import asyncio
import contextlib
from collections import Counter

import httpx
import pytest

from local.demo.observe import tasks
from tests.integration.functions_hosts import happens, instances_under, package_mapping

MAPPING = package_mapping(
    '{key: review, title: "{{ workspace.name }}: review", bucket: Review, assign: "role:Legal"'
    ", checklist: [Check liability clause]}"
)
IN_HAND = 4
NAMES = ("Before", *(f"In hand {number}" for number in range(IN_HAND)), "Afterwards")
WANTED = Counter(f"{name}: review" for name in NAMES)
SOON = 240
"""Seconds within which all must be done."""


async def hint(stage, name):
    content = stage.system.world.content
    node = content.create_workspace("Contract", name, roles={"Legal": ["lwhite"]}, user="pwilliams")
    await happens(lambda: is_accepted(stage, node))


async def is_accepted(stage, node):
    """Send a hint as Content Server does: again, when the line broke."""
    try:
        return await stage.system.hint(node_id=node) == 202
    except httpx.TransportError:
        return False


async def take_in_hand(stage):
    """Have the hosts take hints, and hold each look at its first question to Graph."""
    # Signed in, and everything made that is made once.
    await hint(stage, "Before")
    await happens(lambda: titles(stage))
    stage.graph.hold()
    for name in NAMES[1:-1]:
        await hint(stage, name)
    await happens(lambda: stage.graph.held >= IN_HAND)
    # All that get a slot have come as far.
    await asyncio.sleep(1)


def titles(stage):
    return Counter(task["title"] for task in tasks(stage.system))


async def an_instance_killed(stage):
    host = await stage.start()
    await take_in_hand(stage)
    host.kill()
    await stage.start()


async def one_of_two_instances_killed(stage):
    host = await stage.start()
    await take_in_hand(stage)
    # Later, so that all that is in hand is the first one's.
    await stage.start()
    host.kill()


async def the_worker_killed_alone(stage):
    host = await stage.start()
    await take_in_hand(stage)
    first = host.worker
    host.kill_worker()
    await happens(lambda: host.worker != first)


async def storage_refusing_connections_until_the_host_ends_itself(stage):
    host = await stage.start()
    await take_in_hand(stage)
    stage.gate.shut()
    stage.graph.let_go()
    assert await asyncio.to_thread(host.wait, 60) == 2
    await stage.gate.open()
    await stage.start()


async def a_host_told_to_end_while_looks_are_slow(stage):
    """By SIGINT: after ten seconds it cuts what still runs."""
    host = await stage.start()
    await take_in_hand(stage)
    assert await asyncio.to_thread(host.stop) == 0
    await stage.start()


ENDS = (
    an_instance_killed,
    one_of_two_instances_killed,
    the_worker_killed_alone,
    storage_refusing_connections_until_the_host_ends_itself,
    a_host_told_to_end_while_looks_are_slow,
)


@pytest.fixture(scope="module")
async def after(tmp_path_factory):
    """Let each end happen on a stage of its own, all side by side: most of it is waiting."""
    folders = [tmp_path_factory.mktemp(end.__name__) for end in ENDS]
    left = await asyncio.gather(*(what_is_left(end, folder) for end, folder in zip(ENDS, folders, strict=True)))
    return dict(zip(ENDS, left, strict=True))


async def what_is_left(end, folder):
    """Let something end with looks in hand, hint one more workspace, and count the tasks once all should be done."""
    async with instances_under(MAPPING, folder) as stage:
        await end(stage)
        stage.graph.let_go()
        await hint(stage, "Afterwards")
        with contextlib.suppress(TimeoutError):
            print(end.__name__, await happens(lambda: titles(stage).keys() >= WANTED.keys(), seconds=SOON))
        return titles(stage)


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
async def test_what_was_in_hand_at_an_end_is_done_soon_and_once(after, end):
    assert after[end] == WANTED
