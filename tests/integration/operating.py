"""What an operator types, over the whole bridge in memory."""

from collections.abc import Iterator
from contextlib import contextmanager

from typer.testing import CliRunner, Result

from local.in_process.system import Inside
from manage import app
from shared import wiring
from shared.errors import RefusedError
from shared.operations.health import Probe, probe_storage
from tests.repository import ROOT
from tests.wired import InsideWiring


class OperatedWiring(InsideWiring):
    """The wiring that commands find."""

    def probes(self) -> dict[str, Probe]:
        """Storage is well, and Graph refuses."""

        async def refused() -> None:
            raise RefusedError("403: Authorization_RequestDenied")

        return {"storage": lambda: probe_storage(self.storage()), "graph": refused}

    def notes(self) -> tuple[str, ...]:
        """One old setting is left."""
        return ("LEASE_SECONDS is set and does nothing",)


@contextmanager
def in_its_place() -> Iterator[Inside]:
    """Put a bridge in memory in the place of the environment's."""
    one = Inside(ROOT / "mapping.yaml")
    with wiring.use(OperatedWiring(one)):
        yield one


def manage(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "160"}).invoke(app, arguments)
