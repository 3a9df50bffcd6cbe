"""What operators had done: a row each, for ninety days."""

import secrets
from datetime import datetime, timedelta

from shared.models.intervention import Intervention
from shared.store.row import stamp
from shared.store.tables import Tables

_PARTITION = "intervention"
KEPT = timedelta(days=90)
_SINCE = "PartitionKey eq @partition and RowKey ge @first"
_OLD = "PartitionKey eq @partition and RowKey lt @first"
_MOST_REMOVED = 100


class Interventions:
    """Partition `intervention` of the table `control`."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.control

    async def tell(self, one: Intervention) -> None:
        """
        Keep it, and let go what is too old.

        Raises:
            UnavailableError, OutcomeUnknownError: it may not be kept.
        """
        key = f"{stamp(one.at)}|{secrets.token_hex(4)}"
        await self._table.put(_PARTITION, key, one.model_dump_json())
        # Old rows go with a new one: no sweep has to know of them.
        gone = await self._table.list_rows(_OLD, limit=_MOST_REMOVED, partition=_PARTITION, first=stamp(one.at - KEPT))
        for row in gone:
            await self._table.discard(_PARTITION, row.key)

    async def list_since(self, since: datetime) -> tuple[Intervention, ...]:
        """Read them, the newest first."""
        rows = await self._table.list_rows(_SINCE, partition=_PARTITION, first=stamp(since))
        return tuple(found for _, found in reversed([*self._table.read_all(rows, Intervention)]))
