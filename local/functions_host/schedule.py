"""
NCRONTAB, the timer's language. Pure.

Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from croniter import CroniterError, croniter

from local.functions_host.errors import HostError

# croniter knows more (L, #, H, @hourly); the host does not.
_FIELD = re.compile(r"([0-9*/,-]|[A-Za-z]{3,})+")


@dataclass(frozen=True)
class Schedule:
    """Six fields, seconds first, in UTC."""

    expression: str

    def after(self, moment: datetime) -> datetime:
        """Compute the first occurrence later than `moment` (aware, UTC)."""
        # A day must fit both the day of the month and the day of the week: NCRONTAB has no "either" as cron has.
        times = croniter(self.expression, moment, ret_type=datetime, second_at_beginning=True, day_or=False)
        following: datetime = times.get_next()
        return following


def read_schedule(text: str) -> Schedule:
    """
    Read an expression of six fields, or of five (then second 0).

    Raises:
        HostError: it is no NCRONTAB expression, or never comes round.
    """
    fields = text.split()
    if len(fields) == 5:
        fields = ["0", *fields]
    try:
        return _tried(fields)
    except CroniterError as error:
        message = f"schedule {text!r}: must be NCRONTAB, six fields with the seconds first, such as 0 */5 * * * *"
        raise HostError(message) from error


def _tried(fields: list[str]) -> Schedule:
    if len(fields) != 6 or not all(_FIELD.fullmatch(field) for field in fields):
        raise CroniterError
    schedule = Schedule(" ".join(fields))
    schedule.after(datetime(2000, 1, 1, tzinfo=UTC))
    return schedule
