"""
What both sides agreed on by a write: per field what was asked, and what the service made of it.

Kept in the link. The next merge tells by it who changed what, so that Planner's own tidying (a trimmed title, a rounded
priority) passes for nobody's change.
"""

from collections.abc import Mapping
from typing import Any

from shared.decisions.fields import FIELDS, Shape, SyncedField, Target
from shared.decisions.observed import Found
from shared.mapping.language.calendar import as_date
from shared.models.link import FieldBase, Posted


def first_base(target: Target, found: Found, *, in_details: bool) -> dict[str, FieldBase]:
    """What was agreed by a first write: everything we wanted, and what the service made of it."""
    return {
        f.name: FieldBase(asked=f.wanted(target), got=_known(f, f.read(found), f.wanted(target)))
        for f in FIELDS
        if f.in_details == in_details
    }


def settled_base(target: Target, found: Found, posted: Posted) -> dict[str, FieldBase]:
    """What was agreed by a POST whose answer was lost: what it sent. What people wrote since shows as theirs."""
    # What was posted stands over what was read: that may be what people made of it since.
    return first_base(target, found, in_details=False) | posted_base(posted)


def posted_base(posted: Posted) -> dict[str, FieldBase]:
    """What was agreed by a POST, as far as it is known without what is wanted now."""
    sent: dict[str, Any] = {
        "title": posted.title.strip(),
        "start": None if posted.start is None else as_date(posted.start).isoformat(),
        "due": None if posted.due is None else as_date(posted.due).isoformat(),
        "assignees": sorted(posted.assignees),
    }
    sent |= {"bucket": posted.bucket_id} if posted.bucket_id is not None else {}
    sent |= {"priority": posted.priority} if posted.priority is not None else {}
    return {name: FieldBase(asked=value, got=value) for name, value in sent.items()}


def base_after(before: Found, found: Found, asked: Mapping[str, Any]) -> dict[str, FieldBase]:
    """
    What a write agreed on: what we asked, and the value that the service returned for it.

    Planner merges a write by keys with what others wrote since the read: whom they assigned meanwhile is not agreed on.
    """
    return {
        f.name: FieldBase(
            asked=asked[f.name], got=_known(f, _without(joined(f, before, found, asked), f.read(found)), asked[f.name])
        )
        for f in FIELDS
        if f.name in asked and not (f.in_details and found.details is None)
    }


def joined(synced: SyncedField, before: Found, after: Found, asked: Mapping[str, Any]) -> set[str]:
    """Return what others added to a set between our read and what our write returned."""
    if synced.shape is not Shape.SET or synced.name not in asked:
        return set()
    return set(synced.read(after)) - set(synced.read(before)) - set(asked[synced.name])


def _without(others: set[str], read: Any) -> Any:  # noqa: ANN401 - JSON values
    return [one for one in read if one not in others] if others else read


def _known(synced: SyncedField, read: Any, wanted: Any) -> Any:  # noqa: ANN401 - JSON values
    """Keep of a read what the base is about: of lines, ours alone."""
    return {key: read[key] for key in wanted if key in read} if synced.shape is Shape.LINES else read
