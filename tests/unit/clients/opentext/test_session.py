"""
Sessions against small servers that count.

Aspects: tickets roll; one sign-in for all who met a 401; replay once; identities never mix; bearer tokens end;
nothing is repeated; secrets stay out of messages. The whole behaviour is in tests/integration/test_opentext_client.py.
"""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import httpx
import pytest

from shared.clients.opentext.sessions import Sessions
from shared.clients.opentext.sign_in import SignIn
from shared.clients.opentext.transport import Upload, Wire
from shared.errors import OutcomeUnknownError, RefusedError, UnavailableError
from shared.models.opentext import Person
from shared.models.words import ActAs

BASE = "https://ecm.contoso.example/cs/cs"
OTDS = "https://otds.contoso.example/otdsws"
PASSWORD = SignIn(base_url=BASE, username="bridge", password="top-secret")
CLIENT = SignIn(
    base_url=BASE,
    auth="otds",
    otds_base_url=OTDS,
    otds_client_id="bridge",
    otds_client_secret="top-secret",
    act_as=ActAs.PERFORMER,
)
DEKE = Person(user_id=15665, login="dfoxhoven")


class Clock:
    def __init__(self):
        self.at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self):
        return self.at


class Server:
    """Gives tickets t1, t2, ... at each sign-in; each answer rolls t1 to t1.1, t1.2, ..."""

    def __init__(self):
        self.sign_ins = 0
        self.valid = set()
        self.seen = []
        self.rolls = True

    def __call__(self, request):
        if request.url.path.endswith("/v1/auth") and request.method == "POST":
            self.sign_ins += 1
            self.valid.add(f"t{self.sign_ins}")
            return httpx.Response(200, json={"ticket": f"t{self.sign_ins}"})
        ticket = request.headers.get("OTCSTicket", "")
        self.seen.append(ticket)
        if ticket.split(".")[0] not in self.valid:
            return httpx.Response(401, json={"error": "Authentication Required"})
        headers = {"OTCSTicket": f"{ticket.split('.')[0]}.{len(self.seen)}", "Set-Cookie": "LLCookie=others; Path=/"}
        return httpx.Response(200, json={"results": {}}, headers=headers if self.rolls else {})


def sessions_of(handler, sign_in=PASSWORD, now=None):
    wire = Wire(httpx.AsyncClient(transport=httpx.MockTransport(handler)), sign_in.base_url)
    return Sessions(sign_in, wire, now or Clock())


async def test_each_answer_brings_the_ticket_for_the_next_request():
    """OpenText facts 1d: the ticket of a request is spent, its answer carries a fresh one."""
    server = Server()
    session = sessions_of(server).service
    for _ in range(3):
        await session.get("v2/x")

    assert server.seen == ["t1", "t1.1", "t1.2"]
    assert server.sign_ins == 1


async def test_requests_that_meet_a_401_together_sign_in_once():
    server = Server()
    session = sessions_of(server).service
    await session.get("v2/x")
    server.valid.clear()

    await asyncio.gather(*(session.get("v2/x") for _ in range(10)))

    assert server.sign_ins == 2


async def test_a_write_that_met_a_401_is_sent_again():
    """It was not carried out: nobody was signed in."""
    server = Server()
    session = sessions_of(server).service
    await session.get("v2/x")
    server.valid.clear()
    await session.put_body("v2/x", {"action": "SendOn"})

    assert server.sign_ins == 2


async def test_a_401_right_after_the_sign_in_is_not_met_for_ever():
    """A ticket bound to another address, for example."""
    server = Server()
    server.valid = type("Nothing", (set,), {"add": lambda self, item: None})()
    sessions = sessions_of(server)
    with pytest.raises(UnavailableError, match="not signed in"):
        await sessions.service.get("v2/x")

    assert sessions.calls == 4


async def test_cookies_are_not_sent():
    """LLCookie is a ticket too: kept by the HTTP client it would belong to whoever came last."""
    seen = []

    def handler(request):
        seen.append(request.headers.get("cookie"))
        return (
            Server()(request)
            if request.method == "POST"
            else httpx.Response(200, json={}, headers={"Set-Cookie": "LLCookie=somebody; Path=/"})
        )

    session = sessions_of(handler).service
    await session.get("v2/x")
    await session.get("v2/x")

    assert seen == [None, None, None]


async def test_a_redirect_is_not_followed():
    """To a login page, with a ticket in the headers."""
    hosts = []

    def handler(request):
        hosts.append(request.url.host)
        if request.method == "POST":
            return httpx.Response(200, json={"ticket": "t"})
        return httpx.Response(302, headers={"Location": "https://elsewhere.example/"})

    with pytest.raises(UnavailableError):
        await sessions_of(handler).service.get("v2/x")
    assert set(hosts) == {"ecm.contoso.example"}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(httpx.Response(500, html="<html>"), id="500"),
        pytest.param(httpx.Response(200, text="<html>"), id="200"),
    ],
)
async def test_nothing_is_repeated(answer):
    calls = []

    def handler(request):
        calls.append(request.method)
        return httpx.Response(200, json={"ticket": "t"}) if request.url.path.endswith("auth") else answer

    session = sessions_of(handler).service
    with pytest.raises(OutcomeUnknownError):
        await session.put_body("v2/x", {"action": "SendOn"})
    with pytest.raises(UnavailableError):
        await session.get("v2/x")
    assert calls == ["POST", "PUT", "GET"]


@pytest.mark.parametrize(
    ("failure", "of_read", "of_write"),
    [
        (httpx.ConnectError("refused"), UnavailableError, UnavailableError),
        (httpx.ConnectTimeout("slow"), UnavailableError, UnavailableError),
        (httpx.PoolTimeout("busy"), UnavailableError, UnavailableError),
        (httpx.ReadTimeout("slow"), UnavailableError, OutcomeUnknownError),
        (httpx.WriteError("reset"), UnavailableError, OutcomeUnknownError),
        (httpx.ReadError("reset"), UnavailableError, OutcomeUnknownError),
        (httpx.RemoteProtocolError("cut"), UnavailableError, OutcomeUnknownError),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
async def test_a_broken_connection_leaves_a_write_unknown_once_it_was_sent(failure, of_read, of_write):
    def handler(request):
        if request.url.path.endswith("auth"):
            return httpx.Response(200, json={"ticket": "t"})
        raise failure

    session = sessions_of(handler).service
    with pytest.raises(of_read):
        await session.get("v2/x")
    with pytest.raises(of_write):
        await session.put_form("v2/x", {"a": "b"})


async def test_the_three_forms_of_a_body():
    """OpenText facts 0: key=value; one field that holds JSON; multipart. Never a JSON body."""
    sent = {}

    def handler(request):
        sent[request.url.path.rsplit("/", 1)[1]] = (request.headers.get("content-type", ""), request.content)
        return httpx.Response(200, json={"ticket": "t"})

    session = sessions_of(handler).service
    await session.put_form("v2/a", {"1_2": ["x", "y"], "1_3": ""})
    await session.put_body("v2/b", {"action": "SendOn", "comment": "Müller & Söhne"})
    await session.post_file("v2/c", {"body": "{}"}, Upload("a.json", b"[]", "application/json"))

    assert parse_qs(sent["a"][1].decode(), keep_blank_values=True) == {"1_2": ["x", "y"], "1_3": [""]}
    assert sent["b"][0] == "application/x-www-form-urlencoded"
    body = json.loads(parse_qs(sent["b"][1].decode())["body"][0])
    assert body == {"action": "SendOn", "comment": "Müller & Söhne"}
    assert sent["c"][0].startswith("multipart/form-data")
    assert b'name="file"; filename="a.json"' in sent["c"][1]
    assert b'name="body"' in sent["c"][1]


async def test_a_name_without_a_value_is_sent_bare():
    urls = []

    def handler(request):
        urls.append(str(request.url))
        return httpx.Response(200, json={"ticket": "t"})

    session = sessions_of(handler).service
    await session.get("v2/x", (("fields", "properties{id,name}"), ("fields", "categories"), ("metadata", None)))

    assert urls[-1] == f"{BASE}/api/v2/x?fields=properties%7Bid%2Cname%7D&fields=categories&metadata"


async def test_a_wrong_password_is_refused_and_not_shown():
    def handler(request):
        return httpx.Response(401, json={"error": "Invalid username/password specified."})

    with pytest.raises(RefusedError, match="Invalid username/password") as caught:
        await sessions_of(handler).service.get("v2/x")
    assert caught.value.code == "sign_in"
    assert "top-secret" not in str(caught.value)
    assert "top-secret" not in repr(PASSWORD)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(httpx.Response(503), id="503"),
        pytest.param(httpx.Response(200, text="<html>"), id="html"),
        pytest.param(httpx.Response(200, json={}), id="no-ticket"),
    ],
)
async def test_a_sign_in_without_a_sensible_answer_may_pass_later(answer):
    with pytest.raises(UnavailableError):
        await sessions_of(lambda request: answer).service.get("v2/x")


class Otds:
    """Tokens that end after an hour; Content Server takes the newest of each identity."""

    def __init__(self, user=15665):
        self.user = user
        self.grants = []
        self.bearers = []

    def __call__(self, request):
        form = parse_qs(request.content.decode())
        if request.url.path.endswith("/oauth2/token"):
            self.grants.append({name: values[0] for name, values in form.items()})
            return httpx.Response(200, json={"access_token": f"token{len(self.grants)}", "expires_in": 3600})
        self.bearers.append(request.headers["Authorization"])
        headers = {"OTCSTicket": "not-to-be-used"}
        if request.url.path.endswith("/v1/auth"):
            return httpx.Response(200, json={"data": {"id": self.user, "name": "dfoxhoven"}}, headers=headers)
        assert "OTCSTicket" not in request.headers
        return httpx.Response(200, json={}, headers=headers)


async def test_a_bearer_token_goes_with_each_request_and_is_renewed_before_it_ends():
    server, clock = Otds(), Clock()
    session = sessions_of(server, CLIENT, clock).service
    await session.get("v2/x")
    clock.at += timedelta(minutes=58)
    await session.get("v2/x")
    clock.at += timedelta(minutes=1)
    await session.get("v2/x")

    assert server.bearers == ["Bearer token1", "Bearer token1", "Bearer token2"]
    assert server.grants[0]["grant_type"] == "client_credentials"


async def test_a_performer_is_impersonated_by_token_exchange():
    """OpenText facts 1c."""
    server = Otds()
    session = await sessions_of(server, CLIENT).performer(DEKE)
    await session.get("v2/x")

    assert server.grants == [
        {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": "dfoxhoven@Content Server Members",
            "subject_token_type": "urn:opentext.com:oauth:string:user_id",
            "client_id": "bridge",
            "client_secret": "top-secret",
        }
    ]


async def test_acting_as_somebody_else_than_meant_is_refused():
    """Two directories may each have a dfoxhoven."""
    session = await sessions_of(Otds(user=999), CLIENT).performer(DEKE)
    with pytest.raises(RefusedError, match="another user"):
        await session.put_body("v2/x", {})


async def test_a_performer_keeps_one_session():
    sessions = sessions_of(Otds(), CLIENT)
    assert await sessions.performer(DEKE) is await sessions.performer(DEKE)
    assert await sessions.performer(DEKE) is not sessions.service


async def test_in_service_mode_everybody_is_acted_for_by_the_integration_user():
    sessions = sessions_of(Server())
    assert await sessions.performer(DEKE) is sessions.service


async def test_nobody_is_acted_for_where_the_bridge_only_records():
    sessions = sessions_of(Server(), SignIn(base_url=BASE, act_as=ActAs.NONE))
    with pytest.raises(RefusedError) as caught:
        await sessions.performer(DEKE)
    assert caught.value.code == "act_as_none"


async def test_impersonation_without_otds_says_what_is_missing():
    sessions = sessions_of(Server(), SignIn(base_url=BASE, act_as=ActAs.PERFORMER))
    with pytest.raises(RefusedError, match="OTDS_BASE_URL"):
        await (await sessions.performer(DEKE)).get("v2/x")


async def test_an_otds_refusal_says_why():
    def handler(request):
        said = {"error": "invalid_grant", "error_description": "User cannot be impersonated"}
        return httpx.Response(400, json=said)

    with pytest.raises(RefusedError, match="invalid_grant"):
        await (await sessions_of(handler, CLIENT).performer(DEKE)).get("v2/x")
