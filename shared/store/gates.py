"""Gates: until when a system asked not to be called, by anybody."""

from datetime import datetime, timedelta

from shared.errors import StaleError, UnavailableError
from shared.models.base import Stored
from shared.store.row import escape, unescape
from shared.store.tables import Tables

_GATE = "gate"
_ROUNDS = 20
_KEPT = timedelta(seconds=5)


class Gate(Stored):
    """Until when a system asked not to be called."""

    until: datetime


class Gates:
    """Partition `gate` of the table `control`."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.control
        self._until: datetime | None = None
        self._read: datetime | None = None

    async def find(self, system: str) -> datetime | None:
        """Read until when "graph" or "opentext" asked not to be called, be it over or not; None: it never did."""
        row = await self._table.find(_GATE, escape(system))
        gate = None if row is None else self._table.read(row, Gate)
        return None if gate is None else gate.until

    async def list_all(self) -> dict[str, datetime]:
        """Read the gates of all systems in one query."""
        rows = await self._table.list_partition(_GATE)
        return {unescape(row.key): gate.until for row, gate in self._table.read_all(rows, Gate)}

    async def find_closed(self, now: datetime) -> datetime | None:
        """
        Say until when a system wants to be left alone; None: work may go on.

        Looked up at most every five seconds: a worker that hears of it late is told so by the system itself.
        """
        if self._read is None or not self._read <= now < self._read + _KEPT:
            self._until = max((await self.list_all()).values(), default=None)
            self._read = now
        return self._until if self._until is not None and self._until > now else None

    async def close(self, system: str, until: datetime) -> None:
        """Have nobody call the system before `until`. Never shortens."""
        self._read = None
        data = Gate(until=until).model_dump_json()
        for _ in range(_ROUNDS):
            row = await self._table.find(_GATE, escape(system))
            gate = None if row is None else self._table.read(row, Gate)
            if gate is not None and gate.until >= until:
                return
            try:
                await self._table.save(row, _GATE, escape(system), data)
            except StaleError:
                # Another worker was told to wait as well.
                continue
            return
        message = f"the gate of {system} keeps changing"
        raise UnavailableError(message)
