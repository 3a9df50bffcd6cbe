"""A wiring that a command closes, over a bridge in memory that lives on: how the operator's doors are tested."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from local.in_process.system import Inside
from shared import wiring
from shared.services import Services, Storage
from shared.settings import Settings
from shared.wiring import Wiring
from shared.wiring.outside import Outside
from tests.engine import Engine, engine


class InsideWiring(Wiring):
    """
    Stands in the place of a worker's wiring.

    Args:
        inside: the bridge in memory.
        environment: what is read anew from the settings; the bridge keeps its own.
    """

    def __init__(self, inside: Inside, environment: Mapping[str, str] | None = None) -> None:
        super().__init__(environment or {})
        self.inside = inside

    def storage(self) -> Storage:
        """Return what works without settings and mapping."""
        return self.inside.storage()

    def services(self) -> Services:
        """Return everything."""
        return self.inside.services()

    def outside(self) -> Outside:
        """Return the clients alone."""
        return self.inside.connect()

    def settings(self) -> Settings:
        """Return the settings of a look."""
        return self.services().settings

    async def warm_storage(self) -> None:
        """It is open."""

    async def warm(self) -> None:
        """All is wired."""

    async def close(self) -> None:
        """Leave it open: the test looks at it afterwards."""


@contextmanager
def engine_in_its_place() -> Iterator[Engine]:
    """Put an engine over the demo's world in the place of the environment's wiring."""
    started = engine()
    with wiring.use(InsideWiring(started.inside)):
        yield started
