"""The clock can be moved by a file, for demos and kill tests."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.clock import clock_for, system_clock
from shared.errors import SettingsError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def noon():
    return NOON


def test_the_system_clock_is_aware_and_in_utc():
    assert system_clock().utcoffset() == timedelta()


def test_without_a_file_the_clock_is_as_it_is():
    assert clock_for(None, noon) is noon


def test_the_file_moves_the_clock_at_each_call(tmp_path):
    file = tmp_path / "clock"
    clock = clock_for(str(file), noon)

    assert clock() == NOON
    file.write_text("3600\n")
    assert clock() == NOON + timedelta(hours=1)
    file.write_text("-0.5")
    assert clock() == NOON - timedelta(seconds=0.5)


@pytest.mark.parametrize("content", ["", "soon", "nan", "inf", "1e300", "\xff"])
def test_a_file_that_holds_no_seconds_is_named(tmp_path, content):
    file = tmp_path / "clock"
    file.write_text(content, "latin-1")

    with pytest.raises(SettingsError, match="CLOCK_FILE"):
        clock_for(str(file), noon)()
