"""
Import an unpacked package as a cold start does, and name what Python had to compile.

A file of bytecode may be there and be passed over: of another version, or older than its source as unpacking left it.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from local.packaging.places import SITE

OWN = ("functions", "shared")
BESIDE = ("azure.identity.aio", "azure.monitor.opentelemetry")
"""What is imported when it is first wanted, and what the host's worker imports."""
_TRACE = """
import importlib, importlib.machinery, json, sys
folder, compiled = sys.argv[1], []
usual = importlib.machinery.SourceFileLoader.source_to_code
def noted(loader, data, path, **options):
    compiled.append(str(path))
    return usual(loader, data, path, **options)
importlib.machinery.SourceFileLoader.source_to_code = noted
sys.path[:0] = sys.argv[1:3]
for name in sys.argv[3:]:
    importlib.import_module(name)
files = [getattr(getattr(module, "__spec__", None), "origin", None) or "" for module in list(sys.modules.values())]
print(json.dumps([sum(file.startswith(folder) for file in files), [one for one in compiled if one.startswith(folder)]]))
"""


class Trace(NamedTuple):
    """What an import brought."""

    modules: int
    """Out of the package."""
    compiled: list[str]
    """Files whose bytecode was missing or passed over."""


def list_modules(folder: Path) -> list[str]:
    """Name every module of ours in an unpacked package, and what they import later."""
    files = (file for name in OWN for file in (folder / name).rglob("*.py"))
    names = (".".join(file.relative_to(folder).with_suffix("").parts).removesuffix(".__init__") for file in files)
    return ["function_app", *sorted(names), *BESIDE]


def trace_imports(folder: Path, modules: Sequence[str]) -> Trace:
    """
    Import modules from an unpacked package in a fresh interpreter that finds nothing else.

    Raises:
        RuntimeError: something can't be imported; says what.
    """
    command = [
        sys.executable,
        "-I",
        "-S",
        "-B",
        "-W",
        "ignore",
        "-c",
        _TRACE,
        str(folder),
        str(folder / SITE),
        *modules,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 - ours
    if done.returncode != 0:
        message = f"can't be imported from the unpacked package: {done.stderr[-2000:]}"
        raise RuntimeError(message)
    return Trace(*json.loads(done.stdout))
