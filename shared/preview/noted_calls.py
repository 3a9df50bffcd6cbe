"""What was not sent: the calls that the engine would make, each with the item that it is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from shared.models.evidence import Event


@dataclass(frozen=True)
class Call:
    """One write to an outside system, as it would be sent."""

    system: Literal["Graph", "OpenText"]
    method: str
    path: str
    """After the version: /planner/tasks, v2/nodes/28866/categories."""
    body: Mapping[str, Any]
    """JSON for Graph; the fields of the form for OpenText."""
    item: str = ""
    """Item key; "" is not about one item."""
    etag: str = ""
    """Sent as If-Match. "": the write has no condition."""
    before: Mapping[str, Any] = field(default_factory=dict)
    """What stands there now, by the body's keys: as far as it was read."""


@dataclass
class Notes:
    """Collects, for one look at one origin."""

    item: str = ""
    """What is being worked on now."""
    calls: list[Call] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    """What the history would tell."""
    documents: dict[str, str] = field(default_factory=dict)
    """By item key: the folder into which a new version of the evidence document is due."""

    def graph(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any],
        *,
        etag: str = "",
        before: Mapping[str, Any] | None = None,
    ) -> None:
        """Note a write to Graph."""
        self.calls.append(Call("Graph", method, path, body, self.item, etag, before or {}))

    def opentext(self, method: str, path: str, body: Mapping[str, Any]) -> None:
        """Note a write to OpenText."""
        self.calls.append(Call("OpenText", method, path, body, self.item))
