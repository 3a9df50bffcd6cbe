"""Put Azurite where `local.azurite` starts it: `.tools/azurite`, from the lockfile beside this file."""

from dataclasses import dataclass
from pathlib import Path

from local.node import install_packages

HERE = Path(__file__).parent
FOLDER = HERE.parent.parent / ".tools" / "azurite"
_SCRIPT = Path("node_modules", "azurite", "dist", "src", "azurite.js")


@dataclass(frozen=True)
class Installed:
    """An Azurite that can be started."""

    command: tuple[str, ...]
    """Program and script; options follow."""
    folder: Path


def install(folder: Path = FOLDER) -> Installed:
    """
    Install Azurite unless this version of the lockfile is installed already.

    Raises:
        RuntimeError: no node that runs, or npm failed; says what it printed.
    """
    node = install_packages(HERE, folder)
    return Installed(command=(node.node, str(folder / _SCRIPT)), folder=folder)
