"""
`python -m local.start`: the whole system until Ctrl-C, with the shipped mapping and nothing in it yet.

It listens where local.settings.example.json says. APP=0 leaves the function app out: start it with `func start`.
"""

import asyncio
import os
import sys

from local.demo.__main__ import main
from local.local_system import USUAL

if __name__ == "__main__":
    hosted = os.environ.get("APP", "") != "0"
    try:
        code = asyncio.run(main("nothing", keep=True, hosted=hosted, ports=USUAL))
    except (OSError, RuntimeError) as error:
        # As a rule: a port is taken, by an earlier one that still runs.
        sys.exit(f"can't start: {error}")
    sys.exit(code)
