"""What is odd in one row, one line or one part of a batch costs that alone, and is told."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from shared.clients.graph.directory import DirectoryClient
from shared.clients.graph.planner import Planner
from shared.errors import NotFoundError, OutcomeUnknownError, UnavailableError
from shared.models.people import Lookups
from shared.models.planner import PlannerDetails, PlannerTask
from shared.models.planner_writes import TaskChange, TaskPatch
from tests.narrowing import as_a, sure
from tests.unit.clients.graph.graph_double import GraphDouble, always, page, said, task

NOW = datetime(2026, 11, 30, 6, 30, tzinfo=UTC)
DATE = "Mon, 30 Nov 2026 06:30:00 GMT"
NULLS: dict[str, Any] = dict.fromkeys(
    (
        "appliedCategories", "assignments", "percentComplete", "bucketId", "planId", "createdBy", "createdDateTime",
        "completedBy", "completedDateTime", "dueDateTime", "startDateTime", "priority", "title", "details",
    )
)  # fmt: skip


def planner_of(answer):
    return Planner(GraphDouble(GET=always(answer), PATCH=always(answer)).connection())


async def test_what_may_be_null_is_empty():
    (read,) = await planner_of(page(task(**NULLS))).list_tasks("plan-1")

    assert (read.assignees, read.categories, read.percent_complete, read.title) == ((), (), 0, "")
    assert (read.due, read.created_by, read.priority) == (None, None, None)


@pytest.mark.parametrize("row", [task("bad", percentComplete="much"), task("bad", dueDateTime=7), None, "x", {}])
async def test_a_row_that_can_not_be_read_costs_itself_and_is_told(row):
    listed = await planner_of(page(task("one"), row, task("two"))).list_tasks("plan-1")

    assert [one.id for one in listed] == ["one", "two"]
    assert not listed.is_whole
    assert [unread.id for unread in listed.unread] == [row.get("id") if isinstance(row, dict) else None]
    assert listed.unread[0].reason


async def test_rows_that_can_not_be_read_are_collected_over_all_pages():
    link = "http://localhost:7071/v1.0/planner/plans/plan-1/tasks?$skiptoken=1"
    pages = {"": page(task("bad", title=1), task("one"), next_link=link), "$skiptoken=1": page(task("worse", title=[]))}
    double = GraphDouble(GET=lambda request: pages[request.url.query.decode().replace("%24", "$")])

    listed = await Planner(double.connection()).list_tasks("plan-1")

    assert [one.id for one in listed] == ["one"]
    assert listed.unread_ids == {"bad", "worse"}


@pytest.mark.parametrize("body", [{}, {"value": None}, {"value": {}}, [], None, "value"])
async def test_only_a_list_states_that_something_is_not_in_it(body):
    with pytest.raises(UnavailableError):
        await planner_of(httpx.Response(200, json=body)).list_tasks("plan-1")


async def test_half_a_surrogate_pair_spoils_no_page_and_no_batch():
    body = b'{"value": [{"id": "a", "@odata.etag": "e", "title": "x\\ud800"}]}'
    (read,) = await planner_of(httpx.Response(200, content=body)).list_tasks("plan-1")
    batch = b'{"responses": [{"id": "0", "status": 200, "body": %s}, {"id": "1", "status": "no"}, null]}'
    content = batch % b'{"@odata.etag": "e", "description": "y\\udc00"}'
    double = GraphDouble(BATCH=always(httpx.Response(200, content=content, headers={"date": DATE})))

    details = await Planner(double.connection()).read_details(["a", "b"])
    first = as_a(PlannerDetails, details["a"])

    assert read.title == "x\ufffd"
    assert (first.description, first.answered) == ("y\ufffd", NOW)
    assert isinstance(details["b"], UnavailableError)


async def test_who_did_it_and_when_comes_along_and_is_not_guessed():
    by = {"user": {"id": "u-2", "displayName": None}}
    shown = task(
        assignments={
            "u-1": {"assignedBy": by, "assignedDateTime": "2026-11-30T06:00:00Z", "orderHint": " !"},
            "u-3": {"assignedBy": "a guid", "assignedDateTime": 7},
            "u-4": None,
            "u-5": True,
        },
        createdBy=[],
        completedBy={"user": {"id": 7}},
    )
    lines = {
        "ours": {
            "title": "Approve",
            "isChecked": True,
            "lastModifiedBy": by,
            "lastModifiedDateTime": "2026-11-30T06:00Z",
        },
        "odd": {"title": None, "isChecked": None, "lastModifiedBy": 7, "lastModifiedDateTime": "yesterday"},
        "gone": None,
    }

    read = PlannerTask.model_validate(shown)
    details = PlannerDetails.model_validate({"@odata.etag": "d", "checklist": lines})

    assert read.assignees == ("u-1", "u-3", "u-5")
    assert sure(read.assignments["u-1"].by).key == "user:u-2"
    assert read.assignments["u-1"].at == datetime(2026, 11, 30, 6, tzinfo=UTC)
    assert (read.assignments["u-3"].by, read.assignments["u-3"].at, read.assignments["u-5"].by) == (None, None, None)
    assert (read.created_by, read.completed_by) == (None, None)
    ours = details.checklist["ours"]
    assert (sure(ours.changed_by).key, sure(ours.changed).hour) == ("user:u-2", 6)
    assert (details.checklist["odd"].changed_by, details.checklist["odd"].changed) == (None, None)
    assert set(details.checklist) == {"ours", "odd"}


async def test_the_answer_to_a_write_says_when_by_the_services_clock():
    one = planner_of(httpx.Response(200, json=task("a"), headers={"date": DATE}))

    (written,) = await one.update_tasks([TaskChange(task_id="a", etag="e", patch=TaskPatch(title="t"))])

    assert written.answered == NOW


async def test_a_write_whose_answer_can_not_be_read_may_have_been_done():
    one = planner_of(httpx.Response(200, json=task("a", percentComplete="much")))

    (written,) = await one.update_tasks([TaskChange(task_id="a", etag="e", patch=TaskPatch(title="t"))])

    assert isinstance(written, OutcomeUnknownError)
    assert "percentComplete" in str(written)


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "1899-12-30T00:00:00Z"])
async def test_a_date_that_means_none_is_none(date):
    (read,) = await planner_of(page(task(dueDateTime=date))).list_tasks("plan-1")

    assert read.due is None


async def test_a_user_with_odd_properties_is_found_all_the_same():
    odd = {"id": "u-1", "mail": 7, "userPrincipalName": None, "displayName": [], "accountEnabled": "x", "userType": {}}
    directory = DirectoryClient(GraphDouble(GET=always(page(odd))).connection(), lambda: NOW)

    found = await directory.answer(Lookups(emails=frozenset({"a@contoso.example"})))

    assert sure(found.users["a@contoso.example"]).id == "u-1"


async def test_a_user_that_can_not_be_read_is_not_one_who_does_not_exist():
    directory = DirectoryClient(GraphDouble(GET=always(page({"id": None}))).connection(), lambda: NOW)

    with pytest.raises(UnavailableError, match="can't be read"):
        await directory.answer(Lookups(emails=frozenset({"a@contoso.example"})))


async def test_details_that_are_not_there_yet_are_told_apart_from_unreadable_ones():
    """Right after a task was made its details may be missing: that is Graph's statement, an odd body is none."""
    lagging = await planner_of(said(404, message="not found")).read_details(["a"])
    odd = await planner_of(httpx.Response(200, json={"description": 7})).read_details(["a"])

    assert isinstance(lagging["a"], NotFoundError)
    assert isinstance(odd["a"], UnavailableError)


async def test_a_plans_versions_are_told_of_tasks_that_cant_be_read_too():
    """What was read of the same answer is whole otherwise; the odd one stands in `unread`."""
    odd = {**task("two"), "percentComplete": "half"}

    listing = await planner_of(page(task("one"), odd)).list_versions("plan-1")

    assert [version.id for version in listing.versions] == ["one", "two"]
    assert [read.id for read in listing.read()] == ["one"]
    assert [row.id for row in listing.read().unread] == ["two"]
