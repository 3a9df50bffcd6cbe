"""Try one change: run the tests that fit it, in a copy of the repository, until one fails."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.mutants.fitting import Fitting
from tests.mutants.sampling import Mutant
from tests.repository import ROOT

COPIED = ("shared", "functions", "commands", "local", "tests", "docs", "infra")
QUICK = 12.0
"""Seconds that the first, quickest tests take together; the others are run only for what these leave alive."""
NOT_ENDING = 90.0
FAILED, COLLECTION_FAILED = 1, 2


def copy_of_repository(target: Path) -> Path:
    """Copy what the tests need, without what was built."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for folder in COPIED:
        shutil.copytree(ROOT / folder, target / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ROOT.iterdir():
        if file.is_file():
            shutil.copy2(file, target / file.name)
    return target


def outcome(mutant: Mutant, fitting: Fitting) -> str:
    """Try a change; return "killed", "survived", or "not run": no test comes by."""
    tests = fitting.tests_of(mutant.file, mutant.first, mutant.last)
    if not tests:
        return "not run"
    quick, slow = _split(tests, fitting)
    with _changed(fitting.tree / mutant.file, mutant.code):
        is_killed = _fails(quick, fitting.tree) or (bool(slow) and _fails(slow, fitting.tree))
    return "killed" if is_killed else "survived"


def _split(tests: Sequence[str], fitting: Fitting) -> tuple[Sequence[str], Sequence[str]]:
    spent = 0.0
    for number, test in enumerate(tests):
        spent += fitting.seconds.get(test, 0.0)
        if spent > QUICK and number > 0:
            return tests[:number], tests[number:]
    return tests, ()


@contextmanager
def _changed(file: Path, code: str) -> Iterator[None]:
    before, stat = file.read_text("utf-8"), file.stat()
    file.write_text(code, "utf-8")
    try:
        yield
    finally:
        file.write_text(before, "utf-8")
        # As old as its bytecode says: that need not be made again.
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def _fails(tests: Sequence[str], tree: Path) -> bool:
    listed = tree / "build" / "mutants-tests.txt"
    listed.write_text("\n".join(tests))
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "--tb=no", f"@{listed}"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - our own tests
            command, cwd=tree, env=environment, capture_output=True, check=False, timeout=NOT_ENDING
        )
    except subprocess.TimeoutExpired:
        return True
    if done.returncode not in (0, FAILED, COLLECTION_FAILED):
        message = f"pytest ended with {done.returncode}: {done.stdout[-2000:].decode()}"
        raise RuntimeError(message)
    return done.returncode != 0
