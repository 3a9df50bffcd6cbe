"""Slots: the looks that a system bears at once, all workers together."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.errors import StaleError
from shared.models.base import Stored
from shared.store.row import Row, escape
from shared.store.tables import Tables


class SlotRow(Stored):
    """Who works on a system."""

    owner: str
    until: datetime


@dataclass(frozen=True)
class Slot:
    """A place among those who may work on a system at once."""

    system: str
    owner: str
    row: Row


class Slots:
    """Partitions `slot-<system>` of the table `control`."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.control

    async def take(self, system: str, *, size: int, owner: str, until: datetime, now: datetime) -> Slot | None:
        """
        Take one of `size` places to work on a system, all workers together.

        Args:
            until: the place is free again at that time, whatever becomes of us.

        Returns:
            None: every place is taken.
        """
        partition = f"slot-{escape(system)}"
        taken = {row.key: row for row in await self._table.list_partition(partition)}
        data = SlotRow(owner=owner, until=until).model_dump_json()
        for key in _from_own(owner, size):
            row = taken.get(key)
            if row is not None and (taker := self._table.read(row, SlotRow)) is not None and now < taker.until:
                continue
            try:
                return Slot(system, owner, await self._table.save(row, partition, key, data))
            except StaleError:
                # Somebody was quicker; there may be another place.
                continue
        return None

    async def free(self, slot: Slot) -> None:
        """Give a place back. Fine when it ran out and is somebody else's."""
        try:
            await self._table.remove(slot.row)
        except StaleError:
            return


def _from_own(owner: str, size: int) -> Iterable[str]:
    """Begin at a place of one's own, so that workers seldom want the same one."""
    first = zlib.crc32(owner.encode()) % size
    return (f"{(first + step) % size:04}" for step in range(size))
