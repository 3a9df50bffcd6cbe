"""
Who asks: tickets of Content Server, tokens and tickets of OTDS.

Source: OTCS REST, v1/auth; OTDS REST, oauth2/token and authentication.
"""

import json
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

import pytest

from tests.fidelity.content_server_caller import FORM, START, Caller

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
SUBJECT = "urn:opentext.com:oauth:string:user_id"
CLIENT = {"client_id": "app", "client_secret": "hidden"}


def with_client(**more):
    caller = Caller()
    caller.server.add_oauth_client("app", "hidden", user="bridge", **more)
    return caller


async def auth(caller, form, kind=FORM):
    body = urlencode(form).encode() if kind == FORM else json.dumps(form).encode()
    return await caller.raw("POST", "v1/auth", headers={"content-type": kind}, body=body)


async def token(caller, **form):
    headers = {"content-type": FORM}
    return await caller.raw("POST", "oauth2/token", headers=headers, body=urlencode(form).encode(), base="/otdsws/")


async def otds(caller, path, **given):
    return await caller.raw("POST", path, body=json.dumps(given).encode(), base="/otdsws/")


async def who(caller, **headers):
    reply = await caller.raw("GET", "v1/auth", headers=headers)
    return reply.json["data"]["name"] if reply.status == 200 else reply.status


async def test_a_password_gives_a_ticket_that_says_who_one_is():
    """OpenText facts 1a."""
    caller = Caller()
    reply = await auth(caller, {"username": "liz", "password": "secret"})
    assert await who(caller, otcsticket=reply.json["ticket"]) == "liz"


async def test_a_wrong_password_is_401():
    """OpenText facts 1a."""
    reply = await auth(Caller(), {"username": "liz", "password": "guessed"})
    assert reply.error == (401, "Invalid username/password specified.")


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        pytest.param({"username": "liz"}, FORM, id="no-password"),
        pytest.param({}, FORM, id="nothing"),
        pytest.param({"username": "liz", "password": "secret"}, "application/json", id="a-json-body-is-not-seen"),
    ],
)
async def test_a_missing_argument_is_500(form, kind):
    """OpenText facts 1a and 0: plain form, style A; missing argument → 500."""
    assert (await auth(Caller(), form, kind)).status == 500


@pytest.mark.parametrize("headers", [{}, {"otcsticket": "x8ki"}, {"otcsticket": ""}, {"authorization": "Bearer eyJ"}])
async def test_without_a_valid_ticket_nothing_is_answered(headers):
    """OpenText facts 1d: 401 and JSON."""
    reply = await Caller().raw("GET", "v2/nodes/2000", headers=headers)
    assert reply.error == (401, "Authentication Required")


async def test_each_answer_brings_a_fresh_ticket_its_end_and_the_date():
    """OpenText facts 1d: also an answer that refuses."""
    caller = Caller()
    ticket = await caller.sign_in("liz")
    good = await caller.raw("GET", "v2/nodes/2000", headers={"otcsticket": ticket})
    bad = await caller.raw("GET", "v2/nodes/99", headers={"otcsticket": good.headers["OTCSTicket"]})

    assert bad.status == 400
    assert len({ticket, good.headers["OTCSTicket"], bad.headers["OTCSTicket"]}) == 3
    assert parsedate_to_datetime(good.headers["Date"]) == START
    ends = parsedate_to_datetime(good.headers["OTCSTicketExpires"])
    assert (ends - START).total_seconds() == 1800


async def test_a_ticket_ends_30_minutes_after_the_last_request():
    """OpenText facts 1d: whoever takes the fresh ones stays signed in, whoever keeps the first does not."""
    caller = Caller()
    first = newest = await caller.sign_in("liz")
    for _ in range(3):
        caller.clock.forward(minutes=20)
        reply = await caller.raw("GET", "v1/auth", headers={"otcsticket": newest})
        newest = reply.headers["OTCSTicket"]

    assert await who(caller, otcsticket=first) == 401
    assert await who(caller, otcsticket=newest) == "liz"
    caller.clock.forward(minutes=30)
    assert await who(caller, otcsticket=newest) == 401


async def test_a_ticket_belongs_to_one_identity():
    """OpenText facts 1: nobody's ticket rolls into somebody else's."""
    caller = Caller()
    liz, deke = await caller.sign_in("liz"), await caller.sign_in("deke")
    rolled = (await caller.raw("GET", "v1/auth", headers={"otcsticket": liz})).headers["OTCSTicket"]
    assert (await who(caller, otcsticket=rolled), await who(caller, otcsticket=deke)) == ("liz", "deke")


async def test_a_ticket_belongs_to_one_client_address():
    """OpenText facts 1d: the whole client address must match that of the login."""
    caller = Caller()
    ticket = await caller.sign_in("liz", **{"x-forwarded-for": "10.0.0.1"})
    assert await who(caller, otcsticket=ticket, **{"x-forwarded-for": "10.0.0.1"}) == "liz"
    assert await who(caller, otcsticket=ticket, **{"x-forwarded-for": "10.0.0.2"}) == 401


async def test_logging_out_ends_every_ticket_of_the_session():
    """OpenText facts 1a: `DELETE /v1/auth`."""
    caller = Caller()
    ticket = await caller.sign_in("liz")
    rolled = (await caller.raw("DELETE", "v1/auth", headers={"otcsticket": ticket})).headers["OTCSTicket"]
    assert (await who(caller, otcsticket=ticket), await who(caller, otcsticket=rolled)) == (401, 401)


async def test_lost_sessions_ask_for_a_new_login():
    """OpenText facts 1d: re-login once and replay."""
    caller = Caller()
    ticket = await caller.sign_in("liz")
    caller.server.expire_tickets()
    assert await who(caller, otcsticket=ticket) == 401
    assert await who(caller, otcsticket=await caller.sign_in("liz")) == "liz"


async def test_client_credentials_give_a_bearer_for_every_call_and_a_ticket_in_the_header():
    """OpenText facts 1b."""
    caller = with_client()
    reply = await token(caller, grant_type="client_credentials", **CLIENT)
    bearer = {"authorization": f"Bearer {reply.json['access_token']}"}
    signed = await caller.raw("GET", "v1/auth", headers=bearer)

    assert (reply.json["token_type"], reply.json["expires_in"]) == ("Bearer", 3600)
    assert (await caller.raw("GET", "v2/nodes/2000", headers=bearer)).status == 200
    assert await who(caller, otcsticket=signed.headers["OTCSTicket"]) == "bridge"
    caller.clock.forward(seconds=3600)
    assert await who(caller, **bearer) == 401


async def test_otds_refuses_a_wrong_secret_and_a_json_body():
    """OpenText facts 1b: form-encoded."""
    caller = with_client()
    assert (await token(caller, grant_type="client_credentials", client_id="app", client_secret="no")).status == 401
    assert (await otds(caller, "oauth2/token", grant_type="client_credentials", **CLIENT)).status == 401


async def test_the_password_grant_gives_the_users_own_token():
    """OpenText facts 1b."""
    caller = with_client()
    reply = await token(caller, grant_type="password", username="liz", password="secret", **CLIENT)
    assert await who(caller, authorization=f"Bearer {reply.json['access_token']}") == "liz"


@pytest.mark.parametrize(
    ("may", "subject", "kind"),
    [
        pytest.param(False, "liz@Content Server Members", SUBJECT, id="not-allowed"),
        pytest.param(True, "liz", SUBJECT, id="no-partition"),
        pytest.param(True, "liz@Content Server Members", "", id="no-type"),
    ],
)
async def test_token_exchange_is_refused(may, subject, kind):
    """OpenText facts 1c: the OAuth client must be allowed to impersonate."""
    caller = with_client(may_impersonate=may)
    reply = await token(caller, grant_type=EXCHANGE, subject_token=subject, subject_token_type=kind, **CLIENT)
    assert reply.status == 400


async def test_the_newer_credentials_endpoint_names_its_fields_otherwise():
    """OpenText facts 1b: user_name under /v1."""
    caller = Caller()
    given = await otds(caller, "v1/authentication/credentials", user_name="liz", password="secret")
    assert given.json["ticket"].startswith("*OTDSSSO*")
    assert (await otds(caller, "v1/authentication/credentials", userName="liz", password="secret")).status == 401


@pytest.mark.parametrize("path", ["ticketforuser", "resource/ticketforuser"])
async def test_a_ticket_for_a_user_acts_as_a_performer(path):
    """OpenText facts 1c: the application's own OTDS ticket vouches for it."""
    caller = with_client(may_impersonate=True)
    own = await otds(caller, "rest/authentication/credentials", userName="app@OAuthClients", password="hidden")
    asked = {"userName": "liz@Content Server Members", "ticket": own.json["ticket"]}
    reply = await otds(caller, f"rest/authentication/{path}", **asked)
    assert await who(caller, otdsticket=reply.json["ticket"]) == "liz"


async def test_a_ticket_for_a_user_needs_the_right_to_impersonate():
    """OpenText facts 1c."""
    caller = with_client()
    own = await otds(caller, "rest/authentication/credentials", userName="app@OAuthClients", password="hidden")
    asked = {"userName": "liz@Content Server Members", "ticket": own.json["ticket"]}
    assert (await otds(caller, "rest/authentication/ticketforuser", **asked)).status == 401


async def test_a_proxy_is_refused_unless_named_for_administrators_and_where_switched_off():
    """OpenText facts 1c: each time 400."""
    caller = Caller()
    unnamed = await caller.call("POST", f"v2/members/proxies/auth/{caller.user('liz')}")
    admin = await caller.call("POST", "v2/members/proxies/auth/1000")
    caller.server.switch(proxies=False)
    off = await caller.call("POST", f"v2/members/proxies/auth/{caller.user('liz')}")

    assert unnamed.error == (400, "Proxy User mapping not found")
    assert admin.error == (400, "Proxy Users cannot be defined for administrative users")
    assert off.error == (400, "Proxy is not enabled")


async def test_serverinfo_tells_the_session_time_and_that_dates_have_no_zone():
    """OpenText facts 1d and 4i: zone-less current date in the server's zone."""
    caller = Caller(zone="Europe/Berlin")
    info = (await caller.get("v1/serverinfo")).json
    assert info["sessions"]["session_timeout"] == 1_800_000
    assert info["server"]["current_date"] == "2026-03-02T10:00:00"
    assert info["server"]["time_zone_offset_enabled"] is False
