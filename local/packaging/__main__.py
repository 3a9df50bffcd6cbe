"""`python -m local.package`: build `build/bridge.zip`, and run the function app's tests from what it unpacks to."""

import platform
import sys
from pathlib import Path

from local.packaging.archive import write_zip
from local.packaging.bytecode import compile_imported
from local.packaging.checking import check_zip
from local.packaging.contents import ROOT, lay_out

BUILD = ROOT / "build"
MOST_MEGABYTES = 90
"""Unpacked. What has to be fetched and mounted makes a cold start longer."""


def main() -> int:
    """Return 0 when the package is small enough and its tests pass; say on stdout what was built."""
    file = BUILD / "bridge.zip"
    size = build(file, BUILD / "package") / 1e6
    target = f"Python {platform.python_version()}, {sys.platform} {platform.machine()}"
    zipped = file.stat().st_size / 1e6
    print(f"{file}: {size:.1f} MB unpacked, {zipped:.1f} MB zipped; runs on {target}", flush=True)
    if size > MOST_MEGABYTES:
        print(f"unpacked it may have {MOST_MEGABYTES} MB at most")
        return 1
    return check_zip(file, BUILD / "check")


def build(file: Path, folder: Path) -> int:
    """
    Lay a package out in a folder and zip it; return its size unpacked, in bytes.

    Raises:
        EnvironmentDiffersError: the environment is not what requirements.txt asks for.
        RuntimeError: a module of ours can't be imported from the package alone.
    """
    lay_out(folder)
    compile_imported(folder)
    return write_zip(file, folder)


if __name__ == "__main__":
    sys.exit(main())
