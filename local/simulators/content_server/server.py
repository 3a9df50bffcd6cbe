"""The simulated Content Server with its OTDS: one coroutine for HTTP, and a door for people."""

from collections.abc import Callable, Mapping
from datetime import datetime

from local.in_process.transport import Answer, Query
from local.simulators.content_server.content_door import ContentDoor
from local.simulators.content_server.exchange import Call, RefusedCall, answer
from local.simulators.content_server.people_door import PeopleDoor
from local.simulators.content_server.routes import Routes
from local.simulators.content_server.sign_in import SignIn
from local.simulators.content_server.state import State
from local.simulators.content_server.workflow_door import WorkflowDoor
from local.simulators.faults import Faults


class ContentServer(PeopleDoor, ContentDoor, WorkflowDoor):
    """
    OpenText Content Server and OTDS, as far as public documents and clients tell how they behave.

    Does no I/O, starts no thread, draws no random number: the same calls get the same answers.

    Args:
        now: the clock; aware.
        zone: IANA name; of the dates that are sent without a zone.
        base_path: where Content Server's own addresses begin; OTDS always stands under /otdsws.
        seed: shifts every id, as another installation would.
    """

    def __init__(
        self, *, now: Callable[[], datetime], zone: str = "UTC", base_path: str = "/cs/cs", seed: int = 0
    ) -> None:
        self.state = State(now=now, zone=zone, seed=seed)
        self.sign_in = SignIn(self.state)
        self.faults = Faults()
        self.calls = 0
        """Requests that arrived, also those that a fault broke."""
        self._smart_ui = f"{base_path.rstrip('/')}/app/"
        self._api = f"{base_path.rstrip('/')}/api/"
        self._routes = Routes(self.state.believed)
        self._begin()

    async def handle(self, method: str, path: str, query: Query, headers: Mapping[str, str], body: bytes) -> Answer:
        """
        Answer one request; see `local.in_process.transport` for the contract.

        Raises:
            DroppedError: a fault breaks the connection.
        """
        self.calls += 1
        fault = self.faults.take(method, path)
        if fault is not None and not fault.after:
            return fault.strike(None)
        try:
            reply = self._answer(method, path, Call(method, query, headers, body))
        except RefusedCall as refusal:
            reply = refusal.answer()
        return reply if fault is None else fault.strike(reply)

    def _answer(self, method: str, path: str, call: Call) -> Answer:
        if path.startswith("/otdsws/"):
            return self.sign_in.otds(path.removeprefix("/otdsws"), call.headers, call.body)
        if path.startswith(self._smart_ui) and self.state.believed("content-deep-links"):
            return 200, {"content-type": "text/html"}, b"<!DOCTYPE html><html><body>Smart UI: sign in</body></html>"
        if not path.startswith(self._api):
            return 404, {"content-type": "text/html"}, b"<html><body>Not Found</body></html>"
        place = path.removeprefix(self._api).rstrip("/")
        if (method, place) == ("GET", "v1/ping") and self.state.believed("content-ping-open"):
            return answer({"build": 1, "href": "api/v1/ping", "version": "24.4"})
        if (method, place) == ("POST", "v1/auth"):
            return self.sign_in.by_password(call)
        return self._known(method, place, call)

    def _known(self, method: str, place: str, call: Call) -> Answer:
        """Answer somebody; whatever the answer is, the next ticket comes with it."""
        call.session = self.sign_in.session_of(call.headers, signing_in=place == "v1/auth")
        call.user = self.sign_in.sessions[call.session].user
        rolls = self.state.believed("content-tickets-roll") or "otcsticket" not in call.headers
        rolled = self.sign_in.headers(call.session) if rolls else {}
        try:
            status, headers, body = self._endpoint(method, place, call)
        except RefusedCall as refusal:
            status, headers, body = refusal.answer()
        return status, {**headers, **rolled}, body

    def _endpoint(self, method: str, place: str, call: Call) -> Answer:
        if (method, place) == ("DELETE", "v1/auth"):
            return self.sign_in.end(call)
        if method == "POST" and place.startswith("v2/members/proxies/auth/"):
            call.args = [place.rpartition("/")[2]]
            return self.sign_in.as_proxy(call)
        endpoint, call.args = self._routes.find(method, place)
        return endpoint(self.state, call)
