"""The report as a page: all of it is text."""

from datetime import UTC, datetime

from shared.conformance.beliefs import System
from shared.conformance.observed import Verdict
from shared.conformance.page import render
from shared.conformance.report import Line, Report

HOSTILE = "<script>alert('1')</script>"


def test_what_a_system_says_is_shown_and_never_run():
    line = Line(
        belief="planner-x",
        system=System.PLANNER,
        verdict=Verdict.DIFFERS,
        statement="A",
        seen=HOSTILE,
        means="B",
        here=HOSTILE,
    )
    page = render(
        Report(made=datetime(2026, 11, 30, tzinfo=UTC), lines=(line,), left=(HOSTILE,), versions={"CS": HOSTILE})
    )

    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 4
    assert "default-src 'none'" in page
    assert "Could not be taken away" in page
