#!/usr/bin/env python3
"""
Check evidence of the bridge between OpenText and Planner. Needs Python 3.11 or later and nothing else.

    python evidence_verify.py FILE... [--head NUMBER:HASH]

A FILE is an evidence document: the JSON, or the PDF, which has the JSON attached. Each entry is one line; its SHA-256
stands in the entry after it. So an entry that was edited, removed, repeated, inserted or moved is found and named.
Entries cut off at the end are found by --head: the value that OpenText's own attribute holds. Ends with 0 when every
file is intact, with 1 when one is not.
"""

import argparse
import hashlib
import json
import re
import sys
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORMAT = "planner-bridge-evidence-1"
GENESIS = "0" * 64
_DECODER = json.JSONDecoder()
# What ends a line before "endstream" may belong to the data: it is left to the decompression, which knows its own end.
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


class BrokenError(Exception):
    """The evidence is not what was written."""

    def __init__(self, number: int, reason: str) -> None:
        """Keep the number of the first entry that is wrong; 0: the file as a whole."""
        super().__init__(f"entry {number} {reason}" if number else reason)
        self.number = number


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: what of it is checked."""

    sequence: int
    hash: str
    before: str
    origin: str
    what: str
    detail: dict[str, Any]
    commitment: str
    personal: str
    """Hash of the personal part as it stands here."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an intact file shows."""

    origin: str
    first: int
    last: int
    head: str
    """`NUMBER:HASH` of the last entry."""
    redacted: int
    """Entries whose personal part was replaced by pseudonyms, as a later entry states."""


def verify(content: bytes, head: str | None = None) -> Verdict:
    """
    Check a document.

    Args:
        content: of the JSON or the PDF.
        head: what the record holds, `NUMBER:HASH`. None: that nothing was cut off at the end is not checked.

    Raises:
        BrokenError: names the first entry that is edited, missing, repeated or moved.
    """
    about, rows = _taken_apart(attached(content) if content.startswith(b"%PDF") else content)
    lines = _read(rows)
    _check_order(lines)
    _check_end(lines, _head(about.get("head")))
    _check_hashes(lines, _head(about.get("head"))[1])
    redacted = _check_personal(lines)
    if {line.origin for line in lines} != {about.get("origin")}:
        raise BrokenError(0, "the entries are of another origin than the file says")
    if head is not None:
        _check_record(lines, head)
    last = lines[-1]
    return Verdict(last.origin, lines[0].sequence, last.sequence, f"{last.sequence}:{last.hash}", redacted)


def attached(pdf: bytes) -> bytes:
    """
    Find the JSON that a PDF has attached.

    Raises:
        BrokenError: it has none.
    """
    start = f'{{"format":"{FORMAT}"'.encode()
    for match in _STREAM.finditer(pdf):
        for content in (match[1], _inflated(match[1])):
            if content.startswith(start):
                return content
    raise BrokenError(0, "the PDF has no evidence attached")


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream)
    except zlib.error:
        return b""  # a stream of another kind


def _taken_apart(content: bytes) -> tuple[dict[str, Any], list[str]]:
    """Take the document apart: what it is about, and one text an entry."""
    try:
        first, *rows, last = content.decode("utf-8").strip("\r\n").split("\n")
        about = json.loads(first + last)
    except (ValueError, RecursionError) as error:
        raise BrokenError(0, f"the file is no evidence document: {type(error).__name__}") from error
    if not isinstance(about, dict) or about.get("format") != FORMAT or about.get("entries") != []:
        raise BrokenError(0, f"the file is no evidence document of format {FORMAT}")
    if not rows:
        raise BrokenError(1, "is missing")
    return about, [row.rstrip("\r") for row in rows]


def _read(rows: Sequence[str]) -> list[Line]:
    lines: list[Line] = []
    for place, row in enumerate(rows, 1):
        try:
            lines.append(_line(row if place == len(rows) else row.removesuffix(",")))
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            number = lines[-1].sequence + 1 if lines else 1
            raise BrokenError(number, "can't be read: it was edited") from error
    return lines


def _line(row: str) -> Line:
    """Read `[entry,personal part]`: what is hashed are the bytes as they stand here."""
    entry, end = _DECODER.raw_decode(row, 1)
    _, stop = _DECODER.raw_decode(row, end + 1)
    if (row[0], row[end], row[stop:]) != ("[", ",", "]") or not isinstance(entry["sequence"], int):
        message = "not an entry and its personal part"
        raise ValueError(message)
    return Line(
        sequence=entry["sequence"],
        hash=_sha256(row[1:end]),
        before=entry["before"],
        origin=entry["origin"],
        what=entry["what"],
        detail=dict(entry["detail"]),
        commitment=entry["commitment"],
        personal=_sha256(row[end + 1 : stop]),
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _check_order(lines: Sequence[Line]) -> None:
    """Each entry follows the one before. At the front those may lack that a checkpoint stands for."""
    expected = _first_expected(lines)
    for place, line in enumerate(lines):
        if line.sequence < expected:
            raise BrokenError(line.sequence, "stands there twice: one was repeated or inserted")
        if line.sequence > expected:
            later = any(other.sequence == expected for other in lines[place:])
            raise BrokenError(expected, "stands in another place" if later else "is missing")
        expected += 1


def _first_expected(lines: Sequence[Line]) -> int:
    first = lines[0].sequence
    through = max((_through(line) for line in lines if line.what == "checkpoint"), default=0)
    return first if 1 < first <= through + 1 else 1


def _through(line: Line) -> int:
    through = line.detail.get("through")
    return through if isinstance(through, int) and through < line.sequence else 0


def _check_end(lines: Sequence[Line], head: tuple[int, str]) -> None:
    if head[0] > lines[-1].sequence:
        raise BrokenError(lines[-1].sequence + 1, "is missing: the file was cut off")
    if head[0] < lines[-1].sequence:
        raise BrokenError(head[0] + 1, "was added to the file")


def _check_hashes(lines: Sequence[Line], end: str) -> None:
    """Each entry's hash stands in the next one, the last one's in the head of the file."""
    first = lines[0]
    if first.sequence == 1 and first.before != GENESIS:
        raise BrokenError(1, "was edited")
    named = [line.before for line in lines[1:]] + [end]
    wrong = [line.hash != name for line, name in zip(lines, named, strict=True)]
    if any(wrong):
        place = wrong.index(True)
        # When the next one's own hash is wrong as well, it is the one that was edited: in what it says of this one.
        place += 1 if place + 1 < len(lines) and wrong[place + 1] else 0
        raise BrokenError(lines[place].sequence, "was edited")


def _check_personal(lines: Sequence[Line]) -> int:
    """Each personal part has the hash that was stated last: by its entry, or by one that tells of a redaction."""
    stated = {str(line.sequence): line.commitment for line in lines}
    redacted = {number: part for line in lines if line.what == "redacted" for number, part in _parts(line)}
    stated |= redacted
    for line in lines:
        if line.personal != stated[str(line.sequence)]:
            raise BrokenError(line.sequence, "was edited in its personal part")
    return len(redacted)


def _parts(line: Line) -> Iterable[tuple[str, Any]]:
    parts = line.detail.get("parts")
    return parts.items() if isinstance(parts, dict) else ()


def _check_record(lines: Sequence[Line], head: str) -> None:
    """The chain passes through the entry that the record names."""
    number, _, named = head.strip().partition(":")
    if not number.isdigit():
        raise BrokenError(0, f"--head is no NUMBER:HASH: {head!r}")
    if int(number) > lines[-1].sequence:
        raise BrokenError(lines[-1].sequence + 1, f"is missing: the record knows of {number} entries")
    for line in lines:
        if line.sequence == int(number) and line.hash != named.lower():
            raise BrokenError(line.sequence, "is not the one that the record knows: the history was written anew")


def _head(head: object) -> tuple[int, str]:
    if isinstance(head, dict) and isinstance(head.get("sequence"), int):
        return head["sequence"], str(head.get("hash"))
    raise BrokenError(0, "the file does not say where its chain ends")


def main(arguments: Sequence[str] | None = None) -> int:
    """Check files and say of each what was found."""
    parser = argparse.ArgumentParser(description="Check evidence of the bridge between OpenText and Planner.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="evidence document: JSON or PDF")
    parser.add_argument("--head", metavar="NUMBER:HASH", help="the chain's head as an attribute in OpenText holds it")
    given = parser.parse_args(arguments)
    return max(_report(path, given.head) for path in given.files)


def _report(path: Path, head: str | None) -> int:
    try:
        verdict = verify(path.read_bytes(), head)
    except (BrokenError, OSError) as error:
        print(f"BROKEN  {path}: {error}")
        return 1
    count = verdict.last - verdict.first + 1
    notes = f", {verdict.redacted} redacted" if verdict.redacted else ""
    notes += f", {verdict.first - 1} deleted by retention" if verdict.first > 1 else ""
    print(f"intact  {path}: {verdict.origin}, {count} entries{notes}, head {verdict.head}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
