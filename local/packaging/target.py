"""
What the package is built for, whatever builds it: the Python and the platform of the function app in Azure.

Compiled modules of another Python or platform can't be imported there, and nothing says so before the app is asked for
its functions and has none.
"""

import os
import platform
import subprocess
import sys

from local.packaging.places import ROOT

PYTHON = "3.13"
"""The runtime that infra/app/site.bicep asks for."""
NAME = f"Python {PYTHON} on Linux x86-64 (manylinux)"
PLATFORMS = (*(f"manylinux_2_{minor}_x86_64" for minor in range(28, 16, -1)), "manylinux2014_x86_64")
"""As pip names them. It takes the last one for all that are older."""
TAGS = ("--python-version", PYTHON, "--implementation", "cp", "--abi", f"cp{PYTHON.replace('.', '')}", "--abi", "abi3")
_ASK = "import sys; print('%d.%d' % sys.version_info[:2])"


class NoInterpreterError(Exception):
    """No interpreter of the target's version runs on this machine."""


def is_runnable() -> bool:
    """Tell whether this machine could run the package's compiled modules."""
    return sys.platform == "linux" and platform.machine() == "x86_64"


def is_target() -> bool:
    """Tell whether this very interpreter could import the package."""
    return is_runnable() and _version() == PYTHON


def find_interpreter(version: str = PYTHON) -> str:
    """
    Find a Python of the target's version on this machine: bytecode is of use to the version that made it alone.

    Raises:
        NoInterpreterError: there is none; says what to do.
    """
    if _version() == version:
        return sys.executable
    found = _newest()
    if found is None or _output([found, "-c", _ASK]) != version:
        message = (
            f"no Python {version} on this machine, and bytecode of another is of no use: install it (with uv: "
            f"`uv python install {version}`), or let the workflow `deploy` build the package"
        )
        raise NoInterpreterError(message)
    return found


def _version() -> str:
    return "{}.{}".format(*sys.version_info)


def _newest() -> str | None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHON"}
    return _output(["sh", str(ROOT / "local" / "find-python.sh")], environment)


def _output(command: list[str], environment: dict[str, str] | None = None) -> str | None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603 - ours
    return done.stdout.strip() if done.returncode == 0 else None
