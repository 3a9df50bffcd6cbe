"""Which third-party packages are deployed: what requirements.txt asks for, and all that these need in turn."""

from collections.abc import Collection, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, PackagePath, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_BOOKKEEPING = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
"""pip's own: what was installed here, not what is shipped."""


class EnvironmentDiffersError(Exception):
    """What is installed is not what requirements.txt asks for."""


def read_requirements(file: Path) -> tuple[Requirement, ...]:
    """Read the lines of a requirements file that this interpreter is meant by."""
    lines = (line.split("#")[0].strip() for line in file.read_text().splitlines())
    asked = (Requirement(line) for line in lines if line)
    return tuple(one for one in asked if one.marker is None or one.marker.evaluate())


def list_distributions(
    requirements: tuple[Requirement, ...], *, without: Collection[str] = ()
) -> dict[str, Distribution]:
    """
    Find the installed distributions that the requirements lead to, by canonical name, in the order of their names.

    Args:
        without: names that are passed over, and what they alone would need.

    Raises:
        EnvironmentDiffersError: one is missing, or of another version than is asked for.
    """
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, str]] = set()
    waiting = list(requirements)
    while waiting:
        asked = waiting.pop()
        name, extras = canonicalize_name(asked.name), sorted(asked.extras)
        if name in without or (key := (name, ",".join(extras))) in seen:
            continue
        seen.add(key)
        found[name] = _installed(asked)
        waiting += _needs(found[name], ("", *extras))
    return dict(sorted(found.items()))


def list_files(of: Distribution) -> Iterator[PackagePath]:
    """Go through what a distribution puts below site-packages, without bytecode and pip's own records."""
    for path in of.files or ():
        outside, compiled = path.parts[0] == "..", "__pycache__" in path.parts
        noted = path.parts[0].endswith(".dist-info") and path.name in _BOOKKEEPING
        if not (outside or compiled or noted):
            yield path


def _installed(asked: Requirement) -> Distribution:
    try:
        found = distribution(asked.name)
    except PackageNotFoundError as error:
        message = f"{asked.name} is not installed: run `make setup`"
        raise EnvironmentDiffersError(message) from error
    if not asked.specifier.contains(found.version, prereleases=True):
        message = f"{asked.name} {found.version} is installed, {asked} is asked for: run `make setup`"
        raise EnvironmentDiffersError(message)
    return found


def _needs(of: Distribution, extras: tuple[str, ...]) -> Iterator[Requirement]:
    for text in of.requires or ():
        needed = Requirement(text)
        if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
            yield needed
