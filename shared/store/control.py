"""Control: plans to read, gates, cursors, slots, and what leads from one id to another."""

import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.errors import StaleError, UnavailableError
from shared.store.control_rows import Cursor, Gate, Making, PlanRow, Slot, SlotRow
from shared.store.lazy_list import Each
from shared.store.row import Row, escape, stamp, unescape
from shared.store.tables import Tables

__all__ = ["Control", "Making", "PlanRow", "Slot"]

_PLAN, _GATE, _CURSOR, _CREATOR = "plan", "gate", "cursor", "creator"
_PARTITION = "PartitionKey eq @partition"
_DELIVERY = "delivery-"
_DELIVERED = "PartitionKey ge @first and PartitionKey lt @hour"
_HOUR = len("2026-11-23T15")
_ROUNDS = 20
_GATES_KEPT = timedelta(seconds=5)


class Control:
    """The table `control`. Any method may raise UnavailableError; those that write, OutcomeUnknownError too."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.control
        self._gates_until: datetime | None = None
        self._gates_read: datetime | None = None
        self._creators: set[str] = set()

    def list_plans(self) -> Each[PlanRow]:
        """Go through the plans that are read for changes."""

        async def read() -> list[PlanRow]:
            return [_plan(row) for row in await self._table.list_rows(_PARTITION, partition=_PLAN)]

        return Each(read)

    async def find_plan(self, plan_id: str) -> PlanRow | None:
        """Read one plan's row; None: it is not read for changes."""
        row = await self._table.find(_PLAN, escape(plan_id))
        return None if row is None else _plan(row)

    async def save_plan(self, row: PlanRow, etag: str | None) -> str:
        """
        Write a plan's row if it is still as it was read; return its new etag.

        Args:
            row: the whole row.
            etag: as read; None: it must not exist yet.

        Raises:
            StaleError: somebody wrote first.
        """
        key, data = escape(row.plan_id), row.model_dump_json()
        if etag is None:
            return (await self._table.insert(_PLAN, key, data)).etag
        return (await self._table.replace(Row(_PLAN, key, etag=etag), data)).etag

    async def find_gate(self, system: str) -> datetime | None:
        """Read until when "graph" or "opentext" asked not to be called, be it over or not; None: it never did."""
        row = await self._table.find(_GATE, escape(system))
        return None if row is None else row.read(Gate).until

    async def list_gates(self) -> dict[str, datetime]:
        """Read the gates of all systems in one query."""
        rows = await self._table.list_rows(_PARTITION, partition=_GATE)
        return {unescape(row.key): row.read(Gate).until for row in rows}

    async def find_closed(self, now: datetime) -> datetime | None:
        """
        Say until when a system wants to be left alone; None: work may go on.

        Looked up at most every five seconds: a worker that hears of it late is told so by the system itself.
        """
        if self._gates_read is None or not self._gates_read <= now < self._gates_read + _GATES_KEPT:
            self._gates_until = max((await self.list_gates()).values(), default=None)
            self._gates_read = now
        return self._gates_until if self._gates_until is not None and self._gates_until > now else None

    async def close_gate(self, system: str, until: datetime) -> None:
        """Have nobody call the system before `until`. Never shortens."""
        self._gates_read = None
        data = Gate(until=until).model_dump_json()
        for _ in range(_ROUNDS):
            row = await self._table.find(_GATE, escape(system))
            if row is not None and row.read(Gate).until >= until:
                return
            try:
                await self._save(row, _GATE, escape(system), data)
            except StaleError:
                # Another worker was told to wait as well.
                continue
            return
        message = f"the gate of {system} keeps changing"
        raise UnavailableError(message)

    async def find_cursor(self, name: str) -> str | None:
        """Read how far something has come; None: it never began."""
        row = await self._table.find(_CURSOR, escape(name))
        return None if row is None else row.read(Cursor).value

    async def save_cursor(self, name: str, value: str) -> None:
        """Write how far something has come. The last writer is right: a cursor that goes back only reads again."""
        await self._table.put(_CURSOR, escape(name), Cursor(value=value).model_dump_json())

    async def link_node(self, node_id: int, origin: str) -> None:
        """Have hints about a node lead to an origin. Fine when they do already."""
        await self._add(f"node-{node_id}", escape(origin))

    async def find_origins(self, node_id: int) -> tuple[str, ...]:
        """Read the origins that are known to show a node; their order is that of their keys."""
        rows = await self._table.list_rows(_PARTITION, partition=f"node-{node_id}")
        return tuple(unescape(row.key) for row in rows)

    async def unlink_node(self, node_id: int, origin: str) -> None:
        """Have hints about a node no longer lead to an origin. Fine when they don't."""
        await self._table.discard(f"node-{node_id}", escape(origin))

    async def list_creators(self) -> frozenset[str]:
        """Read the identities that our own tasks are created by (`user:...`, `application:...`)."""
        rows = await self._table.list_rows(_PARTITION, partition=_CREATOR)
        return frozenset(unescape(row.key) for row in rows)

    async def add_creator(self, creator: str) -> None:
        """Remember an identity of ours. Fine when it is known; then this worker does not look again."""
        if creator in self._creators:
            return
        # Nearly always known: looking is one call, a refused insert would be two.
        if await self._table.find(_CREATOR, escape(creator)) is None:
            await self._add(_CREATOR, escape(creator))
        self._creators.add(creator)

    async def take_slot(self, system: str, *, size: int, owner: str, until: datetime, now: datetime) -> Slot | None:
        """
        Take one of `size` places to work on a system, all workers together.

        Args:
            until: the place is free again at that time, whatever becomes of us.

        Returns:
            None: every place is taken.
        """
        partition = f"slot-{escape(system)}"
        taken = {row.key: row for row in await self._table.list_rows(_PARTITION, partition=partition)}
        data = SlotRow(owner=owner, until=until).model_dump_json()
        for key in _from_own(owner, size):
            row = taken.get(key)
            if row is not None and now < row.read(SlotRow).until:
                continue
            try:
                return Slot(system, owner, await self._save(row, partition, key, data))
            except StaleError:
                # Somebody was quicker; there may be another place.
                continue
        return None

    async def free_slot(self, slot: Slot) -> None:
        """Give a place back. Fine when it ran out and is somebody else's."""
        try:
            await self._table.remove(slot.row)
        except StaleError:
            return

    async def find_making(self, kind: str, parent: str, name: str) -> Making | None:
        """Read what is known of a making; None: nobody announced it."""
        row = await self._table.find(*_making_keys(kind, parent, name))
        return None if row is None else row.read(Making).model_copy(update={"etag": row.etag})

    async def reserve_making(self, making: Making, *, replaces: Making | None = None) -> None:
        """
        Announce a making, before it is made.

        Args:
            replaces: what `find_making` answered; None: nobody announced it.

        Raises:
            StaleError: somebody announced it first.
        """
        partition, key = _making_keys(making.kind, making.parent, making.name)
        row = None if replaces is None else Row(partition, key, etag=replaces.etag)
        await self._save(row, partition, key, making.model_dump_json())

    async def finish_making(self, making: Making) -> None:
        """Remember the id of what was made. The last writer is right: all makers choose by one rule."""
        await self._table.put(*_making_keys(making.kind, making.parent, making.name), making.model_dump_json())

    async def take_delivery(self, key: str, at: datetime) -> None:
        """
        Remember that a signed delivery was taken.

        Args:
            key: the same for the same delivery alone, of characters that keys take.
            at: UTC: when it was signed.

        Raises:
            StaleError: it was taken before.
        """
        await self._table.insert(_delivery_hour(at), key)

    async def forget_delivery(self, key: str, at: datetime) -> None:
        """Let a delivery be taken again: nothing came of it."""
        await self._table.discard(_delivery_hour(at), key)

    async def drop_deliveries(self, before: datetime, limit: int = 2000) -> int:
        """Forget the deliveries of hours that ended before a time, as many as the limit says; return how many."""
        rows = await self._table.list_rows(_DELIVERED, limit=limit, first=_DELIVERY, hour=_delivery_hour(before))
        for row in rows:
            await self._table.discard(row.partition, row.key)
        return len(rows)

    async def _save(self, row: Row | None, partition: str, key: str, data: str) -> Row:
        if row is None:
            return await self._table.insert(partition, key, data)
        return await self._table.replace(row, data)

    async def _add(self, partition: str, key: str) -> None:
        """Insert a row whose keys say everything: whoever was first, it says the same."""
        await self._table.insert(partition, key, is_ours=lambda _: True)


def _plan(row: Row) -> PlanRow:
    return row.read(PlanRow).model_copy(update={"etag": row.etag})


def _delivery_hour(at: datetime) -> str:
    return _DELIVERY + stamp(at)[:_HOUR]


def _making_keys(kind: str, parent: str, name: str) -> tuple[str, str]:
    return f"{escape(kind)}-{escape(parent)}", escape(name)


def _from_own(owner: str, size: int) -> Iterable[str]:
    """Begin at a place of one's own, so that workers seldom want the same one."""
    first = zlib.crc32(owner.encode()) % size
    return (f"{(first + step) % size:04}" for step in range(size))
