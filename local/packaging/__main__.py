"""`python -m local.packaging`: build `build/bridge.zip`, and run the function app's tests from what it unpacks to."""

import sys
from collections import Counter
from pathlib import Path

from local.packaging.archive import write_zip
from local.packaging.bytecode import compile_modules
from local.packaging.checking import check_zip, why_unchecked
from local.packaging.contents import lay_out
from local.packaging.distributions import UnresolvedError
from local.packaging.places import BUILD, SITE
from local.packaging.sbom import write_sbom
from local.packaging.stripping import strip_modules
from local.packaging.target import NAME, NoInterpreterError

MOST_MEGABYTES = 60
"""Unpacked. What has to be fetched and mounted makes a cold start longer."""


def main() -> int:
    """Return 0 when the package is small enough and its tests pass; say on stdout what was built."""
    file, folder = BUILD / "bridge.zip", BUILD / "package"
    try:
        size = build(file, folder) / 1e6
    except (UnresolvedError, NoInterpreterError) as error:
        print(f"not built: {error}", file=sys.stderr)
        return 1
    print(f"{file}: {size:.1f} MB unpacked, {file.stat().st_size / 1e6:.1f} MB zipped; runs on {NAME}")
    print("the largest: " + ", ".join(f"{name} {one / 1e6:.1f}" for name, one in sizes(folder).most_common(8)))
    print(f"{BUILD / 'sbom.json'}: {write_sbom(BUILD / 'sbom.json')} distributions (CycloneDX)", flush=True)
    if size > MOST_MEGABYTES:
        print(f"unpacked it may have {MOST_MEGABYTES} MB at most")
        return 1
    if why := why_unchecked():
        print(f"built, but not tested: {why}")
        return 0
    return check_zip(file, BUILD / "check")


def build(file: Path, folder: Path) -> int:
    """
    Lay a package out in a folder and zip it; return its size unpacked, in bytes.

    Raises:
        UnresolvedError: a distribution can't be had for the target.
        NoInterpreterError: there is no Python of the target's version to make bytecode with.
        RuntimeError: a module can't be compiled.
    """
    lay_out(folder)
    if not strip_modules(folder):
        print("compiled modules keep their symbols: no `strip` for x86-64 here (Debian: binutils-x86-64-linux-gnu)")
    compile_modules(folder)
    return write_zip(file, folder)


def sizes(folder: Path) -> Counter[str]:
    """Count the bytes of a laid-out package by the names at the root of its libraries; `app` is our own."""
    counted: Counter[str] = Counter()
    for path in folder.rglob("*"):
        if path.is_file():
            inner = path.relative_to(folder)
            counted[inner.parts[len(SITE.parts)] if inner.is_relative_to(SITE) else "app"] += path.stat().st_size
    return counted


if __name__ == "__main__":
    sys.exit(main())
