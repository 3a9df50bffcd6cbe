"""What each origin wants at the end, computed once more from what the systems show then."""

from shared.models.link import Link
from shared.models.wanted import WantedTask
from shared.reconciler.observe import compute_wanted, read_origin
from tests.simulation.looking import links
from tests.simulation.workers import Process

Wanted = dict[tuple[str, str], WantedTask]


async def wanted_by_origin(process: Process) -> Wanted:
    """Read every origin, and compute what it wants; by origin and item."""
    found: Wanted = {}
    known: dict[str, dict[str, Link]] = {}
    for (origin, item), link in links(process.house.world).items():
        known.setdefault(origin, {})[item] = link
    for key in process.house.world.origins:
        read = await read_origin(key, process.services())
        wanted = await compute_wanted(read, process.services(), known.get(key, {}))
        found |= {(key, task.item_key): task for task in wanted.tasks}
    return found
