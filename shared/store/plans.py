"""Plans that are read for changes: when next, and what the last read showed."""

from datetime import datetime

from pydantic import Field

from shared.models.base import Stored
from shared.store.lazy_list import Each
from shared.store.row import Row, escape
from shared.store.tables import Tables

_PLAN = "plan"


class PlanRow(Stored):
    """A plan that is read for changes."""

    plan_id: str
    group_id: str | None = Field(default=None, description="Owner of the plan; None: not known.")
    next_read: datetime = Field(description="UTC.")
    digest: str = Field(default="", description="Of the last read that announced nothing.")
    last: str = Field(default="", description="Digest of the last read, whatever it announced.")
    changed_at: datetime | None = Field(
        default=None, description="UTC: when the plan last changed. None: never seen to."
    )
    active: int | None = Field(
        default=None, description="Tasks that are not completed, at the last read. None: unread."
    )
    total: int | None = Field(default=None, description="All its tasks, at the last read. None: unread.")
    gone: str = Field(default="", description="Why it can't be read. Empty: it can.")
    stood: datetime | None = Field(
        default=None, description="When the youngest task was made that stood as lost tables were rebuilt. None: never."
    )
    etag: str = Field(default="", exclude=True, description="As read; empty for a row that was not.")


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


def _read(row: Row, plan: PlanRow) -> PlanRow:
    return plan.model_copy(update={"etag": row.etag})
