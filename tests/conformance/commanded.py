"""`manage.py conform` over both simulators in this process."""

from contextlib import contextmanager
from types import SimpleNamespace

from typer.testing import CliRunner

from local.demo.sandbox import PERFORMER
from local.in_process.system import BASE
from local.local_system import SETTINGS
from manage import app
from shared import wiring
from shared.settings import Settings, read_settings
from shared.wiring.rules import load_rules
from tests.conformance.bench import Bench
from tests.repository import ROOT

ADDRESSES = {
    "OPENTEXT_BASE_URL": f"{BASE}/cs/cs",
    "OTDS_BASE_URL": f"{BASE}/otdsws",
    "GRAPH_BASE_URL": BASE,
    "MAPPING_FILE": str(ROOT / "mapping.yaml"),
    "AzureWebJobsStorage": "UseDevelopmentStorage=true",
}


class BenchWiring:
    """The wiring that the command finds."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    def settings(self):
        return read_settings(Settings, {**SETTINGS, **ADDRESSES})

    def rules(self, file):
        return load_rules(file)

    def outside(self):
        return SimpleNamespace(graph=self.bench.graph, opentext=self.bench.content)

    def storage(self):
        return SimpleNamespace(now=self.bench.clock)

    def public_url(self):
        return "https://bridge.example"

    async def close(self): ...


@contextmanager
def over(bench: Bench):
    with wiring.use(BenchWiring(bench)):  # type: ignore[arg-type]
        yield bench


def conform(*arguments, stdin=None):
    return CliRunner(env={"COLUMNS": "200"}).invoke(
        app, ["conform", "--rate", "1000", *map(str, arguments)], input=stdin
    )


def everything(bench: Bench):
    ids = bench.ids
    people = ["--assignee", "lwhite@contoso.example", "--assignee", "nkaur@contoso.example", "--performer", PERFORMER]
    return ["--plan", ids.plan, "--workspace", ids.workspace, "--workflow-map", ids.workflow_map, *people]
