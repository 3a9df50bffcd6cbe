"""
Sign in to Content Server: by password or through OTDS, as the integration user or for a performer.

Source: OTCS REST, v1/auth and v2/members/proxies/auth; OTDS REST, oauth2/token and authentication/*.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

import httpx

from shared.clients.opentext.answers import Json, decoded, number_or_none, obj, text
from shared.clients.opentext.cookies import kept_cookies
from shared.clients.opentext.errors import error_for, garbled, message_of
from shared.clients.opentext.transport import Request, Wire
from shared.errors import RefusedError
from shared.models.opentext import Person
from shared.models.words import ActAs
from shared.timing import TOKEN_EARLY

Impersonation: TypeAlias = Literal["token-exchange", "ticket-for-user", "proxy"]
"""How a performer is acted for."""

REFUSED = "sign_in"
"""Code of the refusal when a sign-in is not accepted."""
# Seconds. What OTDS names is not trusted further: a huge figure would run past the last date that there is.
_LONGEST_TOKEN = 86_400


@dataclass(frozen=True)
class SignIn:
    """Who signs in, where and how. Secrets are kept out of its repr."""

    base_url: str
    """The whole cs URL, e.g. https://host/cs/cs."""
    auth: Literal["password", "otds"] = "password"
    username: str = ""
    password: str = field(default="", repr=False)
    otds_base_url: str = ""
    """E.g. https://host/otdsws; "" when there is no OTDS."""
    otds_client_id: str = ""
    otds_client_secret: str = field(default="", repr=False)
    partition: str = "Content Server Members"
    """OTDS knows a person as <login>@<partition>."""
    impersonation: Impersonation = "token-exchange"
    act_as: ActAs = ActAs.SERVICE


@dataclass(frozen=True)
class Credential:
    """What proves an identity: Content Server's ticket, or an OTDS bearer token."""

    value: str = field(repr=False)
    bearer: bool = False
    ends: datetime | None = None
    """UTC. None: not told; it ends with a 401."""
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By which a load balancer finds the server that knows the ticket."""

    @property
    def headers(self) -> dict[str, str]:
        """What a request carries."""
        return {"Authorization": f"Bearer {self.value}"} if self.bearer else {"OTCSTicket": self.value}

    def over(self, now: datetime) -> bool:
        """Tell whether it ends before a request could be answered."""
        return self.ends is not None and now >= self.ends - TOKEN_EARLY


class Desk:
    """Where credentials are had. Nothing is kept here."""

    def __init__(self, sign_in: SignIn, wire: Wire) -> None:
        self._sign_in = sign_in
        self._wire = wire

    async def for_service(self, now: datetime) -> Credential:
        """
        Sign the integration user in.

        Raises:
            RefusedError: name, password or client are not accepted.
            UnavailableError: no sensible answer.
        """
        if self._sign_in.auth == "otds":
            return await self._token(now, {"grant_type": "client_credentials"})
        form = {"username": self._sign_in.username, "password": self._sign_in.password}
        url, what = self._wire.api("POST", "v1/auth")
        # Not marked as a write: when its answer is lost, nothing is left half done, and signing in again is safe.
        response = await self._wire.send(Request("POST", url, what, form=form), {})
        return Credential(_secret(_read(response, what), "ticket", what), cookies=_cookies(response))

    async def by_exchange(self, person: Person, now: datetime) -> Credential:
        """
        Exchange the OAuth client's right for a person's token, and check whose it is.

        Raises:
            RefusedError: impersonation is not allowed, or the token is another user's.
            UnavailableError: no sensible answer.
        """
        credential = await self._token(
            now,
            {
                "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
                "subject_token": self._otds_name(person),
                "subject_token_type": "urn:opentext.com:oauth:string:user_id",
            },
        )
        # Content Server's ticket that comes with it is dropped: the bearer token itself signs every request.
        await self._enter(credential.headers, person)
        return credential

    async def by_ticket(self, person: Person, now: datetime) -> Credential:
        """
        Have OTDS write a ticket for a person, and exchange it at once: some can be used once only.

        Raises:
            RefusedError: impersonation is not allowed, or the ticket is another user's.
            UnavailableError: no sensible answer.
        """
        del now  # a ticket ends with a 401
        # OTDS answers 200 and a reason when it refuses: see `_read`.
        asked = {"userName": self._otds_name(person), "ticket": await self.sso_ticket()}
        given = await self._otds("rest/authentication/ticketforuser", json=asked)
        credential = await self._enter({"OTDSTicket": _secret(given, "ticket", "OTDS ticketforuser")}, person)
        if not credential.value:
            raise garbled("GET v1/auth", wrote=False)  # noqa: EM101 - what was asked, not the message
        return credential

    async def sso_ticket(self) -> str:
        """Get OTDS's own ticket of the OAuth client. Raises what `by_ticket` raises."""
        ours = {
            "userName": f"{self._sign_in.otds_client_id}@OAuthClients",
            "password": self._sign_in.otds_client_secret,
        }
        return _secret(await self._otds("rest/authentication/credentials", json=ours), "ticket", "OTDS credentials")

    async def _enter(self, headers: dict[str, str], person: Person) -> Credential:
        """Exchange OTDS's proof for Content Server's ticket. Whose it is, is checked: it acts in that name."""
        url, what = self._wire.api("GET", "v1/auth")
        response = await self._wire.send(Request("GET", url, what), headers)
        data = obj(_read(response, what).get("data"))
        if number_or_none(data.get("id")) != person.user_id:
            message = f"OTDS knows {person.login} as another user of Content Server than {person.user_id}"
            raise RefusedError(message, code=REFUSED)
        return Credential(_sendable(response.headers.get("OTCSTicket", ""), what), cookies=_cookies(response))

    async def _token(self, now: datetime, grant: dict[str, str]) -> Credential:
        ours = {"client_id": self._sign_in.otds_client_id, "client_secret": self._sign_in.otds_client_secret}
        answer = await self._otds("oauth2/token", form={**grant, **ours})
        # An odd figure is none: the token then ends with a 401.
        seconds = number_or_none(answer.get("expires_in"))
        ends = None if seconds is None else now + timedelta(seconds=min(max(seconds, 0), _LONGEST_TOKEN))
        return Credential(_secret(answer, "access_token", "OTDS oauth2/token"), bearer=True, ends=ends)

    async def _otds(self, path: str, *, form: dict[str, str] | None = None, json: dict[str, str] | None = None) -> Json:
        if not (self._sign_in.otds_base_url and self._sign_in.otds_client_id):
            message = "impersonation through OTDS needs OTDS_BASE_URL, OTDS_CLIENT_ID and OTDS_CLIENT_SECRET"
            raise RefusedError(message, code=REFUSED)
        what = f"POST OTDS {path}"
        url = f"{self._sign_in.otds_base_url}/{path}"
        return _read(await self._wire.send(Request("POST", url, what, form=form, json=json), {}), what)

    def _otds_name(self, person: Person) -> str:
        if not person.login:
            message = f"user {person.user_id} has no login to act in the name of"
            raise RefusedError(message, code=REFUSED)
        return f"{person.login}@{self._sign_in.partition}"


def _read(response: httpx.Response, what: str) -> Json:
    # Only in the server's own words: a proxy's page says nothing of the password, and a refusal ends all tries for
    # minutes.
    if response.status_code in (400, 401, 403) and message_of(response.content) is not None:
        message = f"{what}: sign-in refused: {str(message_of(response.content))[:200]}"
        raise RefusedError(message, code=REFUSED)
    if not response.is_success:
        raise error_for(response.status_code, response.content, what=what, wrote=False, headers=response.headers)
    try:
        answer = obj(decoded(response.content))
    except ValueError as error:
        raise garbled(what, wrote=False) from error
    if reason := text(answer.get("failureReason")):
        message = f"{what}: sign-in refused: {reason[:200]}"
        raise RefusedError(message, code=REFUSED)
    return answer


def _secret(answer: Json, name: str, what: str) -> str:
    if not (found := text(answer.get(name))):
        raise garbled(what, wrote=False)
    return _sendable(found, what)


def _sendable(ticket: str, what: str) -> str:
    """A ticket travels in a header, which takes printable ASCII alone."""
    if ticket and not (ticket.isascii() and ticket.isprintable()):
        raise garbled(what + " (a ticket that no header takes)", wrote=False)
    return ticket


def _cookies(response: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in kept_cookies(response).items() if value is not None}
