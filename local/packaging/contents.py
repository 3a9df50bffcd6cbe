"""What is deployed, and under which name."""

import shutil
from collections.abc import Iterator
from pathlib import Path, PurePath

from local.packaging.distributions import list_distributions, list_files, read_requirements
from local.packaging.pruning import LEFT_OUT, is_needed

ROOT = Path(__file__).resolve().parents[2]
APP = ("function_app.py", "functions", "host.json", "mapping.yaml", "requirements.txt", "shared")
"""Names at the root of the repository. `.funcignore` leaves out the others when somebody deploys the folder itself."""
OWN = ("certificates",)
"""An adopter's own folders, where they are: the private CA that OPENTEXT_CA_FILE names."""
SITE = PurePath(".python_packages", "lib", "site-packages")
"""
Where the Functions worker looks for packages.

Source: https://learn.microsoft.com/azure/azure-functions/functions-reference-python#folder-structure
"""


def list_contents() -> dict[PurePath, Path]:
    """
    Name every file of the package: its place there, and where it is now.

    The packages are taken from the environment that the tests run in: what was tested is what is deployed.

    Raises:
        EnvironmentDiffersError: that environment is not what requirements.txt asks for.
    """
    return dict([*_app(), *_packages()])


def lay_out(folder: Path) -> None:
    """
    Copy every file of the package to its place below a folder, which is emptied first.

    Raises:
        EnvironmentDiffersError: as `list_contents`.
    """
    contents = list_contents()
    shutil.rmtree(folder, ignore_errors=True)
    for place, source in contents.items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _app() -> Iterator[tuple[PurePath, Path]]:
    for name in (*APP, *OWN):
        start = ROOT / name
        for path in [start] if start.is_file() else start.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(ROOT), path


def _packages() -> Iterator[tuple[PurePath, Path]]:
    asked = read_requirements(ROOT / "requirements.txt")
    for found in list_distributions(asked, without=LEFT_OUT).values():
        for path in list_files(found):
            if is_needed(path):
                yield SITE / path, Path(str(found.locate_file(path)))
