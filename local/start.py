"""`python -m local.start`: the whole system until Ctrl-C, with the shipped mapping and nothing in it yet."""

import asyncio
import sys

from local.demo import main

if __name__ == "__main__":
    sys.exit(asyncio.run(main("nothing", keep=True)))
