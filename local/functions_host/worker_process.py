"""`python -m local.functions_host.worker_process`: the worker. It holds the app, on one loop; the host starts it."""

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from local.functions_host.app import App, load_app
from local.functions_host.channel import Channel, open_channel, packed, unpacked
from local.functions_host.errors import HostError, InvocationFailedError, NotServedError
from local.functions_host.function import Function
from local.functions_host.logs import log_to_stderr
from local.functions_host.spans import record_spans


async def work(app_folder: Path, end: socket.socket, orphaned_seconds: float) -> None:
    """
    Load the app, tell the host of its functions, and run what the host asks for until the host is gone: then end.

    Args:
        orphaned_seconds: how long it goes on after its host has died, as the real worker does for a while.
    """
    channel = await open_channel(end)
    app = await _loaded(app_folder, channel)
    async with asyncio.TaskGroup() as tasks:
        while (call := await channel.receive()) is not None:
            tasks.create_task(_answer(app, call, channel))
        await asyncio.sleep(orphaned_seconds)
        logging.shutdown()
        # Not by returning: that would wait for what runs, which a death does not.
        os._exit(0)


async def _loaded(folder: Path, channel: Channel) -> App:
    try:
        app = await load_app(folder)
    except NotServedError as error:
        channel.send({"not_served": str(error), "functions": []})
        return App([])
    except HostError as error:
        channel.send({"refused": str(error), "functions": []})
        return App([])
    channel.send({"functions": [[each.name, each.id, dict(each.trigger)] for each in app.functions]})
    return app


async def _answer(app: App, call: dict[str, Any], channel: Channel) -> None:
    function = Function(call["name"], call["id"], call["trigger"])
    metadata = {name: unpacked(value) for name, value in call["metadata"].items()}
    try:
        returned = await app.invoke(function, unpacked(call["value"]), metadata=metadata, trace=call["trace"])
    except InvocationFailedError as error:
        channel.send({"call": call["call"], "failed": str(error)})
        return
    channel.send({"call": call["call"], "returned": packed(returned)})


def main(arguments: list[str]) -> None:
    """Work until the host is gone, then end at once, whatever still runs."""
    parser = argparse.ArgumentParser(prog="python -m local.functions_host.worker_process")
    parser.add_argument("--app", type=Path, required=True)
    parser.add_argument("--channel", type=int, required=True, help="number of an inherited socket")
    parser.add_argument("--orphaned-seconds", type=float, required=True)
    parser.add_argument("--spans", type=Path)
    given = parser.parse_args(arguments)
    log_to_stderr()
    # Ctrl-C is for the host: it lets what runs here end, and then ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if given.spans is not None:
        record_spans(given.spans)
    asyncio.run(work(given.app, socket.socket(fileno=given.channel), given.orphaned_seconds))


if __name__ == "__main__":
    main(sys.argv[1:])
