"""Who is spoken to, with which token, how often, and what a broken connection means."""

import base64
import json
import traceback
from typing import Any

import httpx
import pytest
from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import ClientAuthenticationError

from shared.clients.graph.authentication import roles_in
from shared.clients.graph.connection import connect
from shared.clients.graph.pages import Page
from shared.errors import OutcomeUnknownError, SettingsError, UnavailableError
from shared.models.planner import PlannerTask
from tests.unit.clients.graph.graph_double import BASE, GraphDouble, always, page, said, task

PUBLIC = "https://graph.microsoft.com"
SECRET = "a-token-of-the-tenant"


class Credential(AsyncTokenCredential):
    """An AsyncTokenCredential; with an error, one that cannot sign in."""

    def __init__(self, error=None):
        self.error = error
        self.scopes: list[tuple[str, ...]] = []

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.scopes.append(scopes)
        if self.error:
            raise self.error
        return AccessToken(SECRET, 4_000_000_000)

    async def close(self) -> None:
        """Nothing was opened."""

    async def __aexit__(self, *_: object) -> None:
        """Nothing was opened."""


def connected(base_url, credential, double):
    return connect(base_url, httpx.AsyncClient(transport=httpx.MockTransport(double)), credential)


def tasks(connection):
    return connection.graph.planner.plans.by_planner_plan_id("plan-1").tasks


@pytest.mark.parametrize(
    "base_url",
    [
        "https://graph.example",
        "https://graph.microsoft.com.attacker.example",
        "https://graph.microsoft.com@attacker.example",
        "https://attacker.example/graph.microsoft.com",
        "http://graph.microsoft.com",
        "https://graph.microsoft.com/v1.0",
        "https://127.0.0.1.attacker.example",
    ],
)
def test_only_graph_hosts_are_spoken_to(base_url):
    with pytest.raises(SettingsError, match="GRAPH_BASE_URL"):
        connect(base_url, httpx.AsyncClient(), Credential())


def test_graph_itself_needs_an_identity():
    with pytest.raises(SettingsError, match="identity"):
        connect(PUBLIC, httpx.AsyncClient(), None)


@pytest.mark.parametrize("host", ["graph.microsoft.com", "graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"])
async def test_graph_is_sent_a_token_for_its_own_host(host):
    double, credential = GraphDouble(GET=always(page())), Credential()
    connection = connected(f"https://{host}", credential, double)

    await connection.list_all(Page[PlannerTask], tasks(connection))

    assert credential.scopes == [(f"https://{host}/.default",)]
    assert double.sent[0].headers["authorization"] == f"Bearer {SECRET}"
    assert str(double.sent[0].url) == f"https://{host}/v1.0/planner/plans/plan-1/tasks"


async def test_a_simulator_is_sent_no_token():
    """Even when the process has an identity."""
    double, credential = GraphDouble(GET=always(page())), Credential()
    connection = connected(BASE, credential, double)

    await connection.list_all(Page[PlannerTask], tasks(connection))

    assert double.sent[0].headers["authorization"] == "Bearer local"
    assert credential.scopes == []


@pytest.mark.parametrize(
    "link",
    [
        "https://attacker.example/v1.0/planner/plans/plan-1/tasks?$skiptoken=2",
        "http://graph.microsoft.com/v1.0/planner/plans/plan-1/tasks?$skiptoken=2",
        "https://graph.microsoft.com:8443/v1.0/planner",
        "https://graph.microsoft.us/v1.0/planner",
        "/v1.0/planner",
    ],
)
async def test_a_next_link_to_another_host_is_not_followed(link):
    double = GraphDouble(GET=always(page(next_link=link)))
    connection = connected(PUBLIC, Credential(), double)

    with pytest.raises(UnavailableError, match="another host"):
        await connection.list_all(Page[PlannerTask], tasks(connection))
    assert len(double.sent) == 1


async def test_the_token_itself_stays_with_its_host():
    """The second lock: were an address of somebody else's ever asked for, it would see no token."""
    double = GraphDouble(GET=always(page()))
    connection = connected(PUBLIC, Credential(), double)

    await connection._follow("https://attacker.example/v1.0/planner")

    assert "authorization" not in double.sent[0].headers


async def test_next_links_are_followed_as_they_came():
    """What is in a token is Graph's business: not one character of it is written anew."""
    token = "%24skiptoken=X%2527aBc%3D%2B1"
    link = f"{BASE}/v1.0/planner/plans/plan-1/tasks?$select=id&{token}"
    pages = iter([page(task("a"), next_link=link), page(task("b"), next_link=link + "2"), page(task("c"))])
    double = GraphDouble(GET=lambda _: next(pages))
    connection = double.connection()

    found = await connection.list_all(Page[PlannerTask], tasks(connection))

    assert [one.id for one in found] == ["a", "b", "c"]
    assert double.sent[1].url.query.decode() == f"$select=id&{token.replace('%24', '$')}"
    assert connection.calls == 3


async def test_pages_that_go_round_in_a_circle_end():
    double = GraphDouble(GET=always(page(task(), next_link=f"{BASE}/v1.0/planner/plans/plan-1/tasks?$skiptoken=1")))
    connection = double.connection()

    with pytest.raises(UnavailableError, match="leads back"):
        await connection.list_all(Page[PlannerTask], tasks(connection))


async def test_one_page_that_fails_spoils_the_list():
    """Half a list would look like deleted tasks."""
    pages = iter([page(task("a"), next_link=f"{BASE}/v1.0/next"), said(503)])
    connection = GraphDouble(GET=lambda _: next(pages)).connection()

    with pytest.raises(UnavailableError):
        await connection.list_all(Page[PlannerTask], tasks(connection))


@pytest.mark.parametrize("status", [429, 500, 503, 504])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
async def test_no_layer_sends_twice(method, status):
    """The SDK's default middleware would send four times, and each POST makes a task."""
    refuse = always(said(status, **{"Retry-After": "0"}))
    double = GraphDouble(GET=refuse, POST=refuse, PATCH=refuse, DELETE=refuse)
    connection = double.connection()

    answer = await connection.send(method, connection.graph.planner.tasks, body=None if method == "GET" else {"a": 1})

    assert answer.status == status
    assert len(double.sent) == connection.calls == 1


async def test_redirects_are_not_followed():
    double = GraphDouble(GET=always(httpx.Response(307, headers={"Location": "https://attacker.example/"})))
    connection = connected(PUBLIC, Credential(), double)

    with pytest.raises(UnavailableError):
        await connection.list_all(Page[PlannerTask], tasks(connection))
    assert len(double.sent) == 1


@pytest.mark.parametrize(
    ("error", "for_a_write"),
    [
        (httpx.ConnectError("refused"), UnavailableError),
        (httpx.ConnectTimeout("slow"), UnavailableError),
        (httpx.PoolTimeout("full"), UnavailableError),
        (httpx.ReadTimeout("slow"), OutcomeUnknownError),
        (httpx.ReadError("reset"), OutcomeUnknownError),
        (httpx.WriteError("reset"), OutcomeUnknownError),
        (httpx.WriteTimeout("slow"), OutcomeUnknownError),
        (httpx.RemoteProtocolError("closed"), OutcomeUnknownError),
        (httpx.DecodingError("garbled"), OutcomeUnknownError),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value.__name__,
)
async def test_a_broken_connection_is_told_by_what_may_have_happened(error, for_a_write):
    connection = GraphDouble(GET=always(error), POST=always(error)).connection()

    with pytest.raises(UnavailableError):
        await connection.send("GET", connection.graph.planner.tasks)
    with pytest.raises(for_a_write) as caught:
        await connection.send("POST", connection.graph.planner.tasks, body={})
    assert caught.value.__cause__ is error


async def test_without_a_token_nothing_is_sent():
    double = GraphDouble(POST=always(said(500)))
    connection = connected(PUBLIC, Credential(ClientAuthenticationError("no identity here")), double)

    with pytest.raises(UnavailableError, match="token"):
        await connection.send("POST", connection.graph.planner.tasks, body={})
    assert double.sent == []


async def test_an_error_shows_no_token():
    """Neither its message nor the traceback that a host would log."""
    double = GraphDouble(GET=always(httpx.ReadTimeout("slow")))
    connection = connected(PUBLIC, Credential(), double)

    with pytest.raises(UnavailableError) as caught:
        await connection.send("GET", connection.graph.planner.tasks)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def token_with(claims):
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{payload}.c2lnbmVk"


@pytest.mark.parametrize(
    ("token", "roles"),
    [
        pytest.param(token_with({"roles": ["Tasks.ReadWrite.All"]}), {"Tasks.ReadWrite.All"}, id="roles"),
        pytest.param(token_with({"scp": "Tasks.Read"}), set(), id="no-roles"),
        pytest.param(token_with(["no", "claims"]), set(), id="no-object"),
        pytest.param("opaque", set(), id="no-token-of-that-kind"),
    ],
)
def test_the_roles_of_a_token_are_read_to_be_shown(token, roles):
    assert roles_in(token) == roles
