"""What time it is. Everything below the wiring is handed a clock; nothing asks the machine itself."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.errors import Problem, SettingsError

Clock = Callable[[], datetime]
"""Answers an aware UTC datetime."""


def system_clock() -> datetime:
    """Tell the machine's time, in UTC."""
    return datetime.now(UTC)


def clock_for(file: str | None, clock: Clock = system_clock) -> Clock:
    """
    Return `clock`, moved by the seconds that the file holds at each call.

    For demos and kill tests: hours pass when the file is replaced (by rename, so that no half is read).

    Args:
        file: path of CLOCK_FILE. None: the clock as it is. While the file does not exist nothing is added.

    Raises (when the clock is asked):
        SettingsError: the file holds something else than a number of seconds.
    """
    if file is None:
        return clock
    path = Path(file)
    return lambda: clock() + _offset(path)


def _offset(path: Path) -> timedelta:
    try:
        return timedelta(seconds=float(path.read_text("ascii")))
    except FileNotFoundError:
        return timedelta()
    except (ValueError, OverflowError) as error:
        raise SettingsError([Problem("CLOCK_FILE", f"{path.name} must hold a number of seconds")]) from error
