"""What is deployed, and under which name."""

import shutil
from collections.abc import Iterator
from pathlib import Path, PurePath

from local.packaging.distributions import fetch, list_distributions, list_files
from local.packaging.lock import LOCK
from local.packaging.places import BUILD, ROOT, SITE
from local.packaging.pruning import is_needed

APP = ("function_app.py", "functions", "host.json", "mapping.yaml", "requirements.txt", "shared")
"""Names at the root of the package. The repository's `.funcignore` leaves out the others when somebody deploys that."""
LEFT_OUT = ("shared/conformance",)
"""Rooms of the app that no function reaches. The questions that write are asked from an operator's machine alone."""
OWN = ("certificates",)
"""An adopter's own folders, where they are: the private CA that OPENTEXT_CA_FILE names."""
FUNCIGNORE = """\
# azd leaves every __pycache__ out of a Python folder that has no such file: each cold start would compile all again.
.funcignore
!__pycache__/
"""


def list_contents() -> dict[PurePath, Path]:
    """
    Name every file of the package: its place there, and where it is now.

    Raises:
        UnresolvedError: a distribution can't be had for the target.
    """
    # The lock, not what it was made from: whoever has Azure build after all gets the same distributions.
    return dict([*list_app(), (PurePath("requirements.txt"), LOCK), *_packages()])


def lay_out(folder: Path) -> None:
    """
    Copy every file of the package to its place below a folder, which is emptied first.

    Raises:
        UnresolvedError: as `list_contents`.
    """
    contents = list_contents()
    shutil.rmtree(folder, ignore_errors=True)
    for place, source in contents.items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        if place.name == "METADATA":
            _shorten(target)
    (folder / ".funcignore").write_text(FUNCIGNORE)


def list_app() -> Iterator[tuple[PurePath, Path]]:
    """Name every file of the app itself: its place in the package, and where it is now."""
    for name in (*APP, *OWN):
        start = ROOT / name
        for path in [start] if start.is_file() else start.rglob("*"):
            place = path.relative_to(ROOT)
            if path.is_file() and "__pycache__" not in path.parts and not _is_left_out(place):
                yield place, path


def _is_left_out(place: PurePath) -> bool:
    return any(place.is_relative_to(room) for room in LEFT_OUT)


def _packages() -> Iterator[tuple[PurePath, Path]]:
    site = fetch(BUILD / "fetched")
    for found in list_distributions(site):
        for path in list_files(found):
            if is_needed(path):
                yield SITE / path, site / path


def _shorten(metadata: Path) -> None:
    """Keep the headers of a distribution's metadata, which programs ask for; what follows is its page on PyPI."""
    text = metadata.read_bytes()
    metadata.write_bytes(text.partition(b"\n\n")[0] + b"\n")
