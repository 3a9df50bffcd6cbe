"""Makings: buckets, plans and labels that a rule makes, announced before they are made."""

from datetime import UTC, datetime

from shared.models.making import Making, MakingKind
from shared.store.row import Row, escape
from shared.store.tables import Tables

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Makings:
    """Partitions `<kind>-<parent>` of the table `control`."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.control

    async def find(self, kind: MakingKind, parent: str, name: str) -> Making | None:
        """Read what is known of a making; None: nobody announced it."""
        row = await self._table.find(*_keys(kind, parent, name))
        if row is None:
            return None
        making = self._table.read(row, Making)
        if making is None:
            # Announced by somebody when the row was written: after the settling time the list of what is there decides.
            making = Making(kind=kind, parent=parent, name=name, at=row.written or _LONG_AGO)
        return making.read_with(row.etag)

    async def reserve(self, making: Making, *, replaces: Making | None = None) -> None:
        """
        Announce a making, before it is made.

        Args:
            replaces: what `find` answered; None: nobody announced it.

        Raises:
            StaleError: somebody announced it first.
        """
        partition, key = _keys(making.kind, making.parent, making.name)
        before = None if replaces is None else Row(partition, key, etag=replaces.etag)
        await self._table.save(before, partition, key, making.model_dump_json())

    async def finish(self, making: Making) -> None:
        """Remember the id of what was made. The last writer is right: all makers choose by one rule."""
        await self._table.put(*_keys(making.kind, making.parent, making.name), making.model_dump_json())


def _keys(kind: MakingKind, parent: str, name: str) -> tuple[str, str]:
    return f"{escape(kind)}-{escape(parent)}", escape(name)
