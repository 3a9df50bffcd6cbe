"""`python -m local.functions_host --app DIR`: serve a function app on this machine."""

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import TextIO

from local.functions_host.errors import HostEndedError, HostError
from local.functions_host.keys import Keys
from local.functions_host.logs import log_to_stderr
from local.functions_host.server import Options, serve

ENDED_ITSELF = 2


def main(arguments: list[str]) -> int:
    """Serve until SIGINT (0); say on stderr what can't be served (1), or why the host ended itself (2)."""
    options = _options(arguments)
    log_to_stderr()
    try:
        asyncio.run(serve(options, _status_line()))
    except HostError as error:
        print(f"the host can't start: {error}", file=sys.stderr)
        return 1
    except HostEndedError as error:
        print(f"the host ended itself: {error}", file=sys.stderr)
        return ENDED_ITSELF
    return 0


def _status_line() -> TextIO:
    """Keep stdout for the line that says ready: what functions print joins the log on stderr."""
    status = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return status


def _options(arguments: list[str]) -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m local.functions_host",
        description="A stand-in for the Functions host. How quick it is: local/functions_host/pace.py.",
    )
    parser.add_argument("--app", type=Path, default=Path(), help="folder of function_app.py and host.json")
    parser.add_argument("--port", type=int, default=7071, help="0 takes a free one")
    parser.add_argument("--settings", type=Path, help="a file like local.settings.json")
    parser.add_argument("--function-key", default=Keys.function, help="opens functions of level FUNCTION")
    parser.add_argument("--master-key", default=Keys.master, help="opens everything, and /admin")
    parser.add_argument("--spans", type=Path, help="file that gets every span, a JSON object a line")
    parser.add_argument("--end-with-stdin", action="store_true", help="end when stdin does: whoever started it is gone")
    given = parser.parse_args(arguments)
    return Options(
        app=given.app.resolve(),
        port=given.port,
        keys=Keys(function=given.function_key, master=given.master_key),
        settings=given.settings.resolve() if given.settings else None,
        spans=given.spans.resolve() if given.spans else None,
        ends_with_stdin=given.end_with_stdin,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
