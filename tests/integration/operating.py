"""What an operator types, over the whole bridge in memory."""

from typer.testing import CliRunner

from manage import app
from shared.errors import RefusedError
from shared.operations.health import probe_storage


class InsideWiring:
    """The wiring that commands find: a bridge in memory, which nobody has to close."""

    def __init__(self, inside):
        self.storage, self.services = inside.storage, inside.services

    def probes(self):
        """Storage is well, and Graph refuses."""

        async def refused():
            raise RefusedError("403: Authorization_RequestDenied")

        return {"storage": lambda: probe_storage(self.storage()), "graph": refused}

    def notes(self):
        """One old setting is left."""
        return ("LEASE_SECONDS is set and does nothing",)

    async def close(self):
        """Nothing was opened."""


def manage(*arguments):
    return CliRunner(env={"COLUMNS": "160"}).invoke(app, arguments)
