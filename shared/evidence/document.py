"""
The evidence document: an origin's whole history, as JSON that is checked line by line.

The same bytes are exported, served and put on the record. Each entry is one line that holds the very bytes that were
hashed; `evidence_verify.py` at the root checks them with the standard library alone.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

import rfc8785

from shared.errors import UnreadableError
from shared.models.evidence import Entry, Head

FORMAT = "planner-bridge-evidence-2"
JSON_TYPE, PDF_TYPE = "application/json", "application/pdf"


def file_name(origin: str, kind: str) -> str:
    """Name an origin's document: the same every time, so that one that is there is found again."""
    return f"planner-evidence-{origin}.{kind}"


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


def anchor(origin: str, head: Head, pdf: bytes) -> str:
    """Write what OpenText's attribute holds: whose head it is, the head, and the PDF that was put there with it."""
    return f"{origin} {head} pdf:{hashlib.sha256(pdf).hexdigest()}"


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
    start = rfc8785.dumps(about).decode().removesuffix("}")
    body = ",\n".join(lines)
    return f'{start},"entries":[\n{body}\n]}}\n'.encode()


def rows_of(content: bytes) -> tuple[str, ...]:
    """
    Take the entries' lines out of a document.

    Raises:
        UnreadableError: it has none.
    """
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
        about = json.loads(first + b"]}")
        if about["format"] == FORMAT:
            return Head.model_validate(about["head"])
    except (ValueError, LookupError, TypeError) as error:
        message = "the document is none of ours"
        raise UnreadableError(message) from error
    message = f"the document is of format {about['format']!r}"
    raise UnreadableError(message)


def continues(entries: Sequence[Entry], head: Head) -> bool:
    """Tell whether a history goes on from where a document ended. What retention deleted is not asked for."""
    if not entries or head.sequence > entries[-1].sequence:
        return False
    return all(entry.hash == head.hash for entry in entries if entry.sequence == head.sequence)
