"""In what two answers to the same question differ: item by item, field by field. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shared.models.wanted import PersonDecision, Wanted, WantedTask

_SILENT = frozenset({"item_key", "rule_hash"})
"""A rule's hash differs whenever the rule does: what that changes stands in the other fields."""


@dataclass(frozen=True)
class Difference:
    """One decision that came out otherwise."""

    item: str
    field: str
    """Empty when the item itself came or went."""
    before: Any
    after: Any

    def __str__(self) -> str:
        """Say it in one line."""
        if self.field:
            return f"~ {self.item} {self.field}: {_said(self.before)} → {_said(self.after)}"
        return (
            f"+ {self.item} is wanted: {self.after}" if self.before is None else f"- {self.item} is not wanted any more"
        )


def differences(before: Wanted, after: Wanted) -> tuple[Difference, ...]:
    """List what differs, by item key; the moment of the next look comes last."""
    old, new = ({task.item_key: task for task in wanted.tasks} for wanted in (before, after))
    found = [one for item in sorted(old.keys() | new.keys()) for one in _of_item(item, old.get(item), new.get(item))]
    if before.look_again != after.look_again:
        found.append(Difference("(next look)", "at", before.look_again, after.look_again))
    return tuple(found)


def _of_item(item: str, old: WantedTask | None, new: WantedTask | None) -> Iterator[Difference]:
    if old is None or new is None:
        yield Difference(item, "", old.title if old is not None else None, new.title if new is not None else None)
        return
    for name in WantedTask.model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if name not in _SILENT and before != after:
            yield Difference(item, name, before, after)


def _said(value: Any) -> str:  # noqa: ANN401 - a field of a wanted task
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_said, value)) + "]"
    if isinstance(value, PersonDecision):
        return f"{value.asked} → {value.person or 'nobody'} ({value.outcome})"
    if hasattr(value, "model_dump"):
        return str(value.model_dump(mode="json", exclude_none=True, exclude_defaults=True))
    return "none" if value is None else str(value)
