"""What an operator types, over the whole bridge in memory."""

from contextlib import contextmanager

from typer.testing import CliRunner

from local.in_process.system import Inside
from manage import app
from shared import wiring
from shared.errors import RefusedError
from shared.operations.health import probe_storage
from tests.repository import ROOT


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


@contextmanager
def in_its_place():
    """Put a bridge in memory in the place of the environment's."""
    one = Inside(ROOT / "mapping.yaml")
    with wiring.use(InsideWiring(one)):
        yield one


def manage(*arguments):
    return CliRunner(env={"COLUMNS": "160"}).invoke(app, arguments)
