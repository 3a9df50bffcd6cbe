"""Brakes: how many tasks a rule has ended lately because a condition says no, over all origins."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from shared.decisions.brake import BrakeRow
from shared.errors import StaleError, UnavailableError
from shared.store.row import Row, escape, unescape
from shared.store.tables import Tables

_BRAKE = "brake"
_ROUNDS = 20


class Brakes:
    """Partition `brake` of the table `control`: a row for each rule."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.control

    async def list_all(self) -> dict[str, BrakeRow]:
        """Read every rule's brake, by rule id."""
        rows = await self._table.list_partition(_BRAKE)
        return {unescape(row.key): brake for row, brake in self._table.read_all(rows, BrakeRow)}

    async def take(
        self, rule: str, asked: int, *, limit: int, now: datetime, count_open: Callable[[], Awaitable[int]]
    ) -> int:
        """
        Ask to end some tasks of a rule; return how many may be.

        Args:
            rule: its id.
            asked: how many its condition says no to, here.
            limit: that many an hour are always allowed.
            now: UTC.
            count_open: counts the rule's open items; asked once the limit is reached.
        """
        for _ in range(_ROUNDS):
            row, brake = await self._find(rule)
            if brake.is_released(now):
                return asked
            # Once tripped it lets nothing through, not even what the next hour would have room for: a person has to
            # look first.
            if brake.tripped_at is not None:
                return 0
            if brake.wants_count(asked, limit, now):
                brake = brake.counted(await count_open(), now)
            granted = min(asked, brake.allowed(limit, now))
            after = brake.taken(granted, now, tripped=granted < asked)
            # Written before a task is ended: whoever dies in between has ended fewer than were counted, never more.
            if await self._saved(row, rule, after):
                return granted
        message = f"the brake of rule {rule} keeps changing"
        raise UnavailableError(message)

    async def release(self, rule: str, now: datetime) -> None:
        """Let a rule end what its condition says no to."""
        for _ in range(_ROUNDS):
            row, brake = await self._find(rule)
            if await self._saved(row, rule, brake.released(now)):
                return
        message = f"the brake of rule {rule} keeps changing"
        raise UnavailableError(message)

    async def forget(self, rule: str) -> None:
        """Take away the row of a rule that there is no more."""
        await self._table.discard(_BRAKE, escape(rule))

    async def _find(self, rule: str) -> tuple[Row | None, BrakeRow]:
        row = await self._table.find(_BRAKE, escape(rule))
        brake = None if row is None else self._table.read(row, BrakeRow)
        return row, brake or BrakeRow()

    async def _saved(self, row: Row | None, rule: str, brake: BrakeRow) -> bool:
        """Write a row if it is still as it was read."""
        data = brake.model_dump_json()
        try:
            if row is None:
                await self._table.insert(_BRAKE, escape(rule), data)
            else:
                await self._table.replace(row, data)
        except StaleError:
            return False
        return True
