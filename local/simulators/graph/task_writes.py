"""
What may be written to a task, by whomever, and what the service makes of it.

Source: https://learn.microsoft.com/graph/api/resources/plannertask
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from local.simulators.graph import opentypes, values
from local.simulators.graph.failures import GraphError, Json, exceed, not_found, refuse
from local.simulators.graph.patching import Reader, Write, check_archived, merged
from local.simulators.graph.resource import Resource, paths_of
from local.simulators.graph.state import State


def _title(value: object, _held: object, write: Write) -> str:
    believed, longest = write.state.believed, write.state.rules.limits.title
    longest += 0 if believed("planner-title-255") else 1
    units = believed("planner-title-utf16")
    if believed("planner-title-trimmed"):
        return values.text("title", value, longest=longest, units=units)
    return values.long_text("title", value, longest=longest, units=units)


def _start(value: object, _held: object, write: Write) -> str | None:
    return _moment("startDateTime", value, write)


def _due(value: object, held: object, write: Write) -> str | None:
    if value is None and not write.state.believed("planner-due-cleared"):
        return None if held is None else str(held)
    return _moment("dueDateTime", value, write)


def _moment(name: str, value: object, write: Write) -> str | None:
    taken = values.moment(name, value)
    return taken if value is None or write.state.believed("planner-times-utc") else str(value)


def _percent(value: object, _held: object, _write: Write) -> int:
    return values.number("percentComplete", value, highest=100)


def _priority(value: object, _held: object, write: Write) -> int:
    kept = values.priority(value)
    return kept if write.state.believed("planner-priority-normalised") else values.number("priority", value, highest=10)


def _hint(value: object, _held: object, write: Write) -> str:
    values.check_hint("orderHint", value)
    return write.state.new_hint()


def _as_is(value: object, _held: object, _write: Write) -> str | None:
    if value is not None and not isinstance(value, str):
        refuse("A text was expected.")
    return value


UPDATABLE: Mapping[str, Reader] = {
    "title": _title,
    "bucketId": _as_is,
    "startDateTime": _start,
    "dueDateTime": _due,
    "percentComplete": _percent,
    "priority": _priority,
    "orderHint": _hint,
    "assigneePriority": _hint,
    "conversationThreadId": _as_is,
    "assignments": opentypes.assignments,
    "appliedCategories": opentypes.categories,
}
"""All else is read-only; a task moves between plans in no PATCH."""


def add_task(state: State, given: Json, write: Write) -> Resource:
    """
    Make a task and its empty details.

    Raises:
        GraphError: 400, 403, 404.
    """
    plan_id = given.get("planId")
    if not isinstance(plan_id, str) or "title" not in given:
        refuse("A task needs 'planId' and 'title'.")
    if plan_id not in state.plans:
        raise not_found()
    check_archived(state, plan_id)
    blank = _blank(state, plan_id, write)
    rest = {name: value for name, value in given.items() if name != "planId"}
    body = _settled(blank, merged(blank, rest, readers=UPDATABLE, write=write), write)
    _check_room(state, body, write)
    return _keep(state, body)


def change_task(task: Resource, changes: Json, write: Write) -> None:
    """
    Change a task whose version was checked.

    Raises:
        GraphError: 400, 403.
    """
    state = write.state
    check_archived(state, task.body["planId"], task.id)
    body = _settled(task.body, merged(task.body, changes, readers=UPDATABLE, write=write), write)
    if set(body["assignments"]) - set(task.body["assignments"]):
        _check_assignees(state, body)
    if _is_done(task.body) and not _is_done(body):
        _check_active(state, body["planId"])
    completes = _is_done(body) and not _is_done(task.body)
    if completes and task.id in state.needs_checklist:
        _check_ticks(state, task.id)
    task.commit(body, paths_of(changes))
    if completes and task.id in state.recurring:
        _succeed(task, write)


def drop_task(state: State, task: Resource) -> None:
    """
    Remove a task and its details.

    Raises:
        GraphError: 403, it is archived.
    """
    check_archived(state, task.body["planId"], task.id)
    del state.tasks[task.id], state.details[task.id], state.plan_tasks[task.body["planId"]][task.id]


def _blank(state: State, plan_id: str, write: Write) -> Json:
    """Write down a task as it is when nothing was said about it."""
    created_now = state.believed("planner-created-time")
    return {
        "planId": plan_id,
        "bucketId": None,
        "title": "",
        "orderHint": state.new_hint(),
        "assigneePriority": state.new_hint(),
        "percentComplete": 0,
        "startDateTime": None,
        "createdDateTime": values.stamp(state.now() + (timedelta() if created_now else timedelta(hours=2))),
        "dueDateTime": None,
        "hasDescription": False,
        "previewType": "automatic",
        "completedDateTime": None,
        "completedBy": None,
        "referenceCount": 0,
        "checklistItemCount": 0,
        "activeChecklistItemCount": 0,
        "conversationThreadId": None,
        "priority": 5,
        "id": state.new_id(),
        "createdBy": write.actor,
        "appliedCategories": {},
        "assignments": {},
    }


def _settled(before: Json, body: Json, write: Write) -> Json:
    """Check what holds between properties, and let the service set its own."""
    start, due = body["startDateTime"], body["dueDateTime"]
    checks = write.state.believed("planner-start-after-due")
    if start and due and checks and datetime.fromisoformat(start) > datetime.fromisoformat(due):
        refuse("The start date can't be later than the due date.")
    _check_bucket(write.state, body)
    if _is_done(body) and not _is_done(before):
        by = write.actor if write.state.believed("planner-completed-by-app") else None
        return {**body, "completedDateTime": write.state.stamp(), "completedBy": by}
    if not _is_done(body) and _is_done(before) and write.state.believed("planner-reopened"):
        return {**body, "completedDateTime": None, "completedBy": None}
    return body


def _is_done(body: Json) -> bool:
    return bool(body["percentComplete"] == 100)


def _check_bucket(state: State, body: Json) -> None:
    if body["bucketId"] is None or not state.believed("planner-bucket-of-plan"):
        return
    bucket = state.buckets.get(body["bucketId"])
    if bucket is None or bucket.body["planId"] != body["planId"]:
        refuse("The bucket is not in the plan that the task is in.")


def _check_room(state: State, body: Json, write: Write) -> None:
    limits = state.rules.limits
    if len(state.plan_tasks[body["planId"]]) >= limits.tasks_in_plan:
        exceed("MaximumTasksInProject")
    if not _is_done(body):
        _check_active(state, body["planId"])
    # Counting every task costs; there can't be too many of one person before there are as many at all.
    if len(state.tasks) >= limits.tasks_created_by_user:
        made = sum(task.body["createdBy"] == write.actor for task in state.tasks.values())
        if made >= limits.tasks_created_by_user:
            exceed("MaximumTasksCreatedByUser")
    _check_assignees(state, body)


def _check_active(state: State, plan_id: str) -> None:
    limit = state.rules.limits.active_tasks_in_plan
    if len(state.plan_tasks[plan_id]) < limit:
        return
    if sum(not _is_done(task.body) for task in state.tasks_of(plan_id)) >= limit:
        exceed("MaximumActiveTasksInProject")


def _check_assignees(state: State, body: Json) -> None:
    limits = state.rules.limits
    if len(body["assignments"]) > limits.assignees:
        exceed("MaximumAssigneesInTasks")
    if len(state.tasks) < limits.tasks_assigned_to_user:
        return
    others = [task.body["assignments"] for task in state.tasks.values() if task.id != body["id"]]
    for user in body["assignments"]:
        if sum(user in assigned for assigned in others) >= limits.tasks_assigned_to_user:
            exceed("MaximumTasksAssignedToUser")


def _check_ticks(state: State, task_id: str) -> None:
    # specifiedCompletionRequirements: v1.0 does not show them, but they hold.
    if not all(item["isChecked"] for item in state.details[task_id].body["checklist"].values()):
        raise GraphError(403, "The task can't be completed before its checklist is.")


def _keep(state: State, body: Json) -> Resource:
    task = state.resource(body)
    state.tasks[task.id] = task
    state.plan_tasks[body["planId"]][task.id] = None
    blank = {"id": task.id, "description": "", "previewType": "automatic", "references": {}, "checklist": {}}
    state.details[task.id] = state.resource(blank)
    state.late_details[task.id] = state.rules.details_lag or int(not state.believed("planner-details-at-once"))
    return task


def _succeed(task: Resource, write: Write) -> None:
    """
    Make the next task of a series, as completing a recurring one does.

    Source: https://learn.microsoft.com/graph/api/resources/plannertaskrecurrence (beta)
    """
    state = write.state
    state.recurring.discard(task.id)
    kept = ("title", "bucketId", "priority", "appliedCategories", "assignments")
    body = {**_blank(state, task.body["planId"], write), **{name: task.body[name] for name in kept}}
    state.recurring.add(_keep(state, body).id)
