"""The simulated Microsoft Graph as one coroutine function, with the doors that people and tests use."""

from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import format_datetime

from local.in_process.transport import Answer, Query
from local.simulators.faults import Faults
from local.simulators.graph.batch import run_batch
from local.simulators.graph.failures import GraphError
from local.simulators.graph.people import People
from local.simulators.graph.request import Request
from local.simulators.graph.routes import route
from local.simulators.graph.rules import Rules
from local.simulators.graph.state import Deliver, State
from local.simulators.graph.subscriptions import create_subscription

_VERSION = "/v1.0/"


class Graph(People):
    """
    Microsoft Graph v1.0 as far as the bridge uses it.

    Args:
        now: the clock; aware UTC.
        seed: ids and the order of batched answers follow from it.
        deliver: how notifications are sent; None: every handshake fails.
        rules: None: the documented ones.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        seed: int = 0,
        deliver: Deliver | None = None,
        rules: Rules | None = None,
    ) -> None:
        super().__init__(State(now=now, seed=seed, rules=rules or Rules()), deliver)
        self.faults = Faults()
        self.calls = 0
        self._requests = 0

    async def handle(self, method: str, path: str, query: Query, headers: Mapping[str, str], body: bytes) -> Answer:
        """
        Answer one HTTP request; the token may be any bearer.

        Raises:
            DroppedError: a fault broke the connection.
        """
        self.calls += 1
        lowered = {name.lower(): value for name, value in headers.items()}
        path = _folded(path)
        request = Request(method, path.removeprefix(_VERSION[:-1]), dict(query), lowered, body)
        try:
            _check_caller(path, lowered)
        except GraphError as error:
            status, own, content = self._refuse(error, request)
        else:
            status, own, content = await self._dispatch(request)
        told = {"request-id": self._request_id()}
        if self.state.believed("graph-dates-its-answers"):
            told["date"] = format_datetime(self.state.now(), usegmt=True)
        return status, {**own, **told}, content

    async def _dispatch(self, request: Request) -> Answer:
        """Answer one request, alone or in a batch."""
        fault = self.faults.take(request.method, request.path)
        if fault is not None and not fault.after:
            return fault.strike(None)
        try:
            answer = await self._settle(request)
        except GraphError as error:
            answer = self._refuse(error, request)
        return answer if fault is None else fault.strike(answer)

    async def _settle(self, request: Request) -> Answer:
        if (request.method, request.path) == ("POST", "/$batch"):
            return await run_batch(self.state, request, self._dispatch)
        if (request.method, request.path) == ("POST", "/subscriptions"):
            return await create_subscription(self.state, request, self.deliver)
        return route(self.state, request)

    def _refuse(self, error: GraphError, request: Request) -> Answer:
        request_id = self._request_id()
        asked = request.headers.get("client-request-id", request_id)
        date = self.state.now().strftime("%Y-%m-%dT%H:%M:%S")
        return error.answer(date=date, request_id=request_id, client_request_id=asked)

    def _request_id(self) -> str:
        self._requests += 1
        return f"00000000-0000-4000-8000-{self._requests:012x}"


def _folded(path: str) -> str:
    """Fold double slashes: the SDK's default base URL makes one after the version."""
    while "//" in path:
        path = path.replace("//", "/")
    return path


def _check_caller(path: str, headers: Mapping[str, str]) -> None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        challenge = {
            "www-authenticate": 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common"'
        }
        raise GraphError(401, "Access token is empty.", code="InvalidAuthenticationToken", headers=challenge)
    if not path.startswith(_VERSION):
        raise GraphError(404, "Invalid version.", code="BadRequest")
