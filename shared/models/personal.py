"""
What an entry tells of people: field by field, so that one can be removed and the rest still stands proven.

Each field is hashed with a random salt of its own. What stands in the chain, the commitment, is the hash over these
hashes. A redaction puts a field's hash in the field's place: the commitment stays true, and nothing but removing is
possible. Without its salt nobody can find a removed field by trying names.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import rfc8785
from pydantic import Field, field_validator

from shared.models.base import Frozen

ACTOR, DETAIL = "actor", "detail"
MOST_FIELDS = 60
"""Each costs its salt, and an entry has to fit into a row: with more, lists are one field each."""
_REMOVED = re.compile(r"[0-9a-f]{64}")
_SHORTEST, _LONGEST = 4, 5
"""Salt, part, name and value; of lists and objects also the place in them."""


class Personal(Frozen):
    """The personal part of an entry."""

    fields: tuple[Any, ...] = Field(
        default=(), description="[salt, part, name, (key,) value] each; of one that was removed, its SHA-256."
    )

    @field_validator("fields")
    @classmethod
    def _have_their_form(cls, fields: tuple[Any, ...]) -> tuple[Any, ...]:
        for field in fields:
            if not _is_field(field):
                message = "a field of the personal part has another form"
                raise ValueError(message)
        return fields

    @property
    def actor(self) -> dict[str, str]:
        """Who did it."""
        return {field[2]: str(field[3]) for field in self._kept if field[1] == ACTOR}

    @cached_property
    def detail(self) -> dict[str, Any]:
        """What it tells, without what was removed."""
        found: dict[str, Any] = {}
        for _, part, name, *rest in self._kept:
            if part != DETAIL:
                continue
            if len(rest) == 1:
                found[name] = rest[0]
            elif isinstance(rest[0], int):
                found.setdefault(name, []).append(rest[1])
            else:
                found.setdefault(name, {})[rest[0]] = rest[1]
        return found

    @property
    def removed(self) -> int:
        """How many fields a redaction removed."""
        return sum(isinstance(field, str) for field in self.fields)

    @property
    def _kept(self) -> Iterator[Sequence[Any]]:
        return (field for field in self.fields if not isinstance(field, str))

    def without(self, is_asked: Callable[[Any], bool]) -> "Personal":
        """Remove the fields of which something is asked for: their hashes stand for them."""
        return Personal(
            fields=tuple(
                _sha256(_text(field)) if not isinstance(field, str) and is_asked(list(field[1:])) else field
                for field in self.fields
            )
        )

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Each field as it is hashed and stored."""
        return tuple(map(_text, self.fields))

    def text(self) -> str:
        """Return what is stored and exported."""
        return f"[{','.join(self.texts)}]"

    @property
    def hash(self) -> str:
        """SHA-256 of the part as it stands now, hexadecimal."""
        return _sha256(self.text())

    @property
    def commitment(self) -> str:
        """SHA-256 over the fields' hashes: the same before and after a redaction."""
        told = zip(self.fields, self.texts, strict=True)
        digests = (bytes.fromhex(field if isinstance(field, str) else _sha256(text)) for field, text in told)
        return hashlib.sha256(b"".join(digests)).hexdigest()


def personal(actor: dict[str, str], detail: dict[str, Any], salt: Callable[[], str]) -> Personal:
    """
    Write down what tells of people.

    Args:
        actor: who did it.
        detail: JSON values. Lists and objects are divided: one person of several can be removed.
        salt: gives 128 random bits or more, another each time.
    """
    rows = [(ACTOR, name, value) for name, value in sorted(actor.items())]
    divided = [row for name, value in sorted(detail.items()) for row in _divided(name, value)]
    if len(rows) + len(divided) > MOST_FIELDS:
        divided = [(DETAIL, name, value) for name, value in sorted(detail.items())]
    return Personal(fields=tuple([salt(), *row] for row in (*rows, *divided)))


def _divided(name: str, value: Any) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - a JSON value
    # A long text that was shortened is one thing: its hash without its beginning says nothing.
    if isinstance(value, dict) and value and "sha256" not in value:
        return ((DETAIL, name, key, one) for key, one in sorted(value.items()))
    if isinstance(value, list) and value:
        return ((DETAIL, name, place, one) for place, one in enumerate(value))
    return iter([(DETAIL, name, value)])


def _is_field(field: object) -> bool:
    if isinstance(field, str):
        return _REMOVED.fullmatch(field) is not None
    if not isinstance(field, list | tuple) or len(field) not in (_SHORTEST, _LONGEST):
        return False
    salt, part, name, *rest = field
    return isinstance(salt, str) and isinstance(name, str) and (part == DETAIL or (part == ACTOR and len(rest) == 1))


def _text(field: Any) -> str:  # noqa: ANN401 - a JSON value
    return rfc8785.dumps(list(field) if isinstance(field, tuple) else field).decode()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
