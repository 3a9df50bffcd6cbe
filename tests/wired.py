"""A wiring that a command closes, over an engine that lives on: what the operator's commands are tested through."""

from tests.engine import Engine


class Wired:
    """Stands in the place of a worker's wiring."""

    def __init__(self, started: Engine) -> None:
        self._started = started

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

    async def close(self):
        """Leave it open: the test looks at it afterwards."""
