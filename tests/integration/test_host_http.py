"""The host stand-in's HTTP side, in a process of its own with a small app."""

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from local.functions_host.bodies import LIMIT_SETTING
from local.functions_host.keys import Keys
from local.functions_host.process import running_host
from tests.integration.tiny_app import FUNCTION_APP, NEVER, write_app
from tests.narrowing import sure

MASTER = {"x-functions-key": Keys().master}
LIMIT = 100_000
"""Bytes that the host takes of a body."""
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(scope="module")
def settings(storage):
    return {"AzureWebJobsStorage": storage, "QUEUE": "http-side", "TICK": NEVER, LIMIT_SETTING: str(LIMIT)}


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
        "tack",
        "tick",
        "tock",
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
        "names": told["names"],
        "trace": TRACE,
    }


def test_an_invocation_without_a_trace_begins_one(client):
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", client.post("/echo/x").json()["trace"])


def test_a_literal_route_goes_before_one_with_a_parameter(client):
    assert client.post("/echo/known").text == "the literal route"


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        pytest.param({}, {}, 401, id="none"),
        pytest.param({"x-functions-key": "wrong"}, {}, 401, id="wrong"),
        pytest.param({"x-functions-key": Keys().function}, {}, 200, id="header"),
        pytest.param({}, {"code": Keys().function}, 200, id="query"),
        pytest.param({"x-functions-key": Keys().master}, {}, 200, id="master"),
        pytest.param(
            {"x-functions-key": "wrong"}, {"code": Keys().function}, 401, id="a-bad-header-beats-a-good-query"
        ),
    ],
)
def test_a_function_of_level_function_opens_with_a_key(client, headers, query, status):
    assert client.get("/locked", headers=headers, params=query).status_code == status


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nothing"),
        ("GET", "/echo/x"),
        ("HEAD", "/seen/0"),
        ("OPTIONS", "/seen/0"),
        ("POST", "/echo"),
        ("GET", "/seen/many"),
        ("GET", "//seen/0"),
    ],
)
def test_what_matches_no_route_is_404(client, method, path):
    assert client.request(method, path).status_code == 404


@pytest.mark.parametrize(
    "path", [pytest.param("/nothing_returned", id="none"), pytest.param("/umlaut", id="header-outside-ascii")]
)
def test_an_answer_that_the_host_can_not_send_is_500(client, path):
    """A function that returns None, and a response header that is not ASCII."""
    answer = client.get(path)

    assert (answer.status_code, answer.content) == (500, b"")


def test_a_request_header_outside_ascii_is_a_bare_400(client):
    answer = client.get("/seen/0", headers=[(b"X-Name", "Größe".encode("latin-1"))])

    assert (answer.status_code, answer.content) == (400, b"")


def test_an_encoded_slash_stays_as_it_is(client):
    assert client.post("/echo/a%2Fb").json()["route"] == {"one": "a%2Fb"}


def test_names_of_headers_are_in_lower_case_and_repeated_ones_are_joined(client):
    told = client.post("/echo/x", headers=[("X-One", "1"), ("x-one", "2")]).json()

    assert (told["header"], "x-one" in told["names"]) == ("1,2", True)


def test_a_body_sent_in_chunks_arrives_empty(client):
    assert client.post("/echo/x", content=iter([b"some", b"thing"])).json()["body"] == ""


def test_an_empty_value_in_the_query_reaches_the_function(client):
    """As an empty validationToken does."""
    assert client.post("/echo/x?validationToken=").json()["query"] == {"validationToken": ""}


def test_bodies_over_the_limit_are_refused_without_being_kept(host):
    """Four of 90 MB at once, as a stranger could send them."""
    body = bytes(90_000_000)

    with ThreadPoolExecutor() as threads:
        sent = [threads.submit(httpx.post, f"{host.url}/api/echo/x", content=body, timeout=60) for _ in range(4)]
        answers = [(answer.result().status_code, answer.result().content) for answer in sent]

    most = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{host.process.pid}/status").read_text())
    assert answers == [(500, b"")] * 4
    assert int(sure(most)[1]) < 300_000


def test_the_root_is_somebody_elses_page(host):
    answer = httpx.get(f"{host.url}/")

    assert (answer.status_code, len(answer.content)) == (200, 150_000)


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
        pytest.param(FUNCTION_APP.replace("-> str", "-> func.HttpResponse | None"), id="bad-signature"),
        pytest.param(FUNCTION_APP.replace("import os", "import nothing_of_that_name"), id="bad-import"),
    ],
)
def test_an_app_that_the_worker_refuses_runs_with_no_functions_and_every_route_is_404(tmp_path, settings, code):
    with running_host(write_app(tmp_path, code), tmp_path / "log", settings=settings) as host:
        answers = [httpx.get(f"{host.url}/api/{path}", timeout=30) for path in ("seen/0", "locked", "none")]
        state = httpx.get(f"{host.url}/admin/host/status", headers=MASTER, timeout=30).json()

    assert (host.functions, [answer.status_code for answer in answers]) == ((), [404] * 3)
    assert state == {"state": "Running"}


def test_a_wrong_host_json_is_a_host_that_answers_503_to_everything(tmp_path, settings):
    app = write_app(tmp_path)
    (app / "host.json").write_text('{"extensions": {"queues": {"batchSize": 64}}}')

    with running_host(app, tmp_path / "log", settings=settings) as host:
        answer = httpx.get(f"{host.url}/api/seen/0", timeout=30)

    assert (answer.status_code, answer.text) == (503, "Function host is not running.")


def test_a_function_whose_setting_is_wrong_is_disabled_alone(tmp_path, settings):
    """Schedules that are not set, empty, or no schedule; the rest runs. The page at the root can be switched off."""
    given = settings | {"TOCK": "", "TICK": "every day", "AzureWebJobsDisableHomepage": "true"}

    with running_host(write_app(tmp_path), tmp_path / "log", settings=given) as host:
        assert httpx.get(f"{host.url}/api/seen/0", timeout=30).status_code == 200
        assert set(host.disabled) == {"tack", "tock", "tick"}
        assert httpx.get(host.url).status_code == 204


def test_without_storage_the_queue_functions_are_disabled_and_timers_fire(tmp_path):
    given = {"QUEUE": "none", "TICK": "* * * * * *"}

    with running_host(write_app(tmp_path), tmp_path / "log", settings=given) as host:
        assert httpx.get(f"{host.url}/api/seen/1", timeout=30).json()[0]["function"] == "tick"
        assert {"work", "bury"} <= set(host.disabled)


def test_variables_of_the_environment_win_over_the_settings_file(tmp_path, storage):
    """As with the real tools: what is set outside is not overwritten by local.settings.json."""
    file = tmp_path / "local.settings.json"
    file.write_text(json.dumps({"Values": {"AzureWebJobsStorage": storage, "QUEUE": "by-file", "TICK": "wrong"}}))

    with running_host(
        write_app(tmp_path), tmp_path / "log", settings={"TICK": NEVER}, arguments=["--settings", str(file)]
    ) as host:
        assert "tick" in host.functions
