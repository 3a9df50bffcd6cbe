"""
Remove a person from personal parts; links get a keyed pseudonym instead. Pure: the chain itself is not touched.

What is removed can't be put back or replaced by something else: see `shared.models.personal`.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.models.events import EventKind
from shared.models.evidence import Entry, Event
from shared.models.link import Link, LinkState

# Who has a pseudonym and guesses the name could find a shorter key by trying.
SHORTEST_KEY = 16
_SHORTEST_WORD = 3
_ENDED = frozenset({LinkState.COMPLETED, LinkState.CLOSED, LinkState.WITHDRAWN, LinkState.RELEASED})
MOST_PARTS = 40
"""Of one `redacted` entry: it and the parts that it tells of fit into one transaction."""


@dataclass(frozen=True)
class Person:
    """Who is replaced: everything by which the history may know one person."""

    words: tuple[str, ...]
    """Entra id, login, addresses, name."""
    pseudonym: str

    def replace(self, value: Any) -> Any:  # noqa: ANN401 - a JSON value
        """Return a JSON value with the pseudonym wherever one of the words stands as a word of its own."""
        return _walk(value, lambda text: self._pattern.sub(self.pseudonym, text))

    @property
    def _pattern(self) -> re.Pattern[str]:
        # The longest first: a first name alone would take its part of the whole name, and leave the rest of it
        # standing.
        longest = sorted(self.words, key=len, reverse=True)
        # Not inside of a longer address or login. A full stop may follow: it may end a sentence.
        return re.compile(rf"(?<![\w@.-])(?:{'|'.join(map(re.escape, longest))})(?![\w@-])", re.IGNORECASE)


def person(words: Sequence[str], key: bytes) -> Person:
    """
    Name a person by a pseudonym that only the key's holder can find again.

    Args:
        words: what the history knows the person by; the first one gives the pseudonym.
        key: secret, 16 bytes or more.

    Raises:
        ValueError: no words, a word too short to be looked for in texts, or a key too short.
    """
    known = tuple(word.strip() for word in words)
    if not known or min(map(len, known)) < _SHORTEST_WORD or len(key) < SHORTEST_KEY:
        message = f"give words of {_SHORTEST_WORD} letters or more, and a key of {SHORTEST_KEY} or more"
        raise ValueError(message)
    # Without regard to case: however the login is typed, a person has one pseudonym.
    digest = hmac.new(key, known[0].lower().encode(), hashlib.sha256).hexdigest()
    return Person(known, f"person-{digest[:16]}")


def redact(entries: Sequence[Entry], who: Person) -> tuple[Entry, ...]:
    """Return those entries that tell of the person, without what tells of that person."""
    found = []
    for entry in entries:
        left = entry.personal.without(lambda value: who.replace(value) != value)
        if left != entry.personal:
            found.append(entry.left_with(left))
    return tuple(found)


def batches(redacted: Sequence[Entry], who: Person) -> list[tuple[Sequence[Entry], Event]]:
    """Divide redacted entries so that each lot, with the entry that tells of it, fits into one transaction."""
    lots = [redacted[start : start + MOST_PARTS] for start in range(0, len(redacted), MOST_PARTS)]
    return [(lot, _told(lot, who)) for lot in lots]


def _told(lot: Sequence[Entry], who: Person) -> Event:
    parts = {str(entry.sequence): entry.personal.hash for entry in lot}
    return Event(what=EventKind.REDACTED, detail={"parts": parts, "removed": who.pseudonym})


def redact_link(link: Link, who: Person) -> Link:
    """Return an ended link without the person. One that is at work stays: it has to know who may complete it."""
    if link.state not in _ENDED:
        return link
    return Link.model_validate(who.replace(link.model_dump(mode="json")))


def _walk(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, dict):
        # Keys too: logins and addresses are keys where names are kept by them.
        return {change(key): _walk(one, change) for key, one in value.items()}
    if isinstance(value, list):
        return [_walk(one, change) for one in value]
    return change(value) if isinstance(value, str) else value
