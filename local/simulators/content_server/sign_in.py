"""
Know who asks: tickets of Content Server, tokens and tickets of OTDS, proxies.

A ticket belongs to one identity and, as by default, to one client address (here: the first of X-Forwarded-For).
It says itself until when it is good: 30 minutes from the answer that brought it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs

from local.in_process.transport import Answer
from local.simulators.content_server.exchange import Call, RefusedCall, answer, results
from local.simulators.content_server.model import User
from local.simulators.content_server.state import State

LIFETIME = timedelta(minutes=30)
TOKEN_LIFETIME = timedelta(seconds=3600)
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
LOGIN_REQUIRED = "Authentication Required"


@dataclass
class Session:
    """What a ticket stands for."""

    user: int
    address: str


@dataclass
class OauthClient:
    """An application that OTDS knows."""

    id: str
    secret: str
    user: int
    may_impersonate: bool


class SignIn:
    """Issue and check tickets and tokens."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.sessions: dict[int, Session] = {}
        self.clients: dict[str, OauthClient] = {}
        self._tokens: dict[str, tuple[int, datetime]] = {}
        self._token_sessions: dict[tuple[str, str], int] = {}
        self._once: dict[str, int] = {}
        self._newest: dict[int, str] = {}
        self._serial = 0
        self._dates: tuple[datetime | None, dict[str, str]] = (None, {})

    # -- Content Server -------------------------------------------------------------------------------------------

    def open(self, user: int, headers: Mapping[str, str]) -> int:
        """Begin a session."""
        self._serial += 1
        self.sessions[self._serial] = Session(user, _address(headers))
        return self._serial

    def ticket(self, session: int) -> str:
        """Write a fresh ticket of a session."""
        self._serial += 1
        expires = int((self._state.now() + LIFETIME).timestamp())
        self._newest[session] = f"x{session:x}z{expires:x}z{self._serial:x}"
        return self._newest[session]

    def headers(self, session: int) -> dict[str, str]:
        """Write what stands on every answer: the next ticket, its end, the server's time."""
        now = self._state.now().replace(microsecond=0)
        if self._dates[0] != now:
            end = format_datetime(now + LIFETIME, usegmt=True)
            self._dates = (now, {"OTCSTicketExpires": end, "Date": format_datetime(now, usegmt=True)})
        return {"OTCSTicket": self.ticket(session), **self._dates[1]}

    def session_of(self, headers: Mapping[str, str], *, signing_in: bool) -> int:
        """
        Find out whose request this is.

        Args:
            signing_in: it is `GET v1/auth`, where an OTDS ticket may be changed for one of ours.

        Raises:
            RefusedCall: 401.
        """
        if "otcsticket" in headers:
            return self._by_ticket(headers["otcsticket"], headers)
        bearer = headers.get("authorization", "")
        if bearer.startswith("Bearer ") and (signing_in or self._state.believed("otds-token-everywhere")):
            return self._by_token(bearer.removeprefix("Bearer "), headers)
        if signing_in and headers.get("otdsticket", "") in self._once:
            once, ticket = self._state.believed("otds-ticket-once"), headers["otdsticket"]
            return self.open(self._once.pop(ticket) if once else self._once[ticket], headers)
        raise RefusedCall(401, LOGIN_REQUIRED)

    def _by_ticket(self, ticket: str, headers: Mapping[str, str]) -> int:
        number, _, rest = ticket.removeprefix("x").partition("z")
        try:
            session, expires = int(number, 16), int(rest.partition("z")[0], 16)
        except ValueError:
            status = 401 if self._state.believed("content-no-ticket-401") else 403
            raise RefusedCall(status, LOGIN_REQUIRED) from None
        if not self._state.believed("content-older-ticket-good") and ticket != self._newest.get(session, ticket):
            raise RefusedCall(401, LOGIN_REQUIRED)
        known = self.sessions.get(session)
        if known is None or known.address != _address(headers) or self._state.now().timestamp() >= expires:
            raise RefusedCall(401, LOGIN_REQUIRED)
        return session

    def _by_token(self, token: str, headers: Mapping[str, str]) -> int:
        user, ends = self._tokens.get(token, (0, self._state.now()))
        if self._state.now() >= ends:
            raise RefusedCall(401, LOGIN_REQUIRED)
        key = (token, _address(headers))
        session = self._token_sessions.get(key, 0)
        if session not in self.sessions:
            session = self._token_sessions[key] = self.open(user, headers)
        return session

    def by_password(self, call: Call) -> Answer:
        """Answer `POST v1/auth`. A missing argument is 500, a wrong one 401."""
        login, password = call.field("username"), call.field("password")
        user = self._check(login, password)
        if user is None:
            raise RefusedCall(401, "Invalid username/password specified.")
        return answer({"ticket": self.ticket(self.open(user.id, call.headers))})

    def end(self, call: Call) -> Answer:
        """Answer `DELETE v1/auth`: the session's tickets are worth nothing from here on."""
        self.sessions.pop(call.session, None)
        return answer({})

    def as_proxy(self, call: Call) -> Answer:
        """Answer `POST v2/members/proxies/auth/{id}`: a ticket of somebody who named the caller as their proxy."""
        target = self._state.users.get(call.number(0))
        if not (self._state.proxies_enabled and self._state.believed("content-proxy")):
            raise RefusedCall(400, "Proxy is not enabled")
        if target is None:
            raise RefusedCall(400, "Error getting the specified user")
        if target.is_admin:
            raise RefusedCall(400, "Proxy Users cannot be defined for administrative users")
        if call.user not in target.proxies:
            raise RefusedCall(400, "Proxy User mapping not found")
        return results({"token": self.ticket(self.open(target.id, call.headers))})

    def _check(self, login: str, password: str) -> User | None:
        user = self._state.users.get(self._state.logins.get(login.partition("@")[0].lower(), 0))
        return user if user is not None and user.password == password else None

    def forget_sessions(self) -> None:
        """Lose every session: a restart, or an administrator's doing."""
        self.sessions.clear()

    # -- OTDS -----------------------------------------------------------------------------------------------------

    def otds(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """
        Answer a request to OTDS.

        Raises:
            RefusedCall: wrong credentials, no such grant, no such path.
        """
        if path == "/oauth2/token":
            form = parse_qs(body.decode()) if "urlencoded" in headers.get("content-type", "") else {}
            return self._token({name: values[0] for name, values in form.items()})
        try:
            given = json.loads(body or b"{}")
        except ValueError:
            raise RefusedCall(400, "Bad Request") from None
        if path in ("/rest/authentication/credentials", "/v1/authentication/credentials"):
            return self._credentials(given, snake="/v1/" in path)
        if path in ("/rest/authentication/ticketforuser", "/rest/authentication/resource/ticketforuser"):
            return self._ticket_for_user(given)
        raise RefusedCall(404, "Not Found")

    def _token(self, form: dict[str, str]) -> Answer:
        client = self.clients.get(form.get("client_id", ""))
        if client is None or client.secret != form.get("client_secret"):
            raise RefusedCall(401, "invalid_client")
        grant = form.get("grant_type", "")
        if grant == "client_credentials":
            return self._issue(client.user)
        if grant == "password":
            user = self._check(form.get("username", ""), form.get("password", ""))
            return self._issue(user.id if user else 0)
        if grant == EXCHANGE:
            return self._issue(self._impersonated(client, form))
        raise RefusedCall(400, "unsupported_grant_type")

    def _impersonated(self, client: OauthClient, form: dict[str, str]) -> int:
        kind = form.get("subject_token_type") == "urn:opentext.com:oauth:string:user_id"
        if not (client.may_impersonate and kind and self._state.believed("otds-token-exchange")):
            raise RefusedCall(400, "invalid_grant")
        found = self._partition_user(form.get("subject_token", ""))
        return found or (0 if self._state.believed("otds-unknown-refused") else client.user)

    def _partition_user(self, name: str) -> int:
        """Find `login@partition`; without a partition nobody is found."""
        login, at, _ = name.rpartition("@")
        return self._state.logins.get(login.lower(), 0) if at else 0

    def _issue(self, user: int) -> Answer:
        if user not in self._state.users:
            raise RefusedCall(400, "invalid_grant")
        self._serial += 1
        token = f"eyJ{self._serial:08x}"
        self._tokens[token] = (user, self._state.now() + TOKEN_LIFETIME)
        given: dict[str, str | int] = {"access_token": token, "token_type": "Bearer"}
        if self._state.believed("otds-token-ends"):
            given["expires_in"] = int(TOKEN_LIFETIME.total_seconds())
        return answer(given)

    def _credentials(self, given: dict[str, str], *, snake: bool) -> Answer:
        name = given.get("user_name" if snake else "userName", "")
        client = self.clients.get(name.partition("@")[0])
        if client is not None and client.secret == given.get("password"):
            return self._once_only(client.user, name)
        user = self._check(name, given.get("password", ""))
        if user is None:
            raise RefusedCall(401, "Authentication failed")
        return self._once_only(user.id, name)

    def _ticket_for_user(self, given: dict[str, str]) -> Answer:
        service = self._once.get(given.get("ticket", ""))
        allowed = any(client.user == service and client.may_impersonate for client in self.clients.values())
        user = self._partition_user(given.get("userName", ""))
        if not allowed or not user or not self._state.believed("otds-ticket-for-user"):
            raise RefusedCall(401, "User cannot be impersonated in resource Content Server")
        return self._once_only(user, given["userName"])

    def _once_only(self, user: int, name: str) -> Answer:
        """Issue an OTDS ticket: good for one exchange."""
        self._serial += 1
        ticket = f"*OTDSSSO*{self._serial:08x}*"
        self._once[ticket] = user
        return answer({"token": None, "userId": name, "user_id": name, "ticket": ticket, "failureReason": None})


def _address(headers: Mapping[str, str]) -> str:
    return headers.get("x-forwarded-for", "").partition(",")[0].strip()
