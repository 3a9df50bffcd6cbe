"""`python -m local.host --app DIR`: serve a function app on this machine."""

import argparse
import asyncio
import logging
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import TextIO

from local.functions_host.errors import HostError
from local.functions_host.keys import Keys
from local.functions_host.queues import Pace
from local.functions_host.server import Options, serve
from local.functions_host.spans import record_spans


def main(arguments: list[str]) -> int:
    """Serve until a signal (0), or say on stderr what is wrong with the app or its settings (1)."""
    options = _options(arguments)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for noisy in ("azure", "httpx", "httpcore", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    if options.spans is not None:
        record_spans(options.spans)
    try:
        asyncio.run(serve(options, _status_line()))
    except HostError as error:
        print(f"the host can't start: {error}", file=sys.stderr)
        return 1
    return 0


def _status_line() -> TextIO:
    """Keep stdout for the line that says ready: what functions print joins the log on stderr."""
    status = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return status


def _options(arguments: list[str]) -> Options:
    parser = argparse.ArgumentParser(prog="python -m local.host", description="A stand-in for the Functions host.")
    parser.add_argument("--app", type=Path, default=Path(), help="folder of function_app.py and host.json")
    parser.add_argument("--port", type=int, default=7071, help="0 takes a free one")
    parser.add_argument("--settings", type=Path, help="a file like local.settings.json")
    parser.add_argument("--function-key", default=Keys.function, help="opens functions of level FUNCTION")
    parser.add_argument("--master-key", default=Keys.master, help="opens everything, and /admin")
    parser.add_argument("--hidden", type=_seconds, default=Pace.hidden, help="s a killed host's messages stay away")
    parser.add_argument("--longest-pause", type=_seconds, default=Pace.longest_pause, help="s between looks")
    parser.add_argument("--spans", type=Path, help="file that gets every span, a JSON object a line")
    parser.add_argument("--grace", type=_seconds, default=Options.grace, help="s for running functions at the end")
    given = parser.parse_args(arguments)
    return Options(
        app=given.app.resolve(),
        port=given.port,
        keys=Keys(function=given.function_key, master=given.master_key),
        settings=given.settings.resolve() if given.settings else None,
        pace=Pace(hidden=given.hidden, longest_pause=given.longest_pause),
        grace=given.grace,
        spans=given.spans.resolve() if given.spans else None,
    )


def _seconds(text: str) -> timedelta:
    return timedelta(seconds=float(text))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
