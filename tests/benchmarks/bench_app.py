"""
The function app's doors: what a hint costs beside a handler that only queues the raw body, and what importing costs.

CPU time of the process that does it; Azurite is another process. Imports find bytecode, as where the app is deployed.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from types import SimpleNamespace

import azure.functions as func
from azure.storage.queue import TextBase64EncodePolicy
from azure.storage.queue.aio import QueueClient

from functions.opentext_webhook import opentext_webhook
from local.azurite import running
from shared import wiring
from shared.wiring import Wiring
from tests.benchmarks.ratios import Ratio, in_turns
from tests.contracts import must
from tests.integration.app_runner import run
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
# Its first model has pydantic look for plugins in all that is installed: no matter of ours.
import pydantic
class First(pydantic.BaseModel):
    pass
print(time.process_time() - start)
"""


def measure() -> list[Ratio]:
    """Compare our webhook with the least that one can do, and our import with that of the packages in it."""
    with running() as azurite:
        with asyncio.Runner() as runner:
            ours, least = hinting(azurite.connection_string, runner)
        heavy = loaded_by_the_sweep(azurite.connection_string)
    return [
        Ratio("taking a hint / queueing the raw body", ours / least, 2),
        importing(),
        Ratio("modules of the Graph SDK that the sweep of plans imports", len(heavy), 0, "modules"),
    ]


def importing():
    """Compare importing the app with importing the third-party modules in it."""
    with tempfile.TemporaryDirectory() as cache:
        # The first run compiles, for all that follow.
        packages = json.loads(python(LIST_PACKAGES, cache=cache))
        # In turns, so that a busy moment of the machine does not fall on one of them.
        pairs = [(import_seconds(["function_app"], cache), import_seconds(packages, cache)) for _ in range(IMPORTS)]
    app, third_party = (min(seconds) for seconds in zip(*pairs, strict=True))
    return Ratio(f"importing function_app / the {len(packages)} third-party modules in it", app / third_party, 1.25)


def loaded_by_the_sweep(connection_string):
    """Run the timer that asks storage alone, in a process of its own; return what it brought of the Graph SDK."""
    settings = json.loads((ROOT / "local.settings.example.json").read_text("utf-8"))["Values"]
    seen = run([{"function": "write_back"}], {**settings, "AzureWebJobsStorage": connection_string})
    [answer] = seen["answers"]
    must(answer["failed"] is None, f"the sweep failed: {answer['failed']}")
    return answer["loaded"]


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
        must({answer.status_code for answer in answers} == {202}, "not every hint was taken")

    async def close():
        await queue.close()
        await wired.close()

    with wiring.use(wired):
        runner.run(queue.create_queue())
        runner.run(many(lambda: webhook(request, CONTEXT)))  # makes the queue and the connections
        ours, least = in_turns(
            lambda: runner.run(many(lambda: webhook(request, CONTEXT))),
            lambda: runner.run(many(lambda: raw(request))),
            times=10,
        )
        runner.run(close())
    return ours, least


def import_seconds(names, cache):
    """CPU seconds of importing modules in a fresh process."""
    return float(python(TIME_IMPORTS, json.dumps(names), cache=cache))


def python(program, *arguments, cache):
    """Run a program in a fresh process whose bytecode is kept in a folder."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-X", f"pycache_prefix={cache}", "-c", program, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
