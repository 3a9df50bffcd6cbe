"""
JSON batches: up to twenty requests in one, each with an answer of its own.

Source: https://learn.microsoft.com/graph/json-batching
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeAlias

from kiota_abstractions.base_request_builder import BaseRequestBuilder
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from kiota_http.middleware import ParametersNameDecodingHandler
from kiota_http.middleware.options import ParametersNameDecodingHandlerOption

from shared.clients.graph.answers import Answer, error_for, lost, parse, read_rows
from shared.errors import BridgeError, RetryLaterError, ThrottledError, UnavailableError
from shared.models.base import Foreign
from shared.models.fields import NotKnown

LARGEST_BATCH = 20
JSON = "application/json"
ADDRESSES_KEPT = 4096
"""Of the requests in batches; some 500 bytes each."""

Verb: TypeAlias = Literal["GET", "POST", "PATCH", "DELETE"]
QueryValue: TypeAlias = str | int | Sequence[str]


@dataclass(frozen=True)
class BatchRequest:
    """One request; alone it travels alone, with others in a batch."""

    method: Verb
    builder: BaseRequestBuilder
    """The SDK's, for the address."""
    body: Mapping[str, Any] | bytes | None = None
    """JSON; bytes are sent as text as they are, and alone."""
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, QueryValue] = field(default_factory=dict)
    """OData names without their dollar: {"select": ["id", "title"]}."""

    @property
    def wrote(self) -> bool:
        """Anything but a read: a lost answer leaves its outcome unknown."""
        return self.method != "GET"

    def information(self) -> RequestInformation:
        """Address the request as the SDK's own methods do, but for any body and any answer."""
        info = RequestInformation(Method[self.method], self.builder.url_template, dict(self.builder.path_parameters))
        # The SDK's templates name them so: the dollar comes back when the address is sent.
        info.query_parameters = {"%24" + name: value for name, value in self.query.items()}
        if isinstance(self.body, bytes):
            info.set_stream_content(self.body, "text/plain")
        elif self.body is not None:
            info.set_stream_content(json.dumps(self.body).encode(), JSON)
        for name, value in {"Accept": JSON, **self.headers}.items():
            info.headers.try_add(name, value)
        return info


class _Inner(Foreign):
    id: str
    status: int
    headers: Annotated[dict[str, Any] | None, NotKnown] = None
    body: Any = None


class _Envelope(Foreign):
    responses: list[Any]


def pack(requests: Sequence[BatchRequest]) -> dict[str, Any]:
    """Put at most twenty requests into one body. They carry no `dependsOn`: Graph runs them side by side."""
    return {"requests": [_packed(number, request) for number, request in enumerate(requests)]}


def unpack(answer: Answer, requests: Sequence[BatchRequest]) -> list[Answer | BridgeError]:
    """
    Give each request its answer, in the order of the requests. Graph's own order is any.

    A batch that was not accepted carried out nothing; one whose answer is lost may have done everything.
    """
    if not answer.is_success:
        return [error_for(answer, wrote=request.wrote) for request in requests]
    try:
        # As of a read: what a broken envelope leaves in doubt is said of each request by itself, below.
        envelope = parse(_Envelope, answer, wrote=False)
    except UnavailableError as error:
        return [lost(str(error), wrote=request.wrote) for request in requests]
    # An inner answer that can't be read costs itself alone: its request counts as one without an answer.
    found = {inner.id: inner for inner in read_rows(_Inner, envelope.responses)[0]}
    return [_unpacked(found.get(str(number)), request, answer) for number, request in enumerate(requests)]


def reason_to_stop(outcomes: Sequence[Answer | BridgeError]) -> RetryLaterError | None:
    """Say why what comes next is not worth sending now. None: go on."""
    errors = [_error(outcome) for outcome in outcomes]
    for error in errors:
        if isinstance(error, ThrottledError):
            return ThrottledError("not sent: Graph asks for a pause", system="graph", retry_after=error.retry_after)
    if errors and all(isinstance(error, RetryLaterError) for error in errors):
        return UnavailableError("not sent: Graph did not answer the requests before it")
    return None


def _packed(number: int, request: BatchRequest) -> dict[str, Any]:
    packed: dict[str, Any] = {"id": str(number), "method": request.method, "url": _relative(request)}
    headers = dict(request.headers)
    if request.body is not None:
        headers["Content-Type"] = JSON
        packed["body"] = request.body
    if headers:
        packed["headers"] = headers
    return packed


def _relative(request: BatchRequest) -> str:
    """Inner addresses start after the version, and their parameters have plain dollars."""
    builder = request.builder
    path = tuple({**builder.path_parameters, "baseurl": ""}.items())
    query = tuple(
        (f"%24{name}", value if isinstance(value, (str, int)) else tuple(value))
        for name, value in request.query.items()
    )
    return _expanded(builder.url_template, path, query)


@lru_cache(maxsize=ADDRESSES_KEPT)
def _expanded(template: str, path: tuple[tuple[str, Any], ...], query: tuple[tuple[str, Any], ...]) -> str:
    # Kept: the same tasks are read again and again, and to fill in the SDK's templates takes a fifth of such a look.
    info = RequestInformation(Method.GET, template, dict(path))
    info.query_parameters = {name: list(value) if isinstance(value, tuple) else value for name, value in query}
    address, mark, parameters = info.url.partition("?")
    names = ParametersNameDecodingHandlerOption().characters_to_decode
    return f"{address}{mark}{ParametersNameDecodingHandler().decode_uri_encoded_string(parameters, names)}"


def _unpacked(inner: _Inner | None, request: BatchRequest, outer: Answer) -> Answer | BridgeError:
    if inner is None:
        return lost("Graph left this request of a batch without an answer", wrote=request.wrote)
    # The batch's own `Date` is later than each of its parts: good enough where a part tells none.
    date = outer.headers.get("date")
    told = {} if date is None else {"date": date}
    given = {name.lower(): str(value) for name, value in (inner.headers or {}).items()}
    return replace(outer, status=inner.status, headers={**told, **given}, body=inner.body)


def _error(outcome: Answer | BridgeError) -> BridgeError | None:
    if isinstance(outcome, BridgeError):
        return outcome
    return None if outcome.is_success else error_for(outcome, wrote=False)
