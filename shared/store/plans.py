"""Plans that are read for changes: when next, and what the last read showed."""

from shared.models.plan_row import PlanRow
from shared.store.lazy_list import Each
from shared.store.row import Row, escape
from shared.store.tables import Tables

__all__ = ["PlanRow", "Plans"]

_PLAN = "plan"


class Plans:
    """Partition `plan` of the table `control`."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.control

    def list_all(self) -> Each[PlanRow]:
        """Go through the plans that are read for changes; a row that can't be read is told and passed over."""

        async def read() -> list[PlanRow]:
            rows = await self._table.list_partition(_PLAN)
            return [_read(row, plan) for row, plan in self._table.read_all(rows, PlanRow)]

        return Each(read)

    async def find(self, plan_id: str) -> PlanRow | None:
        """Read one plan's row; None: it is not read for changes, or this release can't read its row."""
        row = await self._table.find(_PLAN, escape(plan_id))
        plan = None if row is None else self._table.read(row, PlanRow)
        return None if row is None or plan is None else _read(row, plan)

    async def save(self, row: PlanRow, etag: str | None) -> str:
        """
        Write a plan's row if it is still as it was read; return its new etag.

        Args:
            row: the whole row.
            etag: as read; None: it must not exist yet.

        Raises:
            StaleError: somebody wrote first.
        """
        before = None if etag is None else Row(_PLAN, escape(row.plan_id), etag=etag)
        return (await self._table.save(before, _PLAN, escape(row.plan_id), row.model_dump_json())).etag

    async def forget(self, row: PlanRow) -> None:
        """
        Read a plan no more.

        Raises:
            StaleError: somebody wrote its row since.
        """
        await self._table.remove(Row(_PLAN, escape(row.plan_id), etag=row.etag))


def _read(row: Row, plan: PlanRow) -> PlanRow:
    return plan.seen(row.etag)
