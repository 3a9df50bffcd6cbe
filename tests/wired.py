"""A wiring that a command closes, over an engine that lives on: what the operator's commands are tested through."""

from contextlib import contextmanager

from shared import wiring
from shared.mapping.language.from_settings import settings_for_mappings
from shared.wiring.rules import load_rules
from tests.engine import Engine, engine


class Wired:
    """Stands in the place of a worker's wiring."""

    def __init__(self, started: Engine, environment: dict[str, str] | None = None) -> None:
        self._started = started
        self._environment = environment or {}

    def services(self):
        """Return everything."""
        return self._started.services

    def storage(self):
        """Return what works without settings and mapping."""
        return self._started.services

    def outside(self):
        """Return the clients alone."""
        return self._started.services

    def settings(self):
        """Return the settings of a look."""
        return self._started.services.settings

    def rules(self, file):
        """Read another mapping file."""
        return load_rules(file, self._environment)

    def for_mappings(self):
        """Return the settings that a mapping may refer to."""
        return settings_for_mappings(self._environment)

    async def close(self):
        """Leave it open: the test looks at it afterwards."""


@contextmanager
def engine_in_its_place():
    """Put an engine over the demo's world in the place of the environment's wiring."""
    started = engine()
    with wiring.use(Wired(started)):
        yield started
