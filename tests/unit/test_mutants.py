"""Changes that once went unnoticed can still be made; a suite that doesn't run is said at once, not after hours."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.fitting import LEFT_OUT, REPORT, read_measured
from tests.mutants.named import CHANGES, named
from tests.repository import ROOT

UNCOUNTED = "tests/integration/test_discovery.py::test_what_exceeds_a_hundred_waits_behind_hints"


def test_each_change_that_is_named_has_its_place_in_the_code():
    assert len(list(named())) == len(CHANGES)


def test_which_lines_a_test_runs_is_measured_where_coverage_is_not_counted_too(tmp_path: Path):
    asked = [
        "-q",
        "--cov-context=test",
        "--cov=shared/store",
        "--cov-report=",
        f"--basetemp={tmp_path / 'tests'}",
        UNCOUNTED,
    ]
    env = {"COVERAGE_FILE": str(tmp_path / ".coverage"), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "pytest", *asked]
    ran = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False)  # noqa: S603 - our own tests
    assert ran.returncode == 0, ran.stdout.decode()[-2000:]


def report(tree: Path, failed: int) -> None:
    """Leave the report of a suite of which so many tests failed, and none passed."""
    case = '<testcase classname="a" name="t" time="1"><error/></testcase>'
    (tree / REPORT).parent.mkdir()
    (tree / REPORT).write_text(f"<testsuite>{case * failed}</testsuite>")


def test_a_few_tests_that_fail_without_any_change_are_left_out(tmp_path: Path):
    report(tmp_path, failed=LEFT_OUT)

    assert read_measured(tmp_path).seconds == {}


def test_what_is_measured_by_a_suite_that_does_not_run_is_not_taken(tmp_path: Path):
    report(tmp_path, failed=LEFT_OUT + 1)

    with pytest.raises(ValueError, match="11 of 11 tests fail without any change"):
        read_measured(tmp_path)
