"""Cursors: how far something has come, by name."""

from datetime import datetime

from shared.models.base import Stored
from shared.store.row import escape
from shared.store.tables import Tables

_CURSOR = "cursor"
REBUILT = "rebuild/began"
"""When the last rebuild began, ISO 8601: what was sent on before then, the tables may not know."""


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

    async def service_time(self) -> datetime | None:
        """Ask what time it is by storage's clock. None: there is no cursor yet to ask it by."""
        aged = await self._table.list_aged(_CURSOR)
        return next((row.written + age for row, age in aged if row.written is not None), None)

    async def save(self, name: str, value: str) -> None:
        """Write how far something has come. The last writer is right: a cursor that goes back only reads again."""
        await self._table.put(_CURSOR, escape(name), Cursor(value=value).model_dump_json())
