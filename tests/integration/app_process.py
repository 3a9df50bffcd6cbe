"""
Run the function app in a process of its own, as Microsoft's worker does, and print what was seen as JSON.

It reads a JSON list of requests ({"function", "body", "headers", "query"}) from stdin. The worker's library keeps
global state: one app a process.
"""

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path

from azure_functions_runtime.bindings.datumdef import Datum

from local.host.app import load_app

ROOT = Path(__file__).parents[2]
HEAVY = ("msgraph", "kiota_abstractions", "azure.identity", "shared.clients.graph")


def loaded():
    return [name for name in HEAVY if name in sys.modules]


async def main(calls):
    app = await load_app(ROOT, longest=timedelta(minutes=1))
    functions = {function.name: function for function in app.functions}
    seen = {"functions": {name: function.trigger for name, function in functions.items()}, "at_import": loaded()}
    seen["answers"] = [await answer(app, functions[call["function"]], call) for call in calls]
    json.dump(seen, sys.stdout, default=str)


async def answer(app, function, call):
    returned = await app.invoke(function, request(function, call))
    text = returned.value["body"].value if returned.value["body"] else b""
    return {
        "status": int(returned.value["status_code"].value),
        "headers": {name.lower(): value.value for name, value in returned.value["headers"].items()},
        "body": text.decode() if isinstance(text, bytes) else text,
        "loaded": loaded(),
    }


def request(function, call):
    return Datum(
        {
            "method": Datum(function.trigger["methods"][0], "string"),
            "url": Datum(f"http://127.0.0.1/api/{function.trigger['route']}", "string"),
            "headers": strings(call.get("headers", {})),
            "query": strings(call.get("query", {})),
            "params": {},
            "body": Datum(call.get("body", "").encode(), "bytes"),
        },
        "http",
    )


def strings(values):
    return {name: Datum(value, "string") for name, value in values.items()}


if __name__ == "__main__":
    asyncio.run(main(json.load(sys.stdin)))
