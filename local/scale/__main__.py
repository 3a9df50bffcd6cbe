"""`python -m local.scale`: print what a minute costs at each size, and hold it to the promised numbers."""

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

from rich.console import Console
from rich.table import Table

from local.scale import storage_client
from local.scale.model import Cost, Model
from local.scale.storage_client import ClientCost

SIZES = (1_000, 10_000, 100_000)
DUE = 100
"""Approvals that are escalated in one minute."""
QUIET, BUSY, ESCALATION, RESYNC = "quiet minute", "busy minute, 1 % changed", f"escalation, {DUE} due", "one resync"
MOST_GROWTH = 0.05


async def measure(links: int, *, approvals: int = DUE) -> dict[str, Cost]:
    """Build a bridge and let its minutes pass."""
    with tempfile.TemporaryDirectory(prefix="scale-") as folder:
        model = Model(Path(folder), links=links, approvals=approvals)
        await model.build()
        return {
            QUIET: await model.quiet_minute(),
            BUSY: await model.busy_minute(),
            ESCALATION: await model.escalation_minute(),
            RESYNC: await model.resync(),
        }


def main() -> int:
    """Print the table: 0 when the promised numbers hold."""
    client = storage_client.measure()
    console = Console(width=None if sys.stdout.isatty() else 120)
    found: dict[int, dict[str, Cost]] = {}
    for links in SIZES:
        begun = time.perf_counter()
        found[links] = asyncio.run(measure(links))
        console.print(f"{links:,} links: measured in {time.perf_counter() - begun:.0f} s", highlight=False)
    for kind in found[SIZES[0]]:
        console.print(_table(kind, {links: costs[kind] for links, costs in found.items()}, client))
    broken = broken_promises(found)
    for line in broken:
        console.print(f"[red]broken:[/] {line}")
    return 1 if broken else 0


ROWS: dict[str, Callable[[Cost], int]] = {
    "Graph calls": lambda cost: cost.total("graph"),
    "OpenText calls": lambda cost: cost.total("opentext"),
    "table reads": lambda cost: cost.table_reads,
    "table writes": lambda cost: cost.table_writes,
    "of them on links": lambda cost: cost.link_writes,
    "queue messages": lambda cost: cost.total("queues", "send"),
    "plans read": lambda cost: cost.plans,
}


def _table(title: str, costs: dict[int, Cost], client: ClientCost) -> Table:
    table = Table("open links", *(f"{links:,}" for links in costs), title=title, title_justify="left")
    for name, value in ROWS.items():
        table.add_row(name, *(f"{value(cost):,}" for cost in costs.values()))
    stored = {links: client.of(cost.calls) for links, cost in costs.items()}
    table.add_row("CPU, ms", *(f"{round((cost.cpu + stored[links]) * 1000):,}" for links, cost in costs.items()))
    table.add_row("of it the storage client", *(f"{round(seconds * 1000):,}" for seconds in stored.values()))
    return table


def broken_promises(found: dict[int, dict[str, Cost]]) -> list[str]:
    """
    Name every promised number that does not hold.

    A quiet minute: Graph calls are the pages of the plans due; table reads at most two a plan due, at the largest size;
    nothing is written on links. An escalation: ten times the links change its calls by less than a twentieth.
    """
    sizes = sorted(found)
    broken = [
        f"{links:,} links, quiet minute: {problem}"
        for links in sizes
        for problem in quiet_problems(found[links][QUIET], is_large=links == sizes[-1])
    ]
    for smaller, larger in pairwise(sizes):
        few, many = (found[links][ESCALATION].everything for links in (smaller, larger))
        if abs(many - few) >= few * MOST_GROWTH:
            broken.append(f"escalation: {few} calls with {smaller:,} links, {many} with {larger:,}")
    return broken


def quiet_problems(cost: Cost, *, is_large: bool) -> Iterator[str]:
    """Say what a quiet minute spent that it should not have."""
    if cost.total("graph") != cost.pages:
        yield f"{cost.total('graph')} Graph calls for {cost.pages} pages"
    if cost.link_writes:
        yield f"{cost.link_writes} writes on links"
    if is_large and cost.table_reads > 2 * cost.plans:
        yield f"{cost.table_reads} table reads for {cost.plans} plans due"


if __name__ == "__main__":
    sys.exit(main())
