"""
Tasks over HTTP: made, read, changed, deleted and listed.

Source: https://learn.microsoft.com/graph/api/resources/plannertask
"""

import json

from local.in_process.transport import Answer
from local.simulators.graph.details import change_details
from local.simulators.graph.failures import Json, json_answer, no_content, not_found
from local.simulators.graph.pages import METADATA, page, single
from local.simulators.graph.patching import Write, changed, check_etag, check_unchanged
from local.simulators.graph.request import Request
from local.simulators.graph.resource import Resource, paths_of
from local.simulators.graph.state import State
from local.simulators.graph.task_writes import add_task, change_task, drop_task


def create_task(state: State, request: Request) -> Answer:
    """
    Make a task from POST /planner/tasks. Two POSTs make two tasks; `details` are dropped.

    Raises:
        GraphError: 400, 403 (a limit, an archived plan, no access), 404 (no such plan).
    """
    given = request.read_object()
    state.check_access(str(given.get("planId")))
    write, task = Write(state, state.app), _same(state, given)
    if task is None:
        task = add_task(state, given, write)
        if isinstance(given.get("details"), dict) and not state.believed("planner-deep-insert-dropped"):
            change_details(task, given["details"], write)
    status = 201 if state.believed("planner-create-answers") else 200
    return json_answer(f'{{"@odata.context":"{METADATA}planner/tasks/$entity",{task.text()[1:]}', status=status)


def _same(state: State, given: Json) -> Resource | None:
    """Find the task that the same POST made before, where a POST is not believed to make another one."""
    if state.believed("planner-create-not-idempotent"):
        return None
    found = state.tasks_of(str(given.get("planId")))
    return next((task for task in found if task.body["title"] == given.get("title")), None)


def read_task(state: State, request: Request, task_id: str) -> Answer:
    """
    Show one task.

    Raises:
        GraphError: 404, 403.
    """
    task = state.shown_task(task_id)
    return single(state, request, task, context="planner/tasks", details=state.details[task.id])


def patch_task(state: State, request: Request, task_id: str) -> Answer:
    """
    Change a task.

    Raises:
        GraphError: 400, 403, 404, 409, 412.
    """
    task = state.task(task_id)
    changes = request.read_object()
    check_unchanged(state, task, request, "planner-stale-apart")
    is_stale = request.if_match != task.etag
    if not is_stale or request.if_match is None or state.believed("planner-stale-overlap"):
        check_etag(state, task, request, paths_of(changes))
    change_task(task, changes, Write(state, state.app))
    if is_stale and not state.believed("planner-stale-merged"):
        return json_answer(json.dumps({"@odata.etag": task.etag, "id": task.id, **changes}))
    return changed(state, task, request)


def delete_task(state: State, request: Request, task_id: str) -> Answer:
    """
    Delete a task that nobody changed since the etag.

    Raises:
        GraphError: 403, 404, 409, 412.
    """
    task = state.task(task_id)
    if state.believed("planner-delete-stale"):
        check_etag(state, task, request, None)
    drop_task(state, task)
    return no_content()


def list_plan_tasks(state: State, request: Request, plan_id: str) -> Answer:
    """
    List a plan's tasks.

    Raises:
        GraphError: 403, 404.
    """
    state.plan(plan_id)
    return page(state, request, state.tasks_of(plan_id), context="Collection(microsoft.graph.plannerTask)")


def list_bucket_tasks(state: State, request: Request, bucket_id: str) -> Answer:
    """
    List a bucket's tasks.

    Raises:
        GraphError: 403, 404.
    """
    bucket = state.buckets.get(bucket_id)
    if bucket is None:
        raise not_found()
    plan_id = bucket.body["planId"]
    state.check_access(plan_id)
    found = [task for task in state.tasks_of(plan_id) if task.body["bucketId"] == bucket_id]
    return page(state, request, found, context="Collection(microsoft.graph.plannerTask)")


def list_user_tasks(state: State, request: Request, user_id: str) -> Answer:
    """List the tasks that are assigned to a user, in plans that the caller may see."""
    found = [task for task in state.tasks.values() if user_id in task.body["assignments"]]
    visible = [task for task in found if task.body["planId"] not in state.hidden]
    return page(state, request, visible, context="Collection(microsoft.graph.plannerTask)")
