"""What records may hold, for trying a template when it is read: one that no value fits can only fail."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

from shared.mapping.language.vocabulary import CONTEXT

_DAY = "2027-01-31"
_VALUES = ("12", _DAY, "text of a record", "", 12, 12.5, True, ("a", "b"))
_MOMENT = datetime(2027, 1, 31, 12, 30, tzinfo=UTC)
_MEMBERS: dict[str, Any] = {
    **dict.fromkeys(("created", "modified", "started", "initiated"), _MOMENT),
    **dict.fromkeys(("holds", "classifications", "performers", "next_steps", "people"), ("first", "second", "third")),
    "id": 4711,
    "version": 3,
    "url": "https://otcs.example/app/nodes/4711",
    "due": _MOMENT,
}
_FREE = ("name", "title", "comment")
"""Written by people: a date may stand there, too."""


class _Any(dict[str, Any]):
    """Attributes that all hold one value."""

    def __init__(self, value: object) -> None:
        super().__init__()
        self._value = value

    def __missing__(self, _: str) -> object:
        return self._value


def probes() -> Iterator[dict[str, Any]]:
    """Yield contexts of templates, one for each kind of value that attributes may hold."""
    yield from (_context(value) for value in _VALUES)


@cache
def _context(value: object) -> dict[str, Any]:
    free = dict.fromkeys(_FREE, _DAY) if value == _DAY else {}
    made: dict[str, Any] = {name: _thing(word.members, free) for name, word in CONTEXT.items()}
    made["documents"] = [_thing(CONTEXT["document"].members, free) for _ in range(5)]
    made["attributes"] = _Any(value)
    made |= {"now": _MOMENT, "today": _MOMENT.date(), "occurrence": date(2027, 1, 31), "row": _Any(value)}
    return made


def _thing(members: tuple[str, ...], free: dict[str, str]) -> SimpleNamespace:
    known = _MEMBERS | free
    return SimpleNamespace(**{name: known.get(name, f"A {name}-1-2-3") for name in members})
