"""Which third-party packages are deployed: what the lock holds for the target, fetched by pip, whatever runs here."""

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackagePath, distributions
from pathlib import Path

from local.packaging.lock import choose
from local.packaging.pruning import LEFT_OUT
from local.packaging.target import NAME, PLATFORMS, TAGS

_BOOKKEEPING = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
"""pip's own: what was installed here, not what is shipped."""
_UNRESOLVED = re.compile(r"No matching distribution found for (\S+)")


class UnresolvedError(Exception):
    """A distribution of the lock can't be had for the target."""


def fetch(cache: Path) -> Path:
    """
    Install what is deployed below a folder, for the target; return where. What is there already is not fetched again.

    Raises:
        UnresolvedError: names the distribution that can't be had, or whose files are not those of the lock.
    """
    wanted = choose(without=LEFT_OUT)
    folder = cache / hashlib.sha256(f"{wanted}{PLATFORMS}{TAGS}".encode()).hexdigest()[:16]
    if not folder.exists():
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir(parents=True)
        unfinished = cache / "unfinished"
        install(wanted, unfinished)
        unfinished.rename(folder)
    return folder


def install(wanted: str, folder: Path) -> None:
    """
    Have pip install hashed lines of requirements for the target. Raises: as `fetch`.

    Without their dependencies, all of which the lock names, and without Requires-Python, which it was resolved by: pip
    would judge both by the Python that runs it.
    """
    asked = folder.with_suffix(".txt")
    asked.write_text(wanted)
    platforms = [part for one in PLATFORMS for part in ("--platform", one)]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--no-deps", "--require-hashes"]
    command += ["--ignore-requires-python"]
    command += ["--only-binary", ":all:", *TAGS, *platforms, "--target", str(folder), "--requirement", str(asked)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode != 0:
        missing = _UNRESOLVED.search(done.stderr)
        cure = "choose a release that has one in requirements.txt, then `make lock`"
        what = f"{missing[1]} has no wheel for {NAME}: {cure}" if missing else done.stderr.strip()[-2000:]
        raise UnresolvedError(what)


def list_distributions(folder: Path) -> list[Distribution]:
    """List what was installed below a folder, by name."""
    return sorted(distributions(path=[str(folder)]), key=lambda one: one.name.lower())


def list_files(of: Distribution) -> Iterator[PackagePath]:
    """Go through what a distribution puts below site-packages, without bytecode and pip's own records."""
    for path in of.files or ():
        outside, compiled = path.parts[0] == "..", "__pycache__" in path.parts
        noted = path.parts[0].endswith(".dist-info") and path.name in _BOOKKEEPING
        if not (outside or compiled or noted):
            yield path
