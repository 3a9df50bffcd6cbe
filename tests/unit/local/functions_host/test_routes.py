"""Routes, keys and settings of the host stand-in."""

import json
from datetime import timedelta

import pytest

from local.functions_host.configuration import read_host_json, read_settings_file, resolve
from local.functions_host.errors import HostError, NotServedError
from local.functions_host.function import Function
from local.functions_host.keys import Keys, may_enter
from local.functions_host.routes import decoded_path, find_route, route
from tests.repository import ROOT


def function(name: str, template: str | None = None, methods: tuple[str, ...] = ("GET",)) -> Function:
    return Function(name, name, {"type": "httpTrigger", "name": "req", "route": template, "methods": methods})


ROUTES = [
    route(function(name, template, methods), "api")
    for name, template, methods in (
        ("any", "a/{*rest}", ()),
        ("one", "origins/{key}/evidence", ("GET",)),
        ("number", "origins/{id:int}/evidence", ("GET",)),
        ("list", "origins", ("GET", "POST")),
        ("maybe", "plans/{id?}", ("GET",)),
        ("plain", None, ("GET",)),
    )
]


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        pytest.param("GET", "/api/origins/workspace-1/evidence", ("one", {"key": "workspace-1"}), id="parameter"),
        pytest.param("GET", "/api/origins/17/evidence", ("number", {"id": "17"}), id="constraint-first"),
        pytest.param("GET", "/api/Origins", ("list", {}), id="no-case"),
        pytest.param("GET", "/api/plans/AbC", ("maybe", {"id": "AbC"}), id="case-of-values"),
        pytest.param("GET", "/api/plain", ("plain", {}), id="by-name"),
        pytest.param("DELETE", "/api/a/b", ("any", {"rest": "b"}), id="the-rest"),
        pytest.param("GET", "/origins", None, id="no-prefix"),
        pytest.param("GET", "/api/origins/", ("list", {}), id="slash-at-the-end"),
        pytest.param("GET", "//api/origins", None, id="two-slashes-first"),
        pytest.param("GET", "/api//origins", None, id="two-slashes"),
        pytest.param("GET", "/api/origins//", None, id="two-slashes-last"),
        pytest.param("HEAD", "/api/plain", None, id="head"),
        pytest.param("OPTIONS", "/api/plain", None, id="options"),
        pytest.param("POST", "/api/plain", None, id="wrong-method"),
    ],
)
def test_a_request_finds_the_most_exact_route(method, path, found):
    match = find_route(ROUTES, method, path)

    assert (match and (match[0].function.name, match[1])) == found


def test_an_optional_parameter_may_be_left_out_with_its_slash():
    match = find_route(ROUTES, "GET", "/api/plans")

    assert (match and (match[0].function.name, match[1])) == ("maybe", {})


def test_an_encoded_slash_stays_as_it_is_and_all_else_is_decoded():
    assert decoded_path(b"/api/echo/a%2Fb%2fc%20%C3%BC%25") == "/api/echo/a%2Fb%2fc ü%"


def test_a_constraint_that_is_not_served_is_refused():
    with pytest.raises(NotServedError, match=r"\{key:length\} is not served"):
        route(function("bad", "origins/{key:length}"), "api")


@pytest.mark.parametrize(
    ("level", "opening"),
    [("anonymous", ["", "wrong", "f", "m"]), ("function", ["f", "m"]), ("admin", ["m"])],
)
def test_each_level_opens_with_its_keys_alone(level, opening):
    keys = Keys(function="f", master="m")

    assert [given for given in ("", "wrong", "f", "m") if may_enter(level, keys, given)] == opening


def test_settings_are_put_into_schedules_and_names():
    assert resolve("%A%-poison of %B%", {"A": "origins", "B": "x"}) == "origins-poison of x"


def test_a_setting_that_is_missing_is_named():
    with pytest.raises(HostError, match="%A%: the setting A is not set"):
        resolve("%A%", {"A": ""})


def test_the_host_json_that_is_deployed_says_what_the_bridge_relies_on():
    """Leases outlive the longest invocation, messages are base64, and a message gets five tries."""
    host_json = read_host_json(ROOT)

    assert host_json.function_timeout == timedelta(minutes=10)
    assert host_json.extensions.http.route_prefix == "api"
    queues = host_json.extensions.queues
    assert (queues.message_encoding, queues.max_dequeue_count, queues.batch_size) == ("base64", 5, 32)
    assert queues.visibility_timeout == timedelta(seconds=30)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param("[]", id="list"),
        pytest.param('{"extensions": {"queues": {"batchSize": 33}}}', id="batch-over-32"),
        pytest.param('{"functionTimeout": "long"}', id="no-time"),
    ],
)
def test_a_wrong_host_json_names_the_file(tmp_path, content):
    (tmp_path / "host.json").write_text(content)

    with pytest.raises(HostError, match=r"host\.json"):
        read_host_json(tmp_path)


def test_a_settings_file_gives_its_values(tmp_path):
    file = tmp_path / "local.settings.json"
    file.write_text(json.dumps({"IsEncrypted": False, "Values": {"A": "1"}, "Host": {"CORS": "*"}}))

    assert read_settings_file(file) == {"A": "1"}
