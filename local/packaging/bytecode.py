"""
Compile every module of a laid-out package, whatever machine builds it.

The app's folder is read-only in Azure: Python would compile a module again at every cold start. Of most libraries the
bytecode alone is deployed, a quarter of the package less to fetch and mount: a trace still names file and line of a
release that the lock pins. Our own sources stay beside their bytecode: they are what an operator reads a trace with.
"""

import json
import subprocess
from pathlib import Path

from local.packaging.places import SITE
from local.packaging.target import find_interpreter

KEEPS_SOURCES = {
    "anyio/__init__.py": "reads its own text to know which names it has",
    "anyio/abc/__init__.py": "the same",
}
"""Modules of libraries, by the beginning of their path, that are deployed with sources, and why."""
# Unchecked: source and bytecode are unpacked together, and unpacking changes the times that are checked else.
_COMPILE = """
import json, pathlib, py_compile, sys
folder = pathlib.Path(sys.argv[1])
for file, target in json.load(sys.stdin).items():
    shown = str(pathlib.Path(file).relative_to(folder))
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(file, cfile=target, dfile=shown, doraise=True, invalidation_mode=mode)
"""


def compile_modules(folder: Path) -> None:
    """
    Compile every module below a folder with the target's Python; libraries give up their sources for it.

    Raises:
        NoInterpreterError: there is no Python of the target's version here.
        RuntimeError: a module can't be compiled; says which.
    """
    files = [path for path in sorted(folder.rglob("*.py")) if path.parent.name != "__pycache__"]
    # None: where Python puts it. Beside the source is where it looks for a module that has none.
    given = {str(file): None if _keeps_source(file.relative_to(folder)) else f"{file}c" for file in files}
    command = [find_interpreter(), "-I", "-S", "-c", _COMPILE, str(folder)]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode != 0:
        message = f"a module can't be compiled: {done.stderr.strip()[-2000:]}"
        raise RuntimeError(message)
    for file, target in given.items():
        if target is not None:
            Path(file).unlink()


def _keeps_source(inner: Path) -> bool:
    return not inner.is_relative_to(SITE) or inner.relative_to(SITE).as_posix().startswith(tuple(KEEPS_SOURCES))
