"""Shapes that servers may send and the simulator does not: written from OpenText's own clients, not recorded."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from shared.clients.opentext import SignIn, connect
from shared.clients.opentext.workflow_answers import (
    activity_of,
    form_of,
    listed,
    performer_of,
    reported,
    status_of,
    step_of,
)
from shared.errors import UnavailableError, UnreadableError
from shared.models.opentext import Part, Person
from shared.models.origin import Needs
from shared.models.workflow import WorkflowStatus

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
BARE = Needs(attributes=False)
DEKE = {
    "userId": 15665,
    "loginName": "dfoxhoven",
    "firstName": "Deke",
    "lastName": "Foxhoven",
    "emailAddress": "d@x.com",
}
LIZ = {**DEKE, "userId": 15520, "loginName": "lwhite"}


def client(answers):
    """Answer by path, and each path's answers in turn; the last one stays."""
    seen = []

    def handler(request):
        path = request.url.path.removeprefix("/cs/cs/api/")
        if path == "v1/auth":
            return httpx.Response(200, json={"ticket": "t"})
        seen.append(request)
        found = answers[path]
        answer = found.pop(0) if isinstance(found, list) and len(found) > 1 else found[0]
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    sign_in = SignIn(base_url="https://ecm.contoso.example/cs/cs", username="bridge", password="pw")
    http = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    made = connect(sign_in, http, zone=BERLIN, now=lambda: NOW)
    return made, seen


def row(number, **more):
    return {"data": {"properties": {"id": number, **more}}}


def step(**assignees):
    return {
        "process_id": 159314,
        "subprocess_id": "159314",
        "task_id": 10,
        "task_name": "Approver",
        "task_due_date": "",
        "task_start_date": "2024-10-03T15:21:23",
        "task_status": "workflowlate",
        "task_assignees": assignees,
    }


def test_a_step_is_read_with_its_visit_verbatim():
    found = step_of(step(assignee=[DEKE]), BERLIN)

    assert (found.ref.process_id, found.ref.subprocess_id, found.ref.task_id) == (159314, 159314, 10)
    assert found.ref.visit == "2024-10-03T15:21:23"
    assert found.started == datetime(2024, 10, 3, 13, 21, 23, tzinfo=UTC)
    assert (found.name, found.status, found.due) == ("Approver", "workflowlate", None)
    assert found.performers == (Person(user_id=15665, login="dfoxhoven", name="Deke Foxhoven", email="d@x.com"),)


@pytest.mark.parametrize(
    ("assignees", "group"),
    [
        pytest.param({"assignee": [], "assignedto": {"groupName": "Board"}}, "Board", id="unaccepted"),
        pytest.param({"assignee": [DEKE, LIZ], "assignedto": {"groupName": "Board"}}, "Board", id="all-listed"),
        pytest.param({"assignee": [DEKE], "assignedto": {"groupName": "Board"}}, None, id="accepted"),
        pytest.param({"assignee": [DEKE], "assignedto": None}, None, id="personal"),
        pytest.param({"assignee": DEKE, "assignedto": {"groupName": ""}}, None, id="object"),
    ],
)
def test_a_group_is_named_until_one_of_it_has_the_step(assignees, group):
    assert step_of(step(**assignees), BERLIN).group == group


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ontime", "ontime"),
        ("workflowlate", "workflowlate"),
        ("Completed", "completed"),
        ("odd", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_status_that_we_do_not_know_closes_nothing(value, expected):
    assert status_of(value) == WorkflowStatus(expected)


def test_a_person_without_names_goes_by_login():
    nameless = {"userId": "1000", "loginName": "Admin", "firstName": "", "lastName": "", "emailAddress": ""}
    assert performer_of(nameless) == Person(user_id=1000, login="Admin", name="Admin", email=None)


def test_a_form_tells_what_may_be_done():
    found = form_of(
        {
            "authentication": True,
            "member_accept": "true",
            "actions": [{"key": "SendOn", "label": "Send On"}, {"key": "Delegate", "label": "Forward"}],
            "custom_actions": {"key": "Approve", "label": ""},
        }
    )

    assert (found.can_send_on, found.must_accept, found.wants_password) == (True, True, True)
    assert [(item.key, item.label) for item in found.dispositions] == [("Approve", "Approve")]


def test_an_activity_of_an_unknown_kind_is_read_all_the_same():
    found = activity_of({"date": "", "user_id": "1002", "action": "odd", "comment": None}, BERLIN)
    assert (found.at, found.user_id, found.action, found.comment) == (None, 1002, "odd", "")


def test_a_listed_workflow_shows_its_parallel_steps():
    inner = {"process_id": 1, "subprocess_id": 1, "wf_name": "A", "status_key": "ontime"}
    found = listed({"data": {"wfstatus": {**inner, "parallel_steps": [step(), step()]}}, "permissions": {}}, BERLIN)
    assert (found.status, len(found.steps)) == (WorkflowStatus.ON_TIME, 2)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"process_id": "7", "task_id": 2, "task_name": "Approver", "wf_name": "A"}, id="as-documented"),
        pytest.param(
            {"WORK_WORKID": 7, "SubWorkTask_TaskID": 2, "subworktask_title": "Approver", "subwork_title": "A"},
            id="as-in-the-view",
        ),
    ],
)
def test_a_report_may_use_the_views_own_columns(given):
    found = reported(given, BERLIN)
    assert (found.process_id, found.name, found.steps[0].ref.task_id, found.steps[0].name) == (7, "A", 2, "Approver")


def test_a_report_that_does_not_tell_the_workflow_can_not_be_read():
    with pytest.raises(UnreadableError):
        reported({"task_id": 1}, BERLIN)


async def test_a_last_page_that_is_sent_for_ever_ends_the_list():
    """OpenText facts 3: past the end some servers send the last page again."""
    page = {"results": [row(number, name=f"n{number}", type=144) for number in range(100)]}
    made, seen = client({"v2/nodes/5/nodes": [page]})
    assert await made.records.find_child(5, "missing") is None
    assert len(seen) == 2


async def test_workspaces_in_no_order_are_all_looked_through():
    """A server that does not know the sort column: stopping at the first old one would lose the rest."""
    ages = [[1, 50, 2, 60, 3], [70, 4, 80, 81, 82], []]
    pages = [
        {
            "paging": {"limit": 5},
            "results": [row(age, name=f"w{age}", create_date=(NOW - timedelta(hours=age)).isoformat()) for age in page],
        }
        for page in ages
    ]
    types = {"results": [{"data": {"properties": {"wksp_type_id": 37, "wksp_type_name": "Contract"}}}]}
    made, _ = client({"v2/businessworkspacetypes": [types], "v2/businessworkspaces": pages})
    found = [item.node_id async for item in made.workspaces.list_created("Contract", NOW - timedelta(hours=10))]

    assert found == [1, 2, 3, 4]


async def test_users_that_cannot_be_searched_by_address_are_not_said_to_be_absent():
    everybody = {
        "results": [row(number, name=f"u{number}", business_email=f"u{number}@x", type=0) for number in range(20)]
    }
    made, _ = client({"v2/members": [everybody]})
    with pytest.raises(UnreadableError, match="searched by address"):
        await made.members.find_by_email("zoe@x")


def users(*logins, limit=20):
    listed = [row(number, name=login, business_email="", type=0) for number, login in enumerate(logins)]
    return {"collection": {"paging": {"limit": limit}}, "results": listed}


EVERYBODY = users(*(f"u{number}" for number in range(20)))
ALIKE = users(*(f"zoe{number}" for number in range(20)))
CLAMPED = users(*(f"zoe{number}" for number in range(5)), limit=5)
NOT_TOLD = {
    "both filters are passed over": [EVERYBODY, EVERYBODY],
    "by few users": [users("u1", "u2"), users("u1", "u2")],
    "more are called alike than a page holds": [ALIKE, ALIKE],
    "or than the server sends": [CLAMPED, CLAMPED],
    "a row can't be read": [{"results": [row("odd", name="zoe1", type=0)]}] * 2,
}


@pytest.mark.parametrize("answers", NOT_TOLD.values(), ids=NOT_TOLD)
async def test_a_login_that_can_not_be_searched_for_is_not_said_to_be_nobodys(answers):
    made, _ = client({"v2/members": list(answers)})
    with pytest.raises(UnreadableError, match="a user may be 'zoe'"):
        await made.members.find_by_login("zoe")


TOLD = {
    "nobody is listed": ([users()], None),
    "others begin alike": ([users("zoe1", "Zoelle")], None),
    "the login among others": ([users("zoe1", "ZOE")], 1),
    "the general filter finds what the other passes over": ([EVERYBODY, users("zoe1", "zoe")], 1),
    "the general filter finds nobody": ([EVERYBODY, users()], None),
}


@pytest.mark.parametrize(("answers", "user_id"), TOLD.values(), ids=TOLD)
async def test_a_login_is_found_or_said_to_be_nobodys_where_a_filter_works(answers, user_id):
    made, _ = client({"v2/members": list(answers)})
    found = await made.members.find_by_login("zoe")

    assert (found.user_id if found is not None else None) == user_id


async def test_a_list_of_nodes_that_leaves_versions_out_costs_one_more_call_a_node():
    """The API's description promises properties only."""
    children = {"results": [row(1, name="link", type=1, original_id=7)]}
    whole = {
        "results": {"data": {"properties": {"id": 7, "name": "a", "type": 144}, "versions": [{"version_number": 4}]}}
    }
    status = {
        "attachments": {"attachment_folder_id": 5},
        "step_list": {"completed": [], "current": [], "next": []},
        "wf_details": {"wf_name": "A", "status": "ontime"},
    }
    made, _ = client(
        {
            "v2/workflows/status/processes/3": [{"results": status}],
            "v2/nodes/5/nodes": [children],
            "v2/nodes/list": [{"results": [row(7, name="a", type=144)]}],
            "v2/nodes/7": [whole],
        }
    )
    found = await made.workflows.read(3, BARE)

    assert [(item.node_id, item.version) for item in found.documents] == [(7, 4)]


async def test_a_shortcut_that_leads_nowhere_is_told_and_the_rest_of_the_workflow_read():
    children = {"results": [row(1, name="link", type=1, original_id=0)]}
    status = {"attachments": {"attachment_folder_id": 5}, "step_list": {}, "wf_details": {"wf_name": "A"}}
    made, _ = client(
        {
            "v2/workflows/status/processes/3": [{"results": status}],
            "v2/nodes/5/nodes": [children],
            "v2/nodes/list": [{"results": []}],
        }
    )
    found = await made.workflows.read(3, BARE)

    assert (found.name, found.documents) == ("A", ())
    assert "leads nowhere" in found.not_known[Part.DOCUMENTS]


async def test_a_shortcut_may_carry_its_originals_whole_row():
    whole = {
        "results": {"data": {"properties": {"id": 7, "name": "a", "type": 144}, "versions": {"version_number": "2"}}}
    }
    shortcut = {"results": {"data": {"properties": {"id": 1, "type": 1, "original_id": {"id": 7, "name": "a"}}}}}
    made, _ = client({"v2/nodes/1": [shortcut], "v2/nodes/7": [whole]})
    found = await made.workspaces.read_document(1, BARE)

    assert (found.node_id, found.version) == (7, 2)


async def test_a_workflow_without_details_is_garbled_not_ended():
    made, _ = client({"v2/workflows/status/processes/3": [{"results": {}}]})
    with pytest.raises(UnavailableError):
        await made.workflows.read(3, BARE)


async def test_a_workspace_without_an_id_is_unreadable_not_empty():
    made, _ = client({"v2/businessworkspaces/3": [{"results": {"data": {"properties": {}}}}]})
    with pytest.raises(UnreadableError):
        await made.workspaces.read(3, BARE)


async def test_a_workspaces_members_that_bring_their_address_cost_nothing_more():
    member = {"id": 15520, "name": "lwhite", "name_formatted": "Liz White", "type": 0, "business_email": "l@x"}
    roles = {"results": [{"data": {"properties": {"id": 1, "name": "Legal", "leader": True}}, "members": [member]}]}
    made, seen = client({"v2/businessworkspaces/3/members": [roles]})
    (role,) = await made.workspaces.list_roles(3)

    assert role.members == (Person(user_id=15520, login="lwhite", name="Liz White", email="l@x"),)
    assert len(seen) == 1
