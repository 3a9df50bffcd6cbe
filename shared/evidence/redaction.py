"""
Remove a person from personal parts; links get a keyed pseudonym instead. Pure: the chain itself is not touched.

What is removed can't be put back or replaced by something else: see `shared.models.personal`.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shared.models.events import EventKind
from shared.models.evidence import Entry, Event
from shared.models.link import Link, LinkState

# Who has a pseudonym and guesses the name could find a shorter key by trying.
SHORTEST_KEY = 16
_SHORTEST_WORD, _SHORTEST_SIGNS = 3, 2
_PARTED = frozenset({"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN", "HEBREW", "ARABIC", "DEVANAGARI", "BENGALI"})
"""Scripts that set blanks between words, as Unicode calls them."""
_NOBODYS = frozenset(
    {"item", "rule_id", "rule_hash", "kind", "state", "hold", "last_hold", "level", "step", "bound", "evidence_hash"}
    | {"plan_id", "bucket_id", "task_id", "etag", "details_etag"}
)
"""Fields of a link that tell of nobody: a person's name may be a word of a rule's id, and the link would be another."""
_BY_FIELD = frozenset({"base", "announced"})
"""Fields of a link whose keys are names of fields."""
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
        return _walk(value, self._replaced)

    def _replaced(self, text: str) -> str:
        # Found in the form in which the words are; a text in which nothing is found stays as it is.
        after, found = self._pattern.subn(self.pseudonym, text if text.isascii() else _composed(text))
        return after if found else text

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        # The longest first: a first name alone would take its part of the whole name, and leave the rest of it
        # standing.
        longest = sorted(self._forms(), key=len, reverse=True)
        return re.compile("|".join(map(_as_word, longest)), re.IGNORECASE)

    def _forms(self) -> set[str]:
        """Return the words in the forms in which they stand in texts: in capitals a letter may become two."""
        forms = {form for word in self.words for form in (word, _composed(word.casefold()))}
        # As in the address of a page.
        return forms | {form.replace("@", "%40") for form in forms}


def _as_word(form: str) -> str:
    """Write the pattern that finds a word where it stands by itself."""
    inside = r"\s+".join(map(re.escape, form.split()))
    if " " in form:
        # A name: whatever is no letter parts it from the rest.
        before, after = r"(?<![^\W_])", r"(?![^\W_])"
    else:
        # Not inside of a longer address or login. A full stop may follow: it may end a sentence.
        before, after = r"(?<![\w@.-])", r"(?![\w@-])"
    # Some scripts set no blanks between words: there a name stands right beside others.
    return f"{before if _parts_words(form[0]) else ''}{inside}{after if _parts_words(form[-1]) else ''}"


def _parts_words(sign: str) -> bool:
    return sign.isascii() or unicodedata.name(sign, "").split(" ")[0] in _PARTED


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def person(words: Sequence[str], key: bytes) -> Person:
    """
    Name a person by a pseudonym that only the key's holder can find again.

    Args:
        words: what the history knows the person by; the first one gives the pseudonym.
        key: secret, 16 bytes or more.

    Raises:
        ValueError: no words, a word too short to be looked for in texts, or a key too short.
    """
    # As histories hold them, whatever the terminal gives.
    known = tuple(" ".join(_composed(word).split()) for word in words)
    if not known or any(map(_is_too_short, known)) or len(key) < SHORTEST_KEY:
        message = f"give words of {_SHORTEST_WORD} letters or more, and a key of {SHORTEST_KEY} or more"
        raise ValueError(message)
    # Without regard to case: however the login is typed, a person has one pseudonym.
    digest = hmac.new(key, known[0].lower().encode(), hashlib.sha256).hexdigest()
    return Person(known, f"person-{digest[:16]}")


def _is_too_short(word: str) -> bool:
    # Most Chinese names have two or three signs.
    return len(word) < (_SHORTEST_WORD if not word or _parts_words(word[0]) else _SHORTEST_SIGNS)


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
    told = {name: value for name, value in link.model_dump(mode="json").items() if name not in _NOBODYS}
    fields = {name: {key: who.replace(one) for key, one in told.pop(name).items()} for name in _BY_FIELD & told.keys()}
    return Link.model_validate(link.model_dump(mode="json") | who.replace(told) | fields)


def _walk(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, dict):
        # Keys too: logins and addresses are keys where names are kept by them.
        return {change(key): _walk(one, change) for key, one in value.items()}
    if isinstance(value, list):
        return [_walk(one, change) for one in value]
    return change(value) if isinstance(value, str) else value
