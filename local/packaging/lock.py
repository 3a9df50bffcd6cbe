"""
The lock: every distribution that is deployed, with its version and the hashes of its files, for the target alone.

`python -m local.packaging.lock` renews it from requirements.txt. uv writes it, and not pip-tools: it resolves for
another Python and platform than its own, so every machine writes the same lock.
"""

import re
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

from local.packaging.places import ROOT
from local.packaging.target import PYTHON

LOCK = ROOT / "requirements-deployed.txt"
_ENTRY = re.compile(r"^([a-z0-9-]+)==(\S+)((?: \\\n    --hash=\S+)+)$", re.MULTILINE)


def read_lock(file: Path = LOCK) -> dict[str, str]:
    """Read the versions of a lock, by canonical name."""
    return {name: version for name, version, _ in _ENTRY.findall(file.read_text())}


def choose(without: Collection[str], file: Path = LOCK) -> str:
    """Return the lines of a lock without some distributions, hashes and all."""
    return "\n".join(entry[0] for entry in _ENTRY.finditer(file.read_text()) if entry[1] not in without) + "\n"


def renew(*options: str) -> int:
    """Write the lock anew: only what requirements.txt no longer allows changes. Returns uv's exit code."""
    target = ("--python-version", PYTHON, "--python-platform", "x86_64-manylinux_2_28", "--only-binary", ":all:")
    style = ("--generate-hashes", "--no-annotate", "--custom-compile-command", "make lock", "--quiet")
    command = [sys.executable, "-m", "uv", "pip", "compile", "requirements.txt", *target, *style, "-o", LOCK.name]
    return subprocess.run([*command, *options], cwd=ROOT, check=False).returncode  # noqa: S603 - ours


if __name__ == "__main__":
    sys.exit(renew(*sys.argv[1:]))
