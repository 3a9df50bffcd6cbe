"""
Try one change: run the tests that fit it, in a copy of the repository, until one fails.

Each trial is a fork of this process, which has imported what others made: only the engine and its tests are read anew.
"""

import importlib
import os
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.mutants.fitting import Fitting
from tests.mutants.sampling import Mutant
from tests.repository import ROOT

COPIED = ("shared", "functions", "commands", "local", "tests", "docs", "infra")
OURS = ("shared", "functions", "commands", "local", "tests")
QUICK = 12.0
"""Seconds that the first, quickest tests take together; the others are run only for what these leave alive."""
NOT_ENDING = 120
"""Seconds: what hangs is noticed."""
OPTIONS = ("-x", "-q", "--no-header", "--tb=line", "-W", "ignore::pytest.PytestAssertRewriteWarning")
"""Plugins of pytest are imported already: what they assert needs no rewriting."""
PASSED, FAILED, COLLECTION_FAILED, NOT_FOUND = 0, 1, 2, 4
"""As pytest ends. A change that keeps a test's module from being imported lets its tests not be found."""


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


def must_be_copy(tree: Path) -> None:
    """
    Check that a copy holds the code of this state.

    Raises:
        ValueError: it does not: what was measured in it says nothing of the code as it is now.
    """
    for file in sorted((ROOT / "shared").rglob("*.py")):
        copied = tree / file.relative_to(ROOT)
        if not copied.exists() or copied.read_bytes() != file.read_bytes():
            message = f"{copied} is not as {file}: run without --resume"
            raise ValueError(message)


def import_others() -> None:
    """Import what the engine and its tests stand on, once for all trials; ours is read anew by each."""
    importlib.import_module("local.in_process.system")
    importlib.import_module("hypothesis")
    importlib.import_module("pytest_asyncio.plugin")


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
    child = os.fork()
    if child == 0:
        _run(listed, tree)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    ended = os.WEXITSTATUS(status)
    if ended not in (PASSED, FAILED, COLLECTION_FAILED, NOT_FOUND):
        message = f"pytest ended with {ended}; the tests are in {listed}"
        raise RuntimeError(message)
    return ended != PASSED


def _run(listed: Path, tree: Path) -> None:
    """Be a trial: never returns."""
    try:
        os.setsid()
        signal.alarm(NOT_ENDING)
        out = os.open(tree / "build" / "mutants-output.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.chdir(tree)
        sys.dont_write_bytecode = True
        for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
            del sys.modules[name]
        sys.path[:] = [str(tree), *(path for path in sys.path if path not in ("", str(ROOT)))]
        ended = int(pytest.main([*OPTIONS, f"@{listed}"]))
    except BaseException:  # noqa: BLE001 - whatever a change leads to is an end of this process alone
        ended = FAILED
    os._exit(ended)
