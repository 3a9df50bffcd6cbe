"""A Graph of a few lines for the clients' unit tests: it answers what it is told, and remembers what it was asked."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from shared.clients.graph.connection import GraphConnection, connect

BASE = "http://localhost:7071"
VERSION = "/v1.0"

Reply = httpx.Response | Exception


class GraphDouble:
    """Answers by method and path; a batch is taken apart and put together again, in reverse order."""

    def __init__(self, **replies: Callable[[httpx.Request], Reply]) -> None:
        """`GET`, `POST`, ... → what answers that method; a missing one fails the test. `BATCH`: answers one whole."""
        self.replies = replies
        self.sent: list[httpx.Request] = []
        self.inner: list[httpx.Request] = []

    def connection(self) -> GraphConnection:
        return connect(BASE, httpx.AsyncClient(transport=httpx.MockTransport(self)), None)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        if request.url.path != f"{VERSION}/$batch":
            return self.reply(request)
        return given(self.replies["BATCH"](request)) if "BATCH" in self.replies else self.batch(request)

    def reply(self, request: httpx.Request) -> httpx.Response:
        self.inner.append(request)
        return given(self.replies[request.method](request))

    def batch(self, request: httpx.Request) -> httpx.Response:
        answers = [
            {"id": one["id"], **self.parts(self.reply(unpacked(one)))}
            for one in json.loads(request.content)["requests"]
        ]
        return httpx.Response(200, json={"responses": answers[::-1]})

    def parts(self, answer: httpx.Response) -> dict[str, Any]:
        body = {"body": answer.json()} if answer.content else {}
        return {"status": answer.status_code, "headers": dict(answer.headers), **body}


def given(reply: Reply) -> httpx.Response:
    if isinstance(reply, Exception):
        raise reply
    return reply


def unpacked(one: dict[str, Any]) -> httpx.Request:
    return httpx.Request(
        one["method"],
        BASE + VERSION + one["url"],
        headers=one.get("headers"),
        content=json.dumps(one["body"]) if "body" in one else None,
    )


def always(reply: Reply) -> Callable[[httpx.Request], Reply]:
    return lambda _: reply


def said(status: int, code: str = "", message: str = "", **headers: str) -> httpx.Response:
    """An error in Graph's own words."""
    return httpx.Response(status, json={"error": {"code": code, "message": message}}, headers=headers)


def page(*items: dict[str, Any], next_link: str | None = None) -> httpx.Response:
    return httpx.Response(200, json={"value": list(items)} | ({"@odata.nextLink": next_link} if next_link else {}))


def task(task_id: str = "task-1", **fields: Any) -> dict[str, Any]:
    """As Learn's samples show it: seven digits of a second, names that are null."""
    return {
        "@odata.etag": f'W/"{task_id}"',
        "id": task_id,
        "planId": "plan-1",
        "title": "Review",
        "createdDateTime": "2026-03-02T08:00:55.8407724Z",
        "createdBy": {"user": {"displayName": None, "id": "u-1"}},
        "dueDateTime": None,
        **fields,
    }
