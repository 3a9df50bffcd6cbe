"""What the workers did lately: a row for each worker and five minutes, for a day."""

from datetime import datetime, timedelta

from shared.models.series import MOST_LAGS, Stretch, start_of
from shared.observability.tally import EVERY_SECONDS, HINTS, LOOKS, PLANS_READ, TASKS_MADE, Tally
from shared.store.row import escape, stamp
from shared.store.tables import Tables

_PARTITION = "series"
KEPT = timedelta(hours=25)
EVERY = timedelta(seconds=EVERY_SECONDS)
"""How often a busy worker writes its row."""
_SINCE = "PartitionKey eq @partition and RowKey ge @first"
_OLD = "PartitionKey eq @partition and RowKey lt @first"
_MOST_REMOVED = 50


class Series:
    """
    Partition `series` of the table `control`.

    Args:
        tables: of the bridge.
        owner: names this worker, whose rows nobody else writes.
    """

    def __init__(self, tables: Tables, owner: str) -> None:
        self._table = tables.control
        self._owner = owner
        self._at_hand: Stretch | None = None
        self._written: datetime | None = None

    async def keep(self, tally: Tally, now: datetime, *, at_once: bool = False) -> None:
        """
        Write what this worker counted, at most once a minute.

        Args:
            tally: emptied when it is written.
            now: UTC.
            at_once: whenever it was written last.

        Raises:
            UnavailableError, OutcomeUnknownError: it may not be kept; that much is missing in a chart.
        """
        if self._written is None:
            # The first minute of a worker's life is told with the second one.
            self._written = now
        is_due = at_once or not self._written <= now < self._written + EVERY
        if tally.is_empty or not is_due:
            return
        start = start_of(now)
        is_new = self._at_hand is None or self._at_hand.at != start
        before = Stretch(at=start) if self._at_hand is None or is_new else self._at_hand
        # At hand before it is written: should that fail, the next write of the same five minutes brings it along.
        self._at_hand, self._written = _after(before, tally.take()), now
        await self._table.put(_PARTITION, f"{stamp(start)}|{escape(self._owner)}", self._at_hand.model_dump_json())
        # Old rows go with a new one: no sweep has to know of them.
        if is_new:
            await self._let_go(now - KEPT)

    async def list_since(self, since: datetime) -> tuple[Stretch, ...]:
        """Read what all workers did, the oldest first."""
        rows = await self._table.list_rows(_SINCE, partition=_PARTITION, first=stamp(start_of(since)))
        return tuple(found for _, found in self._table.read_all(rows, Stretch))

    async def _let_go(self, before: datetime) -> None:
        rows = await self._table.list_rows(_OLD, limit=_MOST_REMOVED, partition=_PARTITION, first=stamp(before))
        for row in rows:
            await self._table.discard(_PARTITION, row.key)


def _after(before: Stretch, counted: Tally) -> Stretch:
    return Stretch(
        at=before.at,
        looks=before.looks + counted.counts[LOOKS],
        tasks_made=before.tasks_made + counted.counts[TASKS_MADE],
        hints=before.hints + counted.counts[HINTS],
        plans_read=before.plans_read + counted.counts[PLANS_READ],
        advances=before.advances + len(counted.lags),
        lags=(*before.lags, *counted.lags)[:MOST_LAGS],
    )
