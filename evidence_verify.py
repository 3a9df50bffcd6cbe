#!/usr/bin/env python3
"""
Check evidence of the bridge between OpenText and Planner. Needs Python 3.11 or later and nothing else.

    python evidence_verify.py FILE... [--head "ORIGIN NUMBER:HASH pdf:HASH"]

A FILE is an evidence document: the JSON, or the PDF, which has the JSON attached. Each entry is one line; its SHA-256
stands in the entry after it. So an entry that was edited, removed, repeated, inserted or moved is found and named.
--head is what OpenText's own attribute holds. It vouches for all entries up to its number, and for the PDF's pages.
Without it the file is only shown to agree with itself.

Ends with: 0 intact; 1 not what was written; 2 wrong arguments, among them a malformed head; 3 the head proves nothing
about this file; 4 can't be judged (not readable, too large). docs/evidence.md says what each of them proves.
"""

import argparse
import hashlib
import json
import re
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

FORMAT = "planner-bridge-evidence-2"
GENESIS = "0" * 64
_NOTHING = hashlib.sha256(b"").hexdigest()
LARGEST = 128 * 2**20
"""Bytes of a file, and of what a PDF has attached: a history of more than 100,000 entries."""
_START = f'{{"format":"{FORMAT}",'.encode()
_ORIGIN = r"(?:workspace|workflow|document)-[1-9][0-9]{0,18}"
_HASH = re.compile(r"[0-9a-f]{64}")
_HEAD = re.compile(
    rf"(?:(?P<origin>{_ORIGIN}) +)?"
    r"(?P<number>[1-9][0-9]{0,11}):(?P<hash>[0-9a-f]{64})"
    r"(?: +pdf:(?P<pdf>[0-9a-f]{64}))?"
)
_TOO_LARGE = f"larger than {LARGEST // 2**20} MiB"
_KEYS = frozenset({"at", "before", "commitment", "detail", "item", "origin", "sequence", "what"})


class VerifyError(Exception):
    """The file is not shown to be intact."""

    code = 4
    word = "UNKNOWN"


class BrokenError(VerifyError):
    """The evidence is not what was written."""

    code, word = 1, "BROKEN"

    def __init__(self, number: int, reason: str) -> None:
        """Keep the number of the first entry that is wrong; 0: the file as a whole."""
        super().__init__(f"entry {number} {reason}" if number else reason)
        self.number = number


class HeadError(VerifyError):
    """What was given as head is none."""

    code, word = 2, "NO HEAD"


class UnprovenError(VerifyError):
    """The head is of something else: it proves nothing about this file."""

    code, word = 3, "UNPROVEN"


class UnjudgedError(VerifyError):
    """The file can't be judged."""


class Head(NamedTuple):
    """What an attribute in OpenText holds of a chain."""

    origin: str | None
    number: int
    hash: str
    pdf: str | None
    """SHA-256 of the PDF that was put on the record with it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an intact file shows."""

    origin: str
    first: int
    last: int
    head: str
    """`NUMBER:HASH` of the last entry."""
    redacted: int
    """Entries of which something was removed, as a later entry states."""
    anchored: int | None
    """The last entry that the given head vouches for. None: no head was given."""
    new_redactions: tuple[int, ...]
    """Entries whose redaction is stated only by entries after that."""
    pages: bool | None
    """Of a PDF: whether its pages are the ones on the record. None: no PDF, or nothing says."""


def verify(content: bytes, head: str | None = None) -> Verdict:
    """
    Check a document.

    Args:
        content: of the JSON or the PDF.
        head: what the record holds. None: the file is only held against itself.

    Raises:
        BrokenError: names the first entry that is edited, missing, repeated or moved.
        HeadError: the head is malformed.
        UnprovenError: the head is of another origin, or of an entry that is not in the file.
        UnjudgedError: the file is larger than `LARGEST`.
    """
    named = None if head is None else read_head(head)
    if len(content) > LARGEST:
        raise UnjudgedError(_TOO_LARGE)
    is_pdf = content.startswith(b"%PDF")
    chain = _Chain(*_taken_apart(attached(content) if is_pdf else content))
    chain.check()
    if named is not None:
        chain.check_record(named)
    pages = None
    if is_pdf and named is not None and named.pdf is not None and named.number == chain.last:
        pages = hashlib.sha256(content).hexdigest() == named.pdf
        if not pages:
            raise BrokenError(0, "this is not the PDF that was put on the record with that head: it was edited")
    return chain.verdict(named, pages=pages)


def read_head(text: str) -> Head:
    """
    Take a head apart: `NUMBER:HASH`, with the origin before it and the PDF's hash behind it where they are known.

    Raises:
        HeadError: it is none.
    """
    found = _HEAD.fullmatch(text.strip())
    if found is None:
        message = f"not a head: {text[:120]!r}; expected e.g. workflow-4711 12:6ab0... with all 64 digits"
        raise HeadError(message)
    return Head(found["origin"], int(found["number"]), found["hash"], found["pdf"])


def _taken_apart(content: bytes) -> tuple[dict[str, Any], str]:
    """Take the document apart: what it is about, and the lines of its entries."""
    # What is not UTF-8 is found where it stands: half a pair can't be hashed.
    text = content.decode("utf-8", "surrogateescape")
    if text[: text.find("\n")].endswith("\r"):
        # Some transfers write Windows' ends of lines. Within a line there is no bare carriage return.
        text = text.replace("\r\n", "\n")
    first, _, rest = text.partition("\n")
    rows, end, last = rest.rstrip("\n").rpartition("\n")
    about = _about(first, last)
    if not end or not rows:
        raise BrokenError(1, "is missing")
    return about, rows


def _about(first: str, last: str) -> dict[str, Any]:
    """Read the first line. Only the one way in which it is written is taken: nothing else can be told in it."""
    try:
        about = json.loads(first[:400] + "]}")
        head = about["head"]
        expected = {
            "format": FORMAT,
            "head": {"hash": head["hash"], "sequence": head["sequence"]},
            "origin": about["origin"],
        }
        is_ours = (
            first == json.dumps(expected, separators=(",", ":"))[:-1] + ',"entries":['
            and last == "]}"
            and _HASH.fullmatch(head["hash"]) is not None
            and _is_number(head["sequence"])
            and re.fullmatch(_ORIGIN, about["origin"]) is not None
        )
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise BrokenError(0, f"the file is no evidence document of format {FORMAT}") from error
    if not is_ours:
        raise BrokenError(0, f"the file is no evidence document of format {FORMAT}, or its first line was edited")
    return expected


def _is_number(value: object) -> bool:
    return type(value) is int and 0 < value < 10**12


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_TELLING = frozenset({"redacted", "checkpoint"})
_CHECKPOINT = '"what":"checkpoint"},'
_scan = json.JSONDecoder(parse_constant=_no_constant).raw_decode


class _Chain:
    """One reading of a document, entry by entry."""

    def __init__(self, about: dict[str, Any], rows: str) -> None:
        self._about, self._rows = about, rows
        self.first, self.last, self.end = 0, 0, GENESIS
        """Numbers of the first and the last entry that were read, and the last one's hash."""
        self._hashes: list[str] = []
        self._parts: dict[int, tuple[str, int]] = {}
        """By entry: the hash of its personal part that was stated last, and by which entry."""
        self._incomplete: set[int] = set()
        """Entries of whose personal part something was removed."""
        self._checkpoints: list[tuple[int, int]] = []
        """Of each: its number, and the last one that it stands for."""

    def check(self) -> None:
        """Find the first entry that is wrong."""
        named = self._about["head"]
        for row in self._lines():
            expected = self.last + 1 if self.last else 0
            try:
                self._take(row, expected)
            except (ValueError, LookupError, TypeError, RecursionError) as error:
                raise BrokenError(expected or 1, "can't be read: it was edited") from error
            if self.last > named["sequence"]:
                raise BrokenError(named["sequence"] + 1, "was added to the file")
        if self.last < named["sequence"]:
            raise BrokenError(self.last + 1, "is missing: the file was cut off")
        if self.end != named["hash"]:
            raise BrokenError(self.last, "is not the one that the first line names")
        self._check_front()
        self._check_redactions()

    def check_record(self, head: Head) -> None:
        """The chain passes through the entry that the record names."""
        if head.origin not in (None, self._about["origin"]):
            text = f"the head is of {head.origin}: it proves nothing about {self._about['origin']}"
            raise UnprovenError(text)
        if head.number > self.last:
            raise BrokenError(self.last + 1, f"is missing: the record knows of {head.number} entries")
        if head.number < self.first:
            text = (
                f"the head is of entry {head.number}, which is not in the file: it proves nothing about those that are"
            )
            raise UnprovenError(text)
        if self._hashes[head.number - self.first] != head.hash:
            raise BrokenError(head.number, "is not the one that the record knows: the history was written anew")

    def verdict(self, head: Head | None, *, pages: bool | None) -> Verdict:
        """Say what was found."""
        anchored = head.number if head is not None else None
        there = {number: by for number, (_, by) in self._parts.items() if number >= self.first}
        return Verdict(
            origin=self._about["origin"],
            first=self.first,
            last=self.last,
            head=f"{self.last}:{self.end}",
            redacted=len(there),
            anchored=anchored,
            new_redactions=tuple(sorted(number for number, by in there.items() if anchored and by > anchored)),
            pages=pages,
        )

    def _lines(self) -> Iterator[str]:
        """Give the lines one by one: a list of them would take the memory once more."""
        start, rows = 0, self._rows
        while (stop := rows.find("\n", start)) >= 0:
            yield rows[start:stop]
            start = stop + 1
        yield rows[start:] + ","

    def _take(self, row: str, expected: int) -> None:
        """
        Take the next line, `[entry,personal part,hash],`. What is hashed are the bytes as they stand here.

        The hash at its end says nothing new: it only tells which of two neighbours that disagree was edited.
        """
        entry, end = _scan(row, 1)
        commitment, removed, stop = _personal(row, end + 1)
        found = hashlib.sha256(row[1:end].encode()).hexdigest()
        sequence, before = entry["sequence"], entry["before"]
        if (row[0], row[end], row[stop:]) != ("[", ",", f',"{found}"],') or not self._is_whole(entry):
            raise BrokenError(expected or self._front(sequence), "was edited")
        self._check_place(sequence, expected)
        if commitment != entry["commitment"]:
            raise BrokenError(sequence, "was edited in its personal part")
        if before != self.end and (expected or sequence == 1):
            self._disagree(sequence)
        self.first, self.last, self.end = self.first or sequence, sequence, found
        self._hashes.append(found)
        if removed:
            self._incomplete.add(sequence)
        if entry["what"] in _TELLING:
            self._remember(entry)

    def _is_whole(self, entry: dict[str, Any]) -> bool:
        return (
            entry.keys() == _KEYS
            and type(entry["at"]) is type(entry["item"]) is type(entry["what"]) is str
            and entry["origin"] == self._about["origin"]
            and type(entry["detail"]) is dict
            and _is_number(entry["sequence"])
            and _HASH.fullmatch(entry["before"]) is not None
        )

    def _front(self, sequence: object) -> int:
        """Name the entry of the first line, where the line itself is not to be believed."""
        return sequence if _is_number(sequence) and _CHECKPOINT in self._rows else 1  # type: ignore[return-value]

    def _check_place(self, sequence: int, expected: int) -> None:
        if not expected:
            # Of so many lines up to the last one, this would be the first; the front is judged when all are read.
            expected = self._about["head"]["sequence"] - self._rows.count("\n") if _CHECKPOINT in self._rows else 1
            if sequence <= expected or (expected != 1 and not self._stands(expected)):
                return
        if sequence < expected:
            raise BrokenError(sequence, "stands there twice: one was repeated or inserted")
        if sequence > expected:
            raise BrokenError(expected, "stands in another place" if self._stands(expected) else "is missing")

    def _stands(self, number: int) -> bool:
        return f'"sequence":{number},"what"' in self._rows

    def _disagree(self, sequence: int) -> NoReturn:
        """Name the first of two neighbours: each agrees with itself, and nothing vouches for the first any more."""
        if sequence == 1:
            raise BrokenError(1, "was edited: it names one before it")
        raise BrokenError(sequence - 1, f"was edited, or what entry {sequence} says of it")

    def _remember(self, entry: dict[str, Any]) -> None:
        sequence, detail = entry["sequence"], entry["detail"]
        if entry["what"] == "redacted":
            for number, part in _object(detail["parts"]).items():
                if not number.isascii() or not 0 < int(number) < sequence or _HASH.fullmatch(part) is None:
                    raise BrokenError(sequence, "tells of no redaction that there can be")
                self._parts[int(number)] = part, sequence
            return
        first, through = detail["first"], detail["through"]
        replaced = through - first + 1 if _is_number(first) and _is_number(through) else 0
        if not 0 < replaced == detail["purged"] or through != sequence - 1 or detail["hash"] != entry["before"]:
            raise BrokenError(sequence, "is no checkpoint of the entries before it")
        if first >= self.first and detail["first_hash"] != self._hash_of(first, detail["first_hash"]):
            raise BrokenError(sequence, f"does not name entry {first} as it stands in the file")
        self._checkpoints.append((sequence, through))

    def _hash_of(self, number: int, otherwise: str) -> str:
        place = number - self.first
        return self._hashes[place] if place < len(self._hashes) else otherwise

    def _check_front(self) -> None:
        """At the front only those may lack that a checkpoint stands for."""
        through = max((through for _, through in self._checkpoints), default=0)
        if self.first > 1 and self.first > through + 1:
            raise BrokenError(through + 1, "is missing")

    def _check_redactions(self) -> None:
        """A redaction only removes, which each commitment shows. Here: that a later entry tells of each."""
        if untold := self._incomplete - self._parts.keys():
            raise BrokenError(min(untold), "lacks what no entry says was removed")
        if not self._parts:
            return
        for number, row in enumerate(self._lines(), self.first):
            if number in self._parts:
                _, end = _scan(row, 1)
                _, _, stop = _personal(row, end + 1)
                if hashlib.sha256(row[end + 1 : stop].encode()).hexdigest() != self._parts[number][0]:
                    by = self._parts[number][1]
                    raise BrokenError(number, f"is not redacted as entry {by} says")


def _object(value: Any) -> dict[str, Any]:  # noqa: ANN401 - a JSON value
    if type(value) is not dict:
        raise TypeError(value)
    return value


def _personal(row: str, start: int) -> tuple[str, int, int]:
    """
    Hash a personal part: each field by itself, so that the hash of one that was removed can stand for it.

    Returns:
        The hash, how many fields were removed, and where the part ends.
    """
    if row[start] != "[":
        raise ValueError(row[start])
    digests: list[bytes] = []
    removed, stop = 0, start + 1
    if row[stop] == "]":
        return _NOTHING, 0, stop + 1
    while row[stop - 1] != "]" or not digests:
        value, end = _scan(row, stop)
        if type(value) is list:
            digests.append(hashlib.sha256(row[stop:end].encode()).digest())
        elif _HASH.fullmatch(value) is not None:
            digests.append(bytes.fromhex(value))
            removed += 1
        else:
            raise ValueError(value)
        if row[end] not in ",]":
            raise ValueError(row[end])
        stop = end + 1
    return hashlib.sha256(b"".join(digests)).hexdigest(), removed, stop


# --- the PDF ----------------------------------------------------------------------------------------------------------
# Read as its own structure says: last line, table of objects, catalogue, list of attached files. A PDF of any other
# form (added to later, several tables, encrypted) is refused: two readers could see two things in it.

_TAIL = re.compile(rb"startxref\n([0-9]{1,10})\n%%EOF\n?")
_TABLE = re.compile(rb"xref\n0 ([1-9][0-9]{0,6})\n")
_ROW = re.compile(rb"([0-9]{10}) ([0-9]{5}) ([nf]) \n")
_TOKEN = re.compile(
    rb"[\s\0]*(<<|>>|\[|\]|/[^\s\0()<>\[\]{}/%]*|\((?:[^\\()]|\\.)*\)|<[0-9A-Fa-f]*>"
    rb"|[0-9]{1,10} [0-9]{1,5} R(?![^\s\0()<>\[\]{}/%])|[^\s\0()<>\[\]{}/%]+)",
    re.DOTALL,
)
_DEEPEST = 20


def attached(pdf: bytes) -> bytes:
    """
    Take the one attachment out of a PDF.

    Raises:
        BrokenError: it has none, several, or is not a PDF as the bridge writes it.
        UnjudgedError: the attachment is larger than `LARGEST`.
    """
    try:
        return _Pdf(pdf).attachment()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, zlib.error) as error:
        raise BrokenError(0, "the PDF is not as the bridge wrote it: it was edited or saved anew") from error


class _OddError(ValueError):
    """The PDF has another form than the bridge gives it."""


class _Pdf:
    """The few objects of a PDF that lead to its attachment."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        tail = _TAIL.search(content, max(len(content) - 64, 0))
        if tail is None or tail.end() != len(content):
            raise _OddError
        table = _TABLE.match(content, int(tail[1]))
        if table is None:
            raise _OddError
        self._start, self._count = table.end(), int(table[1])
        end = self._start + 20 * self._count
        if content[end : end + 8] != b"trailer\n":
            raise _OddError
        self._trailer, stop = self._value(end + 8, 0)
        if self._trailer.keys() - {"/Size", "/Root", "/Info", "/ID"} or content[stop:].strip() != tail[0].strip():
            raise _OddError

    def attachment(self) -> bytes:
        """Follow trailer, catalogue, names, file specification to the stream, and read it."""
        catalogue = self._object(self._trailer["/Root"])
        names = self._resolved(self._resolved(catalogue["/Names"])["/EmbeddedFiles"])
        listed = self._resolved(names["/Names"]) if names.keys() == {"/Names"} else []
        if len(listed) != 2 or catalogue.get("/AF", [listed[1]]) != [listed[1]]:
            raise BrokenError(0, "the PDF has not exactly one file attached")
        files = self._object(listed[1])["/EF"]
        if files.keys() - {"/F", "/UF"} or len(set(files.values())) != 1:
            raise _OddError
        return self._stream(files["/F"])

    def _resolved(self, value: Any) -> Any:  # noqa: ANN401 - a PDF object
        return self._object(value) if isinstance(value, _Reference) else value

    def _place(self, reference: "_Reference") -> int:
        if not isinstance(reference, _Reference) or not 0 < reference.number < self._count:
            raise ValueError(reference)
        row = _ROW.match(self._content, self._start + 20 * reference.number)
        mark = b"%d 0 obj\n" % reference.number
        if row is None or row[3] != b"n" or not self._content.startswith(mark, int(row[1])):
            raise _OddError
        return int(row[1]) + len(mark)

    def _object(self, reference: "_Reference") -> Any:  # noqa: ANN401 - a PDF object
        value, stop = self._value(self._place(reference), 0)
        if not self._content.startswith(b"\nendobj", stop):
            raise _OddError
        return value

    def _stream(self, reference: "_Reference") -> bytes:
        about, start = self._value(self._place(reference), 0)
        length = self._resolved(about["/Length"])
        start += len(b"\nstream\n")
        end = start + int(length)
        data = self._content[start:end]
        if self._content[start - 8 : start] != b"\nstream\n" or not self._content.startswith(
            b"\nendstream\nendobj", end
        ):
            raise _OddError
        if about.get("/DecodeParms") is not None or about.get("/Filter") not in ("/FlateDecode", None):
            raise _OddError
        return _inflated(data) if "/Filter" in about else data

    def _value(self, start: int, depth: int) -> tuple[Any, int]:
        """Read one object; return it and where it ends."""
        token = _TOKEN.match(self._content, start)
        if token is None or depth > _DEEPEST:
            raise _OddError
        text, stop = token[1], token.end()
        if text == b"<<":
            return self._dictionary(stop, depth)
        if text == b"[":
            return self._array(stop, depth)
        if text.endswith(b" R"):
            number, generation, _ = text.split()
            return _Reference(int(number), int(generation)), stop
        return text.decode("latin-1"), stop

    def _array(self, start: int, depth: int) -> tuple[list[Any], int]:
        found: list[Any] = []
        while True:
            value, start = self._value(start, depth + 1)
            if value == "]":
                return found, start
            found.append(value)

    def _dictionary(self, start: int, depth: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        while True:
            key, start = self._value(start, depth + 1)
            if key == ">>":
                return found, start
            value, start = self._value(start, depth + 1)
            if not isinstance(key, str) or not key.startswith("/") or "#" in key or key in found:
                raise ValueError(key)
            found[key] = value


class _Reference(NamedTuple):
    """The number of another object."""

    number: int
    generation: int


def _inflated(data: bytes) -> bytes:
    """Decompress what is ours. Judged by its beginning first: a few bytes can stand for gigabytes."""
    stream = zlib.decompressobj()
    found = stream.decompress(data, len(_START))
    if found != _START:
        raise BrokenError(0, f"what the PDF has attached is no evidence document of format {FORMAT}")
    found += stream.decompress(stream.unconsumed_tail, LARGEST)
    if stream.unconsumed_tail and not stream.eof:
        raise UnjudgedError(_TOO_LARGE)
    if not stream.eof or stream.unused_data:
        raise _OddError
    return found


# --- the command ------------------------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Check files and say of each what was found; the worst ends the program."""
    parser = argparse.ArgumentParser(description="Check evidence of the bridge between OpenText and Planner.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="evidence document: JSON or PDF")
    parser.add_argument(
        "--head", metavar="HEAD", help="what the attribute in OpenText holds: ORIGIN NUMBER:HASH pdf:HASH"
    )
    given = parser.parse_args(arguments)
    return max([_report(path, given.head) for path in given.files], key=_SEVERITY.index)


_NO_FILE = "there is no such file"
_SEVERITY = (0, 4, 3, 2, 1)
"""Exit codes from the best to the worst."""


def _report(path: Path, head: str | None) -> int:
    try:
        verdict = verify(_content(path), head)
    except VerifyError as error:
        _say(f"{error.word:8}{path}: {error}")
        return error.code
    _say(f"intact  {path}: {verdict.origin}, {_counts(verdict)}, head {verdict.head}")
    for note in _notes(verdict):
        _say(f"        {note}")
    return 0


def _content(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise UnjudgedError(_NO_FILE)
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        message = f"it can't be read: {error}"
        raise UnjudgedError(message) from error


def _counts(verdict: Verdict) -> str:
    counts = [f"{verdict.last - verdict.first + 1} entries"]
    counts += [f"{verdict.redacted} redacted"] if verdict.redacted else []
    counts += [f"{verdict.first - 1} deleted by retention"] if verdict.first > 1 else []
    return ", ".join(counts)


def _notes(verdict: Verdict) -> Iterator[str]:
    if verdict.anchored is None:
        yield "No head was given: the file agrees with itself, and nothing outside of it vouches for it."
    elif verdict.anchored < verdict.last:
        new = verdict.anchored + 1
        several = f"entries {new} to {verdict.last} are" if new < verdict.last else f"entry {new} is"
        yield f"The record vouches for what stands up to entry {verdict.anchored}; {several} not yet anchored."
    if verdict.new_redactions:
        yield f"Not yet anchored either: the redaction of {', '.join(map(str, verdict.new_redactions[:20]))}."
    if verdict.pages is not None:
        yield "The PDF is the one that was put on the record, pages and all."


def _say(text: str) -> None:
    """Print what others wrote: nothing of it may move the cursor, or can't be printed."""
    shown = "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)
    encoding = sys.stdout.encoding or "ascii"
    print(shown.encode(encoding, "backslashreplace").decode(encoding))


if __name__ == "__main__":
    sys.exit(main())
