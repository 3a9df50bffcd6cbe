"""
The function app's doors: what a hint costs beside a handler that only queues the raw body, and what importing costs.

CPU time of the process that does it; Azurite is another process.
"""

import asyncio
import json
import subprocess
import sys
from types import SimpleNamespace

import azure.functions as func
from azure.storage.queue import TextBase64EncodePolicy
from azure.storage.queue.aio import QueueClient

from functions.opentext_webhook import opentext_webhook
from local.azurite import running
from shared import wiring
from shared.wiring import Wiring
from tests.benchmarks.ratios import Ratio, cpu
from tests.repository import ROOT

SECRET = "an-invented-webhook-secret"
BODY = b'{"event": "workspace.created", "node_id": "28866", "occurred": "2026-03-02T10:00:00", "id": "a-1"}'
CONTEXT = SimpleNamespace(invocation_id="1", trace_context=SimpleNamespace(trace_parent=""))
HINTS = 50
"""Taken in one measurement: one alone is too short to measure."""
IMPORTS = 10

LIST_PACKAGES = """
import json, sys
import function_app
print(json.dumps([name for name, module in sys.modules.items() if "site-packages" in str(module.__spec__)]))
"""
TIME_IMPORTS = """
import importlib, json, sys, time
names = json.loads(sys.argv[1])
start = time.process_time()
for name in names:
    importlib.import_module(name)
print(time.process_time() - start)
"""


def measure() -> list[Ratio]:
    """Compare our webhook with the least that one can do, and our import with that of the packages in it."""
    with running() as azurite, asyncio.Runner() as runner:
        ours, least = hinting(azurite.connection_string, runner)
    packages = json.loads(python(LIST_PACKAGES))
    # In turns, so that a busy moment of the machine does not fall on one of them.
    pairs = [(import_seconds(["function_app"]), import_seconds(packages)) for _ in range(IMPORTS)]
    app, third_party = (min(seconds) for seconds in zip(*pairs, strict=True))
    return [
        Ratio("taking a hint / queueing the raw body", ours / least, 2),
        Ratio(f"importing function_app / the {len(packages)} third-party modules in it", app / third_party, 1.25),
    ]


def hinting(connection_string, runner):
    """CPU seconds of both handlers."""
    wired = Wiring({"AzureWebJobsStorage": connection_string, "OPENTEXT_WEBHOOK_SECRETS": SECRET})
    queue = QueueClient.from_connection_string(
        connection_string, "raw-hints", message_encode_policy=TextBase64EncodePolicy()
    )
    webhook = opentext_webhook.build().get_user_function()
    request = func.HttpRequest("POST", "/api/opentext/events", headers={"X-Webhook-Secret": SECRET}, body=BODY)

    async def raw(request):
        await queue.send_message(request.get_body().decode())
        return func.HttpResponse(status_code=202)

    async def many(handle):
        answers = [await handle() for _ in range(HINTS)]
        if {answer.status_code for answer in answers} != {202}:
            message = "not every hint was taken"
            raise AssertionError(message)

    async def close():
        await queue.close()
        await wired.close()

    with wiring.use(wired):
        runner.run(queue.create_queue())
        runner.run(many(lambda: webhook(request, CONTEXT)))  # makes the queue and the connections
        ours = cpu(lambda: runner.run(many(lambda: webhook(request, CONTEXT))), times=10)
        least = cpu(lambda: runner.run(many(lambda: raw(request))), times=10)
        runner.run(close())
    return ours, least


def import_seconds(names):
    """CPU seconds of importing modules in a fresh process."""
    return float(python(TIME_IMPORTS, json.dumps(names)))


def python(program, *arguments):
    done = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout
