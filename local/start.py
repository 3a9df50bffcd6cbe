"""
`python -m local.start`: the whole system with its board until Ctrl-C, with the shipped mapping and nothing in it yet.

It listens where local.settings.example.json says. APP=0 leaves the function app out: start it with `func start`.
It says what `manage.py conform` may be pointed at. `--world report.json`: both simulated systems differ as a report of
that command says.
"""

import argparse
import asyncio
import os
import sys
from functools import partial
from pathlib import Path

from local.demo.__main__ import main
from local.demo.sandbox import add_sandbox, play
from local.local_system import USUAL, System


def prepare(system: System, report: Path | None) -> None:
    """Set up a sandbox, and let the systems differ as a report says."""
    ids = add_sandbox(system.world)
    print(f"conform --plan {ids.plan} --workspace {ids.workspace} --workflow-map {ids.workflow_map}")
    if report is not None:
        print(f"differing from what is believed: {', '.join(play(system.world, report)) or 'nothing'}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m local.start")
    parser.add_argument("--world", type=Path, metavar="REPORT", help="a report of manage.py conform, as JSON")
    world = parser.parse_args().world
    hosted = os.environ.get("APP", "") != "0"
    try:
        code = asyncio.run(
            main("nothing", keep=True, hosted=hosted, ports=USUAL, prepare=partial(prepare, report=world))
        )
    except (OSError, RuntimeError, ValueError) as error:
        # As a rule: a port is taken, by an earlier one that still runs.
        sys.exit(f"can't start: {error}")
    sys.exit(code)
