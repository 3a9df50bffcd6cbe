"""
A write that Planner refused, taken apart: what may be written is written, the rest is told.

The note to people comes first. A list that does not fit as a whole is tried line by line, since most of it may.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from shared.decisions.actions import Write
from shared.models.link import FieldBase
from shared.models.planner import ChecklistItem, PlannerDetails
from shared.models.planner_writes import ChecklistLine, DetailsPatch, TaskPatch

# The due date before the start: Planner refuses a start that is later. Who goes before who comes: a task has room for
# twenty people.
_TASK_FIELDS = {
    "percent_complete": "progress",
    "title": "title",
    "due": "due",
    "start": "start",
    "bucket_id": "bucket",
    "priority": "priority",
    "unassign": "assignees",
    "assign": "assignees",
    "clear_categories": "labels",
    "set_categories": "labels",
}
"""Fields of a patch, in the order in which they are tried → the synced field."""
_DETAILS_FIELDS = {"description": "context", "checklist": "checklist", "references": "references"}
_LISTS = frozenset({"assign", "unassign", "set_categories", "clear_categories", "checklist", "references"})


@dataclass(frozen=True)
class Piece:
    """One part of a write."""

    name: str
    """Of the patch's field."""
    value: Any
    in_details: bool

    @property
    def field(self) -> str:
        """The synced field that it is about."""
        return (_DETAILS_FIELDS if self.in_details else _TASK_FIELDS)[self.name]

    @property
    def task(self) -> TaskPatch:
        """As a patch of the task."""
        return TaskPatch(**{self.name: self.value})

    @property
    def details(self) -> DetailsPatch:
        """As a patch of the details."""
        return DetailsPatch(**{self.name: self.value})

    def finer(self) -> list["Piece"]:
        """Take a list apart into its lines; anything else is one piece."""
        if self.name not in _LISTS or len(self.value) < 2:
            return []
        if isinstance(self.value, dict):
            return [Piece(self.name, {key: line}, self.in_details) for key, line in self.value.items()]
        return [Piece(self.name, (one,), self.in_details) for one in self.value]

    def keys(self) -> frozenset[str]:
        """Name the lines that it writes."""
        return frozenset(self.value) if self.name in _LISTS else frozenset()


def pieces(write: Write, *, in_details: bool) -> list[Piece]:
    """List the parts of one of the two patches, in the order in which they are tried."""
    patch = write.details if in_details else write.task
    if patch is None:
        return []
    names = [name for name in (_DETAILS_FIELDS if in_details else _TASK_FIELDS) if name in patch.model_fields_set]
    # An empty list asks for nothing. Of any other field an empty value is a wish: it clears.
    return [Piece(name, value, in_details) for name in names if (value := getattr(patch, name)) or name not in _LISTS]


def of_what_changes(write: Write, details: PlannerDetails | None) -> Write:
    """
    Return a write without the lines of the checklist that stand so already, and without details where no more is left.

    They are written beside something else, to meet a tick that is made meanwhile. Without it they would change nothing
    but the task's version, at each try.
    """
    if write.details is None or details is None:
        return write
    there, given = details.checklist, {name: getattr(write.details, name) for name in write.details.model_fields_set}
    if "checklist" in given:
        given["checklist"] = {
            key: line for key, line in given["checklist"].items() if not _stands(line, there.get(key))
        }
    left = {name: value for name, value in given.items() if value or name not in _LISTS}
    return replace(write, details=DetailsPatch(**left) if left else None)


def _stands(line: ChecklistLine | None, there: ChecklistItem | None) -> bool:
    if line is None or there is None:
        return line is None and there is None
    return line.title in (None, there.title) and line.is_checked in (None, there.is_checked)


def asked_by(written: list[Piece], write: Write, base: Mapping[str, FieldBase]) -> dict[str, Any]:
    """Return what was asked of the fields that were written; of a list, with the lines that stand already."""
    return dict(_asked(written, write, base))


def _asked(written: list[Piece], write: Write, base: Mapping[str, FieldBase]) -> Iterator[tuple[str, Any]]:
    for field in {piece.field: None for piece in written}:
        if field not in write.asked:
            continue
        asked = write.asked[field]
        lines = frozenset[str]().union(*(piece.keys() for piece in written if piece.field == field))
        before = base[field].asked if field in base else None
        if isinstance(asked, dict):
            yield field, {key: text for key, text in asked.items() if key in lines or key in (before or {})}
        elif isinstance(asked, list):
            stood = set(before or ())
            yield field, [one for one in asked if one in lines or one in stood]
        else:
            yield field, asked
