"""A small function app with one function for each thing that a host promises, written where a test wants it."""

import json
from pathlib import Path
from typing import Any

HOST_JSON = {
    "version": "2.0",
    "functionTimeout": "00:00:30",
    "extensions": {
        "queues": {"batchSize": 2, "newBatchThreshold": 1, "maxDequeueCount": 2, "visibilityTimeout": "00:00:00"}
    },
}

FUNCTION_APP = """
import asyncio
import json
import os
import time

import azure.functions as func

app = func.FunctionApp()
seen = []
changed = asyncio.Condition()
running = 0


async def note(what):
    # What a worker has seen outlives it in a file.
    with open("notes.jsonl", "a") as notes:
        notes.write(json.dumps(what) + "\\n")
    async with changed:
        seen.append(what)
        changed.notify_all()


@app.route(route="seen/{count:int}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def wait_seen(req: func.HttpRequest) -> func.HttpResponse:
    async with changed:
        await changed.wait_for(lambda: len(seen) >= int(req.route_params["count"]))
    return func.HttpResponse(json.dumps(seen))


@app.route(route="echo/{one}", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def echo(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    print("functions may print")
    told = {
        "url": req.url, "route": dict(req.route_params), "query": dict(req.params), "header": req.headers.get("X-One"),
        "body": req.get_body().decode(), "names": sorted(req.headers), "trace": context.trace_context.trace_parent,
    }
    return func.HttpResponse(json.dumps(told), status_code=201, headers={"X-Two": "2"}, mimetype="application/json")


@app.route(route="echo/known", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def known(req: func.HttpRequest) -> str:
    return "the literal route"


@app.route(route="locked")
async def locked(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("open")


@app.route(route="broken", auth_level=func.AuthLevel.ANONYMOUS)
async def broken(req: func.HttpRequest) -> func.HttpResponse:
    raise RuntimeError("not for the caller")


@app.route(route="nothing_returned", auth_level=func.AuthLevel.ANONYMOUS)
async def returns_none(req: func.HttpRequest) -> func.HttpResponse:
    return None


@app.route(route="umlaut", auth_level=func.AuthLevel.ANONYMOUS)
async def umlaut(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("fine", headers={"X-Name": "Gr\u00f6\u00dfe"})


@app.route(route="slow", auth_level=func.AuthLevel.ANONYMOUS)
async def slow(req: func.HttpRequest) -> func.HttpResponse:
    await note({"function": "slow"})
    await asyncio.sleep(float(req.params["seconds"]))
    return func.HttpResponse("done")


@app.queue_trigger(arg_name="message", queue_name="%QUEUE%", connection="AzureWebJobsStorage")
async def work(message: func.QueueMessage) -> None:
    global running
    running += 1
    text = message.get_body().decode()
    await note({"function": "work", "body": text, "try": message.dequeue_count, "running": running})
    if text == "stamps":
        await note([str(each) for each in (message.insertion_time, message.expiration_time, message.time_next_visible)])
    await asyncio.sleep(float(os.environ.get("WORK_SECONDS", "0")))
    running -= 1
    if text == "last words":
        await note({"function": "work", "body": "done"})
    if text == "bad":
        raise ValueError(text)


@app.queue_trigger(arg_name="message", queue_name="%QUEUE%-poison", connection="AzureWebJobsStorage")
async def bury(message: func.QueueMessage) -> None:
    text = message.get_body().decode()
    await note({"function": "bury", "body": text, "try": message.dequeue_count})
    if text == os.environ.get("NOT_BURIED"):
        raise ValueError(text)


@app.timer_trigger(arg_name="timer", schedule="%TACK%")
async def tack(timer: func.TimerRequest) -> None:
    await note({"function": "tack"})


@app.timer_trigger(arg_name="timer", schedule="%TOCK%")
async def tock(timer: func.TimerRequest) -> None:
    await note({"function": "tock"})


@app.timer_trigger(arg_name="timer", schedule="%TICK%")
async def tick(timer: func.TimerRequest) -> None:
    await note({"function": "tick", "past_due": timer.past_due, "status": timer.schedule_status, "at": time.time()})
    if "TICK_SECONDS" in os.environ:
        await asyncio.sleep(float(os.environ["TICK_SECONDS"]))
        await note({"function": "ticked"})
"""

NEVER = "0 0 0 1 1 *"
"""A schedule that no test lives to see."""
NOTES = "notes.jsonl"


def write_app(folder: Path, code: str = FUNCTION_APP) -> Path:
    """Write a function app into an empty folder and give the folder."""
    (folder / "function_app.py").write_text(code)
    (folder / "host.json").write_text(json.dumps(HOST_JSON))
    return folder


def notes(folder: Path) -> list[Any]:
    """Read what the app has seen, in whatever worker."""
    file = folder / NOTES
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
