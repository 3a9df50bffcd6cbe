"""
The sessions of this process, one for each identity; and what is asked beside them.

Source: OTCS REST, v1/auth and v2/members/proxies/auth.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal

import httpx

from shared.clients.opentext.answers import obj, text
from shared.clients.opentext.errors import error_for
from shared.clients.opentext.session import Session
from shared.clients.opentext.sign_in import REFUSED, Credential, Desk, Impersonation, SignIn
from shared.clients.opentext.sign_in_guard import OwnDoor, SignInDoor, SignInGuard
from shared.clients.opentext.transport import DryWire, Request, Wire
from shared.errors import RefusedError
from shared.models.opentext import Person
from shared.models.words import ActAs


class Sessions:
    """
    The sessions of this process, by identity.

    Attributes:
        service: the integration user's.
    """

    def __init__(
        self, sign_in: SignIn, wire: Wire, now: Callable[[], datetime], *, door: SignInDoor | None = None
    ) -> None:
        """
        Make ready to sign in; the first request does.

        Args:
            sign_in: who, where and how.
            wire: shared by all sessions.
            now: aware, UTC.
            door: where all workers count sign-ins. None: this process counts its own.
        """
        self._sign_in = sign_in
        self._wire = wire
        self._desk = Desk(sign_in, self._wire)
        self._now = now
        self._door = door or OwnDoor()
        self._guard = SignInGuard(self._door, now)
        self.service = Session(self._wire, lambda: self._desk.for_service(now()), now, guard=self._guard)
        self._performers: dict[int, Session] = {}

    def dry(self, note: Callable[[Request], None]) -> "Sessions":
        """Return sessions that read as these do, and note a write in place of sending it."""
        # The same door: a sign-in for a preview brings the account as near to its lock as any other.
        return Sessions(self._sign_in, DryWire(self._wire, note), self._now, door=self._door)

    @property
    def auth(self) -> Literal["password", "otds"]:
        """How the integration user signs in."""
        return self._sign_in.auth

    @property
    def has_otds_client(self) -> bool:
        """Whether there is an OAuth client of OTDS to act for others with."""
        return bool(self._sign_in.otds_base_url and self._sign_in.otds_client_id)

    @property
    def calls(self) -> int:
        """HTTP requests made so far, those of signing in included."""
        return self._wire.calls

    @property
    def base_url(self) -> str:
        """The whole cs URL."""
        return self._sign_in.base_url

    async def performer(self, person: Person) -> Session:
        """
        Return the session in which to act for a performer.

        Raises:
            RefusedError: the bridge only records (`OPENTEXT_ACT_AS=none`).
        """
        if self._sign_in.act_as is ActAs.NONE:
            message = "OPENTEXT_ACT_AS=none: nobody is acted for, the person completes in OpenText"
            raise RefusedError(message, code="act_as_none")
        # Steps are assigned to the integration user itself: its own session is the performer's.
        if self._sign_in.act_as is ActAs.SERVICE:
            return self.service
        # A ticket belongs to one identity: sessions are kept apart, and none is shared between two people.
        if person.user_id not in self._performers:
            self._performers[person.user_id] = Session(
                self._wire,
                lambda: self.become(person, self._sign_in.impersonation),
                self._now,
                identity=f"performer-{person.user_id}",
                guard=self._guard,
            )
        return self._performers[person.user_id]

    async def become(self, person: Person, way: Impersonation) -> Credential:
        """
        Sign in as a person, in one of the three ways.

        Raises:
            RefusedError: not allowed, or what came is another user's.
            UnavailableError: no sensible answer.
        """
        if way == "token-exchange":
            return await self._desk.by_exchange(person, self._now())
        if way == "ticket-for-user":
            return await self._desk.by_ticket(person, self._now())
        return await self._by_proxy(person)

    async def sign_in_anew(self) -> Credential:
        """
        Sign the integration user in beside the session that is kept.

        Raises:
            RefusedError: name, password or client are not accepted.
            UnavailableError: no sensible answer.
        """
        return await self._desk.for_service(self._now())

    async def otds_ticket(self) -> str:
        """
        Get OTDS's own ticket of the OAuth client.

        Raises:
            RefusedError: there is no OTDS, or it lets the client have none.
            UnavailableError: no sensible answer.
        """
        return await self._desk.sso_ticket()

    async def ask_unsigned(self, path: str, headers: Mapping[str, str]) -> httpx.Response:
        """
        Read with nothing to prove who asks but these headers, and return whatever is answered.

        Raises:
            UnavailableError: no answer.
        """
        url, what = self._wire.api("GET", path)
        return await self._wire.send(Request("GET", url, what), headers)

    async def ask_page(self, url: str) -> httpx.Response:
        """Read a page of Smart UI as a browser does that nobody signed in. Raises UnavailableError: no answer."""
        return await self._wire.send(Request("GET", url, "GET a page of Smart UI"), {})

    async def _by_proxy(self, person: Person) -> Credential:
        """Content Server's own way, from 23.4: the person must have made the integration user a proxy."""
        # No write, though it is a POST: a ticket whose answer was lost has changed nothing.
        answer = await self.service.post_form(f"v2/members/proxies/auth/{person.user_id}", {}, writes=False)
        token = text(obj(answer.get("results")).get("token"))
        if not token:
            message = f"no proxy ticket for user {person.user_id}"
            raise RefusedError(message, code=REFUSED)
        return Credential(token)

    async def ping(self) -> None:
        """
        See whether Content Server answers at all. Nobody is signed in for it.

        Raises:
            UnavailableError: it does not.
        """
        url, what = self._wire.api("GET", "v1/ping")
        response = await self._wire.send(Request("GET", url, what), {})
        if not response.is_success:
            raise error_for(response.status_code, response.content, what=what, wrote=False, headers=response.headers)
