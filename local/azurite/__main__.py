"""`python -m local.azurite install` installs; without a word it runs until Ctrl-C and prints the connection string."""

import contextlib
import signal
import sys
from pathlib import Path

from local.azurite import running
from local.azurite.installing import install

DATA = Path(".tools", "azurite-data")


def main(arguments: list[str]) -> None:
    """Install, or run until SIGINT or SIGTERM with data kept in `.tools/azurite-data`."""
    if arguments == ["install"]:
        print(install().folder)
        return
    DATA.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt), running(DATA.resolve()) as azurite:
        print(azurite.connection_string, flush=True)
        signal.pause()


if __name__ == "__main__":
    main(sys.argv[1:])
