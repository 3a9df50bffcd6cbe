"""What the last look left for the next may be another release's: it is read anew then, and nothing stops."""

import json

import pytest

from shared.models.messages import OriginMessage
from shared.models.seen import DETAILS, HOME, MAPPING, MOVED, NODES, PLACE, SOON, STEP_LEFT
from shared.models.words import WaitedFor
from tests.integration.test_rebuild import Case

VALUES = {
    "a text": "soon",
    "a number": 7,
    "a list": [{"a": 1}],
    "another shape": {"format": 2, "node": "x", "at": {"seconds": 1}},
    "a time without its zone": "2026-11-23T09:00:00",
    "no time in it": {"node": 10011, "at": "soon"},
    "true": True,
}


async def seen_by(case, origin):
    rows = case.inside.account.tables["origins"][origin]
    return json.loads(rows["lease"]["data"])["seen"]


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
async def test_whatever_a_look_left_the_next_one_goes_on(value):
    case = Case()
    await case.begin()
    await case.pass_time()
    origins = [f"workspace-{case.workspace}", f"workflow-{case.process}"]
    names = {name for origin in origins for name in await seen_by(case, origin)}
    assert {MAPPING, NODES, HOME, PLACE} <= names
    for origin in origins:
        row = case.inside.account.tables["origins"][origin]["lease"]
        lease = json.loads(row["data"])
        lease["seen"] = dict.fromkeys({*names, MOVED, STEP_LEFT, SOON, DETAILS, PLACE, HOME}, value)
        row["data"] = json.dumps(lease)
    for waited_for in (WaitedFor.HINT, WaitedFor.RESYNC):
        for origin in origins:
            message = OriginMessage(origin=origin, waited_for=waited_for)
            case.inside.origins.messages.append(message.model_dump_json())
        await case.inside.drain()

    for origin in origins:
        lease = await case.inside.services().origins.find_lease(origin)
        assert lease is not None
        assert lease.trouble is None
    assert await case.inside.services().agenda.list_dead() == ()
