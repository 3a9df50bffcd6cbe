"""What a piece of work costs: its calls, and its CPU without what the simulators and the table double take."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from local.in_process.system import Inside
from local.in_process.transport import Answer, Handler, Query

ROWS_READ, OPERATIONS_SENT = "rows read", "operations sent"
_SIZES = {"query": ROWS_READ, "transaction": OPERATIONS_SENT}


@dataclass(frozen=True)
class Cost:
    """What was spent."""

    calls: Counter[str]
    """By system and kind: "graph GET", "tables query", "origins transaction"; "rows read", "operations sent"."""
    cpu: float
    """Seconds of the engine and its other clients, without simulators, the table double and storage's own client."""
    plans: int = 0
    """Plans that were read."""
    pages: int = 0
    """Pages that their lists have."""

    def total(self, system: str, *kinds: str) -> int:
        """Add up calls: all of a system, or of some kinds alone."""
        return sum(
            number
            for name, number in self.calls.items()
            if name.startswith(f"{system} ") and (not kinds or name.split(" ")[1] in kinds)
        )

    @property
    def everything(self) -> int:
        """Calls of all kinds."""
        return sum(self.total(system) for system in ("graph", "opentext", "tables", "queues"))

    @property
    def table_reads(self) -> int:
        """Requests that read rows."""
        return self.total("tables", "get", "query")

    @property
    def table_writes(self) -> int:
        """Requests that write rows; a transaction is one."""
        return self.total("tables", "create", "update", "upsert", "delete", "transaction")

    @property
    def link_writes(self) -> int:
        """Requests that write leases, links or history."""
        return self.total("origins", "create", "update", "upsert", "delete", "transaction")


class Meter:
    """Stands before everything in a world that is not the engine's: counts it, and takes its time off."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside
        self._doubles = 0.0
        """Seconds that simulators and table doubles took."""
        self._begun = 0.0
        inside.graph, inside.content = self._timed(inside.graph), self._timed(inside.content)
        for account in (inside.account, inside.hands):
            account.timed, account.sized = self.take_off, self._size

    def start(self) -> None:
        """Count from here on."""
        self._inside.calls.clear()
        self._doubles, self._begun = 0.0, time.process_time()

    def cost(self) -> Cost:
        """Return what was spent since the start."""
        return Cost(Counter(self._inside.calls), time.process_time() - self._begun - self._doubles)

    def take_off(self, seconds: float) -> None:
        """Leave out CPU that is not the engine's."""
        self._doubles += seconds

    def _timed(self, handler: Handler) -> Handler:
        async def handle(method: str, path: str, query: Query, headers: Mapping[str, str], body: bytes) -> Answer:
            begun = time.process_time()
            try:
                return await handler(method, path, query, headers, body)
            finally:
                self.take_off(time.process_time() - begun)

        return handle

    def _size(self, operation: str, size: int) -> None:
        """Count what makes a call dearer: rows that are read, operations that are sent together."""
        if operation in _SIZES:
            self._inside.calls[_SIZES[operation]] += size
