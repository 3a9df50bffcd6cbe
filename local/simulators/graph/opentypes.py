"""
Open types: assignments, categories, checklist and references are merged entry by entry, and null removes one.

Source: https://learn.microsoft.com/graph/api/resources/plannerassignments and its siblings
"""

import re
from collections.abc import Callable
from typing import Any, TypeAlias
from urllib.parse import unquote

from local.simulators.graph.failures import Json, refuse
from local.simulators.graph.patching import Write
from local.simulators.graph.values import boolean, check_hint, long_text, text

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CATEGORY = re.compile(r"category([1-9]|1\d|2[0-5])")
_RAW = re.compile(r"[.:@#]|%(?![0-9a-fA-F]{2})")

Entry: TypeAlias = Callable[[str, Json, Json, Write], Json]
"""Takes the key, the entry sent, the entry held ({} if new) and the write."""


def assignments(value: object, held: object, write: Write) -> Json:
    """Merge who the task is assigned to."""
    replaces = not write.state.believed("planner-assignments-merge") and None not in _object(value).values()
    kept = {} if replaces else held
    removes = write.state.believed("planner-assignments-removed")
    return _merge(value, kept, kind="plannerAssignment", entry=_assignment, write=write, removes=removes)


def checklist(value: object, held: object, write: Write) -> Json:
    """Merge the checklist's items."""
    removes = write.state.believed("planner-checklist-removed")
    found = _merge(value, held, kind="plannerChecklistItem", entry=_checklist_item, write=write, removes=removes)
    if write.state.believed("planner-lines-stamped-alone"):
        return found
    return {key: {**item, "lastModifiedDateTime": write.state.stamp()} for key, item in found.items()}


def references(value: object, held: object, write: Write) -> Json:
    """Merge the task's links."""
    for key in _object(value):
        if not key.startswith("@") and write.state.believed("planner-references-encoded"):
            _check_reference(key)
    found = _merge(value, held, kind="plannerExternalReference", entry=_reference, write=write)
    keeps = write.state.believed("planner-references-keep-key")
    return found if keeps else {unquote(key): item for key, item in found.items()}


def categories(value: object, held: object, write: Write) -> Json:
    """Set and take off labels."""
    found = dict(_object(held or {}))
    for key, is_set in _entries(value):
        _check_category(key)
        if boolean(key, is_set) or not write.state.believed("planner-labels-off"):
            found[key] = is_set
        else:
            found.pop(key, None)
    return found


def category_descriptions(value: object, held: object, _write: Write) -> Json:
    """Name the plan's labels; null takes a name away."""
    found = dict(_object(held or {}))
    for key, name in _entries(value):
        _check_category(key)
        found[key] = None if name is None else text(key, name, longest=100)
    return found


def _merge(value: object, held: object, *, kind: str, entry: Entry, write: Write, removes: bool = True) -> Json:
    found = dict(_object(held or {}))
    for key, item in _entries(value):
        if item is None:
            if removes:
                found.pop(key, None)
            continue
        if write.state.believed("planner-entries-typed"):
            _check_type(key, item, kind)
        plain = {name: part for name, part in item.items() if not name.startswith("@")}
        found[key] = {"@odata.type": f"#microsoft.graph.{kind}", **entry(key, plain, found.get(key, {}), write)}
    return found


def _entries(value: object) -> list[tuple[str, Any]]:
    return [(key, item) for key, item in _object(value).items() if not key.startswith("@")]


def _object(value: object) -> Json:
    if not isinstance(value, dict):
        refuse("An open type must be an object; null is possible for its entries only.")
    return value


def _check_type(key: str, item: object, kind: str) -> None:
    told = item.get("@odata.type") if isinstance(item, dict) else None
    if told not in (f"#microsoft.graph.{kind}", f"microsoft.graph.{kind}"):
        refuse(f"The entry '{key}' of an open type needs '@odata.type': '#microsoft.graph.{kind}'.")


def _check_category(key: str) -> None:
    if not _CATEGORY.fullmatch(key):
        refuse(f"The property '{key}' is no category.")


def _check_reference(key: str) -> None:
    # Property names in open types can't contain these characters: the client encodes them.
    if _RAW.search(key) or not unquote(key).startswith(("http://", "https://")):
        refuse(f"The reference '{key}' must be an encoded http or https URL.")


def _only(plain: Json, *allowed: str) -> None:
    for name in plain:
        if name not in allowed:
            refuse(f"The property '{name}' can't be set.")


def _assignment(key: str, plain: Json, held: Json, write: Write) -> Json:
    _only(plain, "orderHint")
    check_hint("orderHint", plain.get("orderHint"))
    if key not in write.state.users and not _GUID.fullmatch(key):
        refuse(f"'{key}' is no user id.")
    return {
        "assignedBy": held.get("assignedBy", write.actor if write.state.believed("planner-assigned-by-app") else None),
        "assignedDateTime": held.get("assignedDateTime", write.state.stamp()),
        "orderHint": write.state.new_hint(),
    }


def _checklist_item(key: str, plain: Json, held: Json, write: Write) -> Json:
    _only(plain, "title", "isChecked", "orderHint")
    merges = write.state.believed("planner-checklist-merges")
    title = plain.get("title", held.get("title") if merges or not held else "(no title)")
    is_checked = plain.get("isChecked", held.get("isChecked", False))
    return {
        "title": text(f"{key}/title", title, longest=write.state.rules.limits.title),
        "isChecked": boolean(f"{key}/isChecked", is_checked),
        "orderHint": _hint(plain, "orderHint", held, write),
        **_signed(write),
    }


def _reference(key: str, plain: Json, held: Json, write: Write) -> Json:
    _only(plain, "alias", "type", "previewPriority")
    alias = plain.get("alias", held.get("alias"))
    if alias is not None:
        alias = long_text(f"{key}/alias", alias, longest=write.state.rules.limits.title)
    return {
        "alias": alias,
        "type": plain.get("type") or held.get("type", "Other"),
        "previewPriority": _hint(plain, "previewPriority", held, write),
        **_signed(write),
    }


def _hint(plain: Json, name: str, held: Json, write: Write) -> str:
    if name in plain:
        if write.state.believed("planner-hints-not-sent-back"):
            check_hint(name, plain[name])
        if not write.state.believed("planner-hints-recalculated"):
            return str(plain[name])
    elif name in held:
        return str(held[name])
    return write.state.new_hint()


def _signed(write: Write) -> Json:
    by = write.actor if write.state.believed("planner-lines-signed") else None
    return {"lastModifiedBy": by, "lastModifiedDateTime": write.state.stamp()}
