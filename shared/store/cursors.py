"""
Cursors: how far something has come, by name.

What another release wrote, or somebody edited, counts as never written where it can't be understood: it costs beginning
again, and no more.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from shared.models.base import Stored
from shared.store.row import escape
from shared.store.tables import Tables

_CURSOR = "cursor"
_REBUILT = "rebuild/began"
_TIME = TypeAdapter(AwareDatetime)
_TIMES = TypeAdapter(dict[str, AwareDatetime])
_TEXTS = TypeAdapter(dict[str, str])

T = TypeVar("T")


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

    async def find_time(self, name: str) -> datetime | None:
        """Read a time. None: there is none."""
        found = await self.find(name)
        return None if found is None else _understood(_TIME.validate_python, found)

    async def find_times(self, name: str) -> dict[str, datetime]:
        """Read times by name."""
        return _understood(_TIMES.validate_json, await self.find(name) or "") or {}

    async def find_texts(self, name: str) -> dict[str, str]:
        """Read texts by name."""
        return self.texts_of(await self.find(name) or "") or {}

    @staticmethod
    def texts_of(value: str) -> dict[str, str] | None:
        """Understand a cursor that holds texts by name. None: it does not."""
        return _understood(_TEXTS.validate_json, value)

    async def note_rebuild(self, now: datetime) -> None:
        """Remember that a rebuild begins."""
        await self.save(_REBUILT, now.isoformat())

    async def rebuilt_at(self) -> datetime | None:
        """
        Say when the last rebuild began. None: there was none.

        What was done before then may have been done by tables that are lost: these do not know of it.
        """
        return await self.find_time(_REBUILT)

    async def service_time(self) -> datetime | None:
        """Ask what time it is by storage's clock. None: there is no cursor yet to ask it by."""
        aged = await self._table.list_aged(_CURSOR)
        return next((row.written + age for row, age in aged if row.written is not None), None)

    async def save(self, name: str, value: str) -> None:
        """Write how far something has come. The last writer is right: a cursor that goes back only reads again."""
        await self._table.put(_CURSOR, escape(name), Cursor(value=value).model_dump_json())


def _understood(read: Callable[[str], T], value: str) -> T | None:
    try:
        return read(value)
    except ValidationError:
        return None
