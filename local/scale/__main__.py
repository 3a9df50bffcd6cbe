"""
Measure what a minute costs at each size, and a burst by each number of instances; hold both to the promised numbers.

    python -m local.scale            print the tables
    python -m local.scale --write    put them into docs/scale.md as well
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from rich.console import Console

from local.scale import burst, storage_client
from local.scale.burst import SLOTS, Burst
from local.scale.meter import Cost
from local.scale.model import Model
from local.scale.sheets import BUSY, DOCUMENT, ESCALATION, QUIET, RESYNC, bursts, measured, on_paper

SIZES = (1_000, 10_000, 100_000)
INSTANCES = (1, 2, 4, 8)
DUE = 100
"""Approvals that are escalated in one minute."""
MOST_GROWTH = 0.05
MOST_SECONDS = 2.0
"""Of a burst, against OpenText's part by itself."""
MOST_AMONG_OTHERS = 1.25
"""Table calls of a burst by several instances, against those by one."""


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
    """Print the tables: 0 when the promised numbers hold."""
    console = Console(width=None if sys.stdout.isatty() else 120)
    begun = time.perf_counter()

    def tell(what: str) -> None:
        console.print(f"{what} measured, {time.perf_counter() - begun:.0f} s by now", highlight=False)

    client = storage_client.measure()
    found: dict[int, dict[str, Cost]] = {}
    for links in SIZES:
        found[links] = asyncio.run(measure(links))
        tell(f"{links:,} links")
    played: dict[int, Burst] = {}
    for instances in INSTANCES:
        played[instances] = burst.play(instances)
        tell(f"a burst for {instances}")
    sheets = measured(found, client), bursts(played, client), on_paper(found, client)
    for sheet in sheets:
        console.print(sheet.shown())
    if "--write" in sys.argv:
        text = DOCUMENT.read_text("utf-8")
        for sheet in sheets:
            text = sheet.put_into(text)
        DOCUMENT.write_text(text, "utf-8")
    broken = [*broken_promises(found), *broken_by_bursts(played)]
    for line in broken:
        console.print(f"[red]broken:[/] {line}")
    return 1 if broken else 0


def broken_promises(found: Mapping[int, Mapping[str, Cost]]) -> list[str]:
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


def broken_by_bursts(played: Mapping[int, Burst]) -> Iterator[str]:
    """
    Say what a burst did that it should not have.

    Each task is made once; OpenText never has more calls at once than there are slots; all is done in at most twice the
    time that OpenText's part takes by itself; and many instances cost little more table calls than one.
    """
    alone = played[min(played)].cost.total("tables")
    for instances, one in played.items():
        if one.unmade:
            yield f"a burst, {instances} instances: {one.unmade} tasks are missing or made twice"
        if one.at_once > SLOTS:
            yield f"a burst, {instances} instances: OpenText had {one.at_once} calls at once"
        if one.against_ideal > MOST_SECONDS:
            yield f"a burst, {instances} instances: {one.against_ideal:.2f} times as long as OpenText's part"
        if (calls := one.cost.total("tables")) > MOST_AMONG_OTHERS * alone:
            yield f"a burst, {instances} instances: {calls} table calls, {alone} with one"


if __name__ == "__main__":
    sys.exit(main())
