"""
The connection to Microsoft Graph: the SDK addresses and signs, each request is sent once, our models read the answers.

The SDK's typed models are not used: reading with them costs two hundred times the CPU. Neither are its retries: they
repeat a POST, and a repeated POST is a second task.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError
from kiota_abstractions.base_request_builder import BaseRequestBuilder
from kiota_abstractions.method import Method
from kiota_abstractions.native_response_handler import NativeResponseHandler
from kiota_abstractions.request_information import RequestInformation
from kiota_http.kiota_client_factory import KiotaClientFactory
from kiota_http.middleware import ParametersNameDecodingHandler
from kiota_http.middleware.options import ResponseHandlerOption
from msgraph import GraphRequestAdapter, GraphServiceClient
from pydantic import BaseModel

from shared.clients.graph.answers import CURES, Answer, lost, parse
from shared.clients.graph.authentication import authentication, roles_in
from shared.clients.graph.batch import JSON, LARGEST_BATCH, BatchRequest, QueryValue, Verb, pack, reason_to_stop, unpack
from shared.clients.graph.pages import Page, read_page
from shared.clients.no_answer import NOT_SENT, explain
from shared.clients.pause import LONGEST_PAUSE
from shared.errors import BridgeError, OutcomeUnknownError, UnavailableError
from shared.models.listed import Listed, UnreadRow
from shared.observability.telemetry import count, unobserved

CALL_SECONDS = 30.0
"""For one call as a whole."""

M = TypeVar("M", bound=BaseModel)


class GraphConnection:
    """
    One Graph, one identity.

    Attributes:
        graph: the SDK's client, for its request builders.
        calls: HTTP requests so far; a batch is one.
    """

    def __init__(
        self,
        adapter: GraphRequestAdapter,
        *,
        seconds: float = CALL_SECONDS,
        longest_pause: timedelta = LONGEST_PAUSE,
        token: Callable[[], Awaitable[str]] | None = None,
    ) -> None:
        self.graph = GraphServiceClient(request_adapter=adapter)
        self._token = token
        self.calls = 0
        self._adapter = adapter
        self._url = httpx.URL(str(adapter.base_url))
        self._seconds = seconds
        self._longest_pause = longest_pause

    async def send(
        self,
        method: Verb,
        builder: BaseRequestBuilder,
        *,
        body: Mapping[str, Any] | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, QueryValue] | None = None,
    ) -> Answer:
        """
        Send one request, once, and hand back its answer whatever the status.

        Raises:
            UnavailableError: no token, no connection, or a read without an answer.
            OutcomeUnknownError: a write without an answer.
        """
        request = BatchRequest(method, builder, body, headers or {}, query or {})
        return await self._exchange(request.information(), wrote=request.wrote)

    async def ask(
        self,
        method: Verb,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """
        Send a request that no builder of the SDK would make, and hand back its answer: to learn how Graph takes it.

        Args:
            path: below the version, with its query as it shall be sent.

        Raises:
            UnavailableError: no token, no connection, or a read without an answer.
            OutcomeUnknownError: a write without an answer.
        """
        info = RequestInformation()
        info.url, info.http_method = f"{self._adapter.base_url}/{path}", Method[method]
        if body is not None:
            info.set_stream_content(json.dumps(body).encode(), JSON)
        for name, value in {"Accept": JSON, **(headers or {})}.items():
            info.headers.try_add(name, value)
        return await self._exchange(info, wrote=method != "GET")

    async def roles(self) -> frozenset[str] | None:
        """
        Return the application permissions that stand in the token that Graph is sent.

        Returns:
            None: it is no token of Entra's, as for a simulator.

        Raises:
            UnavailableError: Entra gives no token.

        Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference (roles)
        """
        if self._token is None:
            return None
        try:
            async with asyncio.timeout(self._seconds):
                token = await self._token()
        except (AzureError, TimeoutError) as error:
            message = f"no token for Graph: {type(error).__name__}"
            raise UnavailableError(message) from error
        return roles_in(token)

    async def read(self, model: type[M], builder: BaseRequestBuilder) -> M:
        """
        Get one resource.

        Raises:
            BridgeError: as `error_for` chooses for a read.
        """
        return parse(model, await self.send("GET", builder), wrote=False)

    async def list_all(
        self, page_type: type[Page[M]], builder: BaseRequestBuilder, *, query: Mapping[str, QueryValue] | None = None
    ) -> Listed[M]:
        """
        Get a collection, all of its pages or nothing. A row that can't be read costs itself, and stands in `unread`.

        Raises:
            UnavailableError: also when a next link leaves the host or leads back, or a page is no list.
        """
        return await self.list_rest(page_type, await self.send("GET", builder, query=query))

    async def list_rest(self, page_type: type[Page[M]], first: Answer) -> Listed[M]:
        """Read a collection from its first page on. Errors as `list_all`."""
        found: list[M] = []
        unread: list[UnreadRow] = []
        async for rows, _ in self.pages(page_type, first):
            found += rows
            unread += rows.unread
        return Listed(found, unread)

    async def pages(self, page_type: type[Page[M]], first: Answer) -> AsyncGenerator[tuple[Listed[M], Answer], None]:
        """Go through a collection page by page, each with its rows and as it was answered. Errors as `list_all`."""
        answer, followed = first, set[str]()
        while True:
            rows, next_link = read_page(page_type, answer)
            yield rows, answer
            if next_link is None:
                return
            # The link is the service's word: one to another host would be handed our token, one back would never end.
            self._check_next(next_link, followed)
            answer = await self._follow(next_link)

    async def batch(self, requests: Sequence[BatchRequest]) -> list[Answer | BridgeError]:
        """
        Send requests that do not depend on each other, twenty at a time; a single one travels alone.

        The outcomes stand in the order of the requests. When Graph asks for a pause or does not answer,
        what is left is not sent, and its outcome says so.
        """
        outcomes: list[Answer | BridgeError] = []
        # Graph takes twenty in a batch. Once it asks for a pause, the rest would only be refused as well.
        for start in range(0, len(requests), LARGEST_BATCH):
            if stop := reason_to_stop(outcomes[-LARGEST_BATCH:]):
                return outcomes + [stop] * (len(requests) - start)
            outcomes += await self._send_chunk(requests[start : start + LARGEST_BATCH])
        return outcomes

    async def _send_chunk(self, requests: Sequence[BatchRequest]) -> list[Answer | BridgeError]:
        try:
            if len(requests) == 1:
                return [await self._exchange(requests[0].information(), wrote=requests[0].wrote)]
            builder = BaseRequestBuilder(self._adapter, "{+baseurl}/$batch", None)
            return unpack(await self.send("POST", builder, body=pack(requests)), requests)
        except OutcomeUnknownError as error:
            # The batch itself is a POST: of a read in it nothing is in doubt.
            return [lost(str(error), wrote=request.wrote) for request in requests]
        except BridgeError as error:
            return [error] * len(requests)

    async def _follow(self, link: str) -> Answer:
        info = RequestInformation()
        info.url, info.http_method = link, Method.GET
        info.headers.try_add("Accept", JSON)
        return await self._exchange(info, wrote=False)

    def _check_next(self, link: str, followed: set[str]) -> None:
        if _origin(link) != _origin(self._adapter.base_url):
            message = "a next link leads to another host"
            raise UnavailableError(message)
        if link in followed:
            message = "a next link leads back to a page that was read"
            raise UnavailableError(message)
        followed.add(link)

    async def _exchange(self, info: RequestInformation, *, wrote: bool) -> Answer:
        """Translate what the SDK, its HTTP client and the credential raise: the one place that does."""
        # The answer as it came, whatever its status: read by the SDK, a success would lose its headers and a failure
        # its body.
        info.add_request_options([ResponseHandlerOption(NativeResponseHandler())])
        self.calls += 1
        try:
            # httpx counts time anew with every byte that trickles in.
            with unobserved():
                async with asyncio.timeout(self._seconds):
                    # The adapter repeats one request of its own: a 401 with a challenge for claims, behind which
                    # nothing was done.
                    response = await self._adapter.send_primitive_async(info, "bytes", {})
        # The credential raised it: the request was not sent, so not even a write is in doubt.
        except AzureError as error:
            message = f"no token for Graph: {type(error).__name__}"
            raise UnavailableError(message) from error
        # Before the clause that covers these as well: nothing of the request has left, so no write is in doubt.
        except NOT_SENT as error:
            count("calls", system="graph", status="0")
            message = f"not sent to Graph: {explain(error, self._url, CURES)}"
            raise UnavailableError(message) from error
        except (TimeoutError, httpx.RequestError) as error:
            count("calls", system="graph", status="0")
            message = f"no answer from Graph: {explain(error, self._url, CURES)}"
            raise lost(message, wrote=wrote) from error
        count("calls", system="graph", status=str(response.status_code))
        return Answer(response.status_code, response.headers, response.content, self._longest_pause)


def connect(
    base_url: str,
    http: httpx.AsyncClient,
    credential: AsyncTokenCredential | None,
    *,
    seconds: float = CALL_SECONDS,
    longest_pause: timedelta = LONGEST_PAUSE,
) -> GraphConnection:
    """
    Connect to a Graph endpoint. Nothing is sent yet.

    Args:
        base_url: scheme and host, without version.
        http: for Graph alone: its transport is wrapped. The caller closes it, and sets its time-outs.
        credential: None is allowed for a simulator on this machine, which is sent the bearer `local`.
        seconds: for one call as a whole, from connecting to the last byte of the answer.
        longest_pause: what `Retry-After` is cut to (`GATE_MAX_SECONDS`).

    Raises:
        SettingsError: the host is not Microsoft Graph's, so that no token may go there.
    """
    adapter = GraphRequestAdapter(authentication(base_url, credential), http)
    adapter.base_url = base_url.rstrip("/") + "/v1.0"
    # The templates hold %24select; Graph wants $select. No other middleware: the default ones repeat requests.
    KiotaClientFactory.create_with_custom_middleware([ParametersNameDecodingHandler()], client=http)
    scope = f"https://{urlsplit(base_url).hostname}/.default"
    token = None if credential is None else partial(_token, credential, scope)
    return GraphConnection(adapter, seconds=seconds, longest_pause=longest_pause, token=token)


async def _token(credential: AsyncTokenCredential, scope: str) -> str:
    return (await credential.get_token(scope)).token


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    # `https://host` and `https://host:443` are the same place: told apart, a sound next link would be refused.
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)
