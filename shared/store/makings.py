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

    async def find_by_key(self, kind: MakingKind, parent: str, key: str) -> Making | None:
        """
        Read what is known of a making that a key names, whatever its title. None: nobody announced it.

        The first edition added the title's template to the key, and made a plan for each: the oldest counts.
        """
        if (found := await self.find(kind, parent, key)) is not None:
            return found
        made = [one for one in await self.list_made(kind, parent) if one.name.startswith(f"{key}|")]
        return min(made, key=lambda one: (one.at, one.name), default=None)

    async def list_made(self, kind: MakingKind, parent: str) -> tuple[Making, ...]:
        """Read what was made for a plan or group."""
        partition, _ = _keys(kind, parent, "")
        rows = await self._table.list_partition(partition)
        return tuple(making for _, making in self._table.read_all(rows, Making) if making.id is not None)

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
