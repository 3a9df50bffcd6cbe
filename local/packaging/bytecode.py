"""
Compile what the app imports, and only that; of another machine's kind everything.

The app's folder is read-only in Azure: Python would compile every module again at every cold start.
"""

import json
import subprocess
from pathlib import Path

from local.packaging.places import SITE
from local.packaging.target import find_interpreter, is_runnable

_LIST = """
import importlib, importlib.machinery, json, pkgutil, sys
read = set()
usual = importlib.machinery.SourceFileLoader.get_code
def noted(loader, name):
    read.add(loader.get_filename(name))
    return usual(loader, name)
importlib.machinery.SourceFileLoader.get_code = noted
sys.path[:0] = sys.argv[1:3]
import function_app
import azure.identity.aio, azure.monitor.opentelemetry
for room in ("functions", "shared"):
    for found in pkgutil.walk_packages([f"{sys.argv[1]}/{room}"], f"{room}."):
        importlib.import_module(found.name)
print(json.dumps(sorted(read)))
"""
"""What was read, not what stands in sys.modules: an import that fails inside a `try` is tried at each cold start."""
# Unchecked: source and bytecode are unpacked together, and unpacking changes the times that are checked else.
_COMPILE = """
import json, pathlib, py_compile, sys
folder = pathlib.Path(sys.argv[1])
for file in json.load(sys.stdin):
    shown = str(pathlib.Path(file).relative_to(folder))
    py_compile.compile(file, dfile=shown, doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
"""


def compile_imported(folder: Path) -> int:
    """
    Import every module of ours from a laid-out package and compile what that brought; return how many files.

    The target's Python does both, whatever runs this. Where the compiled modules can't be imported, as on Arm, every
    module of the package is compiled: larger, and as quick.

    Raises:
        NoInterpreterError: there is no Python of the target's version here.
        RuntimeError: something can't be imported from the package alone; says what.
    """
    files = _imported(folder) if is_runnable() else [str(path) for path in sorted(folder.rglob("*.py"))]
    packaged = [file for file in files if Path(file).is_relative_to(folder)]
    compile_files(folder, packaged)
    return len(packaged)


def compile_files(folder: Path, files: list[str]) -> None:
    """Compile files of a laid-out package with the target's Python. Raises: as `compile_imported`."""
    _run([find_interpreter(), "-I", "-S", "-c", _COMPILE, str(folder)], given=json.dumps(files))


def _imported(folder: Path) -> list[str]:
    # Without site: what the environment of the tests has besides is not there in Azure.
    options = ["-I", "-S", "-B", "-W", "ignore"]
    files: list[str] = json.loads(_run([find_interpreter(), *options, "-c", _LIST, str(folder), str(folder / SITE)]))
    return files


def _run(command: list[str], given: str = "") -> str:
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=300)  # noqa: S603 - ours
    if done.returncode != 0:
        message = f"the app can't be imported from the package alone: {done.stderr[-2000:]}"
        raise RuntimeError(message)
    return done.stdout
