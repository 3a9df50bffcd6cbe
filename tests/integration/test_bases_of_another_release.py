"""What was agreed on may stand in another release's form: then nothing is agreed on, and the item goes on."""

import json
from datetime import timedelta

import pytest

from shared.decisions.fields import FIELDS
from shared.models.link_parts import FORMS
from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor
from tests.integration.test_rebuild import Case

VALUES = {
    "a text": "soon",
    "a number": 7,
    "a list": [{"a": 1}],
    "a list with nothing in it": ["a", None],
    "another shape": {"format": 2},
    "true": True,
    "nothing": None,
}


def test_each_field_that_both_systems_show_has_its_form():
    assert {*FORMS} == {*(synced.name for synced in FIELDS), "progress"}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
async def test_an_item_goes_on_whatever_its_bases_hold(value):
    case = Case()
    await case.begin()
    await case.pass_time()
    origins = [f"workspace-{case.workspace}", f"workflow-{case.process}"]
    before = case.titles
    for origin in origins:
        rows = case.inside.account.tables["origins"][origin]
        for row in [row for key, row in rows.items() if key.startswith("link|")]:
            link = json.loads(row["data"])
            link["base"] = {name: {"asked": value, "got": value} for name in link["base"]}
            row["data"] = json.dumps(link)

    for _ in range(2):
        for origin in origins:
            message = OriginMessage(origin=origin, waited_for=WaitedFor.RESYNC)
            case.inside.origins.messages.append(message.model_dump_json())
        await case.inside.drain()
        await case.inside.pass_time(timedelta(hours=1), times=1)

    links = [link async for _, link in case.inside.services().origins.list_links()]
    assert {link.state for link in links} == {"open"}
    assert {link.hold for link in links} == {None}
    assert case.titles == before
