"""Cursors: how far something has come, by name."""

from datetime import datetime

from shared.models.base import Stored
from shared.store.row import escape
from shared.store.tables import Tables

_CURSOR = "cursor"
_REBUILT = "rebuild/began"


class Cursor(Stored):
    """How far something has come."""

    value: str


class Cursors:
    """Partition `cursor` of the table `control`."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.control

    async def find(self, name: str) -> str | None:
        """Read how far something has come; None: it never began, or can't be read, which costs beginning again."""
        row = await self._table.find(_CURSOR, escape(name))
        cursor = None if row is None else self._table.read(row, Cursor)
        return None if cursor is None else cursor.value

    async def note_rebuild(self, now: datetime) -> None:
        """Remember that a rebuild begins."""
        await self.save(_REBUILT, now.isoformat())

    async def rebuilt_at(self) -> datetime | None:
        """
        Say when the last rebuild began. None: there was none.

        What was done before then may have been done by tables that are lost: these do not know of it.
        """
        began = await self.find(_REBUILT)
        return None if began is None else datetime.fromisoformat(began)

    async def service_time(self) -> datetime | None:
        """Ask what time it is by storage's clock. None: there is no cursor yet to ask it by."""
        aged = await self._table.list_aged(_CURSOR)
        return next((row.written + age for row, age in aged if row.written is not None), None)

    async def save(self, name: str, value: str) -> None:
        """Write how far something has come. The last writer is right: a cursor that goes back only reads again."""
        await self._table.put(_CURSOR, escape(name), Cursor(value=value).model_dump_json())
