"""
Our own writes, told from people's: what was sent stands in the link before it is sent.

A worker may die between a write and the commit that tells of it. What people own as well would then look like
their edit. Only fields that people may change for good are announced: the others are put right in any case.
"""

from typing import Any

from shared.decisions.actions import Write
from shared.decisions.fields import FIELDS, Shape, SyncedField
from shared.decisions.observed import Found
from shared.models.link import FieldBase, Link
from shared.models.planner import TaskPatch
from shared.models.wanted import Owner


def to_announce(write: Write, found: Found) -> dict[str, FieldBase]:
    """Return what a write is about to make of fields that people own, too: what is asked, and what is sent."""
    if write.task is None or write.target is None:
        return {}
    owners = write.target.wanted.owners
    return {
        synced.name: FieldBase(asked=write.asked[synced.name], got=_sent(synced.name, write.task, synced.read(found)))
        for synced in FIELDS
        if synced.name in write.asked
        and not synced.in_details
        and owners.get(synced.name, synced.owner) is not Owner.OPENTEXT
    }


def carried_out(link: Link, found: Found) -> dict[str, FieldBase]:
    """Return the bases of announced writes that the task shows: they were carried out, and are nobody's edit."""
    fields = {synced.name: synced for synced in FIELDS}
    return {
        name: sent
        for name, sent in link.announced.items()
        if name in fields and _shows(fields[name], fields[name].read(found), sent.got, link.base.get(name))
    }


def is_made_by_people(link: Link, found: Found, field: str) -> bool:
    """Tell whether a field's change is people's; whom an application assigned, no person did."""
    if field != "assignees":
        return True
    base = link.base.get(field)
    known = set(base.got or ()) if base is not None else set()
    added = set(found.task.assignees) - known
    by = [found.task.assignments[user].by for user in added]
    only_ours = bool(by) and all(who is not None and (who.key or "").startswith("application:") for who in by)
    return bool(known - set(found.task.assignees)) or not only_ours


def _sent(name: str, patch: TaskPatch, read: Any) -> Any:  # noqa: ANN401 - JSON values
    if name == "assignees":
        return sorted(set(read) - set(patch.unassign) | set(patch.assign))
    if name == "labels":
        return sorted(set(read) - set(patch.clear_categories) | set(patch.set_categories))
    return patch.bucket_id if name == "bucket" else getattr(patch, name)


def _shows(synced: SyncedField, read: Any, sent: Any, base: FieldBase | None) -> bool:  # noqa: ANN401 - JSON values
    if synced.shape is not Shape.SET or base is None:
        return bool(read == sent)
    # People may have added or removed others since: one of our changes is enough.
    got = set(base.got or ())
    added, removed = set(sent) - got, got - set(sent)
    return bool(added & set(read)) or bool(removed - set(read))
