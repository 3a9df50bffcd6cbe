"""Years, months, weeks and days added to a day of a calendar."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from shared.mapping.language.calendar import Calendar, NoDateError
from shared.mapping.language.date_specs import Offset


def day_part(offset: Offset, day: date, calendar: Calendar) -> date:
    """
    Add what an offset says in whole days: years and months first, business days last.

    Raises:
        NoDateError: the result leaves the calendar.
    """
    try:
        if offset.years or offset.months:
            day += relativedelta(years=offset.years, months=offset.months)
        day += timedelta(weeks=offset.weeks, days=offset.days)
    except (OverflowError, ValueError) as error:
        message = f"no date can be counted from {day}: {error}"
        raise NoDateError(message) from error
    # Last: added before the others, business days could end on a day without work.
    return calendar.add_business_days(day, offset.business_days)
