"""
The evidence document: an origin's whole history, as JSON that is checked line by line.

The same bytes are exported, served and put on the record. Each entry is one line that holds the very bytes that were
hashed; `evidence_verify.py` at the root checks them with the standard library alone.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Any

import rfc8785

from shared.errors import UnreadableError
from shared.models.events import EventKind
from shared.models.evidence import GENESIS, Entry, Head

FORMAT = "planner-bridge-evidence-2"
JSON_TYPE, PDF_TYPE = "application/json", "application/pdf"


def read_entries(lines: Iterable[str]) -> tuple[Entry, ...]:
    """
    Read lines as they stand in the rows.

    Raises:
        UnreadableError: one is no entry; says which, by its place.
    """
    found: list[Entry] = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(Entry.model_validate_json(line))
        except ValueError as error:
            message = f"line {number} of the history is no entry"
            raise UnreadableError(message) from error
    return tuple(found)


def head_of(entries: Sequence[Entry]) -> Head:
    """Return the end of the chain."""
    return Head(sequence=entries[-1].sequence, hash=entries[-1].hash) if entries else Head()


def sequence_of(line: str) -> int:
    """
    Read the number of a line's entry.

    Raises:
        UnreadableError: it is no entry.
    """
    return read_entries([line])[0].sequence


def anchor(origin: str, head: Head, pdf: bytes | None) -> str:
    """Write what OpenText's attribute holds: whose head it is, the head, and the PDF that was put there with it."""
    of_pdf = f" pdf:{hashlib.sha256(pdf).hexdigest()}" if pdf is not None else ""
    return f"{origin} {head}{of_pdf}"


def render_json(origin: str, lines: Sequence[str]) -> bytes:
    """
    Write the document.

    Args:
        lines: of the whole history, oldest first, as they stand in the rows.

    Raises:
        UnreadableError: the last line is no entry.
    """
    head = head_of(read_entries(lines[-1:]))
    about: dict[str, Any] = {"format": FORMAT, "head": head.model_dump(), "origin": origin}
    # In canonical form: the same history gives the same bytes, whichever worker writes them.
    start = rfc8785.dumps(about).decode().removesuffix("}")
    # The rows as they stand: what is hashed is these very bytes, and written anew they might be others.
    body = ",\n".join(lines)
    return f'{start},"entries":[\n{body}\n]}}\n'.encode()


def rows_of(content: bytes) -> tuple[str, ...]:
    """
    Take the entries' lines out of a document.

    Raises:
        UnreadableError: it has none.
    """
    # Between the first line, which says what it is, and the last, which closes it.
    # Not by `splitlines`: it would divide a text at U+2028 and its like, too, which JSON leaves as they are.
    rows = tuple(row.removesuffix(",") for row in content.decode().split("\n")[1:-2])
    if not rows or not any(rows):
        message = "the document holds no entries"
        raise UnreadableError(message)
    return rows


def read_head(content: bytes) -> Head:
    """
    Read where the chain of a document ends, as it says itself.

    Raises:
        UnreadableError: it is no document of ours.
    """
    first, _, _ = content.partition(b"\n")
    try:
        # The first line opens the list of entries: closed at once, it is whole JSON.
        about = json.loads(first + b"]}")
        if about["format"] == FORMAT:
            return Head.model_validate(about["head"])
    except (ValueError, LookupError, TypeError) as error:
        message = "the document is none of ours"
        raise UnreadableError(message) from error
    message = f"the document is of format {about['format']!r}"
    raise UnreadableError(message)


class Fit(StrEnum):
    """How a document on the record stands to the history."""

    OURS = "ours"
    """The history goes on from where it ended."""
    REPLACED = "replaced"
    """It is whole, and of another history of this origin: the tables were lost or written anew."""
    FOREIGN = "foreign"
    """It is no evidence of this origin, or it was edited: somebody else put it there."""


def fit(content: bytes, entries: Sequence[Entry]) -> Fit:
    """
    Hold the newest document on the record against the history.

    Args:
        content: as it lies there.
        entries: the history, not empty.
    """
    there = read_whole(content, entries[0].origin)
    if not there:
        return Fit.FOREIGN
    return Fit.OURS if _continues(entries, there) else Fit.REPLACED


def read_whole(content: bytes, origin: str) -> tuple[Entry, ...]:
    """
    Read the history that a document holds, if it is an origin's own and agrees with itself.

    Returns:
        Nothing where it does not: somebody else put it there, or edited it.
    """
    try:
        head, there = read_head(content), read_entries(rows_of(content))
    except (UnreadableError, UnicodeDecodeError):
        return ()
    is_chained = all(later.before == one.hash for one, later in pairwise(there)) and head_of(there) == head
    # After a purge the first entry names one that is gone: only the very first can be held against a known value.
    is_begun = there[0].sequence > 1 or there[0].before == GENESIS
    is_told = all(one.personal.commitment == one.commitment for one in there)
    return there if is_chained and is_begun and is_told and {one.origin for one in there} == {origin} else ()


def _continues(entries: Sequence[Entry], there: Sequence[Entry]) -> bool:
    known = {entry.sequence: entry.hash for entry in entries}
    last = there[-1]
    if last.sequence > entries[-1].sequence:
        return False
    if last.sequence >= entries[0].sequence:
        return known[last.sequence] == last.hash
    # What lies there was deleted here after its retention: a checkpoint has to name it as it is.
    replaced = [entry.detail for entry in entries if entry.kind is EventKind.CHECKPOINT]
    return any(_names(told, there) for told in replaced)


def _names(told: dict[str, Any], there: Sequence[Entry]) -> bool:
    hashes: dict[object, str] = {entry.sequence: entry.hash for entry in there}
    named = ((told.get("first"), told.get("first_hash")), (told.get("through"), told.get("hash")))
    covers = told.get("through", 0) >= there[-1].sequence
    return covers and all(hashes.get(number, digest) == digest for number, digest in named)
