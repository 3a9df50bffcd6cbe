"""Time in which nobody could act: it does not count, so what waits for time to pass is put off by it. Pure."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from shared.mapping.evaluation.scope import Scene
from shared.mapping.language.calendar import Calendar
from shared.mapping.language.date_specs import Wait
from shared.models.link_parts import Pause

_NOTHING = timedelta()


def put_off(at: datetime, start: datetime, wait: Wait, pauses: Iterable[Pause], scene: Scene) -> datetime:
    """
    Move the end of a wait by the pauses that lie in it, those included that the move itself brings into it.

    A wait in business time loses business time alone: a pause over a night takes nothing from it. One in calendar days
    loses the time as it is.

    Args:
        at: when the wait would be over without pauses; UTC.
        start: when it began; UTC.
        wait: what was waited.
        pauses: one after another; one that has no end lasts until now.
        scene: what it is for.

    Raises:
        NoDateError: the moment leaves the calendar.
    """
    calendar = scene.calendar
    moved = at
    for pause in pauses:
        begin, end = max(pause.since, start), pause.until or scene.now
        # They stand one after another: those behind this one begin later still.
        if begin >= moved:
            break
        if end <= begin:
            continue
        if _is_of_business(wait):
            moved = calendar.add_business_time(moved, calendar.business_time(begin, end))
        else:
            moved += end - begin
    return moved if moved == at or wait.at is None else _on_clock(moved, time.fromisoformat(wait.at), calendar)


def _is_of_business(wait: Wait) -> bool:
    """Tell what is waited in. A wait of nothing ends when business closes: it is of business time, too."""
    return bool(wait.business_days or wait.business_hours) or not (wait.years or wait.months or wait.weeks or wait.days)


def _on_clock(moment: datetime, clock: time, calendar: Calendar) -> datetime:
    """Return the first moment from here on at which the clock shows that time on a business day."""
    day = calendar.nearest(calendar.local_date(moment))
    if (found := calendar.at(day, clock)) >= moment:
        return found
    return calendar.at(calendar.add_business_days(day, 1), clock)
