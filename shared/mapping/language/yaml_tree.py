"""
YAML text into plain data that remembers its lines. Hostile and ambiguous YAML is refused.

Read from the parser's events, not from its constructors: so depth and size are bounded before anything
is built, and `on`, `NO` or `09:00` stay what the administrator wrote (YAML 1.1 would make them
True, False and 540).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self, TypeAlias, cast

import yaml

MAX_CHARACTERS = 2_000_000
MAX_DEPTH = 30

Path: TypeAlias = tuple[str | int, ...]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is ten times as fast, but optional
_STR_TAGS = (None, "!", "tag:yaml.org,2002:str")
_NODES = (yaml.ScalarEvent, yaml.CollectionStartEvent)
# Bounded, so that every number read is exact in JSON too; what is longer stays text.
_INTEGER = re.compile(r"^[-+]?(0|[1-9][0-9]{0,14})$")
_FLOAT = re.compile(r"^[-+]?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}$")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}


class Written(float):
    """A number that remembers how it was written: 500.000 may be half a million to its writer."""

    def __new__(cls, text: str) -> Self:
        """Read it."""
        made = super().__new__(cls, text)
        made.written = text
        return made

    written: str


@dataclass(frozen=True)
class Fault:
    """Something that the text may not hold."""

    line: int
    message: str
    column: int = 1


@dataclass
class Mark:
    """Where a value stands, and where the values inside it stand."""

    line: int
    children: dict[str | int, "Mark"] = field(default_factory=dict)
    column: int = 1

    def follow(self, location: Path) -> tuple[Path, "Mark"]:
        """
        Walk along `location` as far as the text goes.

        Parts that the text does not have (a union's tag, a key that is missing) are passed over.
        Returns the path as written and the last mark on it.
        """
        mark, path = self, cast("Path", ())
        for part in location:
            if (child := mark.children.get(part)) is not None:
                mark, path = child, (*path, part)
        return path, mark


@dataclass(frozen=True)
class Tree:
    """What a text says."""

    data: Any
    mark: Mark
    faults: tuple[Fault, ...]
    doubts: tuple[Fault, ...] = ()
    """What is legal and probably not meant."""


def read_tree(text: str) -> Tree:
    """Read one YAML document; what is wrong with the text itself is in `faults`."""
    if len(text) > MAX_CHARACTERS:
        return Tree(None, Mark(1), (Fault(1, f"longer than {MAX_CHARACTERS} characters"),))
    builder = _Builder(yaml.parse(text, Loader=_LOADER), text.split("\n"))
    try:
        data, mark = builder.document()
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        line, column = (place.line + 1, place.column + 1) if place else (1, 1)
        builder.faults.append(Fault(line, f"no valid YAML: {error.problem}{_cure(str(error.problem))}", column))
        return Tree(None, Mark(1), tuple(builder.faults))
    except yaml.reader.ReaderError as error:
        return Tree(None, Mark(1), (Fault(1, f"no valid YAML: {error.reason} (position {error.position})"),))
    except _Refused as refused:
        return Tree(None, Mark(1), (*builder.faults, refused.fault))
    return Tree(data, mark, tuple(builder.faults), tuple(builder.doubts))


_CURES = {
    "mapping values are not allowed": 'a ":" inside text: put the text in quotes',
    "could not find expected ':'": "a key wants `: ` after it, or the line stands too far left",
    "cannot start any token": "a tab, or text that begins with @, ` or %: use blanks, or put the text in quotes",
    "did not find expected ',' or": "a bracket or quote is not closed, or text with , : or # in it needs quotes",
    "did not find expected key": "the line is not aligned with the one above, or a quote stands inside text",
    "did not find expected '-' indicator": "the line is not aligned with the list above",
    "unexpected end of stream": "a quote is not closed",
    "did not find expected node content": "a bracket is not closed, or a comma stands too many",
    "unknown escape character": "a \\\\ in double quotes: use single quotes",
}
"""By what libyaml says: what was probably meant."""


def _cure(problem: str) -> str:
    return next((f"; {cure}" for said, cure in _CURES.items() if said in problem), "")


class _Refused(Exception):  # noqa: N818 - no error of the tree: it never leaves this module
    """The text is hostile: nothing more is read."""

    def __init__(self, event: yaml.Event, message: str) -> None:
        super().__init__(message)
        self.fault = Fault(_line(event), message, _column(event))


class _Builder:
    """Builds data and marks from events."""

    def __init__(self, events: Iterator[yaml.Event], lines: list[str]) -> None:
        self._events = events
        self._lines = lines
        self.faults: list[Fault] = []
        self.doubts: list[Fault] = []

    def document(self) -> tuple[Any, Mark]:
        next(self._events)  # stream start
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None, Mark(1)
        result = self._value(next(self._events), 0)
        next(self._events)  # document end
        if not isinstance(event := next(self._events), yaml.StreamEndEvent):
            raise _Refused(event, "a second document: a mapping is one document")
        return result

    def _value(self, event: yaml.Event, depth: int) -> tuple[Any, Mark]:
        line = _line(event)
        # An alias may stand for a list of aliases, and so on: a few lines would make gigabytes.
        if not isinstance(event, _NODES) or event.anchor is not None:
            raise _Refused(event, "anchors and aliases are refused: write the value out")
        if isinstance(event, yaml.ScalarEvent):
            self._doubt(event)
            return self._scalar(event), Mark(line, column=_column(event))
        if event.tag not in (None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"):
            raise _Refused(event, f"the tag {event.tag} is refused: use plain values")
        # Before anything inside is built: so deep a tree would end the process, or this very recursion.
        if depth >= MAX_DEPTH:
            raise _Refused(event, f"nested deeper than {MAX_DEPTH} levels")
        build: Callable[[yaml.Event, int], tuple[Any, Mark]]
        build = self._mapping if isinstance(event, yaml.MappingStartEvent) else self._sequence
        return build(event, depth + 1)

    def _mapping(self, opening: yaml.Event, depth: int) -> tuple[dict[str, Any], Mark]:
        data: dict[str, Any] = {}
        mark = Mark(_line(opening), column=_column(opening))
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key_line = _line(event)
            if not isinstance(event, yaml.ScalarEvent) or event.anchor is not None:
                raise _Refused(event, "a key must be plain text")
            value, child = self._value(next(self._events), depth)
            # YAML's own readers let the last one win, without a word.
            if event.value in data:
                first = mark.children[event.value].line
                told = f"the key {event.value!r} stands twice: first in line {first}"
                self.faults.append(Fault(key_line, told, _column(event)))
            data[event.value], mark.children[event.value] = value, Mark(key_line, child.children, _column(event))
        return data, mark

    def _sequence(self, opening: yaml.Event, depth: int) -> tuple[list[Any], Mark]:
        data: list[Any] = []
        mark = Mark(_line(opening), column=_column(opening))
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            value, child = self._value(event, depth)
            mark.children[len(data)] = child
            data.append(value)
        return data, mark

    def _doubt(self, event: yaml.ScalarEvent) -> None:
        """Tell of text that a comment cut: `title: Review #1 now`."""
        end = event.end_mark
        if event.style or end is None or end.line >= len(self._lines):
            return
        rest = self._lines[end.line][end.column :]
        if re.match(r"^ #\S", rest):
            told = f"the text {event.value!r} ends before {rest.strip()!r}: a comment begins there; put it in quotes"
            self.doubts.append(Fault(_line(event), told, _column(event)))

    @staticmethod
    def _scalar(event: yaml.ScalarEvent) -> Any:  # noqa: ANN401 - YAML holds anything
        if event.tag not in _STR_TAGS:
            raise _Refused(event, f"the tag {event.tag} is refused: use plain values")
        return _plain(event.value) if event.tag is None and event.implicit[0] else event.value


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 1


def _column(event: yaml.Event) -> int:
    return event.start_mark.column + 1 if event.start_mark is not None else 1


def _plain(text: str) -> str | int | float | bool | None:
    """Read an unquoted scalar as YAML 1.2 does; dates, and identifiers such as 007, stay text."""
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INTEGER.match(text):
        return int(text)
    return Written(text) if _FLOAT.match(text) else text
