"""
Planner's limits: 403 with the limit's name as its code.

Source: https://learn.microsoft.com/office365/planner/planner-limits
"""

import pytest

from local.simulators.graph import Limits, Rules
from tests.fidelity.graph_caller import Caller, assigned


def limited(**limits):
    return Caller(Rules(limits=Limits(**limits)))


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"tasks_in_plan": 2}, "MaximumTasksInProject"),
        ({"active_tasks_in_plan": 2}, "MaximumActiveTasksInProject"),
        ({"tasks_created_by_user": 2}, "MaximumTasksCreatedByUser"),
        ({"tasks_assigned_to_user": 2}, "MaximumTasksAssignedToUser"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_one_task_too_many_is_refused(limits, code):
    """Graph facts 4.3."""
    app = limited(**limits)
    body = {"planId": app.plan, "title": "Review", "assignments": assigned(app.ada)}

    replies = [await app.post("/planner/tasks", body) for _ in range(3)]

    assert [reply.status for reply in replies] == [201, 201, 403]
    assert replies[2].code == code
    assert len(app.graph.tasks) == 2


async def test_completed_tasks_are_not_active_until_they_are_reopened():
    """Graph facts 4.3: active means uncompleted."""
    app = limited(active_tasks_in_plan=1)
    first = await app.task()
    app.graph.complete(app.ada, first["id"])
    await app.task()
    url = f"/planner/tasks/{first['id']}"

    reply = await app.patch(url, {"percentComplete": 50}, (await app.get(url)).etag)

    assert (reply.status, reply.code) == (403, "MaximumActiveTasksInProject")


async def test_one_assignee_too_many_is_refused():
    """Graph facts 4.3."""
    app = limited(assignees=1)
    task = await app.task(assignments=assigned(app.ada))

    reply = await app.patch(f"/planner/tasks/{task['id']}", {"assignments": assigned(app.bob)}, task["@odata.etag"])

    assert (reply.status, reply.code) == (403, "MaximumAssigneesInTasks")


async def test_one_bucket_too_many_is_refused():
    """Graph facts 4.3."""
    app = limited(buckets_in_plan=2)
    reply = await app.post("/planner/buckets", {"planId": app.plan, "name": "Third"})

    assert (reply.status, reply.code) == (403, "MaximumBucketsInProject")


async def test_one_plan_too_many_is_refused():
    """Graph facts 4.3."""
    app = limited(plans_of_group=1)
    body = {"container": {"containerId": app.group, "type": "group"}, "title": "Second"}
    reply = await app.post("/planner/plans", body)

    assert (reply.status, reply.code) == (403, "MaximumProjectsOwnedByUser")


def test_the_lower_of_the_published_figures_is_the_guard():
    """Graph facts 4.3: limits can be lowered without notice."""
    limits = Limits()

    assert (limits.active_tasks_in_plan, limits.tasks_in_plan, limits.buckets_in_plan) == (2_400, 9_000, 200)
    assert (limits.assignees, limits.checklist, limits.references) == (20, 20, 10)
