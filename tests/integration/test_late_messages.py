"""A message of an earlier timer comes late, while a newer one of its reason stands: there is one all the same."""

from datetime import timedelta

from local.demo.world import create_contract
from local.in_process.system import START, Inside
from local.simulators.faults import Fault
from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor
from tests.repository import ROOT

END = START + timedelta(days=400)


async def look(inside, origin, waited_for):
    inside.origins.messages.append(OriginMessage(origin=origin, waited_for=waited_for).model_dump_json())
    await inside.drain()


def timers(inside, waited_for):
    return [key for rows in inside.account.tables["agenda"].values() for key in rows if key.endswith(waited_for.value)]


async def test_a_late_message_leaves_one_timer_of_its_reason():
    """It waited on the queue while another look set the timer anew: each look that it causes would leave one more."""
    inside = Inside(ROOT / "mapping.yaml")
    origin = f"workspace-{create_contract(inside.world, 'Supply', END)}"
    inside.world.graph.faults.add(Fault.status(403, method="POST", path="/planner/tasks", times=10**6))
    await look(inside, origin, WaitedFor.HINT)
    assert len(timers(inside, WaitedFor.RETRY)) == 1

    for _ in range(3):
        inside.at += timedelta(seconds=3)
        await look(inside, origin, WaitedFor.RETRY)

    assert len(timers(inside, WaitedFor.RETRY)) == 1


async def test_a_look_that_was_asked_for_as_a_resync_leaves_one_resync():
    inside = Inside(ROOT / "mapping.yaml")
    origin = f"workspace-{create_contract(inside.world, 'Supply', END)}"
    await look(inside, origin, WaitedFor.HINT)

    inside.at += timedelta(hours=1)
    await look(inside, origin, WaitedFor.RESYNC)

    assert len(timers(inside, WaitedFor.RESYNC)) == 1


async def test_a_hint_about_a_node_is_not_lost_while_the_sign_in_is_refused():
    """Nobody could read what the node is, which says nothing of it: a hidden node's hint is let go, this one not."""
    inside = Inside(ROOT / "mapping.yaml", settings={"OPENTEXT_DISCOVERY_SECONDS": "86400"})
    content = inside.world.content
    for path in ("/v1/auth", "/oauth2/token"):
        content.faults.add(Fault.status(401, path=path, body=b'{"error": "invalid credentials"}', times=99))
    workspace = create_contract(inside.world, "Supply", END)

    await look(inside, f"node-{workspace}", WaitedFor.HINT)
    await inside.pass_time(timedelta(seconds=30), times=4)
    content.faults.queue.clear()
    await inside.pass_time(timedelta(minutes=5), times=6)

    assert len(inside.world.graph.tasks) == 4
