"""
What the storage client costs this process, in CPU: measured against Azurite, for the model's tables are in memory.

One call of each kind, many times over; what grows with it (rows that are read, operations of a transaction) apart.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import process_time

from azure.data.tables import UpdateMode

from local.azurite import running
from shared.models.messages import OriginMessage
from shared.store.queues import Queues
from shared.store.table import Table
from shared.store.tables import Tables

LOTS, TIMES = 5, 20
ROWS = 100
OPERATIONS = 20
DATA = '{"plan_id": "' + "x" * 900 + '"}'
"""About as long as a link."""
GET, QUERY, WRITE, TRANSACTION, SEND = "get", "query", "write", "transaction", "send"
_KINDS = {
    "get": GET,
    "query": QUERY,
    "transaction": TRANSACTION,
    **dict.fromkeys(("create", "update", "upsert", "delete"), WRITE),
}


@dataclass(frozen=True)
class ClientCost:
    """CPU seconds of one call of each kind, and of what grows with it."""

    call: dict[str, float]
    row: float
    operation: float

    def of(self, calls: Counter[str]) -> float:
        """
        Add up what the storage client takes for some calls.

        Args:
            calls: "tables query", "hands create", "rows read", "operations sent", "queues send" and others.
        """
        seconds = calls["rows read"] * self.row + calls["operations sent"] * self.operation
        seconds += calls["queues send"] * self.call[SEND]
        for name, number in calls.items():
            system, _, kind = name.partition(" ")
            if system in ("tables", "hands") and kind in _KINDS:
                seconds += number * self.call[_KINDS[kind]]
        return seconds


def measure() -> ClientCost:
    """Start Azurite, and measure over it."""
    with running() as azurite:
        return asyncio.run(_measure(azurite.connection_string))


async def _measure(connection_string: str) -> ClientCost:
    tables, queues = (
        Tables.from_connection_string(connection_string, writer="scale"),
        Queues.from_connection_string(connection_string),
    )
    try:
        return await _measure_over(tables.control, queues)
    finally:
        await tables.close()
        await queues.close()


async def _measure_over(table: Table, queues: Queues) -> ClientCost:
    # Makes the table, the queue and the connections, before anything is measured.
    guard = await table.insert("scale", "guard", DATA)
    await table.put_all("rows", {f"{number:04}": DATA for number in range(ROWS)})
    await queues.send_origin(OriginMessage(origin="workspace-1"))

    async def transact(operations: int) -> None:
        nonlocal guard
        rows = [
            ("upsert", {"PartitionKey": "scale", "RowKey": f"{number:04}", "data": DATA}, {"mode": UpdateMode.REPLACE})
            for number in range(operations)
        ]
        guard = await table.commit(guard, DATA, rows, is_ours=lambda _: False)

    none = await seconds(lambda: table.list_partition("nothing"))
    many = await seconds(lambda: table.list_partition("rows"))
    few, all_of_them = await seconds(lambda: transact(1)), await seconds(lambda: transact(OPERATIONS))
    operation = (all_of_them - few) / (OPERATIONS - 1)
    return ClientCost(
        call={
            GET: await seconds(lambda: table.find("rows", "0001")),
            QUERY: none,
            WRITE: await seconds(lambda: table.put("scale", "one", DATA)),
            # With the lease's row that each transaction holds.
            TRANSACTION: few - 2 * operation,
            SEND: await seconds(lambda: queues.send_origin(OriginMessage(origin="workspace-1"))),
        },
        row=(many - none) / ROWS,
        operation=operation,
    )


async def seconds(call: Callable[[], Awaitable[object]]) -> float:
    """Measure the CPU seconds of one call: the best of some lots, since disturbances only ever add."""
    return min([await _lot(call) for _ in range(LOTS)])


async def _lot(call: Callable[[], Awaitable[object]]) -> float:
    begun = process_time()
    for _ in range(TIMES):
        await call()
    return (process_time() - begun) / TIMES
