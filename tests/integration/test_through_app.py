"""With `--app` commands ask the app's doors: the operator's machine needs no storage, no system and no secret."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

import azure.functions as func
import httpx
import pytest
from typer.testing import CliRunner

from commands.app_doors import asking
from local.demo.world import create_contract
from local.in_process.system import START, Inside
from manage import app
from shared import wiring
from shared.models.explanation import Why
from shared.models.messages import OriginMessage
from shared.operations.app_state import note_app
from shared.operations.dead_letters import bury
from shared.operations.status import read_status
from tests.app_functions import list_functions
from tests.integration.operating import OperatedWiring
from tests.repository import ROOT

END = START + timedelta(days=400)
URL = "https://bridge.example"
KEY = "a-function-key"


class ToFunctions(httpx.BaseTransport):
    """Stands in the network's place: calls the app's own function, behind the key that the host asks for."""

    def __init__(self, wired: OperatedWiring) -> None:
        self.wired = wired
        self.keys: list[str | None] = []

    def handle_request(self, request):
        self.keys.append(request.headers.get("x-functions-key"))
        if self.keys[-1] != KEY:
            return httpx.Response(401)
        with ThreadPoolExecutor(1) as apart:
            answer = apart.submit(asyncio.run, self._answer(request)).result()
        return httpx.Response(answer.status_code, headers=dict(answer.headers), content=answer.get_body())

    async def _answer(self, request):
        with wiring.use(self.wired):
            return await list_functions()["operations"](
                req=func.HttpRequest(
                    request.method,
                    str(request.url),
                    headers=dict(request.headers),
                    params=dict(request.url.params),
                    route_params={"door": request.url.path.rpartition("/")[2]},
                    body=request.read(),
                ),
                context=SimpleNamespace(
                    function_name="operations", invocation_id="1", trace_context=SimpleNamespace(trace_parent=None)
                ),
            )


@dataclass(frozen=True)
class Deployed:
    """A bridge that runs in the cloud, with a contract."""

    inside: Inside
    contract: str
    network: ToFunctions


@pytest.fixture
def deployed(monkeypatch):
    """A deployed app with a contract, and an operator's machine that has a key and nothing else."""
    inside = Inside(ROOT / "mapping.yaml")
    contract = f"workspace-{create_contract(inside.world, 'Supply', END)}"
    inside.origins.messages.append(OriginMessage(origin=contract).model_dump_json())
    asyncio.run(inside.drain())
    monkeypatch.setenv("BRIDGE_APP_KEY", KEY)
    network = ToFunctions(OperatedWiring(inside))
    with asking(URL, transport=network):
        yield Deployed(inside, contract, network)


def manage(*arguments, says=None):
    return CliRunner(env={"COLUMNS": "160"}).invoke(app, arguments, input=says)


def test_the_status_is_the_same_as_by_storage(deployed):
    asyncio.run(deployed.inside.services().sign_in_gates.refused("service", deployed.inside.at, "wrong password"))
    asyncio.run(note_app(deployed.inside.services()))

    through = json.loads(manage("status", "--json").output)
    local = asyncio.run(read_status(deployed.inside.services(), with_links=True)).as_json()

    assert through == local
    assert through["links"] == {"open": 4}


def test_what_stands_in_the_way_is_told_with_exit_code_1(deployed):
    asyncio.run(deployed.inside.services().sign_in_gates.refused("service", deployed.inside.at, "wrong password"))

    answer = manage("status")

    assert answer.exit_code == 1
    assert "system sign-in-service: sign_in" in answer.output
    assert "last error: wrong password" in answer.output


def test_why_and_preview_and_drift_are_asked_of_the_app(deployed):
    why, preview, drift = manage("why", deployed.contract, "--json"), None, manage("drift", "--all")
    preview = manage("mapping", "preview", "--origin", deployed.contract)

    assert Why.model_validate_json(why.output).origin == deployed.contract
    assert "4 as they should be" in preview.output
    assert "1 origins, 4 tasks compared: no origins" in drift.output


def test_a_replay_queues_and_the_answer_says_so(deployed):
    answer = manage("replay", "--origin", deployed.contract)

    assert answer.exit_code == 0, answer.output
    assert len(deployed.inside.origins.messages) == 1


def test_gates_brakes_and_letters_are_listed_and_acted_on(deployed):
    services, now = deployed.inside.services(), deployed.inside.at
    asyncio.run(services.gates.close("graph", now + timedelta(minutes=5), now=now, why="429"))
    asyncio.run(bury("origins", OriginMessage(origin="workspace-9").model_dump_json(), services))

    assert "graph: until 2026-11-23 09:05:00 UTC" in manage("gate", "list").output
    assert manage("gate", "open", "graph").exit_code == 0
    assert "0 gates are closed" in manage("gate", "list").output
    assert "no rule is held" in manage("brake", "list").output
    assert "1 dead letters" in manage("dead", "list").output
    assert manage("dead", "drop", "--all", "--yes").exit_code == 0
    assert "0 dead letters" in manage("dead", "list").output


def test_what_many_would_feel_is_asked_first_and_left_undone_without_a_word(deployed):
    services = deployed.inside.services()
    for number in range(1, 20):
        asyncio.run(bury("origins", OriginMessage(origin=f"workspace-{number}").model_dump_json(), services))

    no, yes = manage("dead", "replay", "--all", says="n\n"), manage("dead", "replay", "--all", says="y\n")

    assert (no.exit_code, yes.exit_code) == (1, 0)
    assert len(deployed.inside.origins.messages) == 19


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("why", "folder-1"), "must be a workspace's", id="a-malformed-key"),
        pytest.param(("why", "workspace-999999"), "the app answered", id="nothing-of-that-key"),
        pytest.param(("gate", "open", "nobody"), "the app answered", id="no-such-gate"),
    ],
)
def test_what_the_app_refuses_is_said_and_ends_with_1(deployed, words, said):
    answer = manage(*words)

    assert answer.exit_code == 1
    assert said in answer.output


def test_a_wrong_key_is_said_with_the_cure(deployed, monkeypatch):
    monkeypatch.setenv("BRIDGE_APP_KEY", "another")

    answer = manage("status")

    assert answer.exit_code == 1
    assert "does not take the key: set BRIDGE_APP_KEY" in answer.output


def test_without_a_key_it_is_said_where_one_comes_from(deployed, monkeypatch):
    for name in ("BRIDGE_APP_KEY", "AZURE_FUNCTION_NAME", "AZURE_RESOURCE_GROUP"):
        monkeypatch.delenv(name, raising=False)

    answer = manage("status")

    assert answer.exit_code == 1
    assert "set BRIDGE_APP_KEY, or AZURE_FUNCTION_NAME and AZURE_RESOURCE_GROUP" in answer.output


def test_a_command_that_works_by_itself_refuses_to_go_through_the_app(deployed):
    answer = manage("rebuild", "--yes")

    assert answer.exit_code == 2
    assert "leave --app out" in answer.output


@pytest.mark.parametrize("url", ["bridge.example", "http://bridge.example", "ftp://bridge.example"])
def test_an_address_that_would_give_the_key_away_or_is_none_is_refused(url):
    answer = manage("--app", url, "status")

    assert answer.exit_code == 2


def test_the_key_goes_in_a_header_alone(deployed):
    manage("status")

    assert set(deployed.network.keys) == {KEY}


def test_the_release_is_said():
    assert manage("--version").output.strip() == "0.2.0"


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("rebuild", "--stopped"), id="rebuild"),
        pytest.param(("dead", "drop", "--all"), id="drop-all"),
        pytest.param(("mapping", "apply", "--withdraw", "x"), id="withdraw"),
        pytest.param(("evidence", "redact", "--person", "x", "--reason", "y"), id="redact"),
    ],
)
def test_what_can_not_be_taken_back_is_asked_first(words):
    inside = Inside(ROOT / "mapping.yaml")
    with wiring.use(OperatedWiring(inside)):
        answer = manage(*words, says="n\n")

    assert answer.exit_code == 1
    assert "[y/N]" in answer.output
    assert "Aborted" in answer.output
