"""Creators: the identities that our own tasks are created by, learnt from what Planner answered to our POSTs."""

from shared.store.row import escape, unescape
from shared.store.tables import Tables

_CREATOR = "creator"


class Creators:
    """Partition `creator` of the table `control`."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.control
        self._known: set[str] = set()

    async def list_all(self) -> frozenset[str]:
        """Read the identities that our own tasks are created by (`user:...`, `application:...`)."""
        return frozenset(unescape(row.key) for row in await self._table.list_partition(_CREATOR))

    async def add(self, creator: str) -> None:
        """Remember an identity of ours. Fine when it is known; then this worker does not look again."""
        if creator in self._known:
            return
        # Nearly always known: looking is one call, a refused insert would be two.
        if await self._table.find(_CREATOR, escape(creator)) is None:
            await self._table.add(_CREATOR, escape(creator))
        self._known.add(creator)
