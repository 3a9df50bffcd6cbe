"""
A session: requests to Content Server in one identity's name.

Each answer brings a fresh ticket that takes the place of the one used; a ticket ends 30 minutes after the
last request, and is bound to the address it was given to. So a session stays in its process, renews itself
on a 401, once for all requests that met it, and is handed to whoever may act in that name.

Source: OTCS REST, v1/auth; Content Server admin help, authentication cookies.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx

from shared.clients.opentext.answers import Json, decoded, obj
from shared.clients.opentext.cookies import cookie_header, kept_cookies
from shared.clients.opentext.errors import error_for, garbled
from shared.clients.opentext.sign_in import Credential
from shared.clients.opentext.sign_in_guard import SignInGuard
from shared.clients.opentext.transport import Form, Query, Request, Upload, Wire, as_body
from shared.errors import BridgeError, RefusedError, SignInRefusedError
from shared.observability.telemetry import count

SERVICE = "service"
"""The integration user, as whom all is read."""


class Session:
    """
    Requests in one identity's name. Nothing is repeated, but for a request that met a 401: that was not carried out.

    Every method raises:
        ThrottledError: asked to pause.
        UnavailableError: no sensible answer; nothing was changed.
        OutcomeUnknownError: a change was sent, and its answer was lost.
        UnreadableError: gone, hidden or not allowed.
        RefusedError: understood and refused, or the sign-in was.
        StaleError: an edit conflict; nothing was changed.
    """

    def __init__(
        self,
        wire: Wire,
        acquire: Callable[[], Awaitable[Credential]],
        now: Callable[[], datetime],
        *,
        identity: str = SERVICE,
        guard: SignInGuard,
    ) -> None:
        """
        Begin without a credential: the first request gets one.

        Args:
            wire: sends.
            acquire: signs in.
            now: aware, UTC.
            identity: "service", or "performer-<user id>".
            guard: asked before each sign-in.
        """
        self._wire = wire
        self._identity = identity
        self._guard = guard
        self._cookies: dict[str, str] = {}
        self._acquire = acquire
        self._now = now
        self._credential: Credential | None = None
        self._sign_ins = 0
        self._lock = asyncio.Lock()

    async def get(self, path: str, query: Query = ()) -> Json:
        """Read a JSON object."""
        url, what = self._wire.api("GET", path, query)
        return await self._object(Request("GET", url, what))

    async def get_bytes(self, path: str, query: Query = ()) -> bytes:
        """Read content as it is."""
        url, what = self._wire.api("GET", path, query)
        return (await self._answer(Request("GET", url, what))).content

    async def post_form(self, path: str, form: Form, *, query: Query = (), writes: bool = True) -> Json:
        """Post key=value (style A). `writes` is False where Content Server reads by POST."""
        url, what = self._wire.api("POST", path, query)
        return await self._object(Request("POST", url, what, writes=writes, form=form))

    async def put_form(self, path: str, form: Form) -> Json:
        """Put key=value (style A)."""
        url, what = self._wire.api("PUT", path)
        return await self._object(Request("PUT", url, what, writes=True, form=form))

    async def post_body(self, path: str, body: Mapping[str, Any]) -> Json:
        """Post one field `body` that holds JSON (style B)."""
        return await self.post_form(path, as_body(body))

    async def put_body(self, path: str, body: Mapping[str, Any]) -> Json:
        """Put one field `body` that holds JSON (style B)."""
        return await self.put_form(path, as_body(body))

    async def post_file(self, path: str, form: Form, file: Upload) -> Json:
        """Post a file with fields beside it (style C)."""
        url, what = self._wire.api("POST", path)
        return await self._object(Request("POST", url, what, writes=True, form=form, file=file))

    async def ask(
        self,
        method: str,
        path: str,
        *,
        query: Query = (),
        form: Form | None = None,
        file: Upload | None = None,
        json: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a request in any form, and return whatever is answered: to learn how this server takes it."""
        url, what = self._wire.api(method, path, query)
        return await self._signed_send(
            Request(method, url, what, writes=method != "GET", form=form, file=file, json=json)
        )

    async def delete(self, path: str) -> None:
        """Delete. The answer's body does not matter."""
        url, what = self._wire.api("DELETE", path)
        await self._answer(Request("DELETE", url, what, writes=True))

    async def _object(self, request: Request) -> Json:
        response = await self._answer(request)
        if response.status_code == 204:
            return {}
        try:
            answer = decoded(response.content)
        except ValueError as error:
            raise garbled(request.what, wrote=request.writes) from error
        if not isinstance(answer, (dict, list)):
            raise garbled(request.what, wrote=request.writes)
        return obj(answer)

    async def _answer(self, request: Request) -> httpx.Response:
        response = await self._signed_send(request)
        if response.is_success:
            return response
        raise error_for(
            response.status_code,
            response.content,
            what=request.what,
            wrote=request.writes,
            headers=response.headers,
            longest_pause=self._wire.longest_pause,
        )

    async def _signed_send(self, request: Request) -> httpx.Response:
        response, generation = await self._send(request)
        # A ticket ends without notice, and an administrator may end it: one new sign-in, one more try. Nothing was done
        # behind a 401, so a write may be sent again.
        if response.status_code == 401:
            await self._renew(generation)
            response, _ = await self._send(request)
        return response

    async def _send(self, request: Request) -> tuple[httpx.Response, int]:
        credential = self._credential
        if credential is None or credential.over(self._now()):
            credential = await self._renew(self._sign_ins)
        # Counted before the request leaves: whoever signs in while it is under way has the fresher ticket.
        generation = self._sign_ins
        response = await self._wire.send(request, {**credential.headers, **cookie_header(self._cookies)})
        self._roll(response, generation)
        return response, generation

    def _roll(self, response: httpx.Response, generation: int) -> None:
        """Take the fresh ticket, unless somebody signed in anew meanwhile: then theirs is the fresher one."""
        if generation == self._sign_ins:
            changed = {**self._cookies, **kept_cookies(response)}
            self._cookies = {name: value for name, value in changed.items() if value is not None}
        ticket = response.headers.get("OTCSTicket")
        if ticket and not (ticket.isascii() and ticket.isprintable()):
            # No header would take it: the one that was used serves until a 401.
            return
        current = self._credential
        # A bearer token is OTDS's own: the ticket that Content Server adds to the answer is not to replace it.
        if not ticket or current is None or current.bearer or response.status_code == 401:
            return
        if generation == self._sign_ins:
            self._credential = replace(current, value=ticket)

    async def _renew(self, generation: int) -> Credential:
        """Sign in anew, once for all who met the same ending."""
        async with self._lock:
            # Whoever waited for the lock finds the sign-in of the first one: an account must not see one for each
            # request.
            if self._credential is None or self._sign_ins == generation:
                self._credential = await self._signed_in()
                # Not added to the old ones: those may lead to another server than the one that knows this ticket.
                self._cookies = dict(self._credential.cookies)
                self._sign_ins += 1
            return self._credential

    async def _signed_in(self) -> Credential:
        """Sign in where that is not too early, and count how it ended: an account must not be locked by us."""
        begun = await self._guard.begin(self._identity)
        outcome = "unavailable"
        try:
            credential = await self._acquire()
            outcome = "accepted"
        except SignInRefusedError:
            # Somebody else's, on whose word this one depends.
            await self._guard.unanswered(self._identity, begun)
            raise
        except RefusedError as error:
            outcome = "refused"
            pause = await self._guard.refused(self._identity, str(error))
            raise SignInRefusedError(str(error), identity=self._identity, retry_after=pause) from error
        except BridgeError:
            # No sensible answer: it says nothing about who we are.
            await self._guard.unanswered(self._identity, begun)
            raise
        finally:
            count("sign_ins", identity=self._identity.partition("-")[0], outcome=outcome)
        # Last: cut off before, the try goes on counting, so that later ones come more seldom and never too often.
        await self._guard.accepted(self._identity)
        return credential
