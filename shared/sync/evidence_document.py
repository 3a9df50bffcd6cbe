"""
The evidence document: an origin's whole history, as JSON that is checked line by line.

The same bytes are exported, served and put on the record. Each entry is one line that holds the very bytes that were
hashed; `evidence_verify.py` at the root checks them with the standard library alone.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import rfc8785

from shared.errors import UnreadableError
from shared.models.evidence import Entry, Head

FORMAT = "planner-bridge-evidence-1"
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
