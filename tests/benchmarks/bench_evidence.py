"""History: how many transactions appending takes, and how long checking 100,000 entries offline does."""

import asyncio
import math
from datetime import UTC, datetime

from evidence_verify import verify
from local.in_process.tables import MemoryTables
from shared.models.evidence import Event
from shared.store.commit import MOST_OPERATIONS
from shared.store.origins import Origins
from shared.store.tables import NAMES
from tests.benchmarks.ratios import Ratio, cpu
from tests.evidence import document, history
from tests.integration.store_builders import hands
from tests.narrowing import sure
from tests.tables import tables_in

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
ENTRIES = 100_000
APPENDED = 1_000
DETAIL = {"mapping": "0" * 64, "rule": "contract-approval", "before": 50, "after": 100, "etag": 'W/"JzEtVGFzayAgQEBAQ"'}


def measure() -> list[Ratio]:
    """Count and time, in CPU seconds of one process."""
    content = document(history(*(Event(what="progressed", item="rule|a", detail=DETAIL) for _ in range(ENTRIES))))
    with asyncio.Runner() as runner:
        transactions = runner.run(append())
    # Each transaction holds the lease besides, so one operation less is new in each.
    least = math.ceil(APPENDED / (MOST_OPERATIONS - 1))
    return [
        Ratio(
            f"checking {ENTRIES:,} entries offline, {len(content) // 2**20} MiB",
            cpu(lambda: verify(content), times=3),
            5,
            "CPU s",
        ),
        Ratio(f"transactions that append {APPENDED:,} entries / the fewest there can be", transactions / least, 1),
    ]


async def append():
    """Append in one commit, and count what was sent."""
    account = MemoryTables()
    for name in NAMES:
        account.tables[name] = {}
    tables = tables_in(account, "bench")
    held = sure(await Origins(tables, hands(tables, "bench")).take("workspace-1", NOW))
    before = tables.calls
    await held.commit(now=NOW, events=[Event(what="progressed", item="rule|a", detail=DETAIL)] * APPENDED)
    return tables.calls - before
