"""
Break a simulator's answers on purpose, before or after their effect.

    server.faults.add(Fault.html(path="/v2/nodes"))            # the next matching request, before its effect
    server.faults.add(Fault.dropped(method="PUT", after=True)) # done, but the client never hears of it
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self, TypeAlias

from local.in_process.transport import Answer, DroppedError

HTML = b"<!DOCTYPE html><html><head><title>Error</title></head><body>Error Processing Request</body></html>"
GARBLED = b'{"results":{"data":{"proper'


@dataclass
class Fault:
    """One thing that goes wrong with requests that match."""

    answer: Answer | None = None
    """What is sent instead; None: the connection breaks."""
    method: str = ""
    """Empty: any."""
    path: str = ""
    """A part of the path; empty: any."""
    after: bool = False
    """The effect takes place, and its answer is lost."""
    times: int = 1
    """How many matching requests it breaks."""
    change: Callable[[Any], Any] | None = None
    """What becomes of the JSON that is answered; None: it stays."""

    @classmethod
    def html(cls, *, method: str = "", path: str = "", after: bool = False, times: int = 1) -> Self:
        """Answer 500 with a page of HTML, as a server in trouble does."""
        return cls((500, {"content-type": "text/html"}, HTML), method, path, after, times)

    @classmethod
    def garbled(cls, *, method: str = "", path: str = "", after: bool = False, times: int = 1) -> Self:
        """Answer 200 with JSON that is cut off."""
        return cls((200, {"content-type": "application/json"}, GARBLED), method, path, after, times)

    @classmethod
    def status(
        cls,
        status: int,
        *,
        method: str = "",
        path: str = "",
        after: bool = False,
        times: int = 1,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
    ) -> Self:
        """Answer a status, e.g. 503, or 429 with Retry-After."""
        return cls((status, headers or {}, body), method, path, after, times)

    @classmethod
    def dropped(cls, *, method: str = "", path: str = "", after: bool = False, times: int = 1) -> Self:
        """Break the connection."""
        return cls(None, method, path, after, times)

    @classmethod
    def odd(
        cls, change: Callable[[Any], Any], *, method: str = "", path: str = "", after: bool = True, times: int = 1
    ) -> Self:
        """Carry the request out, and answer with JSON that is changed: `local.simulators.odd_data` knows some ways."""
        return cls(None, method, path, after, times, change)

    def matches(self, method: str, path: str) -> bool:
        """Tell whether this request is to be broken."""
        return self.times > 0 and self.method in ("", method) and self.path in path

    def strike(self, true: Answer | None) -> Answer:
        """
        Give the false answer.

        Args:
            true: what would have been answered; None: the fault comes before the effect.

        Raises:
            DroppedError: the connection is to be broken.
        """
        if self.change is not None and true is not None:
            status, headers, content = true
            is_json = bool(content) and "json" in headers.get("content-type", "")
            return status, headers, json.dumps(self.change(json.loads(content))).encode() if is_json else content
        if self.answer is None:
            message = "the connection was dropped"
            raise DroppedError(message)
        return self.answer


Hook: TypeAlias = Callable[[str, str], Fault | None]


@dataclass
class Faults:
    """The faults that wait for their request, oldest first."""

    queue: list[Fault] = field(default_factory=list)
    hook: Hook | None = None
    """Asked first, with method and path: chooses faults by its own rule, e.g. a seeded one."""
    struck: int = 0
    """How many requests were broken."""

    def add(self, fault: Fault) -> None:
        """Break the next request that matches."""
        self.queue.append(fault)

    def take(self, method: str, path: str) -> Fault | None:
        """Find the fault of this request, and count it as used."""
        fault = self.hook(method, path) if self.hook is not None else None
        fault = fault or next((item for item in self.queue if item.matches(method, path)), None)
        if fault is None:
            return None
        fault.times -= 1
        self.queue = [item for item in self.queue if item.times > 0]
        self.struck += 1
        return fault
