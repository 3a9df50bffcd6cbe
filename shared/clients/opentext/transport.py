"""
One HTTP request to Content Server or OTDS: how it is encoded, and what a broken connection means.

Content Server wants its bodies in three forms, and takes none for another:
A key=value; B one field `body` that holds JSON; C multipart with a file. A JSON body is not a supported one.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlencode

import httpx

from shared.errors import OutcomeUnknownError, UnavailableError
from shared.observability.telemetry import count

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
    return "&".join(name if value is None else urlencode({name: value}) for name, value in query)


class Wire:
    """Sends requests, and counts them."""

    def __init__(self, http: httpx.AsyncClient, base_url: str) -> None:
        """
        Keep what is needed to send.

        Args:
            http: its time-outs hold; its cookies are never sent.
            base_url: the whole cs URL.
        """
        self._http = http
        self._api = f"{base_url.rstrip('/')}/api/"
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
            response = await self._http.send(built, auth=None, follow_redirects=False)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            # Not even connected: the request was never sent.
            count("calls", system="opentext", status="0")
            message = f"{request.what}: no connection ({type(error).__name__})"
            raise UnavailableError(message) from error
        except httpx.RequestError as error:
            count("calls", system="opentext", status="0")
            message = f"{request.what}: no answer ({type(error).__name__})"
            if request.writes:
                message = f"{message}, it may have been done"
                raise OutcomeUnknownError(message) from error
            raise UnavailableError(message) from error
        count("calls", system="opentext", status=str(response.status_code))
        return response

    def _build(self, request: Request, headers: Mapping[str, str]) -> httpx.Request:
        file = request.file
        built = self._http.build_request(
            request.method,
            request.url,
            headers={"Accept": "application/json", **headers},
            data=None if request.form is None else dict(request.form),
            files=None if file is None else {"file": (file.name, file.content, file.mime)},
            json=request.json,
        )
        # LLCookie is a ticket: a client that keeps cookies would mix up identities.
        built.headers.pop("cookie", None)
        return built


class DryWire(Wire):
    """Sends what reads; what would write is noted, and answered as if it had been carried out."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, note: Callable[[Request], None]) -> None:
        super().__init__(http, base_url)
        self._note = note

    async def send(self, request: Request, headers: Mapping[str, str]) -> httpx.Response:
        """Send a read once. Raises what `Wire.send` raises."""
        if not request.writes:
            return await super().send(request, headers)
        self._note(request)
        return httpx.Response(200, json={})
