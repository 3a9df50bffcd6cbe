"""
A task's details: a resource of its own, with an etag of its own.

Source: https://learn.microsoft.com/graph/api/resources/plannertaskdetails
"""

from collections.abc import Mapping

from local.in_process.transport import Answer
from local.simulators.graph import opentypes, values
from local.simulators.graph.failures import Json, exceed, not_found, refuse
from local.simulators.graph.pages import single
from local.simulators.graph.patching import Reader, Write, changed, check_archived, check_etag, check_unchanged, merged
from local.simulators.graph.request import Request
from local.simulators.graph.resource import Resource, paths_of
from local.simulators.graph.state import State

_PREVIEWS = ("automatic", "noPreview", "checklist", "description", "reference")


def _description(value: object, held: object, write: Write) -> str:
    if value is None:
        return "" if write.state.believed("planner-description-cleared") else str(held)
    text = values.long_text("description", value, longest=write.state.rules.limits.description)
    return text if write.state.believed("planner-description-verbatim") else text.replace("\n", "\r\n")


def _preview(value: object, _held: object, _write: Write) -> str:
    if value not in _PREVIEWS:
        refuse("The property 'previewType' has no such value.")
    return str(value)


UPDATABLE: Mapping[str, Reader] = {
    "description": _description,
    "previewType": _preview,
    "checklist": opentypes.checklist,
    "references": opentypes.references,
}


def read_details(state: State, request: Request, task_id: str) -> Answer:
    """
    Show a task's details.

    Raises:
        GraphError: 404, 403.
    """
    state.shown_task(task_id)
    if state.late_details[task_id] > 0:
        state.late_details[task_id] -= 1
        raise not_found()
    return single(state, request, state.details[task_id], context="planner/tasks/details", details=None)


def patch_details(state: State, request: Request, task_id: str) -> Answer:
    """
    Change a task's details.

    Raises:
        GraphError: 400, 403, 404, 409, 412.
    """
    task, details = state.task(task_id), state.details[task_id]
    changes = request.read_object()
    check_unchanged(state, details, request, "planner-lines-apart")
    if request.if_match != task.etag or state.believed("planner-separate-etags"):
        check_etag(state, details, request, paths_of(changes))
    change_details(task, changes, Write(state, state.app))
    return changed(state, details, request)


def change_details(task: Resource, changes: Json, write: Write) -> None:
    """
    Change the details of a task, whose version was checked.

    Raises:
        GraphError: 400, 403.
    """
    state = write.state
    details = state.details[task.id]
    check_archived(state, task.body["planId"], task.id)
    body = merged(details.body, changes, readers=UPDATABLE, write=write)
    _check_limits(state, body)
    details.commit(body, paths_of(changes))
    _count(state, task, body)


def _check_limits(state: State, body: Json) -> None:
    lines, links = state.rules.limits.checklist, state.rules.limits.references
    if len(body["checklist"]) > (lines if state.believed("planner-limit-checklist") else 2 * lines):
        exceed("MaximumChecklistItemsOnTask")
    if len(body["references"]) > (links if state.believed("planner-limit-references") else 2 * links):
        exceed("MaximumReferencesOnTask")


def _count(state: State, task: Resource, details: Json) -> None:
    """Bring the task's read-only counters up to date; its etag stays, as far as is known."""
    ticks = [item["isChecked"] for item in details["checklist"].values()]
    counters = {
        "hasDescription": bool(details["description"]),
        "previewType": details["previewType"],
        "referenceCount": len(details["references"]),
        "checklistItemCount": len(ticks),
        "activeChecklistItemCount": ticks.count(False),
    }
    body = {**task.body, **counters}
    if state.rules.details_move_task_etag or not state.believed("planner-details-leave-task"):
        task.commit(body, ())
    else:
        task.refresh(body)
