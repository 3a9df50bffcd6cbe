"""
Stable pseudonyms for what names people: who has the key gets the same pseudonym for the same person, always.

Without the key nobody can tell whom one stands for, not even by trying names. Pure.
"""

import hashlib
import hmac
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_SHORTEST_IN_TEXT = 4
"""Shorter logins are replaced only where nothing else stands: they may be ordinary words."""


@dataclass(frozen=True)
class Pseudonyms:
    """
    Replaces names, logins and addresses.

    Args:
        key: secret; another key gives other pseudonyms.
        kept: logins and addresses, lower case, that stay: they stand in the mapping file already.
    """

    key: bytes
    kept: frozenset[str] = field(default=frozenset())

    def login(self, login: str) -> str:
        """Replace a login, or the part of an address before its @."""
        return login if login.lower() in self.kept else f"p-{self._digest('login', login)[:10]}"

    def name(self, name: str) -> str:
        """Replace a name that people see."""
        return f"Person {self._digest('name', name)[:6]}"

    def entra_id(self, user_id: str) -> str:
        """Replace a directory id by another of its form."""
        return str(uuid.UUID(self._digest("id", user_id)[:32]))

    def address(self, address: str) -> str:
        """Replace an address; its domain stays, so that a login completed to an address still meets it."""
        local, at, domain = address.partition("@")
        if not at:
            return self.login(address)
        return address if address.lower() in self.kept else f"{self.login(local)}@{domain}"

    def _digest(self, about: str, text: str) -> str:
        # In lower case: one login or address is written in either case, and has to get one pseudonym.
        return hmac.new(self.key, f"{about}:{text.lower()}".encode(), hashlib.sha256).hexdigest()


class Redactor:
    """
    Replaces, in any text, the people it was told of, and everything that looks like an address.

    Args:
        logins: of people; replaced where they stand alone or as a whole word.
        names: as people see them, and whatever else must not be shown.
    """

    def __init__(self, pseudonyms: Pseudonyms, logins: Iterable[str], names: Iterable[str]) -> None:
        self._pseudonyms = pseudonyms
        self._words = {login.lower(): pseudonyms.login(login) for login in logins if login and "@" not in login}
        long = {word: new for word, new in self._words.items() if len(word) >= _SHORTEST_IN_TEXT}
        self._in_text = long | {name.lower(): pseudonyms.name(name) for name in names if name}
        self._pattern = _any_of(self._in_text)

    def text(self, text: str) -> str:
        """Return the text with pseudonyms."""
        if text.lower() in self._words:
            return self._words[text.lower()]
        parts, last = [], 0
        # Addresses first: a name or login inside of one would be replaced, and what is left be no address any more.
        for found in _ADDRESS.finditer(text):
            parts += [self._replaced(text[last : found.start()]), self._pseudonyms.address(found.group())]
            last = found.end()
        return "".join([*parts, self._replaced(text[last:])])

    def _replaced(self, text: str) -> str:
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda found: self._in_text[found.group().lower()], text)


def _any_of(words: Iterable[str]) -> re.Pattern[str] | None:
    """Match any of the words, the longest first, as whole words."""
    # Else a first name would take its part of a whole name, and leave the rest of it standing.
    longest = sorted(map(re.escape, words), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)", re.IGNORECASE) if longest else None
