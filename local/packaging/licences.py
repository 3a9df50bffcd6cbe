"""
`python -m local.packaging.licences`: under which licences the deployed packages come, and whether all are known to us.

What a package says of itself is believed; nobody here has read the texts.
"""

import re
import sys
from importlib.metadata import Distribution, distribution
from typing import NamedTuple

from local.packaging.lock import read_lock
from local.packaging.pruning import LEFT_OUT

ALLOWED = {
    "Apache Software License",
    "Apache-2.0",
    "BSD License",
    "Apache License 2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "MIT",
    "MIT License",
    "MIT-0",
    "PSF-2.0",
    "Python Software Foundation License",
}
"""Permissive: keep the notice, which stands in each package's own folder."""
EXCEPTIONS = {
    "certifi": (
        "Mozilla Public License 2.0 (MPL 2.0)",
        "a list of authorities, deployed unchanged; the lock names its sources",
    ),
    "fontpkg-noto-sans-arabic": ("OFL-1.1", "a font, deployed unchanged and under its own name"),
    "fontpkg-noto-sans-devanagari": ("OFL-1.1", "a font, deployed unchanged and under its own name"),
    "fontpkg-noto-sans-thai": ("OFL-1.1", "a font, deployed unchanged and under its own name"),
    "fontpkg-open-sans": ("OFL-1.1", "a font, deployed unchanged and under its own name"),
    "fpdf2": (
        "LGPL-3.0-only",
        "a library, deployed unchanged, as bytecode: the lock names its sources, and whoever wants to can replace it",
    ),
}
"""By distribution: the licence that it may have beside the allowed ones, and why."""
_BETWEEN = re.compile(r" (?:AND|OR) |[()]")


class Licensed(NamedTuple):
    """A distribution that is deployed."""

    name: str
    version: str
    licence: str
    is_known: bool


def list_licences() -> list[Licensed]:
    """List what is deployed, by name."""
    locked = read_lock()
    return [_licensed(name, version) for name, version in sorted(locked.items()) if name not in LEFT_OUT]


def is_known(name: str, licence: str) -> bool:
    """Tell whether a licence, or each part of an SPDX expression, is allowed or this distribution's exception."""
    if name in EXCEPTIONS and licence == EXCEPTIONS[name][0]:
        return True
    parts = {part.strip() for part in _BETWEEN.split(licence)} - {""}
    return bool(parts) and parts <= ALLOWED


def _licensed(name: str, version: str) -> Licensed:
    # As installed here, where what is locked is installed too: a licence does not depend on the platform.
    licence = _licence(distribution(name))
    return Licensed(name, version, licence, is_known(name, licence))


def _licence(one: Distribution) -> str:
    """Read the SPDX expression; of a package that is older than those its classifiers; else its own words, cut."""
    told = one.metadata
    if "License-Expression" in told:
        return told["License-Expression"]
    classifiers = [text for text in told.get_all("Classifier") or () if text.startswith("License ::")]
    if classifiers:
        return " AND ".join(text.rpartition(" :: ")[2] for text in classifiers)
    return told["License"].strip()[:60] if "License" in told else ""


def main() -> int:
    """Print a line a package; return 1 when one has a licence that is not known."""
    listed = list_licences()
    for one in listed:
        print(f"{'  ' if one.is_known else '??'} {one.name} {one.version}: {one.licence}")
    return 0 if all(one.is_known for one in listed) else 1


if __name__ == "__main__":
    sys.exit(main())
