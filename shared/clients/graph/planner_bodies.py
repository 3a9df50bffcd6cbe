"""
What is written to Planner, as JSON. Pure.

Open types (assignments, checklist, references) are merged by the service: an entry is set, null takes it away.
Source: https://learn.microsoft.com/graph/api/resources/planner-overview
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from shared.models.planner_writes import ChecklistLine, DetailsPatch, NewTask, TaskPatch

FIRST = " !"
"""The order hint of something without neighbours."""

_TASK_FIELDS = {
    "title": "title",
    "bucket_id": "bucketId",
    "start": "startDateTime",
    "due": "dueDateTime",
    "priority": "priority",
    "percent_complete": "percentComplete",
}
_LINE_FIELDS = {"title": "title", "is_checked": "isChecked", "order_hint": "orderHint"}

_FORBIDDEN = re.compile(r"[%.:@#]")
_ENCODED = re.compile(r"%(25|2E|3A|40|23)", re.IGNORECASE)


def encode_reference(url: str) -> str:
    """
    Turn a URL into a reference's key: property names of open types can't hold . : % @ #, the rest stays.

    Source: https://learn.microsoft.com/graph/api/resources/plannerexternalreferences
    """
    return _FORBIDDEN.sub(lambda found: f"%{ord(found.group()):02X}", url)


def decode_reference(key: str) -> str:
    """Turn a reference's key back into its URL. What else is encoded in it belongs to the URL."""
    return _ENCODED.sub(lambda found: chr(int(found.group(1), 16)), key)


def timestamp(moment: datetime) -> str:
    """Write an aware datetime as Graph's Timestamp, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def new_task_body(task: NewTask) -> dict[str, Any]:
    """Write the body of POST /planner/tasks. What is None is left to the service."""
    fields = {name: _plain(getattr(task, field)) for field, name in _TASK_FIELDS.items()}
    body = {"planId": task.plan_id, **{name: value for name, value in fields.items() if value is not None}}
    if task.assignees:
        body["assignments"] = _assignments(task.assignees)
    if task.categories:
        body["appliedCategories"] = dict.fromkeys(task.categories, True)
    return body


def new_plan_body(group_id: str, title: str) -> dict[str, Any]:
    """Write the body of POST /planner/plans."""
    return {"container": {"containerId": group_id, "type": "group"}, "title": title}


def new_bucket_body(plan_id: str, name: str, *, after: str = "") -> dict[str, Any]:
    """
    Write the body of POST /planner/buckets.

    Source: https://learn.microsoft.com/graph/api/resources/planner-order-hint-format
    """
    return {"planId": plan_id, "name": name, "orderHint": after + FIRST}


def task_patch_body(patch: TaskPatch) -> dict[str, Any]:
    """
    Write the body of PATCH /planner/tasks/{id}: the fields that were given, and None clears.

    Raises:
        ValueError: nothing was given.
    """
    given = patch.model_fields_set
    body = {name: _plain(getattr(patch, field)) for field, name in _TASK_FIELDS.items() if field in given}
    if assignments := dict.fromkeys(patch.unassign) | _assignments(patch.assign):
        body["assignments"] = assignments
    if categories := dict.fromkeys(patch.clear_categories, False) | dict.fromkeys(patch.set_categories, True):
        body["appliedCategories"] = categories
    return _not_empty(body)


def details_patch_body(patch: DetailsPatch) -> dict[str, Any]:
    """
    Write the body of PATCH /planner/tasks/{id}/details: the fields that were given.

    Raises:
        ValueError: nothing was given.
    """
    body: dict[str, Any] = {}
    if "description" in patch.model_fields_set:
        body["description"] = patch.description
    if patch.checklist:
        body["checklist"] = {key: _line(line) for key, line in patch.checklist.items()}
    if patch.references:
        body["references"] = _references(patch.references)
    return _not_empty(body)


def _assignments(users: tuple[str, ...]) -> dict[str, Any]:
    # Planner refuses an entry without its type, and one without an order hint. It returns another hint than it was
    # sent, which must never be sent back.
    return {user: {"@odata.type": "#microsoft.graph.plannerAssignment", "orderHint": FIRST} for user in users}


def _line(line: ChecklistLine | None) -> dict[str, Any] | None:
    if line is None:
        return None
    fields = {name: getattr(line, field) for field, name in _LINE_FIELDS.items()}
    given = {name: value for name, value in fields.items() if value is not None}
    return {"@odata.type": "microsoft.graph.plannerChecklistItem", **given}


def _references(references: Mapping[str, str | None]) -> dict[str, Any]:
    return {encode_reference(url): _reference(alias) for url, alias in references.items()}


def _reference(alias: str | None) -> dict[str, Any] | None:
    if alias is None:
        return None
    kind = "microsoft.graph.plannerExternalReference"
    return {"@odata.type": kind, "alias": alias, "type": "Other", "previewPriority": FIRST}


def _plain(value: Any) -> Any:  # noqa: ANN401  # text, number, moment or None: whatever a field holds
    return timestamp(value) if isinstance(value, datetime) else value


def _not_empty(body: dict[str, Any]) -> dict[str, Any]:
    if not body:
        message = "a patch without a change"
        raise ValueError(message)
    return body
