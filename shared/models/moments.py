"""Dates of other systems, read once where they come in. Pure: raises nothing but ValueError."""

from datetime import UTC, date, datetime, time, tzinfo

MEANS_NONE = (date(1, 1, 1), date(1601, 1, 1), date(1753, 1, 1), date(1899, 12, 30), date(9999, 12, 31))
"""What databases, Windows, SQL Server, OLE and people write for "no date" and "no end"."""

# A day on either side: a zone may have moved it, and no work is due then either.
_NONE_DAYS = frozenset(near for day in MEANS_NONE for near in range(day.toordinal() - 1, day.toordinal() + 2))


def means_none(day: date) -> bool:
    """Tell whether a date stands for "none", in whatever zone it was written."""
    return day.toordinal() in _NONE_DAYS


def read_moment(value: object, zone: tzinfo = UTC) -> datetime | None:
    """
    Read a date and time, in UTC.

    Args:
        value: ISO text, or a datetime.
        zone: of what comes without one.

    Returns:
        None: nothing, or a date that means none.

    Raises:
        ValueError: it can't be read.
    """
    if value is None or value == "":
        return None
    found = value if isinstance(value, datetime) else _parsed(value)
    if means_none(found.date()):
        return None
    # No overflow: the first and the last day of all have just been answered.
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def read_due(value: object, zone: tzinfo = UTC) -> date | datetime | None:
    """
    Read when something is due: a day, or a moment in UTC. Arguments and errors as `read_moment`.

    A server that keeps a day as a date and time writes its midnight, without a zone: only what carries a time of day,
    or a zone, is a moment. Taken for one, the 15th in Berlin is the 14th in London.
    """
    found = read_moment(value, zone)
    if found is None:
        return None
    written = value if isinstance(value, datetime) else _parsed(value)
    return written.date() if written.tzinfo is None and written.time() == time() else found


def _parsed(value: object) -> datetime:
    if not isinstance(value, str):
        message = "no date"
        raise ValueError(message)  # noqa: TRY004 - to the caller it is a value that can't be read, like any other
    try:
        return datetime.fromisoformat(value.strip())
    except ValueError as error:
        message = "no date"
        raise ValueError(message) from error
