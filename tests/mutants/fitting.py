"""Which tests fit a change: those that run its lines, the quickest first. Measured once, by coverage with contexts."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from coverage import CoverageData

UNIT = ("decisions", "evidence", "intake", "models", "operations", "reconciler", "store", "targets", "watchers")
IN_PROCESS = ("local.in_process", "tests.engine")
"""What an integration test imports that needs no Azurite and no process of its own."""
SLOW = frozenset({"test_standing_failures.py", "test_preview.py", "test_preview_sample.py", "test_onboarding.py"})
NO_EMULATOR = "not azurite and not identity"
"""Tests of the stores run on the double alone: `-k` takes the others out by their parameters."""


@dataclass(frozen=True)
class Fitting:
    """Tests by the lines that they run, and how long each takes."""

    data: CoverageData
    tree: Path
    seconds: dict[str, float]

    def tests_of(self, file: str, first: int, last: int) -> list[str]:
        """Return the ids of tests that run a line of a range, the quickest first."""
        contexts = self.data.contexts_by_lineno(str(self.tree / file))
        tests = {name.partition("|")[0] for line in range(first, last + 1) for name in contexts.get(line, []) if name}
        return sorted(tests, key=lambda test: (self.seconds.get(test, 0.0), test))


def measure(tree: Path, rooms: tuple[str, ...]) -> Fitting:
    """
    Run the suite once in a copy of the repository.

    Raises:
        RuntimeError: a test fails without any change.
    """
    report = tree / "build" / "mutants-suite.xml"
    report.parent.mkdir(exist_ok=True)
    rooms_covered = [f"--cov=shared/{room}" for room in rooms]
    options = ["-q", "-k", NO_EMULATOR, "--cov-context=test", "--cov-report=", f"--junitxml={report}", *rooms_covered]
    command = [sys.executable, "-m", "pytest", *options, *suite(tree)]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)  # noqa: S603 - our own tests
    if done.returncode != 0:
        message = f"the suite fails without any change:\n{done.stdout[-3000:]}"
        raise RuntimeError(message)
    data = CoverageData(basename=str(tree / ".coverage"))
    data.read()
    return Fitting(data, tree, dict(_seconds(report, tree)))


def suite(tree: Path) -> list[str]:
    """List the folders and files whose tests are tried."""
    files = sorted((tree / "tests" / "integration").glob("test_*.py"))
    fitting = [file for file in files if file.name not in SLOW and any(one in file.read_text() for one in IN_PROCESS)]
    stores = [file for file in files if file.name.startswith("test_store_") and file not in fitting]
    folders = [tree / "tests" / "unit" / name for name in UNIT]
    return [path.relative_to(tree).as_posix() for path in [*folders, *fitting, *stores] if path.exists()]


def _seconds(report: Path, tree: Path) -> Iterator[tuple[str, float]]:
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - pytest's own report
        file = case.attrib["classname"].replace(".", "/") + ".py"
        if (tree / file).exists():
            yield f"{file}::{case.attrib['name']}", float(case.attrib["time"])
