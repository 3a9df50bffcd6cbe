"""
Ask both systems as a probe needs it: any request, and the answer as it came.

Addresses, sign-in and transport are the clients' own. Each request is sent once, and not faster than it was agreed.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from shared.clients.graph.batch import Verb
from shared.clients.graph.connection import GraphConnection
from shared.clients.graph.planner import Planner
from shared.clients.opentext import OpenText
from shared.clients.opentext.sign_in import Credential
from shared.clients.opentext.transport import Form, Query, Upload, as_body
from shared.conformance.observed import CannotTellError

Json: TypeAlias = dict[str, Any]

_SECOND, _SECOND_TRIES = 1.1, 10
_AWAY = frozenset({429, 502, 503, 504})
"""Statuses of a system that does not answer the question now."""


@dataclass(frozen=True)
class Reply:
    """One answer."""

    status: int
    headers: Mapping[str, str]
    """Found under any case."""
    content: bytes

    @property
    def json(self) -> Json:
        """The JSON object in it; empty: it holds none."""
        try:
            found = json.loads(self.content.decode("utf-8-sig", "replace"))
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def is_success(self) -> bool:
        """Carried out."""
        return 200 <= self.status < 300

    @property
    def etag(self) -> str:
        """The version that it shows."""
        return str(self.json.get("@odata.etag", ""))

    @property
    def code(self) -> str:
        """Graph's code of an error."""
        error = self.json.get("error")
        return str(error.get("code", "")) if isinstance(error, dict) else ""

    @property
    def said(self) -> str:
        """Status and words of an error, for people."""
        error = self.json.get("error")
        words = f"{error.get('code', '')} {error.get('message', '')}" if isinstance(error, dict) else str(error or "")
        return f"{self.status} {words.strip()[:160]}".strip()

    @property
    def results(self) -> Any:  # noqa: ANN401 - whatever Content Server sends
        """What version 2 of Content Server's interface answers with."""
        return self.json.get("results")


class Pace:
    """
    Waits so that requests do not come faster than agreed.

    Args:
        per_second: 0: as fast as they come.
        asked: called before each request.
    """

    def __init__(
        self,
        per_second: float = 0.0,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._apart = 1 / per_second if per_second else 0.0
        self._sleep = sleep
        self._ticks = ticks
        self._free_at = 0.0

    async def pause(self, seconds: float) -> None:
        """Wait: for a clock that counts whole seconds, or until a system may answer again."""
        await self._sleep(seconds)

    async def turn(self) -> None:
        """Wait for the next place."""
        now = self._ticks()
        wait, self._free_at = self._free_at - now, max(now, self._free_at) + self._apart
        if wait > 0:
            await self._sleep(wait)


class Systems:
    """Graph as the app, Content Server as the integration user."""

    def __init__(self, graph: GraphConnection, opentext: OpenText, pace: Pace) -> None:
        self.opentext = opentext
        self.planner = Planner(graph)
        self._graph = graph
        self._pace = pace

    async def graph(self, method: Verb, path: str, body: Json | None = None, **headers: str) -> Reply:
        """
        Ask Graph; names of headers with `_` for `-`.

        Raises:
            CannotTellError: it does not answer now.
            BridgeError: no answer at all.
        """
        await self.turn()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await self._graph.ask(method, path, body=body, headers=named)
        reply = _checked(Reply(answer.status, answer.headers, bytes(answer.body or b"")), "Graph")
        # A limit has a name of its own; whoever may do nothing here learns nothing about the belief.
        if reply.status in (401, 403) and not reply.code.startswith("Maximum"):
            message = f"Graph does not let us: {reply.said}"
            raise CannotTellError(message)
        return reply

    async def content(
        self,
        method: str,
        path: str,
        *,
        query: Query = (),
        form: Form | None = None,
        body: Json | None = None,
        file: Upload | None = None,
        plain_json: Mapping[str, str] | None = None,
    ) -> Reply:
        """
        Ask Content Server; `form` is a plain form, `body` the form whose one field holds JSON.

        Raises:
            CannotTellError: it does not answer now.
            BridgeError: no answer at all, or nobody is let in.
        """
        await self.turn()
        session = self.opentext.sessions.service
        sent = as_body(body) if body is not None else form
        answer = await session.ask(method, path, query=query, form=sent, file=file, json=plain_json)
        # The session has signed in anew by then, and was turned away again.
        if answer.status_code == 401:
            raise CannotTellError("Content Server lets nobody in")  # noqa: EM101 - a sentence
        return _checked(Reply(answer.status_code, answer.headers, answer.content), "Content Server")

    async def unsigned(self, path: str, headers: Mapping[str, str]) -> Reply:
        """Ask Content Server with these headers alone. Raises as `content`."""
        await self.turn()
        answer = await self.opentext.sessions.ask_unsigned(path, headers)
        return _checked(Reply(answer.status_code, answer.headers, answer.content), "Content Server")

    async def sign_in_anew(self) -> Credential:
        """
        Sign the integration user in beside its session.

        That has to be let in first: its sign-ins are counted and guarded, so that no account is locked.

        Raises:
            CannotTellError: it is not let in.
            BridgeError: as `content`.
        """
        reply = await self.content("GET", "v1/auth")
        if not reply.is_success:
            message = f"the integration user is not let in: {reply.said}"
            raise CannotTellError(message)
        await self.turn()
        return await self.opentext.sessions.sign_in_anew()

    async def page(self, url: str) -> Reply:
        """Ask for a page of Smart UI without being signed in. Raises as `content`."""
        await self.turn()
        answer = await self.opentext.sessions.ask_page(url)
        return _checked(Reply(answer.status_code, answer.headers, answer.content), "Content Server")

    async def turn(self) -> None:
        """Wait until another request may leave: for what is asked through the clients' own methods."""
        await self._pace.turn()

    async def next_second(self) -> None:
        """Ask Content Server until its own clock shows another second: it dates by whole ones."""
        first = (await self.content("GET", "v1/serverinfo")).headers.get("Date")
        for _ in range(_SECOND_TRIES):
            if (await self.content("GET", "v1/serverinfo")).headers.get("Date") != first:
                return
        # A server without a `Date`, or with one that stands still, never shows another second: it is waited for.
        await self.pause(_SECOND)

    async def pause(self, seconds: float) -> None:
        """See `Pace.pause`."""
        await self._pace.pause(seconds)


def _checked(reply: Reply, who: str) -> Reply:
    if reply.status in _AWAY:
        message = f"{who} answered {reply.status}"
        raise CannotTellError(message)
    return reply


def shown(value: object) -> str:
    """Write a value that was seen."""
    return json.dumps(value, ensure_ascii=False)[:160]
