"""Gates: until when a system is left alone, by every worker."""

from collections.abc import Collection
from datetime import datetime, timedelta

from shared.errors import StaleError, ThrottledError, UnavailableError
from shared.models.gate import NEVER_CLOSED, Gate
from shared.store.row import Row, escape, unescape
from shared.store.tables import Tables
from shared.timing import GATE_LONGEST, GATE_WITHOUT_TIME, GATES_KEPT, LONGEST_PAUSE

GATE = "gate"
GRAPH, OPENTEXT, MAIL = "graph", "opentext", "mail"
SIGN_IN = "sign-in-"
"""Begins the gate of an identity: `sign-in-service`, `sign-in-performer-1234`."""
NEEDED_BY_A_LOOK = frozenset({GRAPH, OPENTEXT, f"{SIGN_IN}service"})
"""A look reads OpenText and writes to Planner: without either it could do nothing but ask again."""
ROUNDS = 20


class Gates:
    """
    Partition `gate` of the table `control`.

    Args:
        longest: a system that asks for more is believed that much.
    """

    def __init__(self, tables: Tables, longest: timedelta = GATE_LONGEST) -> None:
        self._table = tables.control
        self.longest = longest
        self._known: dict[str, datetime] = {}
        self._read: datetime | None = None

    async def find(self, system: str, now: datetime) -> datetime | None:
        """
        Read until when a system is left alone, be it over or not; None: it never was, or its row can't be read.

        A time further off than the longest pause was written by a wrong clock: it counts as over.
        """
        row = await self._table.find(GATE, escape(system))
        gate = None if row is None else self._table.read(row, Gate)
        return None if gate is None or gate.until > now + self._longest_of(system) else gate.until

    async def list_all(self) -> dict[str, Gate]:
        """Read the gates of all systems in one query, open ones too."""
        rows = await self._table.list_partition(GATE)
        return {unescape(row.key): gate for row, gate in self._table.read_all(rows, Gate)}

    async def find_closed(self, now: datetime, systems: Collection[str] = NEEDED_BY_A_LOOK) -> datetime | None:
        """
        Say until when one of some systems wants to be left alone; None: work may go on.

        Looked up at most every five seconds: a worker that hears of it late is told so by the system itself.
        """
        # What was read later than now was read before the clock was set back: it counts as old.
        if self._read is None or not self._read <= now < self._read + GATES_KEPT:
            self._known = {name: gate.until for name, gate in (await self.list_all()).items()}
            self._read = now
        asked = {name: until for name, until in self._known.items() if name in systems}
        closed = [until for name, until in asked.items() if now < until <= now + self._longest_of(name)]
        return max(closed, default=None)

    async def close_for(self, error: ThrottledError, now: datetime) -> datetime:
        """
        Close the gate of a system that asked for a pause, no longer than the longest; return when it opens.

        Another worker may have been told to wait for longer.
        """
        pause = GATE_WITHOUT_TIME if error.retry_after is None else max(error.retry_after, timedelta())
        return await self.close(error.system, now + min(pause, self.longest), now=now, why=str(error))

    async def close(self, system: str, until: datetime, *, now: datetime, why: str = "") -> datetime:
        """Have nobody call the system before `until`. Never shortens; returns when it opens."""
        # This worker knows of it at once, not when what it remembers is five seconds old.
        self._read = None
        for _ in range(ROUNDS):
            row = await self._table.find(GATE, escape(system))
            gate = (None if row is None else self._table.read(row, Gate)) or NEVER_CLOSED
            # A longer one stands. One beyond the longest was set by a wrong clock, and is written over.
            if until <= gate.until <= now + self._longest_of(system):
                return gate.until
            if await self._saved(row, system, gate.closed(until, now, why)):
                return until
        message = f"the gate of {system} keeps changing"
        raise UnavailableError(message)

    async def open(self, system: str) -> None:
        """Let a system be called again at once: an operator knows better. Fine when it is open."""
        self._read = None
        await self._table.discard(GATE, escape(system))

    def _longest_of(self, system: str) -> timedelta:
        return LONGEST_PAUSE if system.startswith(SIGN_IN) else self.longest

    async def _saved(self, row: Row | None, system: str, gate: Gate) -> bool:
        try:
            await self._table.save(row, GATE, escape(system), gate.model_dump_json())
        except StaleError:
            return False  # another worker was told to wait as well
        return True
