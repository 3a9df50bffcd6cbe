"""
Run the function app in a process of its own, as Microsoft's worker does, and print what was seen as JSON.

It reads a JSON list of calls from stdin: {"function", "body", "headers", "query", "params"}, of which a queue function
takes the body alone and a timer nothing. The worker's library keeps global state: one app a process. A call may name a
"worker", which has a wiring of its own, and "settings" that it has besides the environment's.
"""

import asyncio
import json
import os
import sys
import time

from azure_functions_runtime.bindings.datumdef import Datum

from local.functions_host.app import load_app
from local.functions_host.errors import InvocationFailedError
from shared import wiring
from shared.wiring import Wiring
from tests.repository import ROOT

HEAVY = ("msgraph", "kiota_abstractions", "azure.identity", "shared.clients.graph.connection")
LATER = ("shared.mapping.language", "shared.models.asked", "shared.store.origins", "azure.data.tables")
"""Of ours: many models, which only what needs them waits for."""
STAMP = "2026-03-02T12:00:00+00:00"


def loaded(names=HEAVY):
    return [name for name in names if name in sys.modules]


async def main(calls):
    app = await load_app(ROOT)
    functions = {function.name: function for function in app.functions}
    seen = {
        "functions": {name: function.trigger for name, function in functions.items()},
        "at_import": loaded(HEAVY + LATER),
    }
    begun = time.monotonic()
    seen["answers"] = [await answer(app, functions[call["function"]], call) for call in calls]
    seen["took"] = time.monotonic() - begun
    seen["loop_held"] = sys.modules["functions.guard"].watch.longest
    for worker in workers.values():
        await worker.close()
    json.dump(seen, sys.stdout, default=str)


workers: dict[str, Wiring] = {}


async def answer(app, function, call):
    if "worker" not in call:
        return await answer_of_the_process(app, function, call)
    worker = workers.setdefault(call["worker"], Wiring({**os.environ, **call.get("settings", {})}))
    with wiring.use(worker):
        return await answer_of_the_process(app, function, call)


async def answer_of_the_process(app, function, call):
    value, metadata = given(function, call)
    try:
        returned = await app.invoke(function, value, metadata=metadata)
    except InvocationFailedError as error:
        return {"failed": str(error), "loaded": loaded()}
    return {**(http_answer(returned.value) if returned else {}), "failed": None, "loaded": loaded()}


def http_answer(value):
    text = value["body"].value if value["body"] else b""
    return {
        "status": int(value["status_code"].value),
        "headers": {name.lower(): header.value for name, header in value["headers"].items()},
        "body": text.decode() if isinstance(text, bytes) else text,
    }


def given(function, call):
    if function.kind == "httptrigger":
        return request(function, call), {}
    if function.kind == "queuetrigger":
        times = ("InsertionTime", "ExpirationTime", "NextVisibleTime")
        metadata = {
            "Id": Datum("m-1", "string"),
            "PopReceipt": Datum("r", "string"),
            "DequeueCount": Datum("1", "json"),
        }
        return Datum(call["body"], "string"), metadata | {name: Datum(json.dumps(STAMP), "json") for name in times}
    last = {"Last": STAMP, "LastUpdated": STAMP, "Next": STAMP}
    return Datum(json.dumps({"Schedule": {}, "ScheduleStatus": last, "IsPastDue": False}), "json"), {}


def request(function, call):
    return Datum(
        {
            "method": Datum(function.trigger["methods"][0], "string"),
            "url": Datum(f"http://127.0.0.1/api/{function.trigger['route']}", "string"),
            "headers": strings(call.get("headers", {})),
            "query": strings(call.get("query", {})),
            "params": strings(call.get("params", {})),
            "body": Datum(call.get("body", "").encode(), "bytes"),
        },
        "http",
    )


def strings(values):
    return {name: Datum(value, "string") for name, value in values.items()}


if __name__ == "__main__":
    asyncio.run(main(json.load(sys.stdin)))
