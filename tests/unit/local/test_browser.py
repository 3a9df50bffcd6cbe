"""Where the Chromium of the browser tests runs."""

import pytest

from local.browser import why_none


@pytest.mark.parametrize(
    ("system", "machine", "runs"),
    [("linux", "x86_64", True), ("linux", "aarch64", False), ("darwin", "arm64", False), ("win32", "AMD64", False)],
)
def test_where_it_can_t_run_the_reason_is_said(system, machine, runs):
    reason = why_none(system, machine)

    assert (reason == "") is runs
    assert runs or (system in reason and machine in reason)
