"""The host stand-in's HTTP side, in a process of its own with a small app."""

import asyncio
import json
import re

import httpx
import pytest

from local.functions_host.keys import Keys
from local.functions_host.process import running_host
from tests.integration.tiny_app import FUNCTION_APP, NEVER, write_app

MASTER = {"x-functions-key": Keys().master}
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(scope="module")
def settings(storage):
    return {"AzureWebJobsStorage": storage, "QUEUE": "http-side", "TICK": NEVER}


@pytest.fixture(scope="module")
def host(tmp_path_factory, settings):
    folder = tmp_path_factory.mktemp("app")
    with running_host(write_app(folder), folder / "log", settings=settings) as started:
        yield started


@pytest.fixture(scope="module")
def client(host):
    with httpx.Client(base_url=f"{host.url}/api", timeout=30) as client:
        yield client


def test_every_function_of_the_app_is_announced(host):
    assert host.functions == (
        "broken",
        "bury",
        "echo",
        "known",
        "locked",
        "returns_none",
        "slow",
        "tick",
        "umlaut",
        "wait_seen",
        "work",
    )


def test_a_function_gets_the_whole_request_and_its_whole_answer_goes_back(client, host):
    answer = client.post("/echo/Sales%20Q1?a=1&a=2&b=", content=b"body", headers={"X-ONE": "1", "traceparent": TRACE})

    assert (answer.status_code, answer.headers["x-two"], answer.headers["content-type"]) == (
        201,
        "2",
        "application/json",
    )
    told = answer.json()
    assert told == {
        # The host gives the display form: the path decoded, the query as it came.
        "url": f"{host.url}/api/echo/Sales Q1?a=1&a=2&b=",
        "route": {"one": "Sales Q1"},
        "query": {"a": "1,2", "b": ""},
        "header": "1",
        "body": "body",
        "trace": TRACE,
    }


def test_an_invocation_without_a_trace_begins_one(client):
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", client.post("/echo/x").json()["trace"])


def test_a_literal_route_goes_before_one_with_a_parameter(client):
    assert client.post("/echo/known").text == "the literal route"


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        ({}, {}, 401),
        ({"x-functions-key": "wrong"}, {}, 401),
        ({"x-functions-key": Keys().function}, {}, 200),
        ({}, {"code": Keys().function}, 200),
        ({"x-functions-key": Keys().master}, {}, 200),
    ],
    ids=["none", "wrong", "header", "query", "master"],
)
def test_a_function_of_level_function_opens_with_a_key(client, headers, query, status):
    assert client.get("/locked", headers=headers, params=query).status_code == status


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nothing"), ("GET", "/echo/x"), ("POST", "/echo"), ("GET", "/seen/many")]
)
def test_what_matches_no_route_is_404(client, method, path):
    assert client.request(method, path).status_code == 404


def test_a_function_that_raises_answers_500_and_tells_only_the_log(client, host):
    answer = client.get("/broken")

    assert (answer.status_code, answer.content) == (500, b"")
    assert "RuntimeError: not for the caller" in host.log.read_text()


async def test_invocations_run_side_by_side(host):
    """The first is answered by what the second causes."""
    async with httpx.AsyncClient(base_url=host.url, timeout=30) as client:
        waiting = asyncio.create_task(client.get("/api/seen/1"))
        fired = await client.post("/admin/functions/tick", headers={"x-functions-key": Keys().master})

        assert (fired.status_code, (await waiting).json()[0]["function"]) == (202, "tick")


def test_only_the_master_key_fires_a_timer_by_hand(client, host):
    url = f"{host.url}/admin/functions"

    assert client.post(f"{url}/tick", headers={"x-functions-key": Keys().function}).status_code == 401
    assert client.post(f"{url}/echo", headers={"x-functions-key": Keys().master}).status_code == 404


@pytest.mark.parametrize(
    "code",
    [
        FUNCTION_APP.replace("-> str", "-> func.HttpResponse | None"),
        FUNCTION_APP.replace("import os", "import nothing_of_that_name"),
        "",
    ],
    ids=["bad-signature", "bad-import", "no-app"],
)
def test_an_app_that_the_worker_refuses_runs_with_no_functions_and_every_route_is_404(tmp_path, settings, code):
    with running_host(write_app(tmp_path, code), tmp_path / "log", settings=settings) as host:
        answers = [httpx.get(f"{host.url}/api/{path}", timeout=30) for path in ("seen/0", "locked", "none")]
        state = httpx.get(f"{host.url}/admin/host/status", headers=MASTER, timeout=30).json()

    assert (host.functions, [answer.status_code for answer in answers]) == ((), [404] * 3)
    assert state == {"state": "Running"}


@pytest.mark.parametrize(
    "content",
    ['{"extensions": {"queues": {"batchSize": 64}}}', "{not JSON"],
    ids=["batch-over-32", "no-json"],
)
def test_a_wrong_host_json_is_a_host_that_answers_503_to_everything(tmp_path, settings, content):
    app = write_app(tmp_path)
    (app / "host.json").write_text(content)

    with running_host(app, tmp_path / "log", settings=settings) as host:
        answer = httpx.get(f"{host.url}/api/seen/0", timeout=30)

    assert (answer.status_code, answer.text) == (503, "Function host is not running.")


@pytest.mark.parametrize(
    ("given", "disabled"),
    [
        ({"TICK": None}, {"tick"}),
        ({"TICK": ""}, {"tick"}),
        ({"TICK": "every day"}, {"tick"}),
        ({"AzureWebJobsStorage": None}, {"work", "bury"}),
    ],
    ids=["not-set", "empty", "malformed", "no-storage"],
)
def test_a_function_whose_setting_is_wrong_is_disabled_alone(tmp_path, settings, given, disabled):
    left = {name: value for name, value in (settings | given).items() if value is not None}

    with running_host(write_app(tmp_path), tmp_path / "log", settings=left) as host:
        assert httpx.get(f"{host.url}/api/seen/0", timeout=30).status_code == 200
        assert (set(host.disabled), "tick" in host.functions) == (disabled, True)


def test_variables_of_the_environment_win_over_the_settings_file(tmp_path, storage):
    """As with the real tools: what is set outside is not overwritten by local.settings.json."""
    file = tmp_path / "local.settings.json"
    file.write_text(json.dumps({"Values": {"AzureWebJobsStorage": storage, "QUEUE": "by-file", "TICK": "wrong"}}))

    with running_host(
        write_app(tmp_path), tmp_path / "log", settings={"TICK": NEVER}, arguments=["--settings", str(file)]
    ) as host:
        assert "tick" in host.functions
