"""Cursors: how far something has come, by name."""

from shared.models.base import Frozen
from shared.store.row import escape
from shared.store.tables import Tables

_CURSOR = "cursor"


class Cursor(Frozen):
    """How far something has come."""

    value: str


class Cursors:
    """Partition `cursor` of the table `control`."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.control

    async def find(self, name: str) -> str | None:
        """Read how far something has come; None: it never began."""
        row = await self._table.find(_CURSOR, escape(name))
        return None if row is None else row.read(Cursor).value

    async def save(self, name: str, value: str) -> None:
        """Write how far something has come. The last writer is right: a cursor that goes back only reads again."""
        await self._table.put(_CURSOR, escape(name), Cursor(value=value).model_dump_json())
