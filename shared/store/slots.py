"""Slots: the looks that a system bears at once, all workers together. A slot is its worker's as long as that lives."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.errors import StaleError
from shared.models.base import Stored
from shared.store.grip import Sign
from shared.store.hands import Hands
from shared.store.row import Row, escape
from shared.store.tables import Tables
from shared.timing import LIFE_KNOWN, LONGEST_UNTIL


class SlotRow(Stored):
    """Who works on a system."""

    owner: str
    worker: str = ""
    """Empty: a row of the first edition, which knew no hands."""
    until: datetime | None = None
    """Of a row of the first edition: it is free at that time."""


@dataclass(frozen=True)
class Slot:
    """A place among those who may work on a system at once."""

    system: str
    owner: str
    worker: str
    row: Row

    @property
    def number(self) -> int:
        """Count from 0; the last ones are left to who is in a hurry."""
        return int(self.row.key)


class Slots:
    """Partitions `slot-<system>` of the table `control`."""

    def __init__(self, tables: Tables, hands: Hands) -> None:
        self._table = tables.control
        self._hands = hands
        self._own: set[tuple[str, str]] = set()
        """What this worker holds: a row of ours that is not among these was never given back, and is free."""
        self._left: list[Row] = []
        """Rows of ours that name hands which were emptied since: nobody's, but where they stand we know."""
        self._alive: frozenset[str] = frozenset()
        self._asked_at: datetime | None = None

    async def take(self, system: str, *, size: int, owner: str, now: datetime) -> Slot | None:
        """
        Take one of `size` places to work on a system, all workers together.

        The caller has something in hand as long as it holds the place: who has not is taken for dead.

        Returns:
            None: every place is taken.
        """
        partition = f"slot-{escape(system)}"
        if (again := await self._take_again(partition, size, owner)) is not None:
            return Slot(system, owner, self._hands.worker, again)
        taken = {row.key: row for row in await self._table.list_partition(partition)}
        worker, data = self._hands.worker, self._says(owner)
        # Read after the places: whoever stood there had its row by then.
        signs = await self._signs(taken.values(), size, now)
        for key in _from_own(owner, size):
            row = taken.get(key)
            if row is not None and not await self._is_free(row, signs, now):
                continue
            try:
                saved = await self._table.save(row, partition, key, data)
            except StaleError:
                # Somebody was quicker; there may be another place.
                continue
            self._own.add((partition, key))
            return Slot(system, owner, worker, saved)
        return None

    def is_current(self, slot: Slot) -> bool:
        """Tell whether a place is still held by the hands that took it, which were not empty since."""
        return slot.worker == self._hands.worker

    async def free(self, slot: Slot) -> None:
        """
        Give a place back. Fine when it is somebody else's by now.

        Costs no call once the hands that took it are empty: their name is nobody's any more.
        """
        self._own.discard((slot.row.partition, slot.row.key))
        if not self.is_current(slot):
            self._left.append(slot.row)
            return
        try:
            await self._table.remove(slot.row)
        except StaleError:
            return

    async def _take_again(self, partition: str, size: int, owner: str) -> Row | None:
        """Take a place that was left, where it stands as we left it: one call instead of two. None: there is none."""
        while self._left:
            row = self._left.pop()
            if row.partition != partition or row.key >= f"{size:04}":
                continue
            try:
                saved = await self._table.replace(row, self._says(owner))
            except StaleError:
                continue  # somebody else has it by now
            self._own.add((row.partition, row.key))
            return saved
        return None

    def _says(self, owner: str) -> str:
        return SlotRow(owner=owner, worker=self._hands.worker).model_dump_json()

    async def _signs(self, taken: Iterable[Row], size: int, now: datetime) -> Mapping[str, Sign] | None:
        """Ask who lives, when nothing is free without it and it is not known for a few seconds."""
        rows = [row for row in taken if row.key < f"{size:04}"]
        workers = {slot.worker for _, slot in self._table.read_all(rows, SlotRow)}
        others = {worker for worker in workers if not self._hands.is_own(worker)}
        is_known = (
            self._asked_at is not None and self._asked_at <= now < self._asked_at + LIFE_KNOWN and others <= self._alive
        )
        if len(rows) < size or is_known:
            return None
        signs = await self._hands.signs()
        self._alive = frozenset(sign.worker for sign in signs.values() if not sign.is_dead)
        self._asked_at = now
        return signs

    async def _is_free(self, row: Row, signs: Mapping[str, Sign] | None, now: datetime) -> bool:
        held = self._table.read(row, SlotRow)
        # It names no worker, so nobody could ever be found dead who holds it.
        if held is None:
            return True
        if not held.worker:
            return held.until is None or not now < held.until <= now + LONGEST_UNTIL
        if self._hands.is_own(held.worker):
            return (row.partition, row.key) not in self._own
        # Nobody was asked who lives: without that a place in which a worker stands counts as taken.
        if signs is None:
            return False
        sign = signs.get(held.worker)
        if sign is not None and sign.is_dead:
            await self._hands.bury(sign)
        return sign is None or sign.is_dead


def _from_own(owner: str, size: int) -> Iterable[str]:
    """Begin at a place of one's own, so that workers seldom want the same one."""
    first = zlib.crc32(owner.encode()) % size
    return (f"{(first + step) % size:04}" for step in range(size))
