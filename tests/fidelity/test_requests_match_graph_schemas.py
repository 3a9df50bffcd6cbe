"""Every request that the clients send is one that Microsoft Graph documents, to the last property."""

import inspect
import json
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clients.graph.directory import DirectoryClient
from shared.clients.graph.mail import Mail
from shared.clients.graph.planner import Planner
from shared.clients.graph.planner_bodies import details_patch_body, new_task_body, task_patch_body
from shared.clients.graph.subscriptions import Subscriptions
from shared.models.mail import MailMessage
from shared.models.people import Lookups
from shared.models.planner_writes import ChecklistLine, DetailsChange, DetailsPatch, NewTask, TaskChange, TaskPatch
from tests.fidelity.graph_schemas import request_problems, schema_problems
from tests.unit.clients.graph.graph_double import BASE, GraphDouble, always, page, task

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
ETAG = 'W/"1"'
ADDRESS = "o'brien+x@contoso.example"

# Everything that any of the models wants to find in an answer.
ANYTHING = task() | {
    "name": "Review",
    "resource": "groups/g",
    "changeType": "updated",
    "expirationDateTime": "2026-03-20T00:00:00Z",
    "value": [],
}
PATCH = TaskPatch(title="t", due=NOW, start=None, assign=("u-1",), unassign=("u-2",), set_categories=("category1",))
DETAILS = DetailsPatch(
    description="d",
    checklist={"guid-1": ChecklistLine(title="x", is_checked=False, order_hint=" !"), "guid-2": None},
    references={"https://host.example/a?b=c#d": "Contract", "https://old.example": None},
)
TASK = NewTask(
    plan_id="p", bucket_id="b", title="t", due=NOW, priority=1, assignees=("u-1",), categories=("category1",)
)
LOOKUPS = Lookups(emails=frozenset({ADDRESS}), managers_of=frozenset({ADDRESS}), groups=frozenset({"g-1"}))

CALLS = {
    "Planner.list_tasks": lambda c: Planner(c).list_tasks("p", with_details=True),
    "Planner.list_versions": lambda c: Planner(c).list_versions("p"),
    "Planner.read_task": lambda c: Planner(c).read_task("t"),
    "Planner.read_both": lambda c: Planner(c).read_both(["t-1", "t-2"]),
    "Planner.read_details": lambda c: Planner(c).read_details(["t-1", "t-2"]),
    "Planner.create_tasks": lambda c: Planner(c).create_tasks([TASK, NewTask(plan_id="p", title="t")]),
    "Planner.update_tasks": lambda c: Planner(c).update_tasks([TaskChange(task_id="t", etag=ETAG, patch=PATCH)] * 2),
    "Planner.update_details": lambda c: Planner(c).update_details(
        [DetailsChange(task_id="t", etag=ETAG, patch=DETAILS)] * 21
    ),
    "Planner.delete_task": lambda c: Planner(c).delete_task("t", ETAG),
    "Planner.read_plan": lambda c: Planner(c).read_plan("p"),
    "Planner.find_plan_details": lambda c: Planner(c).find_plan_details("p"),
    "Planner.list_plans": lambda c: Planner(c).list_plans("g"),
    "Planner.list_buckets": lambda c: Planner(c).list_buckets("p"),
    "Planner.create_plan": lambda c: Planner(c).create_plan("g", "t"),
    "Planner.name_labels": lambda c: Planner(c).name_labels("p", {"category1": "Legal"}, ETAG),
    "Planner.create_bucket": lambda c: Planner(c).create_bucket("p", "n"),
    "DirectoryClient.answer": lambda c: DirectoryClient(c, lambda: NOW).answer(LOOKUPS),
    "DirectoryClient.user": lambda c: DirectoryClient(c, lambda: NOW).user("u"),
    "Subscriptions.create": lambda c: Subscriptions(c).create(
        "groups/g",
        "updated",
        "https://bridge.example/n",
        lifecycle_url="https://bridge.example/l",
        expires=NOW,
        client_state="x" * 128,
    ),
    "Subscriptions.renew": lambda c: Subscriptions(c).renew("s", NOW),
    "Subscriptions.reauthorize": lambda c: Subscriptions(c).reauthorize("s"),
    "Subscriptions.delete": lambda c: Subscriptions(c).delete("s"),
    "Subscriptions.list_subscriptions": lambda c: Subscriptions(c).list_subscriptions(),
    "Mail.send_mail": lambda c: Mail(c, ADDRESS).send_mail([ADDRESS], MailMessage("s", "t")),
}


def graph():
    """Everything succeeds, and everybody is found."""
    anything = always(httpx.Response(200, json=ANYTHING))
    person = {"id": "u-1", "@odata.type": "#microsoft.graph.user"}
    found = page(person)

    def get(request):
        return found if request.url.path.endswith(("/users", "transitiveMembers")) else anything(request)

    return GraphDouble(GET=get, POST=anything, PATCH=anything, DELETE=anything)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
async def test_every_request_is_documented(call):
    """Also each one inside a batch, and the batch itself."""
    double = graph()

    await call(double.connection())

    sent = double.inner + [request for request in double.sent if request.url.path.endswith("/$batch")]
    assert sent
    assert {str(request.url): request_problems(request) for request in sent if request_problems(request)} == {}


def test_no_call_is_left_out():
    clients = (Planner, DirectoryClient, Subscriptions, Mail)
    public = {
        f"{client.__name__}.{name}"
        for client in clients
        for name, _ in inspect.getmembers(client, inspect.iscoroutinefunction)
        if not name.startswith("_")
    }

    # Read from the token that sign-in gave: nothing is sent.
    assert public - {"DirectoryClient.roles"} == set(CALLS)


moments = st.none() | st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.timezones(no_cache=True))  # noqa: DTZ001
names = st.text(min_size=1)
users = st.lists(st.uuids().map(str), max_size=3).map(tuple)
categories = st.lists(st.integers(1, 25).map("category{}".format), max_size=3).map(tuple)
priorities = st.none() | st.integers(0, 10)

new_tasks = st.builds(
    NewTask,
    plan_id=names,
    bucket_id=st.none() | names,
    title=names,
    start=moments,
    due=moments,
    priority=priorities,
    percent_complete=st.integers(0, 100),
    assignees=users,
    categories=categories,
)
changes = {
    "title": names,
    "bucket_id": st.none() | names,
    "start": moments,
    "due": moments,
    "priority": priorities,
    "percent_complete": st.integers(0, 100),
    "assign": users,
    "unassign": users.filter(bool),
    "set_categories": categories.filter(bool),
    "clear_categories": categories,
}
lines = st.none() | st.builds(ChecklistLine, title=st.none() | names, is_checked=st.none() | st.booleans())
details = {
    "description": st.none() | st.text(),
    "checklist": st.dictionaries(st.uuids().map(str), lines, min_size=1, max_size=3),
    "references": st.dictionaries(names, st.none() | st.text(), min_size=1, max_size=3),
}


def some(fields):
    """Any choice of these fields that changes something."""
    chosen = st.fixed_dictionaries({}, optional=fields)
    return chosen.filter(lambda given: any(value != () for value in given.values()))


@given(new_tasks)
def test_every_new_task_fits_its_schema(task):
    assert schema_problems("request.plannerTaskCreate", new_task_body(task)) == []


@given(some(changes))
def test_every_change_of_a_task_fits_its_schema(given):
    assert schema_problems("request.plannerTaskUpdate", task_patch_body(TaskPatch(**given))) == []


@given(some(details))
def test_every_change_of_details_fits_its_schema(given):
    assert schema_problems("request.plannerTaskDetailsUpdate", details_patch_body(DetailsPatch(**given))) == []


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "problem"),
    [
        ("POST", "/planner/tasks", {}, {"planId": "p", "title": "t", "details": {}}, "details"),
        ("POST", "/planner/tasks", {}, {"title": "t"}, "planId"),
        ("POST", "/planner/tasks", {}, {"planId": "p", "title": "t", "percentComplete": 101}, "101"),
        ("POST", "/planner/tasks", {}, {"planId": "p", "title": "t", "dueDateTime": "2026-03-02"}, "dueDateTime"),
        ("PATCH", "/planner/tasks/t", {}, {"title": "t"}, "If-Match"),
        ("PATCH", "/planner/tasks/t", {"If-Match": ETAG}, {}, "{}"),
        ("PATCH", "/planner/tasks/t", {"If-Match": ETAG}, {"planId": "p"}, "planId"),
        ("PATCH", "/planner/tasks/t/details", {"If-Match": ETAG}, {"checklist": {"g": {"isChecked": "yes"}}}, "$"),
        ("GET", "/planner/tasks/t?top=1", {}, None, "top"),
        ("POST", "/planner/plans", {}, {"owner": "g", "title": "t"}, "container"),
        ("GET", "/planner/tasks/t/comments", {}, None, "not documented"),
        ("PATCH", "/planner/plans/p/details", {"If-Match": ETAG}, {"categoryDescriptions": {"category26": ""}}, "26"),
        ("POST", "/users/u/sendMail", {}, {"message": {"subject": "s"}}, "required"),
        ("POST", "/$batch", {}, {"requests": [{"id": "1", "method": "GET", "url": "/"}] * 21}, "too long"),
    ],
)
def test_the_schemas_refuse_what_graph_refuses(method, path, headers, body, problem):
    """A check that accepts everything would prove nothing."""
    content = None if body is None else json.dumps(body)
    request = httpx.Request(
        method, f"{BASE}/v1.0{path}", headers={"Content-Type": "application/json"} | headers, content=content
    )

    assert problem in " ".join(request_problems(request))
