"""
The deployed package: how large it is, and what a cold start pays for importing the app from it.

A cold start finds no bytecode but what was deployed, and a folder that it can't write to. So the full environment is
measured as it would be deployed, unpruned and not compiled, beside how it is here. There the package has nothing to win
but smaller folders to look through, and the limit leaves room for noise.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from local.packaging.__main__ import MOST_MEGABYTES, build
from local.packaging.places import ROOT, SITE
from tests.benchmarks.ratios import Ratio

RUNS = 5
IMPORT = """
import importlib, sys, time
sys.path[:0] = sys.argv[1:3]
start = time.process_time()
for name in sys.argv[3:]:
    importlib.import_module(name)
print(time.process_time() - start)
"""
DOOR = ("function_app",)
"""What an HTTP request waits for."""
WORK = (
    "function_app",
    "shared.reconciler.reconcile",
    "shared.wiring.stores",
    "shared.wiring.outside",
    "azure.identity.aio",
)
"""What the first message of a queue waits for."""


def measure() -> list[Ratio]:
    """Compare three environments, in turns."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "package")
        size = build(Path(place, "bridge.zip"), folder) / 1e6
        ratios = [
            *compare(folder, DOOR, "importing the app"),
            *compare(folder, WORK, "importing what a reconcile needs"),
        ]
    return [Ratio("unpacked package", size, MOST_MEGABYTES, "MB"), *ratios]


def compare(folder, modules, what):
    full = Path(next(path for path in sys.path if path.endswith("site-packages")))
    with tempfile.TemporaryDirectory() as nothing:
        # A cache that is elsewhere, and empty: Python finds no bytecode beside the sources.
        deployed = ("-X", f"pycache_prefix={nothing}")
        turns = [
            (cold(folder, folder / SITE, modules), cold(ROOT, full, modules, *deployed), cold(ROOT, full, modules))
            for _ in range(RUNS)
        ]
    package, unpruned, here = (min(seconds) for seconds in zip(*turns, strict=True))
    return (
        Ratio(f"{what}: package / full environment, deployed", package / unpruned, 1),
        Ratio(f"{what}: package / full environment, here and compiled", package / here, 1.1),
    )


def cold(app, site, modules, *options):
    """CPU seconds of the imports in a fresh interpreter that has nothing else on its path."""
    command = [sys.executable, "-I", "-S", "-B", "-W", "ignore", *options, "-c", IMPORT, str(app), str(site), *modules]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own command line
    return float(done.stdout)
