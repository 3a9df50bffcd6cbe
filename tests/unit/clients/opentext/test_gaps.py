"""One thing that can't be read is told, and the rest of an origin is read all the same."""

from typing import Any

import httpx
import pytest

from shared.clients.opentext.attribute_values import typed
from shared.errors import UnavailableError, UnreadableError
from shared.models.opentext import AttributeType, Part
from shared.models.origin import Needs
from shared.models.workflow import StepRef
from tests.unit.clients.opentext.test_shapes import BARE, DEKE, client, row, step

NOT_INSTALLED = httpx.Response(400, json={"error": "The REST API URL could not be found in the mappings registry."})
MEANING = {
    "9": {"name": "Contract"},
    "9_2": {"name": "Owner", "persona": "user", "type_name": "Integer"},
    "9_3": {"name": "End", "type_name": "Date"},
    "9_4": {"name": "Value", "type_name": "Integer"},
    "9_5": {"name": "Region", "type_name": "String"},
}


def workspace(values=None, **fields):
    properties = {"id": 3, "name": "Alpha", "type": 848, **fields}
    data = {"properties": properties, "categories": values or {}}
    return {"results": {"data": data, "metadata": {"categories": MEANING}}}


async def read(values=None, needs=None, answers=None, **fields):
    made, _ = client({"v2/businessworkspaces/3": [workspace(values, **fields)], **(answers or {})})
    return await made.workspaces.read(3, needs or Needs())


async def test_a_user_attribute_that_holds_a_group_is_not_known_and_the_rest_is_read():
    group = {"results": {"data": {"properties": {"id": 7, "name": "Board", "type": 1}}}}

    found = await read({"9_2": 7, "9_5": "EMEA"}, answers={"v2/members/7": [group]})

    assert found.attributes == {"Contract.Region": "EMEA"}
    assert "not a user" in found.not_known[Part.ATTRIBUTES.of("Contract.Owner")]


async def test_values_that_their_attribute_does_not_hold_are_not_known():
    values = {"9_3": "soon", "9_4": "many", "9_5": {"en": "x"}}

    found = await read(values)

    assert found.attributes == {}
    assert set(found.not_known) == {Part.ATTRIBUTES.of(f"Contract.{name}") for name in ("End", "Value", "Region")}


async def test_text_is_cleaned_and_a_date_that_means_none_is_empty():
    found = await read({"9_3": "1899-12-30T00:00:00", "9_5": "Mu\u0308nchen\x00"})

    assert found.attributes == {"Contract.End": None, "Contract.Region": "München"}
    assert found.not_known == {}


@pytest.mark.parametrize(
    ("value", "kind", "found"),
    [
        ("12", AttributeType.INTEGER, 12),
        (5.0, AttributeType.INTEGER, 5),
        ("1.5", AttributeType.NUMBER, 1.5),
        ("", AttributeType.NUMBER, None),
        ("true", AttributeType.BOOLEAN, True),
        (0, AttributeType.BOOLEAN, False),
        ("2027-06-01T00:00:00", AttributeType.DATE, "2027-06-01T00:00:00"),
        ("9999-12-31T23:59:59Z", AttributeType.DATE, None),
        ("0001-01-01", AttributeType.DATE, None),
        (["2027-06-01", "1753-01-01"], AttributeType.DATE, ("2027-06-01",)),
        (None, AttributeType.USER, None),
    ],
)
def test_values_are_read_as_their_attribute_declares_them(value, kind, found):
    assert typed(value, kind, multi=False) == found


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("1.000,00", AttributeType.NUMBER),
        (float("inf"), AttributeType.NUMBER),
        ("1" * 5000, AttributeType.INTEGER),
        ("nan", AttributeType.NUMBER),
        (1.5, AttributeType.INTEGER),
        (True, AttributeType.INTEGER),
        (7, AttributeType.DATE),
        ("31.12.2026", AttributeType.DATE),
        ("maybe", AttributeType.BOOLEAN),
        ({"a": 1}, AttributeType.TEXT),
        (float("nan"), AttributeType.UNKNOWN),
        (["2027-06-01", "soon"], AttributeType.DATE),
    ],
)
def test_what_can_not_be_read_is_not_known(value, kind):
    with pytest.raises(UnreadableError):
        typed(value, kind, multi=False)


@pytest.mark.parametrize("answer", [{}, {"results": None}, [], httpx.Response(204), NOT_INSTALLED])
@pytest.mark.parametrize(
    ("part", "path"),
    [
        pytest.param("missing_documents", "missingdocuments", id="documents"),
        pytest.param("roles", "members", id="members"),
    ],
)
async def test_only_a_list_states_that_nothing_is_missing_and_nobody_has_a_role(part, path, answer):
    needs = Needs(attributes=False, roles=True, missing_documents=True)
    answers: dict[str, list[Any]] = {
        f"v2/businessworkspaces/3/{name}": [{"results": []}] for name in ("missingdocuments", "members")
    }

    found = await read(needs=needs, answers=answers | {f"v2/businessworkspaces/3/{path}": [answer]})

    assert getattr(found, part) is None
    assert list(found.not_known) == [part]


async def test_a_list_of_missing_documents_with_a_hole_states_nothing():
    missing = {"results": {"data": [{"id": 5, "name": "Certificate"}, {"id": 6, "name": None}]}}
    needs = Needs(attributes=False, missing_documents=True)

    found = await read(needs=needs, answers={"v2/businessworkspaces/3/missingdocuments": [missing]})

    assert found.missing_documents is None
    assert "row 6" in found.not_known[Part.MISSING_DOCUMENTS]


async def test_one_member_that_can_not_be_read_leaves_the_other_roles_as_they_are():
    liz = {"id": 15520, "name": "lwhite", "type": 0, "business_email": "l@x"}
    roles = {
        "results": [
            {"data": {"properties": {"id": 1, "name": "Legal"}}, "members": [liz, {"id": "?", "type": 0}]},
            {"data": {"properties": {"id": 2, "name": "Sales"}}, "members": [liz]},
            {"data": {"properties": {"id": 3, "name": "Board"}}, "members": None},
        ]
    }
    needs = Needs(attributes=False, roles=True)

    found = await read(needs=needs, answers={"v2/businessworkspaces/3/members": [roles]})

    assert [(role.name, len(role.members), role.not_known is None) for role in found.roles] == [
        ("Legal", 1, False),
        ("Sales", 1, True),
        ("Board", 0, False),
    ]
    assert set(found.not_known) == {Part.ROLES.of("Legal"), Part.ROLES.of("Board")}


async def test_no_records_module_is_not_no_hold():
    needs = Needs(attributes=False, records=True, holds=True, classifications=True)
    paths = ("holds", "rmclassifications", "classifications")

    found = await read(needs=needs, answers={f"v1/nodes/3/{path}": [NOT_INSTALLED] for path in paths})

    assert (found.holds, found.rm_status, found.classifications) == (None, None, None)
    assert set(found.not_known) == {Part.HOLDS, Part.RM_STATUS, Part.CLASSIFICATIONS}


async def test_holds_that_are_not_allowed_to_be_read_stop_nothing_else():
    needs = Needs(attributes=False, records=True, holds=True)
    answers = {
        "v1/nodes/3/holds": [httpx.Response(403, json={"error": "no"})],
        "v1/nodes/3/rmclassifications": [{"data": [{"file_status": "ACTIVE"}]}],
    }

    found = await read(needs=needs, answers=answers)

    assert (found.holds, found.rm_status) == (None, "ACTIVE")


async def test_an_odd_date_of_a_node_is_not_known():
    found = await read(create_date="long ago", modify_date=7)

    assert (found.created, found.modified) == (None, None)
    assert set(found.not_known) == {Part.CREATED, Part.MODIFIED}


async def test_a_server_that_is_away_is_waited_for():
    with pytest.raises(UnavailableError):
        await read(
            needs=Needs(attributes=False, roles=True),
            answers={"v2/businessworkspaces/3/members": [httpx.Response(503, content=b"<html>")]},
        )


def workflow(**answers):
    current = [step(assignee=[DEKE]), {**step(), "task_id": "?"}, {**step(assignee=[DEKE]), "task_due_date": "soon"}]
    status = {
        "attachments": {"attachment_folder_id": 5},
        "step_list": {"current": current, "completed": None, "next": [{"task_name": None}, 7]},
        "wf_details": {"wf_name": "A", "due_date": "soon", "initiator": {"userId": None}},
    }
    children = {"results": [row(7, name="a", type=144), row(8, name="b", type=144), row("?", name="c", type=144)]}
    seven = {
        "results": {"data": {"properties": {"id": 7, "name": "a", "type": 144}, "versions": [{"version_number": 2}]}}
    }
    return {
        "v2/workflows/status/processes/3": [{"results": status}],
        "v2/nodes/5/nodes": [children],
        "v2/nodes/list": [NOT_INSTALLED],
        "v2/nodes/7": [seven],
        "v2/nodes/8": [httpx.Response(400, json={"error": "Could not get a node for 8"})],
        **answers,
    }


async def test_without_a_list_of_nodes_each_is_read_and_what_is_gone_is_told():
    made, seen = client(workflow())

    found = await made.workflows.read(3, BARE)
    await made.workflows.read(3, BARE)

    assert [(one.node_id, one.version) for one in found.documents] == [(7, 2)]
    assert len(found.unread_documents) == 2
    assert "node for 8" in found.not_known[Part.DOCUMENTS.of("8")]
    assert sum(request.url.path.endswith("nodes/list") for request in seen) == 1


async def test_a_document_without_its_version_is_not_one_that_keeps_none():
    lost = {"results": {"data": {"properties": {"id": 7, "name": "a", "type": 144}, "versions": None}}}
    made, _ = client(workflow(**{"v2/nodes/7": [lost]}))

    found = await made.workflows.read(3, BARE)

    assert found.documents == ()
    assert "version" in found.not_known[Part.DOCUMENTS.of("7")]


async def test_odd_steps_dates_and_people_leave_the_others_as_they_are():
    made, _ = client(workflow())

    found = await made.workflows.read(3, BARE)

    assert [one.ref.task_id for one in found.current] == [10]
    assert (found.completed, found.next_steps, found.due, found.initiator) == ((), (), None, None)
    assert {Part.STEPS, Part.DUE, Part.INITIATOR} <= set(found.not_known)


async def test_a_step_whose_group_is_gone_says_whom_it_does_not_know():
    status = {
        "step_list": {"current": [step(assignee=[], assignedto={"groupName": "Board"})]},
        "wf_details": {"wf_name": "A"},
    }
    made, _ = client({"v2/workflows/status/processes/3": [{"results": status}], "v2/members": [{"results": []}]})

    (found,) = (await made.workflows.read(3, BARE)).current

    assert found.performers == ()
    assert "Board" in found.not_known[Part.PERFORMERS]


async def test_a_line_of_the_audit_that_can_not_be_read_is_not_passed_over():
    """It may be the one that says that a step was sent on."""
    made, _ = client({"v2/processes/1/subprocesses/1/activities": [{"results": [None]}]})

    with pytest.raises(UnreadableError):
        await made.workflows.activities(StepRef(process_id=1, subprocess_id=1, task_id=1, visit=""))


@pytest.mark.parametrize(
    ("path", "read_it"),
    [
        pytest.param("v2/workflows/status/processes/3", lambda it: it.workflows.read(3, BARE), id="workflow"),
        pytest.param("v2/businessworkspaces/3", lambda it: it.workspaces.read(3, BARE), id="workspace"),
        pytest.param("v2/nodes/3", lambda it: it.workspaces.read_document(3, BARE), id="node"),
    ],
)
@pytest.mark.parametrize("said", ["Could not access task status", "Das Objekt ist nicht vorhanden"])
async def test_one_thing_that_is_refused_when_it_is_read_by_its_id_is_gone_or_hidden(path, read_it, said):
    """In which words, and in which language, is the server's to choose."""
    made, _ = client({path: [httpx.Response(400, json={"error": said})]})

    with pytest.raises(UnreadableError, match=said):
        await read_it(made)
