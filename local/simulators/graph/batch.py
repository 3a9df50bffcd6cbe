"""
`POST /$batch`: up to 20 requests in one, answered in any order.

Source: https://learn.microsoft.com/graph/json-batching
"""

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

from local.in_process.transport import Answer, DroppedError
from local.simulators.graph.failures import GraphError, Json, json_answer, refuse
from local.simulators.graph.request import Request
from local.simulators.graph.state import State

MOST = 20

Dispatch: TypeAlias = Callable[[Request], Awaitable[Answer]]

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_FAILED_DEPENDENCY: Answer = (
    424,
    {},
    b'{"error":{"code":"FailedDependency","message":"A request it depends on failed."}}',
)
_UPSTREAM_LOST: Answer = (504, {}, b"")


async def run_batch(state: State, request: Request, dispatch: Dispatch) -> Answer:
    """
    Carry out each request by itself; the outer 200 says nothing of them.

    Raises:
        GraphError: 400, the batch as a whole is malformed.
    """
    items = _read(request, most=MOST if state.believed("graph-batch-of-twenty") else 2 * MOST)
    answers: dict[str, Answer] = {}
    for item in _ordered(state, items):
        failed = any(answers[other][0] >= 400 for other in item.get("dependsOn") or ())
        answers[item["id"]] = _FAILED_DEPENDENCY if failed else await _one(state, request, item, dispatch)
    numbered = not state.believed("graph-batch-by-id")
    texts = [_render(str(place) if numbered else key, one) for place, (key, one) in enumerate(answers.items(), 1)]
    state.random.shuffle(texts)
    return json_answer(f'{{"responses":[{",".join(texts)}]}}')


def _read(request: Request, *, most: int) -> list[Json]:
    items = request.read_object().get("requests")
    if not isinstance(items, list) or not 0 < len(items) <= most:
        refuse(f"A batch holds from 1 to {most} requests.")
    if not all(_is_item(item) for item in items) or len({item["id"] for item in items}) != len(items):
        refuse("Each request in a batch is an object with an 'id' of its own.")
    ids = [item["id"] for item in items]
    if any(other not in ids for item in items for other in item.get("dependsOn") or ()):
        refuse("A request depends on one that is not in the batch.")
    return items


def _is_item(item: object) -> bool:
    if not isinstance(item, dict) or not isinstance(item.get("id"), str):
        return False
    return isinstance(item.get("dependsOn") or [], list) and isinstance(item.get("headers") or {}, dict)


def _ordered(state: State, items: list[Json]) -> list[Json]:
    """Choose an order by the seed in which each request comes after those it depends on."""
    waiting = list(items)
    state.random.shuffle(waiting)
    done: dict[str, Json] = {}
    while waiting:
        ready = [item for item in waiting if all(other in done for other in item.get("dependsOn") or ())]
        if not ready:
            refuse("Requests in the batch depend on each other.")
        done.update((item["id"], item) for item in ready)
        waiting = [item for item in waiting if item["id"] not in done]
    return list(done.values())


async def _one(state: State, outer: Request, item: Json, dispatch: Dispatch) -> Answer:
    try:
        return await dispatch(_inner(outer, item))
    except GraphError as error:
        return error.answer(date=state.stamp(), request_id=state.new_guid(), client_request_id="")
    except DroppedError:
        # One request in a batch has no connection of its own to lose.
        return _UPSTREAM_LOST


def _inner(outer: Request, item: Json) -> Request:
    method, url = item.get("method"), item.get("url")
    if method not in _METHODS or not isinstance(url, str):
        refuse("A request in a batch needs 'method' and 'url'.")
    parts = urlsplit(url)
    if parts.scheme or parts.netloc or parts.path.startswith(("/v1.0/", "/beta/", "/$batch")):
        refuse("The URL of a request in a batch is relative to the version, and no batch itself.")
    headers = {name.lower(): str(value) for name, value in (item.get("headers") or {}).items()}
    return Request(
        method=method,
        path="/" + unquote(parts.path).lstrip("/"),
        query=dict(parse_qsl(parts.query, keep_blank_values=True)),
        headers={"host": outer.headers.get("host", ""), **headers},
        body=_body(item, headers),
    )


def _body(item: Json, headers: Mapping[str, str]) -> bytes:
    if "body" not in item:
        return b""
    if "content-type" not in headers:
        refuse("A request with a body needs the header Content-Type.")
    return json.dumps(item["body"]).encode()


def _render(key: str, answer: Answer) -> str:
    status, headers, body = answer
    head = f'{{"id":{json.dumps(key)},"status":{status}'
    if headers:
        head += f',"headers":{json.dumps(_capitals(headers))}'
    return f'{head},"body":{_text(body)}}}' if body else head + "}"


def _capitals(headers: Mapping[str, str]) -> dict[str, str]:
    return {"-".join(part.capitalize() for part in name.split("-")): value for name, value in headers.items()}


def _text(body: bytes) -> str:
    """Put JSON in as it is, and anything else as base64 in a string."""
    if body[:1] in b"{[" and body[-1:] in b"}]":
        return body.decode()
    return json.dumps(base64.b64encode(body).decode())
