"""
Compile what the app imports, and only that.

The app's folder is read-only in Azure: Python would compile every module again at every cold start.
"""

import json
import py_compile
import subprocess
import sys
from pathlib import Path

from local.packaging.contents import SITE

_LIST = """
import importlib, json, pkgutil, sys
sys.path[:0] = sys.argv[1:3]
import function_app
import azure.identity.aio, azure.monitor.opentelemetry
for room in ("functions", "shared"):
    for found in pkgutil.walk_packages([f"{sys.argv[1]}/{room}"], f"{room}."):
        importlib.import_module(found.name)
files = {module.__spec__.origin for module in list(sys.modules.values()) if getattr(module, "__spec__", None)}
print(json.dumps(sorted(file for file in files if file and file.endswith(".py"))))
"""


def compile_imported(folder: Path) -> int:
    """
    Import every module of ours from a laid-out package and compile what that brought; return how many files.

    Raises:
        RuntimeError: something can't be imported from the package alone; says what.
    """
    packaged = [Path(file) for file in _imported(folder) if Path(file).is_relative_to(folder)]
    for file in packaged:
        # Unchecked: source and bytecode are unpacked together, and unpacking changes the times that are checked else.
        py_compile.compile(
            str(file),
            dfile=str(file.relative_to(folder)),
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
    return len(packaged)


def _imported(folder: Path) -> list[str]:
    # Without site: what the environment of the tests has besides is not there in Azure.
    command = [sys.executable, "-I", "-S", "-B", "-W", "ignore", "-c", _LIST, str(folder), str(folder / SITE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 - ours
    if done.returncode != 0:
        message = f"the app can't be imported from the package alone: {done.stderr[-2000:]}"
        raise RuntimeError(message)
    files: list[str] = json.loads(done.stdout)
    return files
