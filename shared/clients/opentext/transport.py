"""
One HTTP request to Content Server or OTDS: how it is encoded, and what a broken connection means.

Content Server wants its bodies in three forms, and takes none for another:
A key=value; B one field `body` that holds JSON; C multipart with a file. A JSON body is not a supported one.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias
from urllib.parse import quote_plus

import httpx

from shared.clients.no_answer import NOT_SENT, Cures, explain
from shared.clients.pause import LONGEST_PAUSE
from shared.errors import OutcomeUnknownError, RetryLaterError, UnavailableError
from shared.observability.telemetry import count

CALL_SECONDS = 60.0
"""For one call as a whole: a busy Content Server takes its time."""
CURES = Cures(
    address="OPENTEXT_BASE_URL (OTDS_BASE_URL for OTDS)",
    certificate="a private CA's certificate goes into the file that OPENTEXT_CA_FILE names",
)

Query: TypeAlias = Sequence[tuple[str, str | int | None]]
"""In order; a name may be repeated. A value of None sends the bare name (`?metadata`)."""

Form: TypeAlias = Mapping[str, str | Sequence[str]]
"""Several values repeat the key."""


@dataclass(frozen=True)
class Upload:
    """A file to send."""

    name: str
    content: bytes
    mime: str = "application/octet-stream"


@dataclass(frozen=True)
class Request:
    """One request, before it is signed: it can be sent again with another ticket."""

    method: str
    url: str
    what: str
    """Method and path, for messages: never holds a secret."""
    writes: bool = False
    form: Form | None = None
    file: Upload | None = None
    json: Mapping[str, str] | None = None
    """Only OTDS takes JSON."""


def as_body(value: Mapping[str, Any]) -> Form:
    """Encode style B: one form field that holds JSON."""
    return {"body": json.dumps(value)}


def encode_query(query: Query) -> str:
    """Encode a query string, without its question mark."""
    return "&".join(name if value is None else f"{quote_plus(name)}={quote_plus(str(value))}" for name, value in query)


class Wire:
    """Sends requests, and counts them."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        base_url: str,
        *,
        seconds: float = CALL_SECONDS,
        longest_pause: timedelta = LONGEST_PAUSE,
    ) -> None:
        """
        Keep what is needed to send.

        Args:
            http: its time-outs hold; its cookies are never sent.
            base_url: the whole cs URL.
            seconds: for one call as a whole, from connecting to the last byte of the answer.
            longest_pause: what `Retry-After` is cut to.
        """
        self.http = http
        self.base_url = base_url
        self.seconds = seconds
        self._api = f"{base_url.rstrip('/')}/api/"
        self.longest_pause = longest_pause
        self.calls = 0

    def api(self, method: str, path: str, query: Query = ()) -> tuple[str, str]:
        """Return the URL of a REST path, and what to call the request in messages."""
        encoded = encode_query(query)
        return f"{self._api}{path}{'?' if encoded else ''}{encoded}", f"{method} {path}"

    async def send(self, request: Request, headers: Mapping[str, str]) -> httpx.Response:
        """
        Send a request once, and return whatever is answered.

        Raises:
            UnavailableError: no answer; nothing was changed.
            OutcomeUnknownError: a change was sent, and its answer was lost.
        """
        self.calls += 1
        built = self._build(request, headers)
        try:
            # httpx counts time anew with every byte that trickles in.
            async with asyncio.timeout(self.seconds):
                # A redirect is an answer: followed, it would take the ticket to another host, and make a read of a
                # write.
                response = await self.http.send(built, auth=None, follow_redirects=False)
        # Before the clause that covers these as well: nothing of the request has left, so no write is in doubt.
        except NOT_SENT as error:
            count("calls", system="opentext", status="0")
            message = f"{request.what}: not sent: {explain(error, httpx.URL(request.url), CURES)}"
            raise UnavailableError(message) from error
        except (TimeoutError, httpx.RequestError) as error:
            count("calls", system="opentext", status="0")
            raise _lost(request, explain(error, httpx.URL(request.url), CURES)) from error
        count("calls", system="opentext", status=str(response.status_code))
        return response

    def _build(self, request: Request, headers: Mapping[str, str]) -> httpx.Request:
        file = request.file
        try:
            built = self.http.build_request(
                request.method,
                request.url,
                headers={"Accept": "application/json", **headers},
                data=None if request.form is None else dict(request.form),
                files=None if file is None else {"file": (file.name, file.content, file.mime)},
                json=request.json,
            )
        except UnicodeEncodeError as error:
            message = f"{request.what}: not sent: its ticket holds characters that no header takes"
            raise UnavailableError(message) from error
        # LLCookie is a ticket: a client that keeps cookies would mix up identities. A session brings its own.
        built.headers.pop("cookie", None)
        if "Cookie" in headers:
            built.headers["Cookie"] = headers["Cookie"]
        return built


def _lost(request: Request, why: str) -> RetryLaterError:
    if request.writes:
        return OutcomeUnknownError(f"{request.what}: no answer, it may have been done: {why}")
    return UnavailableError(f"{request.what}: no answer: {why}")


class DryWire(Wire):
    """Sends what reads; what would write is noted, and answered as if it had been carried out."""

    def __init__(self, wire: Wire, note: Callable[[Request], None]) -> None:
        super().__init__(wire.http, wire.base_url, seconds=wire.seconds, longest_pause=wire.longest_pause)
        self._note = note

    async def send(self, request: Request, headers: Mapping[str, str]) -> httpx.Response:
        """Send a read once. Raises what `Wire.send` raises."""
        if not request.writes:
            return await super().send(request, headers)
        self._note(request)
        return httpx.Response(200, json={})
