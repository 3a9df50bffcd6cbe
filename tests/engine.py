"""The real engine in this process, as tests drive it: look at an origin, come to rest, let time pass."""

from datetime import timedelta
from pathlib import Path

from local.in_process.system import GRAPH, OPENTEXT, TABLES, Inside
from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor
from shared.reconciler.reconcile import reconcile
from shared.watchers.timers import sweep_agenda, sweep_plans
from tests.repository import ROOT

MAPPING = ROOT / "mapping.yaml"
READING = timedelta(seconds=2)
"""Nobody decides within the second in which the task begins to show what is to be decided."""
AS_DEPLOYED = {"SETTLE_SECONDS": "120", "OUTCOME_GRACE_SECONDS": "60"}


class Engine:
    """One worker, and the world it works on."""

    def __init__(self, inside: Inside) -> None:
        self.inside = inside
        self.world = inside.world
        self.services = inside.services()

    def forward(self, by: timedelta) -> None:
        """Move every clock on."""
        self.inside.at += by

    async def look(self, origin: str, waited_for: WaitedFor = WaitedFor.HINT) -> None:
        """Reconcile one origin once; what fails there is the test's to see."""
        await reconcile(OriginMessage(origin=origin, waited_for=waited_for), self.services)

    async def rest(self) -> None:
        """Work until nothing is queued; then people have read what there is to see."""
        await self.inside.drain()
        self.forward(READING)

    async def tick(self, by: timedelta = timedelta(seconds=20)) -> None:
        """Let time pass, run the timers, work until nothing is queued."""
        self.forward(by)
        await sweep_plans(self.services)
        await sweep_agenda(self.services)
        await self.rest()

    def calls(self) -> dict[str, int]:
        """Count the calls so far, by system."""
        counts = self.inside.calls.items()
        return {system: sum(n for name, n in counts if name.startswith(system)) for system in (OPENTEXT, GRAPH, TABLES)}


def engine(mapping: Path = MAPPING, **settings: str) -> Engine:
    """Put the demo's world and one worker together."""
    return Engine(Inside(mapping, settings=AS_DEPLOYED | settings))
