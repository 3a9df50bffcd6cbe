"""Recoveries: one row, written by whoever sees that what failed for long goes well again, worked on by the sweep."""

from contextlib import suppress
from datetime import datetime

from shared.errors import StaleError
from shared.models.recovery import Recovery
from shared.store.row import Row
from shared.store.tables import Tables

_PARTITION, _KEY = "recovery", "last"


class Recoveries:
    """Partition `recovery` of the table `control`."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.control

    async def note(self, now: datetime) -> None:
        """
        Have what waits looked at soon. One that is noted already, or under way, serves for this one too.

        Raises:
            UnavailableError, OutcomeUnknownError: storage did not take it.
        """
        row, before = await self._find()
        if before is not None and not before.is_over:
            return
        with suppress(StaleError):  # another worker saw the same
            await self._table.save(row, _PARTITION, _KEY, Recovery.after(before, now).model_dump_json())

    async def find_due(self, now: datetime) -> Recovery | None:
        """Read the recovery of which something is to be handed on. None: there is none. Raises: as any read."""
        _, found = await self._find()
        return found if found is not None and not found.is_over and found.due <= now else None

    async def went_on(self, recovery: Recovery, place: str | None) -> None:
        """Write how far a recovery has come. None: to the end. Two sweeps at once only hand on twice."""
        await self._table.put(_PARTITION, _KEY, recovery.handed_on(place).model_dump_json())

    async def _find(self) -> tuple[Row | None, Recovery | None]:
        row = await self._table.find(_PARTITION, _KEY)
        return row, None if row is None else self._table.read(row, Recovery)
