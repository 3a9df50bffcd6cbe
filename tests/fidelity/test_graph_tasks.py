"""
Tasks as the service takes and returns them.

Source: https://learn.microsoft.com/graph/api/resources/plannertask
"""

from datetime import timedelta

import pytest

from local.simulators.graph import APPLICATION, Rules
from tests.fidelity.graph_caller import START, Caller, assigned


async def test_a_task_made_by_the_app_names_the_application_and_no_user():
    """Graph facts 8.5: the shape is not documented, so it is a switch."""
    app = Caller()
    assert (await app.task())["createdBy"] == {"user": None, "application": {"displayName": None, "id": APPLICATION}}

    other = Caller(Rules(app_identity={"user": {"id": "x"}, "application": None}))
    assert (await other.task())["createdBy"] == {"user": {"id": "x"}, "application": None}


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "   "},
        {"title": None},
        {"title": "x" * 256},
        {"percentComplete": 101},
        {"percentComplete": "100"},
        {"priority": 11},
        {"dueDateTime": "tomorrow"},
        {"dueDateTime": "2026-03-05T10:00:00"},
        {"startDateTime": "2026-03-06T10:00:00Z", "dueDateTime": "2026-03-05T10:00:00Z"},
        {"bucketId": "bucket of another plan here0"},
        {"createdDateTime": "2026-03-05T10:00:00Z"},
        {"hasDescription": True},
        {"planId": "another plan"},
        {"orderHint": "8585999"},
        {"assignments": {"ada@contoso.example": {"@odata.type": "#microsoft.graph.plannerAssignment"}}},
        {"appliedCategories": {"category26": True}},
        {"appliedCategories": {"category1": "yes"}},
    ],
    ids="-".join,
)
async def test_values_that_break_a_rule_are_refused_and_change_nothing(wrong):
    """Graph facts 4.1 and 4.2: 400."""
    app = Caller()
    task = await app.task()

    reply = await app.patch(f"/planner/tasks/{task['id']}", {"priority": 1, **wrong}, task["@odata.etag"])

    assert reply.status == 400
    assert app.graph.tasks[task["id"]]["@odata.etag"] == task["@odata.etag"]


@pytest.mark.parametrize("body", [{"title": "No plan"}, {"planId": "x"}, []])
async def test_a_task_needs_a_plan_and_a_title(body):
    """Graph facts 4.2."""
    assert (await Caller().post("/planner/tasks", body)).status == 400


async def test_a_task_in_an_unknown_plan_is_not_found():
    """Graph facts 4.1: POST lists 404."""
    assert (await Caller().post("/planner/tasks", {"planId": "x" * 28, "title": "Review"})).status == 404


@pytest.mark.parametrize(
    ("sent", "kept"), [(0, 1), (1, 1), (2, 3), (3, 3), (4, 3), (5, 5), (7, 5), (8, 9), (9, 9), (10, 9)]
)
async def test_priorities_come_back_as_planner_keeps_them(sent, kept):
    """Graph facts 4.2: urgent 1, important 3, medium 5, low 9."""
    assert (await Caller().task(priority=sent))["priority"] == kept


async def test_completion_is_signed_by_the_service_and_taken_back_by_reopening():
    """Graph facts 4.2: completedDateTime and completedBy are set at 100 and null again when reopened."""
    app = Caller()
    task = await app.task()
    app.clock.forward(hours=1)
    app.graph.complete(app.ada, task["id"])
    done = (await app.get(f"/planner/tasks/{task['id']}")).json
    again = await app.patch(f"/planner/tasks/{task['id']}", {"percentComplete": 0}, done["@odata.etag"])

    assert done["completedDateTime"] == (START + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert done["completedBy"]["user"]["id"] == app.ada
    assert (again.json["completedDateTime"], again.json["completedBy"]) == (None, None)


async def test_order_hints_are_recalculated_and_refused_when_sent_back():
    """Graph facts 4.1 and 4.2: a returned hint is a value, not an instruction."""
    app = Caller()
    task = await app.task(assignments=assigned(app.ada))
    entry = task["assignments"][app.ada]
    again = {app.ada: {"@odata.type": entry["@odata.type"], "orderHint": entry["orderHint"]}}
    between = {app.ada: {"@odata.type": entry["@odata.type"], "orderHint": f"{entry['orderHint']} !"}}
    composed = {app.ada: {"@odata.type": entry["@odata.type"], "orderHint": " ! !"}}
    url = f"/planner/tasks/{task['id']}"

    assert entry["orderHint"] != " !"
    assert (await app.patch(url, {"assignments": again}, task["@odata.etag"])).status == 400
    assert (await app.patch(url, {"assignments": between}, task["@odata.etag"])).status == 200
    assert (await app.patch(url, {"assignments": composed}, (await app.get(url)).json["@odata.etag"])).status == 200


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param({"orderHint": " !"}, id="untyped"),
        pytest.param({"@odata.type": "#microsoft.graph.plannerAssignment"}, id="no-hint"),
        pytest.param({"@odata.type": "#microsoft.graph.plannerChecklistItem", "orderHint": " !"}, id="other-type"),
        pytest.param({"@odata.type": "#microsoft.graph.plannerAssignment", "orderHint": "x"}, id="bad-hint"),
        pytest.param("assigned", id="no-object"),
    ],
)
async def test_an_assignment_needs_its_type_and_an_order_hint(entry):
    """Graph facts 4.1: open-type values without @odata.type, and bad order hints, are 400."""
    app = Caller()
    body = {"planId": app.plan, "title": "Review", "assignments": {app.ada: entry}}

    assert (await app.post("/planner/tasks", body)).status == 400


async def test_somebody_outside_the_group_can_be_assigned():
    """Graph facts 3: the assignee still sees and completes the task."""
    app = Caller()
    guest = app.graph.add_user("guest@fabrikam.example", guest=True)

    assert guest in (await app.task(assignments=assigned(guest)))["assignments"]


async def test_posting_to_a_users_tasks_fails():
    """Graph facts 4.1: write requests are only supported on contained entities."""
    app = Caller()
    body = {"planId": app.plan, "title": "Review"}

    replies = [await app.post(path, body) for path in ("/me/planner/tasks", f"/users/{app.ada}/planner/tasks")]

    assert [reply.status for reply in replies] == [400, 400]
    assert "contained entities" in replies[0].json["error"]["message"]


async def test_archived_tasks_are_read_only_and_do_not_look_it():
    """Graph facts 7: v1.0 shows no flag; writes fail."""
    app = Caller()
    task = await app.task()
    app.graph.archive(task["id"])
    url = f"/planner/tasks/{task['id']}"

    assert (await app.get(url)).json == task
    assert (await app.patch(url, {"title": "New"}, task["@odata.etag"])).status == 403
    assert (await app.delete(url, task["@odata.etag"])).status == 403


async def test_a_task_in_an_archived_plan_is_read_only():
    """Graph facts 7."""
    app = Caller()
    task = await app.task()
    app.graph.archive(app.plan)
    details = await app.details(task["id"])
    url = f"/planner/tasks/{task['id']}/details"

    assert (await app.patch(url, {"description": "x"}, details["@odata.etag"])).status == 403
    assert (await app.post("/planner/tasks", {"planId": app.plan, "title": "x"})).status == 403


async def test_completing_a_recurring_task_makes_a_stranger():
    """Graph facts 7: a new task appears that nobody posted."""
    app = Caller()
    task = await app.task()
    app.graph.make_recurring(task["id"])
    app.graph.complete(app.ada, task["id"])
    old, new = app.graph.plan_tasks(app.plan)

    assert (old["percentComplete"], new["percentComplete"]) == (100, 0)
    assert (new["title"], new["createdBy"]["user"]["id"]) == ("Review", app.ada)


async def test_a_completion_can_be_refused_until_the_checklist_is_done():
    """Graph facts 7: specifiedCompletionRequirements are not shown in v1.0, but hold."""
    app = Caller()
    task = await app.task()
    key = app.graph.add_checklist_item(app.ada, task["id"], "Read it")
    app.graph.require_checklist(task["id"])
    url = f"/planner/tasks/{task['id']}"

    refused = await app.patch(url, {"percentComplete": 100}, task["@odata.etag"])
    app.graph.tick(app.ada, task["id"], key)

    assert refused.status == 403
    assert (await app.patch(url, {"percentComplete": 100}, task["@odata.etag"])).status == 200
