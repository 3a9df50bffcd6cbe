"""
Our own writes, told from people's: what was sent stands in the link before it is sent.

A worker may die between a write and the commit that tells of it, and what is wanted may be by the next look what it was
before the write. What the task shows then would look like an edit of people, and stand: people may change any field.
"""

from datetime import datetime
from typing import Any

from shared.decisions.actions import Write
from shared.decisions.description_block import digest, split_description
from shared.decisions.fields import FIELDS, Shape, SyncedField
from shared.decisions.observed import Found
from shared.mapping.language.calendar import as_date
from shared.models.link import FieldBase, Link
from shared.models.planner_writes import DetailsPatch, TaskPatch

_MERGED = {"assignees": ("assign", "unassign"), "labels": ("set_categories", "clear_categories")}
"""Fields that a PATCH adds to and takes from: by which of its arguments."""


def to_announce(write: Write, found: Found) -> dict[str, FieldBase]:
    """Return what a write is about to make of the fields that it carries: what is asked, and what is sent."""
    announced: dict[str, FieldBase] = {}
    for synced in FIELDS:
        if synced.name in write.asked:
            agreed = write.link.base.get(synced.name)
            # Over what was agreed on, not over what is read: what people changed before the write stays theirs to be
            # told, and proves nothing of the write.
            before = synced.read(found) if agreed is None else agreed.got
            announced[synced.name] = FieldBase(asked=write.asked[synced.name], got=_sent(synced, write, before))
    return announced


def carried_out(link: Link, found: Found) -> dict[str, FieldBase]:
    """Return the bases of announced writes that the task shows: they were carried out, and are nobody's edit."""
    fields = {synced.name: synced for synced in FIELDS if not (synced.in_details and found.details is None)}
    return {
        name: sent
        for name, sent in link.announced.items()
        if name in fields and _shows(fields[name], fields[name].read(found), sent.got, link.base.get(name))
    }


def is_made_by_people(link: Link, found: Found, field: str) -> bool:
    """
    Tell whether a field's change is people's; whom an application assigned, no person did.

    A removal names nobody. Beside what an application assigned it is that one's: the bridge puts one person in
    another's place by one write, of which tables that were restored from a backup know nothing.
    """
    if field != "assignees":
        return True
    base = link.base.get(field)
    known = set(base.got or ()) if base is not None else set()
    added = set(found.task.assignees) - known
    by = [found.task.assignments[user].by for user in added]
    return not by or any(who is None or not (who.key or "").startswith("application:") for who in by)


def _sent(synced: SyncedField, write: Write, before: Any) -> Any:  # noqa: ANN401 - JSON values
    """Say what a field reads once its write was carried out, and nobody else wrote since it read as before."""
    task, details = write.task or TaskPatch(), write.details or DetailsPatch()
    if synced.shape is Shape.BLOCK:
        return digest(split_description(details.description).block)
    if synced.shape is Shape.LINES:
        lines = {key: None if line is None else line.title for key, line in details.checklist.items()}
        sent = details.references if synced.name == "references" else lines
        return {
            key: text
            for key in write.asked[synced.name]
            if (text := sent.get(key, (before or {}).get(key))) is not None
        }
    if synced.name in _MERGED:
        add, take = _MERGED[synced.name]
        return sorted(set(before or ()) - set(getattr(task, take)) | set(getattr(task, add)))
    value = task.bucket_id if synced.name == "bucket" else getattr(task, synced.name)
    return as_date(value).isoformat() if isinstance(value, datetime) else value


def _shows(synced: SyncedField, read: Any, sent: Any, base: FieldBase | None) -> bool:  # noqa: ANN401 - JSON values
    if synced.shape not in (Shape.SET, Shape.LINES) or base is None:
        return bool(read == sent)
    # People may have changed others since: one of our changes is enough.
    if synced.shape is Shape.LINES:
        got = base.got or {}
        return any(read.get(key) == sent.get(key) for key in {*sent, *got} if sent.get(key) != got.get(key))
    known = set(base.got or ())
    added, removed = set(sent) - known, known - set(sent)
    return bool(added & set(read)) or bool(removed - set(read))
