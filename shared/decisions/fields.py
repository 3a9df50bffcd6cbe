"""
The table of synced fields: who owns each, how it is read, wanted and written.

A new synced field is one entry here. Values are JSON values: they are kept in the link's base.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

from shared.decisions.description_block import digest, split_description
from shared.decisions.observed import Found, Place
from shared.mapping.language.calendar import as_date, as_utc
from shared.models.link import Link
from shared.models.planner_writes import NewTask, TaskPatch
from shared.models.wanted import Owner, WantedTask

_CHECKLIST = uuid.UUID("5f0a6d1c-6f0e-4f5b-9d53-2d8a3b7f4c11")


class Shape(StrEnum):
    """How two changes of one field are merged."""

    SCALAR = "scalar"
    """One value: one side wins."""
    SET = "set"
    """Both sides' additions and removals hold."""
    LINES = "lines"
    """By key: each line is merged for itself, and lines of people are not looked at."""
    BLOCK = "block"
    """Ours alone: put back whenever somebody changed it."""


@dataclass(frozen=True)
class Target:
    """What one item wants, with names resolved to ids."""

    origin: str
    wanted: WantedTask
    place: Place
    block: str
    kept: dict[str, Any] = field(default_factory=dict)
    """Bucket and labels as they were agreed while the rule's own wish is the same: people may rename or delete them."""

    def keeping(self, link: Link | None) -> "Target":
        """Return the target with what people arranged: only another wish of the rule moves a task that stands."""
        if link is None or link.wished is None or not link.task_id:
            return self
        same = {"bucket": link.wished.bucket == self.wanted.bucket, "labels": link.wished.labels == self.wanted.labels}
        return replace(self, kept={name: link.base[name].asked for name in same if same[name] and name in link.base})

    def at(self, plan_id: str) -> "Target":
        """Return what is wanted of a task in a plan: outside the rule's own, nothing of buckets and labels."""
        if plan_id == self.place.plan_id:
            return self
        return replace(self, place=Place(plan_id, is_known=False), kept={})

    def starting_by(self, due: date) -> "Target":
        """Return the same, with a start that a due date allows."""
        wanted = self.wanted.starting_by(due)
        return self if wanted is self.wanted else replace(self, wanted=wanted)


@dataclass(frozen=True)
class SyncedField:
    """One field that both systems show."""

    name: str
    owner: Owner
    shape: Shape
    wanted: Callable[[Target], Any]
    read: Callable[[Found], Any]
    in_details: bool = False
    optional: bool = False
    """Wanting nothing means not caring, instead of clearing."""


def line_id(item: str, key: str) -> str:
    """Name a checklist line: the same item and key always give the same GUID."""
    return str(uuid.uuid5(_CHECKLIST, f"{item}|{key}"))


def outcome_lines(wanted: WantedTask) -> dict[str, str]:
    """GUID of each outcome line → its disposition."""
    return {line_id(wanted.item_key, f"outcome:{o.disposition}"): o.disposition for o in wanted.outcomes}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _wanted_lines(target: Target) -> dict[str, str]:
    item = target.wanted.item_key
    lines = {line_id(item, f"outcome:{o.disposition}"): o.title.strip() for o in target.wanted.outcomes}
    return lines | {line_id(item, line.key): line.title.strip() for line in target.wanted.checklist}


def _read_lines(found: Found) -> dict[str, str]:
    return {} if found.details is None else {key: line.title for key, line in found.details.checklist.items()}


def _read_references(found: Found) -> dict[str, str]:
    if found.details is None:
        return {}
    return {unquote(key): reference.alias or "" for key, reference in found.details.references.items()}


def _labels(target: Target) -> list[str] | None:
    if "labels" in target.kept:
        kept: list[str] | None = target.kept["labels"]
        return kept
    if not target.place.is_known:
        return None
    return target.place.labels(target.wanted.labels)


FIELDS: tuple[SyncedField, ...] = (
    # Planner trims titles: untrimmed, what is wanted would differ from what is read for ever.
    SyncedField("title", Owner.OPENTEXT, Shape.SCALAR, lambda t: t.wanted.title.strip(), lambda f: f.task.title),
    SyncedField(
        "bucket",
        Owner.PLANNER,
        Shape.SCALAR,
        lambda t: t.kept["bucket"] if "bucket" in t.kept else t.place.bucket(t.wanted.bucket),
        lambda f: f.task.bucket_id,
        optional=True,
    ),
    SyncedField("labels", Owner.PLANNER, Shape.SCALAR, _labels, lambda f: list(f.task.categories), optional=True),
    SyncedField(
        "priority",
        Owner.PLANNER,
        Shape.SCALAR,
        lambda t: t.wanted.priority,
        lambda f: f.task.priority,
        optional=True,
    ),
    # Start and due date are compared as the days that Planner shows: their time of day says nothing.
    SyncedField(
        "start",
        Owner.OPENTEXT,
        Shape.SCALAR,
        lambda t: _iso(t.wanted.start),
        lambda f: _iso(None if f.task.start is None else as_date(f.task.start)),
    ),
    SyncedField(
        "due",
        Owner.OPENTEXT,
        Shape.SCALAR,
        lambda t: _iso(t.wanted.due),
        lambda f: _iso(None if f.task.due is None else as_date(f.task.due)),
    ),
    SyncedField(
        "assignees", Owner.BOTH, Shape.SET, lambda t: sorted(t.wanted.assignees), lambda f: list(f.task.assignees)
    ),
    SyncedField(
        "context",
        Owner.OPENTEXT,
        Shape.BLOCK,
        lambda t: digest(t.block),
        lambda f: digest(split_description(f.details.description if f.details else "").block),
        in_details=True,
    ),
    SyncedField("checklist", Owner.OPENTEXT, Shape.LINES, _wanted_lines, _read_lines, in_details=True),
    SyncedField(
        "references",
        Owner.OPENTEXT,
        Shape.LINES,
        lambda t: {reference.url: reference.alias for reference in t.wanted.references},
        _read_references,
        in_details=True,
    ),
)


def new_task(target: Target) -> NewTask:
    """Return what is posted: every field of the task itself, as if an empty task were changed. None is left out."""
    # What people had arranged went with the task that stood there before.
    fresh = replace(target, kept={})
    wanted = {synced.name: synced.wanted(fresh) for synced in FIELDS if not synced.in_details}
    writes = [task_write(name, value, ()) for name, value in wanted.items() if value is not None]
    fields = {name: value for write in writes for name, value in write.items()}
    return NewTask.of(target.place.plan_id, TaskPatch(**fields))


def task_write(name: str, value: Any, read: Any) -> dict[str, Any]:  # noqa: ANN401 - a JSON value
    """Turn a field's new value into arguments of a TaskPatch."""
    if name in ("start", "due"):
        return {name: None if value is None else as_utc(date.fromisoformat(value))}
    if name == "bucket":
        return {"bucket_id": value}
    if name == "assignees":
        return {
            "assign": tuple(sorted(set(value) - set(read))),
            "unassign": tuple(sorted(set(read) - set(value))),
        }
    if name == "labels":
        return {
            "set_categories": tuple(sorted(set(value) - set(read))),
            "clear_categories": tuple(sorted(set(read) - set(value))),
        }
    return {name: value}
