"""Refused sign-ins are tried seldom, by all workers together; a load balancer's cookie stays with its session."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from local.in_process.tables import MemoryTables
from shared.clients.opentext.sessions import Sessions
from shared.clients.opentext.sign_in_guard import OwnDoor
from shared.clients.opentext.transport import Wire
from shared.errors import SignInRefusedError, ThrottledError, UnavailableError
from shared.store.sign_in_gates import SignInGates
from shared.timing import SIGN_IN_PAUSE
from tests.narrowing import sure
from tests.tables import tables_in
from tests.unit.clients.opentext.test_session import BASE, CLIENT, DEKE, PASSWORD, Clock


class Door:
    """Counts the sign-ins that it refuses, until the password is right."""

    def __init__(self):
        self.tried = 0
        self.accepts = False
        self.answer = httpx.Response(401, json={"error": "Invalid username/password specified."})

    def __call__(self, request):
        if request.url.path.endswith("/v1/auth") or "/otdsws/" in request.url.path:
            self.tried += 1
            return httpx.Response(200, json={"ticket": "t"}) if self.accepts else self.answer
        return httpx.Response(200, json={"results": {}})


def worker(door, clock, tries, sign_in=PASSWORD):
    http = httpx.AsyncClient(transport=httpx.MockTransport(door))
    return Sessions(sign_in, Wire(http, BASE), clock, door=tries)


def stored():
    kept = MemoryTables()
    return SignInGates(tables_in(kept))


@pytest.mark.parametrize("tries", [pytest.param(OwnDoor, id="own"), pytest.param(stored, id="stored")])
async def test_forty_workers_with_a_wrong_password_try_four_times_at_most_in_a_quarter_of_an_hour(tries):
    door, clock, shared = Door(), Clock(), tries()
    workers = [worker(door, clock, shared) for _ in range(40)]
    for _ in range(15):
        for one in workers:
            with pytest.raises(SignInRefusedError) as caught:
                await one.service.get("v2/x")
            assert caught.value.identity == "service"
            assert sure(caught.value.retry_after) > timedelta()
        clock.at += timedelta(minutes=1)

    assert door.tried <= 4


async def test_what_was_refused_is_told_without_a_call():
    door, clock = Door(), Clock()
    sessions = worker(door, clock, stored())
    for _ in range(2):
        with pytest.raises(SignInRefusedError, match="refused") as caught:
            await sessions.service.get("v2/x")

    assert door.tried == 1
    assert caught.value.retry_after == SIGN_IN_PAUSE


async def test_a_mended_password_serves_after_the_pause():
    door, clock, shared = Door(), Clock(), stored()
    sessions = worker(door, clock, shared)
    with pytest.raises(SignInRefusedError):
        await sessions.service.get("v2/x")
    door.accepts = True
    clock.at += SIGN_IN_PAUSE

    await sessions.service.get("v2/x")


async def test_a_server_that_is_away_is_no_refusal():
    door, clock, shared = Door(), Clock(), stored()
    door.answer = httpx.Response(503, content=b"<html>")
    for _ in range(10):
        with pytest.raises(UnavailableError):
            await worker(door, clock, shared).service.get("v2/x")

    assert door.tried == 10


async def test_one_performer_who_can_not_be_impersonated_closes_nobody_elses_door():
    door, clock, shared = Door(), Clock(), stored()
    sessions = worker(door, clock, shared, CLIENT)
    with pytest.raises(SignInRefusedError) as caught:
        await (await sessions.performer(DEKE)).get("v2/x")

    assert caught.value.identity == f"performer-{DEKE.user_id}"
    assert await shared.ask("service", clock()) is None


async def test_a_load_balancers_cookie_stays_with_its_session_and_a_ticket_never_does():
    sent = []

    def balanced(request):
        sent.append(request.headers.get("cookie"))
        cookies = [("set-cookie", f"node={len(sent)}; Path=/; HttpOnly"), ("set-cookie", "LLCookie=secret; Path=/")]
        body: dict[str, Any] = {"ticket": "t"} if request.url.path.endswith("/v1/auth") else {"results": {}}
        return httpx.Response(200, json=body, headers=cookies)

    sessions = worker(balanced, Clock(), OwnDoor())
    session = sessions.service
    for _ in range(2):
        await session.get("v2/x")

    assert sent == [None, "node=1", "node=2"]


async def test_a_cookie_that_is_taken_away_is_not_sent_again():
    answers = iter(["node=1", "node=; Max-Age=0", "other=2"])
    sent = []

    def balanced(request):
        sent.append(request.headers.get("cookie"))
        body: dict[str, Any] = {"ticket": "t"} if request.url.path.endswith("/v1/auth") else {"results": {}}
        return httpx.Response(200, json=body, headers={"set-cookie": next(answers)})

    session = worker(balanced, Clock(), OwnDoor()).service
    for _ in range(2):
        await session.get("v2/x")

    assert sent == [None, "node=1", None]


async def test_a_fresh_ticket_that_no_header_takes_is_left_aside():
    sent = []

    def odd(request):
        sent.append(request.headers.get("OTCSTicket"))
        if request.url.path.endswith("/v1/auth"):
            return httpx.Response(200, json={"ticket": "t"})
        return httpx.Response(200, json={"results": {}}, headers=[(b"OTCSTicket", "Schlüssel".encode())])

    session = worker(odd, Clock(), OwnDoor()).service
    for _ in range(2):
        await session.get("v2/x")

    assert sent == [None, "t", "t"]


async def test_a_sign_in_with_a_ticket_that_no_header_takes_is_told():
    door = Door()
    door.answer = httpx.Response(200, json={"ticket": "Schlüssel"})

    with pytest.raises(UnavailableError, match="no header takes"):
        await worker(door, Clock(), OwnDoor()).service.get("v2/x")


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("https://login.contoso.example/sso?SAMLRequest=secret", "leads to https://login.contoso.example/sso: set"),
        ("/cs/login", "leads to /cs/login"),
        (None, "without saying where"),
    ],
)
async def test_a_redirect_names_where_it_leads_and_what_to_set(location, words):
    def elsewhere(request):
        if request.url.path.endswith("/v1/auth"):
            return httpx.Response(200, json={"ticket": "t"})
        return httpx.Response(302, headers={} if location is None else {"Location": location})

    session = worker(elsewhere, Clock(), OwnDoor()).service
    with pytest.raises(UnavailableError, match=words) as caught:
        await session.put_body("v2/x", {})

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("value", "pause"), [("2592000", timedelta(minutes=30)), ("7", timedelta(seconds=7))])
async def test_a_pause_is_cut_to_what_is_believed(value, pause):
    def throttled(request):
        if request.url.path.endswith("/v1/auth"):
            return httpx.Response(200, json={"ticket": "t"})
        return httpx.Response(429, headers={"Retry-After": value})

    session = worker(throttled, Clock(), OwnDoor()).service
    with pytest.raises(ThrottledError, match="asked to pause") as caught:
        await session.get("v2/x")

    assert caught.value.retry_after == pause
