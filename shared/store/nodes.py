"""Nodes: which origins show a node of Content Server, so that a hint about it leads to them."""

from shared.store.row import escape, unescape
from shared.store.tables import Tables


class Nodes:
    """Partitions `node-<id>` of the table `control`."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.control

    async def link(self, node_id: int, origin: str) -> None:
        """Have hints about a node lead to an origin. Fine when they do already."""
        await self._table.add(f"node-{node_id}", escape(origin))

    async def find_origins(self, node_id: int) -> tuple[str, ...]:
        """Read the origins that are known to show a node; their order is that of their keys."""
        rows = await self._table.list_partition(f"node-{node_id}")
        return tuple(unescape(row.key) for row in rows)

    async def unlink(self, node_id: int, origin: str) -> None:
        """Have hints about a node no longer lead to an origin. Fine when they don't."""
        await self._table.discard(f"node-{node_id}", escape(origin))
