"""
Null in every property that may be null, a wrong type in every property: of one object among good ones.

The good ones make progress; what may be null is read as empty; what can't be read is told, never dropped.
Source: graph-openapi-v1.yaml beside this file; OpenText facts 2 to 6 for the answers of Content Server.
"""

import copy
import json
from typing import Any

import httpx
import pytest

from shared.clients.graph.directory import DirectoryClient
from shared.clients.graph.pages import Page
from shared.clients.graph.planner import Planner
from shared.errors import BridgeError, UnavailableError, UnreadableError
from shared.models.graph import Subscription
from shared.models.origin import Needs
from shared.models.people import Lookups
from shared.models.planner import PlannerBucket, PlannerDetails, PlannerPlan, PlannerTask
from shared.models.workflow import StepRef
from tests.fidelity.odd_values import at, is_nullable, places, put, sample, wrong_for
from tests.unit.clients.graph.graph_double import GraphDouble, always
from tests.unit.clients.opentext.test_shapes import NOW, client

GRAPH = "microsoft.graph."
PAGES: dict[str, type[Page[Any]]] = {
    "plannerTask": Page[PlannerTask],
    "plannerPlan": Page[PlannerPlan],
    "plannerBucket": Page[PlannerBucket],
    "subscription": Page[Subscription],
}
ODD_ANSWERS: list[Any] = [
    *(None, 7, "odd", [], {}, [[]]),
    *({"results": None}, {"results": [None]}, {"data": {"data": []}}),
]
EVERYTHING = Needs(roles=True, records=True, holds=True, classifications=True, missing_documents=True)


def told(capsys, what, tried):
    with capsys.disabled():
        print(f"  {what}: {tried} values at properties tried, 0 neighbours stopped")


def page(rows):
    return GraphDouble(GET=always(httpx.Response(200, json={"value": rows}))).connection()


def three(name):
    return [{**sample(GRAPH + name), "id": key} for key in ("one", "odd", "two")]


@pytest.mark.parametrize("name", PAGES)
async def test_a_row_of_graph(name, capsys):
    tried = 0
    good = three(name)
    rows = PAGES[name]
    assert len(await page(good).list_all(rows, page(good).graph.planner.tasks)) == 3
    for path in places(good[1]):
        nullable = is_nullable(GRAPH + name, path)
        for value in [None] * nullable + wrong_for(at(good[1], path)):
            tried += 1
            connection = page([good[0], put(good[1], path, value), good[2]])
            listed = await connection.list_all(rows, connection.graph.planner.tasks)
            assert [row.id for row in listed if row.id in ("one", "two")] == ["one", "two"], (path, value)
            assert len(listed) + len(listed.unread) == 3, (path, value)
            assert value is not None or listed.is_whole or name == "subscription", (path, listed.unread)
    told(capsys, name, tried)


async def test_the_details_of_one_task_among_others(capsys):
    tried = 0
    good = sample(GRAPH + "plannerTaskDetails")
    for path in places(good):
        for value in [None] * is_nullable(GRAPH + "plannerTaskDetails", path) + wrong_for(at(good, path)):
            tried += 1
            odd = put(good, path, value)
            reply = {"one": good, "odd": odd, "two": good}
            double = GraphDouble(GET=lambda request: httpx.Response(200, json=reply[request.url.path.split("/")[-2]]))  # noqa: B023
            found = await Planner(double.connection()).read_details(["one", "odd", "two"])
            assert isinstance(found["one"], PlannerDetails)
            assert isinstance(found["two"], PlannerDetails)
            assert isinstance(found["odd"], PlannerDetails | UnavailableError)
            assert value is not None or isinstance(found["odd"], PlannerDetails), path
    told(capsys, "plannerTaskDetails", tried)


async def test_a_part_of_a_batch(capsys):
    """Each answer in a batch stands for itself, whatever another one looks like."""
    tried = 0
    task = sample(GRAPH + "plannerTask")
    inner = [{"id": str(number), "status": 200, "headers": {"a": "b"}, "body": task} for number in range(3)]
    for path in places(inner[1]):
        if path[0] == "body" and len(path) > 1:
            continue
        for value in [None, *wrong_for(at(inner[1], path))]:
            tried += 1
            answer = {"responses": [inner[0], put(inner[1], path, value), inner[2]]}
            double = GraphDouble(BATCH=always(httpx.Response(200, json=answer)))
            found = list((await Planner(double.connection()).read_both(["a", "b"])).values())
            assert isinstance(found[0][0], PlannerTask), (path, value)
            assert isinstance(found[1][0], PlannerTask), (path, value)
    told(capsys, "$batch", tried)


async def test_a_user_among_members(capsys):
    tried = 0
    names = ("mail", "userPrincipalName", "displayName", "userType", "@odata.type")
    user = {"id": "odd", "accountEnabled": True, **dict.fromkeys(names, "a@contoso.example")}
    good = [{**user, "id": key, "@odata.type": "#microsoft.graph.user"} for key in ("one", "odd", "two")]
    for path in places(good[1]):
        for value in [None, *wrong_for(at(good[1], path))]:
            tried += 1
            connection = page([good[0], put(good[1], path, value), good[2]])
            directory = DirectoryClient(connection, lambda: NOW)
            found = await directory.answer(Lookups(groups=frozenset({"g"})))
            assert {"one", "two"} <= {member.id for member in found.groups["g"]}, (path, value)
    told(capsys, "users and members", tried)


def node(number, name, kind, **more):
    return {
        "id": number, "name": name, "type": kind, "create_date": "2026-01-19T06:57:04Z", "parent_id": 2000,
        "modify_date": "2026-01-19T06:57:04Z", "reserved": False, "reserved_user_id": 0, **more,
    }  # fmt: skip


def person(number):
    return {
        "id": number, "name": f"user{number}", "display_name": "A", "type": 0, "business_email": f"{number}@x.example",
    }  # fmt: skip


def assignee(number):
    return {"userId": number, "loginName": "a", "firstName": "A", "lastName": "B", "emailAddress": "a@contoso.example"}


def step(number):
    people = {"assignee": [assignee(1)], "assignedto": {"groupName": ""}, "assigneeCount": 1}
    return {
        "process_id": 3, "subprocess_id": 3, "task_id": number, "task_name": f"Step {number}", "task_due_date": "",
        "task_start_date": "2026-01-19T06:57:04", "task_status": "ontime", "task_assignees": people,
    }  # fmt: skip


def definition(key, name, kind="String", **more):
    return {"key": key, "name": name, "type_name": kind, "persona": "", "multi_value": False, **more}


MEANING = {
    "9": definition("9", "Contract", persona="category"),
    "9_2": definition("9_2", "Region"),
    "9_3": definition("9_3", "End", "Date"),
    "9_4": definition("9_4", "Tags", multi_value=True),
    "9_5": definition("9_5", "Parties", "Set", persona="set"),
    "9_5_x_6": definition("9_5_x_6", "Name"),
    "9_7": definition("9_7", "Owner", "Integer", persona="user"),
    "9_8": definition("9_8", "Value", "Integer"),
}
VALUES = {"9_2": "EMEA", "9_3": "2027-06-01T00:00:00", "9_4": ["a"], "9_5_1_6": "ACME", "9_7": 1, "9_8": 5}


def answers():
    """What a Content Server answers about a workspace, a workflow and its documents."""
    roles = [
        {"data": {"properties": {"id": n, "name": f"Role {n}", "leader": n == 1}}, "members": [person(1), person(2)]}
        for n in (11, 12, 13)
    ]
    documents = [
        {
            "data": {
                "properties": node(n, f"doc {n}", 144),
                "versions": {"version_number": 2},
                "categories": [VALUES],
            },
            "metadata": {"categories": [MEANING]},
        }
        for n in (71, 72, 73)
    ]
    about = {"wf_name": "A", "status_key": "ontime", "parallel_steps": [step(1)]}
    listed = [{"data": {"wfstatus": {"process_id": n, **about}}} for n in (1, 2, 3)]
    space = node(3, "Alpha", 848, wksp_type_name="Contract", wnf_wksp_type_id=37, wnf_wksp_template_id=5)
    details = {
        "wf_name": "Approval", "status": "ontime", "date_initiated": "2026-01-19T06:57:04", "due_date": "",
        "initiator": assignee(1),
    }  # fmt: skip
    return {
        "v2/businessworkspaces/3": {
            "results": {"data": {"properties": space, "categories": [VALUES]}, "metadata": {"categories": MEANING}}
        },
        "v2/businessworkspaces/3/members": {"results": roles},
        "v2/businessworkspaces/3/missingdocuments": {
            "results": {"data": [{"id": n, "name": f"missing {n}", "due_date": ""} for n in (5, 6, 7)]}
        },
        "v1/nodes/3/holds": {"data": [{"hold_id": n, "hold_name": f"H{n}", "active": True} for n in (1, 2, 3)]},
        "v1/nodes/3/rmclassifications": {"data": [{"rmclassification_id": 1, "file_status": "ACTIVE"}]},
        "v1/nodes/3/classifications": {"data": [{"id": n, "name": f"C{n}"} for n in (1, 2, 3)]},
        "v2/members/1": {"results": {"data": {"properties": person(1)}}},
        "v2/workflows/status/processes/3": {
            "results": {
                "attachments": {"attachment_folder_id": 70},
                "step_list": {
                    "completed": [step(1), step(2), step(3)],
                    "current": [step(4), step(5), step(6)],
                    "next": [{"task_name": "Next"}],
                },
                "wf_details": details,
            }
        },
        "v2/nodes/70/nodes": {"results": [{"data": {"properties": node(n, f"doc {n}", 144)}} for n in (71, 72, 73)]},
        "v2/nodes/list": {"results": documents},
        "v2/nodes/72": {"results": documents[1]},
        "v2/workflows/status": {"results": listed},
        "v2/members": {"results": [{"data": {"properties": person(n)}} for n in (1, 2, 3)]},
        "v2/processes/3/subprocesses/3/activities": {
            "results": {
                "data": [
                    {"date": "2026-01-19T06:57:04", "user_id": n, "action": "a", "comment": f"c{n}"} for n in (1, 2, 3)
                ]
            }
        },
    }


class Answers(dict[str, object]):
    """Whatever else is asked for is not there."""

    def __missing__(self, _path):
        return [httpx.Response(400, json={"error": "Could not get a node for that"})]


def server(changed=None):
    made, _ = client(Answers({path: [answer] for path, answer in {**answers(), **(changed or {})}.items()}))
    return made


def mutations(path, start):
    """Every odd value at every place from `start` on in one answer."""
    answer = answers()[path]
    for place in places(at(answer, start), start):
        for value in [None, *wrong_for(at(answer, place))]:
            yield place, value, {path: put(answer, place, value)}


async def test_a_workspace_with_one_odd_value(capsys):
    """Its identity must be there; whatever else is odd, it is read, and the other parts are as they were."""
    tried = 0
    whole = await server().workspaces.read(3, EVERYTHING)
    assert whole.not_known == {}
    for path, start in (
        ("v2/businessworkspaces/3", ("results", "data", "properties")),
        ("v2/businessworkspaces/3", ("results", "data", "categories", 0)),
        ("v2/businessworkspaces/3", ("results", "metadata", "categories")),
        ("v2/businessworkspaces/3/members", ("results", 1)),
        ("v2/businessworkspaces/3/missingdocuments", ("results", "data", 1)),
        ("v1/nodes/3/holds", ("data", 1)),
        ("v1/nodes/3/rmclassifications", ("data", 0)),
        ("v1/nodes/3/classifications", ("data", 1)),
    ):
        for place, value, changed in mutations(path, start):
            tried += 1
            try:
                found = await server(changed).workspaces.read(3, EVERYTHING)
            except UnreadableError:
                assert place[-1] in ("id", "name"), (place, value)
                continue
            if "members" in path:
                assert [role for role in found.roles if role.name != "Role 12"][:1] == [whole.roles[0]], (place, value)
                assert whole.roles[2] in found.roles, (place, value)
            else:
                assert found.roles == whole.roles, (place, value)
            if "categories" in place and "data" in place:
                same = sum(found.attributes.get(name) == old for name, old in whole.attributes.items())
                assert same >= len(whole.attributes) - 1, (place, value)
    told(capsys, "a workspace", tried)


async def test_a_workflow_with_one_odd_step_or_document(capsys):
    tried = 0
    for path, start in (
        ("v2/workflows/status/processes/3", ("results", "step_list", "current", 1)),
        ("v2/workflows/status/processes/3", ("results", "step_list", "completed", 1)),
        ("v2/workflows/status/processes/3", ("results", "step_list", "next")),
        ("v2/workflows/status/processes/3", ("results", "wf_details")),
        ("v2/nodes/70/nodes", ("results", 1)),
        ("v2/nodes/list", ("results", 1)),
    ):
        for place, value, changed in mutations(path, start):
            tried += 1
            found = await server(changed).workflows.read(3, Needs())
            assert {4, 6} <= {one.ref.task_id for one in found.current}, (place, value)
            assert {1, 3} <= {one.ref.task_id for one in found.completed}, (place, value)
            assert {71, 73} <= {one.node_id for one in found.documents}, (place, value)
            assert len(found.documents) == 3 or found.unread_documents, (place, value)
    told(capsys, "a workflow", tried)


async def test_rows_of_lists_of_workflows_people_and_acts(capsys):
    tried = 0
    ref = StepRef(process_id=3, subprocess_id=3, task_id=4, visit="")
    for path, start in (
        ("v2/workflows/status", ("results", 1)),
        ("v2/members", ("results", 1)),
        ("v2/processes/3/subprocesses/3/activities", ("results", "data", 1)),
    ):
        for place, value, changed in mutations(path, start):
            tried += 1
            made = server(changed)
            listed = await made.workflows.list_status("Both", "ontime")
            assert {1, 3} <= {row.process_id for row in listed}, (place, value)
            assert len(listed) + len(listed.unread) == 3, (place, value)
            assert (await made.members.find_by_login("user3")).user_id == 3, (place, value)
            comments = [line.comment for line in await made.workflows.activities(ref)]
            assert (comments[0], comments[2]) == ("c1", "c3"), (place, value)
    told(capsys, "lists of Content Server", tried)


@pytest.mark.parametrize("path", sorted(answers()))
async def test_whatever_stands_at_the_top_of_an_answer_nothing_but_our_own_errors_is_raised(path):
    for odd in ODD_ANSWERS:
        made = server({path: odd if isinstance(odd, dict | list) else httpx.Response(200, content=json.dumps(odd))})
        for read in (
            lambda made=made: made.workspaces.read(3, EVERYTHING),
            lambda made=made: made.workflows.read(3, copy.copy(EVERYTHING)),
            lambda made=made: made.workflows.list_status("Both", "ontime"),
        ):
            try:
                await read()
            except BridgeError:
                continue
