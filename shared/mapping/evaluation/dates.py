"""From a mapping's dates to real ones: anchors, offsets, recurrences, thresholds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import takewhile

from dateutil.relativedelta import relativedelta

from shared.errors import NeverError
from shared.mapping.evaluation.scope import Scene
from shared.mapping.language.calendar import Calendar
from shared.mapping.language.date_specs import HORIZON, Date, Due, Offset
from shared.mapping.language.recurrence import read_recurrence
from shared.mapping.language.scalars import ATTRIBUTE

_DAY = timedelta(days=1)


class NoDateError(NeverError):
    """What a date is counted from is no date; the message tells people."""


@dataclass(frozen=True)
class Anchors:
    """Dates that the item itself gives."""

    due: date | None = None
    raised: datetime | None = None


def resolve(spec: Date, scene: Scene, anchors: Anchors | None = None) -> date | None:
    """
    Compute a date in the rule's zone; None: what it is counted from is not known (yet).

    Raises:
        NoDateError: the attribute holds something else, or the date leaves the calendar.
    """
    start = spec.on if spec.on is not None else _anchor(str(spec.from_), scene, anchors or Anchors())
    if start is None:
        return None
    try:
        day = _moved(spec, start, scene.calendar)
        return day if spec.adjust == "none" else scene.calendar.nearest(day, 1 if spec.adjust == "next" else -1)
    except (OverflowError, ValueError) as error:
        message = f"no date can be computed from {start}: {error}"
        raise NoDateError(message) from error


def _moved(offset: Offset, start: date | datetime, calendar: Calendar) -> date:
    if offset.business_hours:
        moment = start if isinstance(start, datetime) else calendar.at(start, calendar.opens)
        return calendar.local_date(add(offset, moment, calendar))
    day = calendar.local_date(start) if isinstance(start, datetime) else start
    return _day_part(offset, day, calendar)


def add(offset: Offset, moment: datetime, calendar: Calendar) -> datetime:
    """
    Add to a moment; days keep the local wall-clock time, `at` replaces it. Returns UTC.

    Raises:
        ValueError, OverflowError: the result leaves the calendar.
    """
    local = calendar.local(moment)
    day = _day_part(offset, local.date(), calendar)
    result = calendar.at(day, local.time()) if day != local.date() else moment
    if offset.business_hours:
        result = calendar.add_business_hours(result, offset.business_hours)
    if offset.at is not None:
        result = calendar.at(calendar.local_date(result), time.fromisoformat(offset.at))
    return calendar.local(result).astimezone(moment.tzinfo)


def _day_part(offset: Offset, day: date, calendar: Calendar) -> date:
    if offset.years or offset.months:
        day += relativedelta(years=offset.years, months=offset.months)
    day += timedelta(weeks=offset.weeks, days=offset.days)
    return calendar.add_business_days(day, offset.business_days)


def _anchor(word: str, scene: Scene, anchors: Anchors) -> date | datetime | None:
    if word.startswith(ATTRIBUTE):
        return _attribute_date(word.removeprefix(ATTRIBUTE), scene)
    node = scene.workspace if scene.workflow is None and scene.origin.document is None else scene.document
    workflow, step = scene.workflow, scene.step
    known: dict[str, date | datetime | None] = {
        "due": anchors.due,
        "raised": anchors.raised,
        "created": node.created if node is not None else None,
        "modified": node.modified if node is not None else None,
        "initiated": workflow.initiated if workflow is not None else None,
        "workflow_due": workflow.due if workflow is not None else None,
        "started": step.started if step is not None else None,
        "step_due": step.due if step is not None else None,
        "missing_due": scene.missing.due if scene.missing is not None else None,
    }
    return known[word]


def _attribute_date(name: str, scene: Scene) -> date | datetime | None:
    value = scene.attributes.get(name)
    if isinstance(value, tuple):
        value = value[0] if value else None
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value).strip())
    except ValueError as error:
        message = f"{name} holds no date: {str(value)[:40]!r}"
        raise NoDateError(message) from error
    # Without a zone the record means the day as it is written.
    return moment if moment.tzinfo is not None else moment.date()


def occurrences(
    spec: Due, first: date, scene: Scene, done: frozenset[date]
) -> tuple[tuple[date, ...], datetime | None]:
    """
    List the occurrences of a recurring date that are tasks now, and when time alone changes that.

    The one that came last stays until the next is due; the next one is shown, and while it is already done
    the one after it too. What came before the record existed is not made up.
    """
    today = scene.calendar.local_date(scene.now)
    shown: list[date] = []
    changes: datetime | None = None
    for day in _series(spec, first, today):
        if day <= today:
            shown = [day]
            continue
        changes = changes or scene.calendar.midnight(day)
        shown.append(day)
        if day not in done:
            break
    born = _born(scene)
    return tuple(day for day in shown if day > today or born is None or day >= born), changes


def _series(spec: Due, first: date, today: date) -> Iterator[date]:
    end = max(first, today) + HORIZON
    return takewhile(lambda day: day <= end, read_recurrence(str(spec.repeat), first))


def _born(scene: Scene) -> date | None:
    node = scene.workspace or scene.document
    created = node.created if node is not None else None
    return scene.calendar.local_date(created) if created is not None else None


def end_of(day: date, calendar: Calendar) -> datetime:
    """Return the moment (UTC) at which a day is over."""
    return calendar.midnight(day + _DAY)
