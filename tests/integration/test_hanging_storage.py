"""Storage that takes a request and never answers: a sender that waits for us has its answer within five seconds."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import azure.functions as func
import pytest

from local.local_system import WEBHOOK_SECRET
from shared.models.messages import OriginMessage
from shared.store.queues import ORIGINS
from tests.app_functions import list_functions
from tests.outages.app import App, AppLoop, in_app_time

PATIENCE = 5.0
"""Seconds that OpenText waits for a webhook, inside of its transaction."""
AT_ONCE, LATE, NEVER = 0.0, 3.9, 1e9
"""How long a queue takes to answer; the second is the latest that is still taken."""


class SlowQueue:
    """A queue that takes its time."""

    def __init__(self, queue: Any, seconds: float) -> None:
        self.messages = queue.messages
        self._queue, self._seconds = queue, seconds

    async def send_message(self, content: str, **how: object) -> None:
        await asyncio.sleep(self._seconds)
        await self._queue.send_message(content, **how)


async def hint(app: App, node: int) -> tuple[func.HttpResponse, float]:
    """Send a hint as OpenText does; return the answer, and after how many seconds it came."""
    begun = app.loop.time()
    body = json.dumps({"event": "changed", "node_id": node}).encode()
    request = func.HttpRequest("POST", "/api/opentext/events", headers={"X-Webhook-Secret": WEBHOOK_SECRET}, body=body)
    context = SimpleNamespace(invocation_id="1", trace_context=SimpleNamespace(trace_parent=None))
    answer = await list_functions()["opentext_webhook"](req=request, context=context)
    return answer, app.loop.time() - begun


@pytest.mark.parametrize(
    ("queue", "tables_hang", "status"),
    [
        pytest.param(NEVER, False, 503, id="queues hang"),
        pytest.param(NEVER, True, 503, id="all of storage hangs"),
        pytest.param(AT_ONCE, True, 202, id="tables hang"),
        pytest.param(LATE, True, 202, id="queues are slow and tables hang"),
    ],
)
def test_a_hint_is_answered_within_five_seconds(queue, tables_hang, status):
    """And never taken silently: 202 means that it is queued, 503 that the sender has to come again."""

    async def story(loop: AppLoop) -> tuple[int, float, list[str]]:
        app = App(loop)
        app.queues[ORIGINS] = SlowQueue(app.queues[ORIGINS], queue)
        with app.deployed():
            await hint(app, 4711)
            await asyncio.sleep(120)  # what this worker counted is due to be written
            app.queues[ORIGINS].messages.clear()
            app.hangs = tables_hang
            answer, seconds = await hint(app, 28866)
            queued = [OriginMessage.model_validate_json(one).origin for one in app.queues[ORIGINS].messages]
            return answer.status_code, seconds, queued

    answered, seconds, queued = in_app_time(story)

    assert (answered, queued) == (status, ["node-28866"] if status == 202 else [])
    assert seconds < PATIENCE
