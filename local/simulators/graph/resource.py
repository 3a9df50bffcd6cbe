"""
One versioned resource: its representation, its etag, and who changed what since when.

Planner accepts a change to an older version if it does not conflict with newer ones; etags of one resource grow in
ordinal comparison, and those of different resources can't be compared.
Source: https://learn.microsoft.com/graph/api/resources/planner-overview (Planner resource versioning)
"""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeAlias

from local.simulators.graph.failures import GraphError, Json, refuse_etag

Path: TypeAlias = tuple[str, ...]
"""What was changed: a property, or an entry of an open type, or a property of a checklist item."""

_START, _END = 'W/"JzEt', 'Jyc="'
_MOST = 10**12 - 1
"""Versions of one resource."""


class Resource:
    """A task, its details, a plan, its details, or a bucket."""

    __slots__ = ("_believed", "_now", "_text", "_touched", "body", "changed_at", "order", "previous", "salt", "version")

    def __init__(
        self, body: Json, *, salt: str, order: int, now: Callable[[], datetime], believed: Callable[[str], bool]
    ) -> None:
        """
        Keep a new resource.

        Args:
            body: never changed in place, only replaced.
            salt: what tells this resource's etags from every other's.
            order: its place among all resources by creation.
            now: the clock.
            believed: whether a belief holds here.
        """
        self._believed = believed
        self._now = now
        self.changed_at = now()
        self.body = body
        self.salt = salt
        self.order = order
        self.version = 1
        self.previous: Json | None = None
        self._touched: dict[Path, int] = {}
        self._text: str | None = None

    @property
    def id(self) -> str:
        """Its id: opaque, 28 characters, case-sensitive."""
        return str(self.body["id"])

    @property
    def etag(self) -> str:
        """The current etag."""
        grows = self._believed("planner-etags-ordinal")
        return f"{_START}{self.salt}{self.version if grows else _MOST - self.version:012d}{_END}"

    def view(self) -> Json:
        """Show the representation with its etag."""
        if not self._believed("planner-null-properties"):
            return {"@odata.etag": self.etag} | {name: part for name, part in self.body.items() if part is not None}
        return {"@odata.etag": self.etag, **self.body}

    def text(self) -> str:
        """Render the representation once a version."""
        if self._text is None:
            self._text = json.dumps(self.view(), separators=(",", ":"))
        return self._text

    def check(self, if_match: str | None, paths: Iterable[Path] | None, *, conflict: int) -> None:
        """
        Let a write pass that knows the current version, or whose paths nobody touched since the one it knows.

        Args:
            paths: what the write changes; None: everything, as a deletion does.
            conflict: the status of the refusal if they overlap.

        Raises:
            GraphError: 412 without a proper etag of this resource; the given status if they overlap.
        """
        known = self._version_of(if_match)
        newer = [path for path, version in self._touched.items() if version > known]
        if paths is None and known < self.version:
            raise _conflicting(conflict)
        if paths is not None and any(_overlap(mine, theirs) for mine in paths for theirs in newer):
            raise _conflicting(conflict)

    def commit(self, body: Json, paths: Iterable[Path]) -> None:
        """Take a new version."""
        self.previous = self.view()
        self.body = body
        self.version += 1
        self.changed_at = self._now()
        self._touched.update(dict.fromkeys(paths, self.version))
        self._text = None

    def refresh(self, body: Json) -> None:
        """Take values that the service derives, without a new version."""
        self.body = body
        self._text = None

    def _version_of(self, if_match: str | None) -> int:
        if if_match is None:
            refuse_etag("The If-Match header must be specified.")
        start = _START + self.salt
        digits = if_match[len(start) : -len(_END)]
        if not (if_match.startswith(start) and if_match.endswith(_END) and digits.isdigit()):
            refuse_etag("The If-Match header contains an invalid value.")
        known = int(digits) if self._believed("planner-etags-ordinal") else _MOST - int(digits)
        if known > self.version:
            refuse_etag("The If-Match header no longer matches a version of the resource.")
        return known


def _overlap(mine: Path, theirs: Path) -> bool:
    """Tell whether one contains the other: an entry that was removed contains its properties."""
    return all(a == b for a, b in zip(mine, theirs, strict=False))


def _conflicting(status: int) -> GraphError:
    return GraphError(status, "The resource was changed by somebody else in the meantime.")


def paths_of(changes: Json) -> list[Path]:
    """List what a PATCH body changes; annotations change nothing."""
    return [path for name, value in changes.items() if not name.startswith("@") for path in _paths(name, value)]


def _paths(name: str, value: object) -> list[Path]:
    if not isinstance(value, dict):
        return [(name,)]
    entries = [(key, item) for key, item in value.items() if not key.startswith("@")]
    return [path for key, item in entries for path in _entry_paths(name, key, item)]


def _entry_paths(name: str, key: str, item: object) -> list[Path]:
    # Only checklist items are merged property by property; other entries come whole.
    if name != "checklist" or not isinstance(item, dict):
        return [(name, key)]
    return [(name, key, part) for part in item if not part.startswith("@")]
