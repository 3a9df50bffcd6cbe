"""
Nodes: which origins show a node of Content Server, so that a hint about it leads to them; and who has which place.

A place is a folder and a name in it, which one node has at a time.
"""

import hashlib

from shared.store.row import escape, unescape
from shared.store.tables import Tables


class Nodes:
    """Partitions `node-<id>` and `place-<id>` of the table `control`."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.control

    async def link(self, node_id: int, origin: str) -> None:
        """Have hints about a node lead to an origin. Fine when they do already."""
        await self._table.add(f"node-{node_id}", escape(origin))

    async def find_origins(self, node_id: int) -> tuple[str, ...]:
        """Read the origins that are known to show a node; their order is that of their keys."""
        rows = await self._table.list_partition(f"node-{node_id}")
        return tuple(unescape(row.key) for row in rows)

    async def take_place(self, folder: int, name: str, node_id: int) -> int | None:
        """Write down which node has a name in a folder; return the other one that had it before. None: none had."""
        # A name holds what a key refuses, and may be longer than one.
        key = hashlib.sha256(name.casefold().encode()).hexdigest()[:32]
        row = await self._table.find(f"place-{folder}", key)
        before = int(row.data) if row is not None and row.data.isascii() and row.data.isdigit() else None
        if before != node_id:
            await self._table.put(f"place-{folder}", key, str(node_id))
        return None if before == node_id else before

    async def unlink(self, node_id: int, origin: str) -> None:
        """Have hints about a node no longer lead to an origin. Fine when they don't."""
        await self._table.discard(f"node-{node_id}", escape(origin))
