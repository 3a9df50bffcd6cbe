"""Tasks: which link a Planner task belongs to, the way back from a plan, and the reservations of a plan."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from pydantic import Field

from shared.errors import RefusedError, StaleError
from shared.models.base import Frozen, Stored
from shared.models.link import Link, Posted, Reservation
from shared.store.row import Row, escape, unescape
from shared.store.tables import Tables

_CLAIM = "claim"
# Task ids never begin with it, and it sorts after them.
_RESERVED = "~reserved|"
UNREAD = "~unread"
"""Stands for the origin of a claim that this release can't read: no origin's key begins like that."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Claim(Stored):
    """Whose a task is."""

    origin: str
    item: str


class IndexRow(Stored):
    """The way back from a task to its link, with the etags last agreed."""

    origin: str
    item: str
    etag: str = ""
    details_etag: str = ""
    trace: str | None = Field(default=None, description="W3C traceparent of the look that agreed on them.")
    posted: str = Field(default="", description="Digest of its POST: a late copy is known by it. Empty: not known.")

    @classmethod
    def of(cls, origin: str, link: Link, *, trace: str | None = None) -> Self:
        """Return the row of a link's task."""
        posted = link.posted.digest() if link.posted is not None else ""
        etags = {"etag": link.etag, "details_etag": link.details_etag}
        return cls(origin=origin, item=link.item, **etags, trace=trace, posted=posted)

    def says(self, other: Self) -> bool:
        """Tell whether another row says the same, whichever look wrote it."""
        return self.model_dump(exclude={"trace"}) == other.model_dump(exclude={"trace"})


@dataclass(frozen=True)
class PlanChange:
    """A row of a plan that is written or goes."""

    plan_id: str
    key: str
    data: str | None
    """None: the row goes. Fine when there is none."""


def reserving(reservation: Reservation) -> PlanChange:
    """Announce a POST."""
    key = _reserved_key(reservation.origin, reservation.item)
    return PlanChange(reservation.plan_id, key, reservation.model_dump_json())


def unreserving(plan_id: str, origin: str, item: str) -> PlanChange:
    """Take the announcement back."""
    return PlanChange(plan_id, _reserved_key(origin, item), None)


def indexing(plan_id: str, task_id: str, row: IndexRow) -> PlanChange:
    """Write the way back."""
    return PlanChange(plan_id, escape(task_id), row.model_dump_json())


def unindexing(plan_id: str, task_id: str) -> PlanChange:
    """Remove the way back."""
    return PlanChange(plan_id, escape(task_id), None)


class PlanIndex(Frozen):
    """All that is known of a plan's tasks."""

    tasks: dict[str, IndexRow] = Field(default_factory=dict, description="By task id.")
    reservations: tuple[Reservation, ...] = ()


class Tasks:
    """The table `tasks`."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.tasks

    async def claim(self, task_id: str, *, origin: str, item: str) -> None:
        """
        Make the task this link's, for good. Fine when it is already.

        Raises:
            RefusedError: it is another link's (code "claimed").
            StaleError: it was let go at this very moment.
            UnavailableError, OutcomeUnknownError: as for any write.
        """
        wanted = Claim(origin=origin, item=item)
        try:
            await self._table.insert(escape(task_id), _CLAIM, wanted.model_dump_json())
        except StaleError:
            # Whose it is decides: our own claim of an earlier try is as good as a new one.
            found = await self.find_claim(task_id)
            if found is None:
                raise
            if found != wanted:
                raise _claimed(task_id, found) from None

    async def find_claim(self, task_id: str) -> Claim | None:
        """Read whose the task is; None: nobody's. A claim that can't be read is somebody's all the same."""
        row = await self._table.find(escape(task_id), _CLAIM)
        return None if row is None else self._claim(row)

    async def unclaim(self, task_id: str, *, origin: str) -> None:
        """
        Let the task go. Fine when nobody has it.

        Raises:
            RefusedError: it is another origin's (code "claimed").
            StaleError, UnavailableError: as for any write.
        """
        row = await self._table.find(escape(task_id), _CLAIM)
        if row is None:
            return
        if (found := self._claim(row)).origin != origin:
            raise _claimed(task_id, found)
        # By the version that was read: a claim that another link made meanwhile stays.
        await self._table.remove(row)

    async def change(self, changes: Iterable[PlanChange]) -> None:
        """
        Announce POSTs, and keep the way back from plans; those of one plan in one transaction.

        Written under the origin's lease, so the last writer is right.

        Raises:
            TooLargeError, UnavailableError, OutcomeUnknownError: as for any write. Some may stand.
        """
        plans: dict[str, dict[str, str | None]] = {}
        for change in changes:
            plans.setdefault(change.plan_id, {})[change.key] = change.data
        for plan_id, rows in plans.items():
            await self._table.put_all(escape(plan_id), rows)

    async def read_plan(self, plan_id: str) -> PlanIndex:
        """Read everything that is known of a plan's tasks: one query a thousand."""
        rows = await self._table.list_rows("PartitionKey eq @plan", plan=escape(plan_id))
        ways = (row for row in rows if not _is_reservation(row))
        return PlanIndex(
            # A way back that can't be read is found again by the task's claim, and written anew.
            tasks={unescape(row.key): way for row, way in self._table.read_all(ways, IndexRow)},
            reservations=tuple(self._reservation(row) for row in rows if _is_reservation(row)),
        )

    def _claim(self, row: Row) -> Claim:
        return self._table.read(row, Claim) or Claim(origin=UNREAD, item="")

    def _reservation(self, row: Row) -> Reservation:
        """Read an announcement. One that can't be read still stands: its key says whose, and nobody knows its task."""
        if (found := self._table.read(row, Reservation)) is not None:
            return found
        origin, _, item = row.key.removeprefix(_RESERVED).partition("|")
        return Reservation(
            plan_id=unescape(row.partition),
            origin=unescape(origin),
            item=unescape(item),
            at=row.written or _LONG_AGO,
            posted=Posted(title=""),
        )


def _claimed(task_id: str, by: Claim) -> RefusedError:
    return RefusedError(f"task {task_id} belongs to {by.origin} {by.item}", code="claimed")


def _reserved_key(origin: str, item: str) -> str:
    # What stands between the two is refused by no key, so both are escaped at once.
    return _RESERVED + escape(f"{origin}|{item}")


def _is_reservation(row: Row) -> bool:
    return row.key.startswith(_RESERVED)
