"""
`python -m local.start`: the whole system until Ctrl-C, with the shipped mapping and nothing in it yet.

It listens where local.settings.example.json says. APP=0 leaves the function app out: start it with `func start`.
"""

import asyncio
import os
import sys

from local.demo import main
from local.running import USUAL

if __name__ == "__main__":
    hosted = os.environ.get("APP", "") != "0"
    sys.exit(asyncio.run(main("nothing", keep=True, hosted=hosted, ports=USUAL)))
