"""Planner's client: what it asks, what it hands back, and what it makes of each failure."""

import json
from datetime import UTC, datetime

import httpx
import pytest

from shared.clients.graph.planner import Planner
from shared.errors import (
    NotFoundError,
    OutcomeUnknownError,
    RefusedError,
    StaleError,
    ThrottledError,
    UnavailableError,
)
from shared.models.planner import PlannerDetails, PlannerTask
from shared.models.planner_writes import DetailsChange, DetailsPatch, NewTask, TaskChange, TaskPatch
from tests.narrowing import as_a, each_as_a, sure
from tests.unit.clients.graph.graph_double import GraphDouble, always, page, said, task

DETAILS = {
    "@odata.etag": 'W/"d1"',
    "description": "Read it",
    "checklist": {"guid": {"title": "Approve", "isChecked": True, "orderHint": "85"}},
    "references": {"https%3A//h": {"alias": "Contract", "type": "Other"}},
}


def change(task_id="task-1", etag='W/"1"', **fields):
    return TaskChange(task_id=task_id, etag=etag, patch=TaskPatch(**(fields or {"title": "t"})))


def kinds(outcomes):
    return [type(outcome) for outcome in outcomes]


async def test_a_task_is_read_as_graph_shows_it():
    """Seven digits of a second, display names that are null, fields that we do not know."""
    shown = task(completedBy={"application": {"id": "app"}}, percentComplete=100, hasDescription=True, unknown=1)
    planner = Planner(GraphDouble(GET=always(httpx.Response(200, json=shown))).connection())

    read = await planner.read_task("task-1")

    assert read.created == datetime(2026, 3, 2, 8, 0, 55, 840772, tzinfo=UTC)
    assert (sure(read.created_by).key, sure(read.completed_by).key) == ("user:u-1", "application:app")
    assert (read.is_completed, read.due, read.etag) == (True, None, 'W/"task-1"')


async def test_details_come_with_the_list_only_when_asked_for():
    double = GraphDouble(GET=lambda r: page(task(details=DETAILS) if r.url.query else task()))
    planner = Planner(double.connection())

    (plain,) = await planner.list_tasks("plan-1")
    (full,) = await planner.list_tasks("plan-1", with_details=True)

    assert plain.details is None
    assert sure(full.details).checklist["guid"].is_checked
    assert [r.url.query for r in double.sent] == [b"", b"$expand=details"]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        pytest.param(said(404, "", "The requested item is not found."), NotFoundError, id="gone"),
        pytest.param(said(403), RefusedError, id="forbidden"),
        pytest.param(said(429), ThrottledError, id="throttled"),
        pytest.param(said(503), UnavailableError, id="down"),
        pytest.param(httpx.Response(404, html="<html>"), UnavailableError, id="proxy"),
        pytest.param(httpx.Response(200, html="<html>"), UnavailableError, id="garbled"),
    ],
)
async def test_only_graphs_own_404_means_that_a_task_is_gone(reply, error):
    planner = Planner(GraphDouble(GET=always(reply)).connection())

    with pytest.raises(error) as caught:
        await planner.read_task("task-1")
    assert type(caught.value) is error


async def test_many_tasks_are_read_at_once_with_their_details_each_with_its_own_outcome():
    def read(request):
        _, _, task_id, *details = request.url.path.removeprefix("/v1.0/").split("/")
        if task_id == "gone":
            return said(404)
        return httpx.Response(200, json=DETAILS if details else task(task_id))

    double = GraphDouble(GET=read)

    found = await Planner(double.connection()).read_both(["a", "gone", "b", "a"])

    assert list(found) == ["a", "gone", "b"]
    assert tuple(as_a(PlannerTask, found[key][0]).id for key in "ab") == ("a", "b")
    assert as_a(PlannerDetails, found["a"][1]).references["https%3A//h"].alias == "Contract"
    assert [type(outcome) for outcome in found["gone"]] == [NotFoundError, NotFoundError]
    assert len(double.sent) == 1
    assert len(double.inner) == 6


async def test_a_single_read_is_no_batch():
    double = GraphDouble(GET=always(httpx.Response(200, json=DETAILS)))

    found = await Planner(double.connection()).read_details(["task-1"])

    assert as_a(PlannerDetails, found["task-1"]).references["https%3A//h"].alias == "Contract"
    assert double.sent[0].url.path == "/v1.0/planner/tasks/task-1/details"


async def test_ten_tasks_are_created_in_one_round_trip_in_the_order_given():
    def create(request):
        return httpx.Response(201, json=task(title=json.loads(request.content)["title"]))

    double = GraphDouble(POST=create)
    planner = Planner(double.connection())

    made = await planner.create_tasks([NewTask(plan_id="p", title=f"t{number}") for number in range(10)])

    assert [one.title for one in each_as_a(PlannerTask, made)] == [f"t{number}" for number in range(10)]
    assert len(double.sent) == 1
    assert all("if-match" not in request.headers for request in double.inner)


@pytest.mark.parametrize("count", [1, 2])
async def test_each_new_task_has_its_own_outcome(count):
    """In a batch and alone alike: refused is certain, a server's failure is not."""
    replies = iter([said(504), said(403, "MaximumTasksInProject")])
    planner = Planner(GraphDouble(POST=lambda _: next(replies)).connection())

    outcomes = await planner.create_tasks([NewTask(plan_id="p", title="t")] * count)

    assert kinds(outcomes) == [OutcomeUnknownError, RefusedError][:count]


async def test_a_task_made_by_an_answer_that_can_not_be_read_is_unknown():
    planner = Planner(GraphDouble(POST=always(httpx.Response(201, content=b'{"id": "x'))).connection())

    assert kinds(await planner.create_tasks([NewTask(plan_id="p", title="t")])) == [OutcomeUnknownError]


async def test_every_change_names_its_version_and_asks_for_what_it_became():
    double = GraphDouble(PATCH=always(httpx.Response(200, json=task() | DETAILS)))
    planner = Planner(double.connection())

    await planner.update_tasks([change(etag='W/"1"'), change("task-2", etag='W/"2"')])
    await planner.update_details([DetailsChange(task_id="t", etag='W/"d"', patch=DetailsPatch(description="x"))])

    assert [r.headers["if-match"] for r in double.inner] == ['W/"1"', 'W/"2"', 'W/"d"']
    assert {r.headers["prefer"] for r in double.inner} == {"return=representation"}
    assert [r.url.path for r in double.inner][-1] == "/v1.0/planner/tasks/t/details"


async def test_changes_have_their_own_outcomes():
    replies = {"a": httpx.Response(200, json=task("a")), "b": said(412), "c": said(409), "d": said(404), "e": said(500)}
    planner = Planner(GraphDouble(PATCH=lambda r: replies[r.url.path[-1]]).connection())

    outcomes = await planner.update_tasks([change(one) for one in "abcde"])

    assert as_a(PlannerTask, outcomes[0]).id == "a"
    assert kinds(outcomes[1:]) == [StaleError, StaleError, NotFoundError, OutcomeUnknownError]


async def test_a_change_without_its_representation_has_to_be_read():
    """Graph may leave Prefer aside: 204. What the task became is not known then."""
    planner = Planner(GraphDouble(PATCH=always(httpx.Response(204))).connection())

    assert kinds(await planner.update_tasks([change()])) == [OutcomeUnknownError]


async def test_an_empty_patch_stops_the_call_before_anything_is_sent():
    double = GraphDouble()

    with pytest.raises(ValueError, match="without a change"):
        await Planner(double.connection()).update_tasks(
            [change(), TaskChange(task_id="t", etag="e", patch=TaskPatch())]
        )
    assert double.sent == []


@pytest.mark.parametrize(("reply", "error"), [(said(404), NotFoundError), (said(412), StaleError)])
async def test_deleting_says_when_there_is_nothing_to_delete(reply, error):
    double = GraphDouble(DELETE=always(reply))

    with pytest.raises(error):
        await Planner(double.connection()).delete_task("task-1", 'W/"1"')
    assert double.sent[0].headers["if-match"] == 'W/"1"'


async def test_deleting_needs_no_body_back():
    await Planner(GraphDouble(DELETE=always(httpx.Response(204))).connection()).delete_task("task-1", 'W/"1"')


async def test_plans_and_buckets_are_read_and_made():
    plan = {"id": "plan-1", "title": "Contracts", "container": {"containerId": "g-1", "type": "group"}}
    bucket = {"id": "b-1", "name": "Review", "planId": "plan-1", "orderHint": "85"}
    labels = {"@odata.etag": 'W/"l"', "categoryDescriptions": {"category1": "Legal", "category2": None}}
    shown = {"plans": page(plan), "buckets": page(bucket), "details": labels, "plan-1": plan}

    def read(request):
        found = shown[request.url.path.rpartition("/")[2]]
        return found if isinstance(found, httpx.Response) else httpx.Response(200, json=found)

    def make(request):
        return httpx.Response(201, json=plan if request.url.path.endswith("plans") else bucket)

    double = GraphDouble(GET=read, POST=make)
    planner = Planner(double.connection())

    assert (await planner.read_plan("plan-1")).group_id == "g-1"
    assert (await planner.list_plans("g-1"))[0].title == "Contracts"
    assert (await planner.list_buckets("plan-1"))[0].order_hint == "85"
    assert (await planner.find_plan_details("plan-1")).category_descriptions["category1"] == "Legal"
    assert (await planner.create_plan("g-1", "Contracts")).id == "plan-1"
    assert (await planner.create_bucket("plan-1", "Review", after="85")).id == "b-1"
    assert [json.loads(r.content) for r in double.sent if r.content] == [
        {"container": {"containerId": "g-1", "type": "group"}, "title": "Contracts"},
        {"planId": "plan-1", "name": "Review", "orderHint": "85 !"},
    ]
