"""
Field by field: what OpenText wants, what Planner shows, what both agreed on, and who wins. Pure.

The merge itself is asked what it would do, so that what is told is what the next look does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.decisions.description_block import split_description
from shared.decisions.fields import FIELDS, Shape, SyncedField, Target
from shared.decisions.merge import Merged, merge
from shared.decisions.observed import Found
from shared.models.drift import FieldDrift
from shared.models.link import FieldBase, Link
from shared.models.wanted import Owner


def drift_of(target: Target, found: Found, link: Link, agreed_at: Mapping[str, datetime]) -> tuple[FieldDrift, ...]:
    """
    Compare one task with what is wanted of it.

    Args:
        target: what is wanted, resolved.
        found: the task, with its details.
        link: with what both agreed on.
        agreed_at: by field, when the history last tells of it; "" is the making of the task.
    """
    case = _Case(target, found, link.base, merge(target, found, link.base), agreed_at)
    return tuple(case.drift(one) for one in FIELDS if case.differs(one))


@dataclass(frozen=True)
class _Case:
    """One task, and what the merge makes of it."""

    target: Target
    found: Found
    base: Mapping[str, FieldBase]
    merged: Merged
    agreed_at: Mapping[str, datetime]

    def differs(self, synced: SyncedField) -> bool:
        """Tell whether the two show a field differently, or one of them changed it."""
        if synced.in_details and self.found.details is None:
            return False
        if not self._is_settled(synced):
            return True
        wanted, read = synced.wanted(self.target), synced.read(self.found)
        if synced.optional and wanted is None:
            return False
        if synced.shape is Shape.LINES:
            return any(read.get(key) != text for key, text in wanted.items())
        return bool(wanted != read)

    def drift(self, synced: SyncedField) -> FieldDrift:
        """Tell of a field that differs."""
        known = self.base.get(synced.name, FieldBase())
        wanted, read = synced.wanted(self.target), synced.read(self.found)
        show = _shower(synced, self.target, wanted, read, known)
        return FieldDrift(
            field=synced.name,
            wanted=show(wanted, self.target.block),
            shown=show(read, _block(self.found)),
            asked=show(known.asked, ""),
            got=show(known.got, ""),
            winner=_winner(synced, self.merged),
            settled=self._is_settled(synced),
            agreed_at=self.agreed_at.get(synced.name, self.agreed_at.get("")),
        )

    def _is_settled(self, synced: SyncedField) -> bool:
        return synced.name not in self.merged.asked and synced.name not in self.merged.taken


def _winner(synced: SyncedField, merged: Merged) -> Owner | None:
    if (conflict := next((one for one in merged.conflicts if one.field == synced.name), None)) is not None:
        return conflict.winner
    if synced.shape is Shape.SET and synced.name in merged.asked:
        return None
    return Owner.OPENTEXT if synced.name in merged.asked else Owner.PLANNER


def _block(found: Found) -> str:
    return split_description(found.details.description if found.details is not None else None).block


class _Shower:
    """Shows a field's values as people know them: names for ids, lines that differ, the block as text."""

    def __init__(self, synced: SyncedField, names: Mapping[str, str], keys: frozenset[str]) -> None:
        self._synced = synced
        self._names = names
        self._keys = keys

    def __call__(self, value: Any, block: str) -> Any:  # noqa: ANN401 - JSON values
        if self._synced.shape is Shape.BLOCK:
            # Of what was agreed the base keeps a digest alone.
            return block if block or value is None else f"SHA-256 {value}"
        if isinstance(value, dict):
            return [value[key] for key in value if key in self._keys]
        if isinstance(value, list):
            return [self._names.get(one, one) for one in value]
        return self._names.get(value, value) if isinstance(value, str) else value


def _shower(synced: SyncedField, target: Target, wanted: Any, read: Any, base: FieldBase) -> _Shower:  # noqa: ANN401
    is_lines = synced.shape is Shape.LINES
    keys = frozenset(_other_lines(wanted, read, base)) if is_lines else frozenset[str]()
    return _Shower(synced, _names(synced, target), keys)


def _names(synced: SyncedField, target: Target) -> dict[str, str]:
    place = target.place
    known = {"bucket": place.buckets, "labels": place.categories}.get(synced.name, {})
    names = {key: name for name, key in known.items()}
    if synced.name == "assignees":
        names |= {who.entra_id: who.person for who in target.wanted.people if who.entra_id and who.person}
    return names


def _other_lines(wanted: dict[str, str], read: dict[str, str], base: FieldBase) -> Iterator[str]:
    """Name the lines of ours that differ."""
    for key in {**wanted, **(base.asked or {})}:
        if wanted.get(key) != read.get(key):
            yield key
