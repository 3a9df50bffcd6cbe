"""
What a long list looked like the last time, kept so that an unchanged list costs one read.

Each origin of the list has a digest; 256 shelves hold them, and one row holds a digest of each shelf. So reads and
writes grow with what changed, not with what is listed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from shared.errors import TooLargeError
from shared.store.cursors import Cursors

SHELVES = 256
MOST_CHARACTERS = 30_000
"""Of one shelf: a table property ends at 32,768."""


@dataclass(frozen=True)
class Changes:
    """How a list differs from the last time."""

    numbers: tuple[int, ...]
    """New, changed or gone since then; sorted."""
    cursors: dict[str, str]
    """What `remember` has to write, in this order."""


def digest(*parts: object) -> str:
    """Make a short digest of what is to be recognised."""
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:12]


async def compare(cursors: Cursors, name: str, states: Mapping[int, str]) -> Changes:
    """
    Compare a list with what it was.

    Args:
        name: of the list.
        states: digest by number.

    Raises:
        TooLargeError: a shelf holds more than a row does; nothing is compared.
        UnavailableError: storage does not answer.
    """
    root = f"{name}/shelves"
    before = await cursors.find_texts(root)
    shelves = _shelved(name, states)
    after = {shelf: digest(content) for shelf, content in shelves.items()}
    numbers: set[int] = set()
    rows: dict[str, str] = {}
    for shelf in sorted({*before, *after}):
        if before.get(shelf) == after.get(shelf):
            continue
        known = await cursors.find_texts(f"{name}/{shelf}") if shelf in before else {}
        found = shelves.get(shelf, {})
        changed = {number for number in {*known, *found} if known.get(number) != found.get(number)}
        numbers |= {int(number) for number in changed if number.isdecimal()}
        rows[f"{name}/{shelf}"] = json.dumps(found, separators=(",", ":"))
    if rows:
        rows[root] = json.dumps(after, separators=(",", ":"))
    return Changes(tuple(sorted(numbers)), rows)


async def remember(cursors: Cursors, changes: Changes) -> None:
    """Keep how the list looks now. Called when all changes were handed on: dying before means handing on twice."""
    for cursor, value in changes.cursors.items():
        await cursors.save(cursor, value)


def _shelved(name: str, states: Mapping[int, str]) -> dict[str, dict[str, str]]:
    shelves: dict[str, dict[str, str]] = {}
    for number in sorted(states):
        shelves.setdefault(str(number % SHELVES), {})[str(number)] = states[number]
    longest = max((len(json.dumps(shelf)) for shelf in shelves.values()), default=0)
    if longest > MOST_CHARACTERS:
        message = f"{name}: {len(states)} entries are more than can be remembered"
        raise TooLargeError(message)
    return shelves
