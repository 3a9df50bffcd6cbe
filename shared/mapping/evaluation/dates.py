"""From a mapping's dates to real ones: anchors, offsets, recurrences, thresholds."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import chain

from shared.mapping.evaluation.scope import Scene
from shared.mapping.language.calendar import Calendar, NoDateError
from shared.mapping.language.counting import day_part
from shared.mapping.language.date_specs import Date, Due, Offset, Wait
from shared.mapping.language.recurrence import HORIZON, read_recurrence
from shared.mapping.language.scalars import ATTRIBUTE
from shared.mapping.language.vocabulary import DONE
from shared.models.moments import means_none

MOST_OCCURRENCES = 16_000
"""Of one date: daily for over forty years. Each look goes through them."""


@dataclass(frozen=True)
class Anchors:
    """Dates that the item itself gives."""

    due: date | None = None
    raised: datetime | None = None
    appeared: datetime | None = None


def resolve(spec: Date, scene: Scene, anchors: Anchors | None = None) -> date | None:
    """
    Compute a date in the rule's zone; None: what it is counted from is not there (yet).

    Raises:
        NoDateError: what it is counted from is no date, or the date leaves the calendar.
        NotKnownError: the record does not tell what it is counted from.
    """
    day = unadjusted(spec, scene, anchors)
    return None if day is None else adjusted(spec, day, scene.calendar)


def unadjusted(spec: Date, scene: Scene, anchors: Anchors | None = None) -> date | None:
    """Compute a date before it is moved off a day without work. Errors as `resolve`."""
    start = spec.on if spec.on is not None else _anchor(str(spec.from_), scene, anchors or Anchors())
    if start is None:
        return None
    calendar = scene.calendar
    if spec.business_hours:
        moment = start if isinstance(start, datetime) else calendar.opening(start)
        return calendar.local_date(add(spec, moment, calendar))
    day = calendar.local_date(start) if isinstance(start, datetime) else start
    return day_part(spec, day, calendar)


def adjusted(spec: Date, day: date, calendar: Calendar) -> date:
    """Move a day without work to the business day after or before it, as the date says."""
    return day if spec.adjust == "none" else calendar.nearest(day, 1 if spec.adjust == "next" else -1)


def add(offset: Offset, moment: datetime, calendar: Calendar) -> datetime:
    """
    Add to a moment; days keep the local wall-clock time, `at` replaces it. Returns UTC.

    Raises:
        NoDateError: the result leaves the calendar.
    """
    local = calendar.local(moment)
    day = day_part(offset, local.date(), calendar)
    # Only where the day moves: made anew from the clock on the wall, an hour that comes twice would become the first.
    result = calendar.at(day, local.time()) if day != local.date() else moment
    if offset.business_hours:
        result = calendar.add_business_hours(result, offset.business_hours)
    if isinstance(offset, Wait) and offset.at is not None:
        result = calendar.at(calendar.local_date(result), time.fromisoformat(offset.at))
    return calendar.local(result).astimezone(moment.tzinfo)


def _anchor(word: str, scene: Scene, anchors: Anchors) -> date | datetime | None:
    if word.startswith(ATTRIBUTE):
        return _attribute_date(word.removeprefix(ATTRIBUTE), scene)
    if word.startswith(DONE):
        return scene.done.get(word.removeprefix(DONE))
    node = scene.subject
    workflow, step = scene.workflow, scene.step
    known: dict[str, date | datetime | None] = {
        "due": anchors.due,
        "raised": anchors.raised,
        # A task that is made now appears now.
        "appeared": anchors.appeared or scene.now,
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
    parts = scene.values.read(name).parts
    if not parts:
        return None
    try:
        moment = datetime.fromisoformat(str(parts[0]).strip())
    except ValueError as error:
        message = f"{name} holds no date: {str(parts[0])[:40]!r}"
        raise NoDateError(message) from error
    if means_none(moment.date()):
        return None
    # Without a zone the record means the day as it is written.
    return moment if moment.tzinfo is not None else moment.date()


@dataclass(frozen=True)
class Occurrence:
    """One coming of a recurring date."""

    day: date
    """As the rule gives it now."""
    due: date
    """Moved off a day without work."""
    name: date
    """Its name for good: the day that the rule gave it first."""


@dataclass(frozen=True)
class Known:
    """The occurrences of one recurring task that have, or had, their task; by name."""

    done: frozenset[date] = frozenset()
    open: frozenset[date] = frozenset()


def occurrences(spec: Due, first: date, scene: Scene, known: Known) -> tuple[tuple[Occurrence, ...], datetime | None]:
    """
    List the occurrences of a recurring date that are tasks now, and when time alone changes that.

    The one that came last stays until the next is due; the next one is shown, and while it is already done
    the one after it too. What came before the record existed is not made up. Where the start of the rule moves, an
    occurrence moves with it and keeps its name.

    Args:
        spec: the recurring date.
        first: the day that the rule starts on, not moved yet.
        scene: what it is for.
        known: the occurrences that were tasks before.

    Raises:
        NoDateError: too many came since the first, or the calendar ends.
    """
    shown: list[Occurrence] = []
    changes: datetime | None = None
    series = _series(spec, first, scene.today)
    days = list(_until(series, max((*known.open, *known.done, scene.today))))
    names = _names_of_done(days, known)
    for day in chain(days, series):
        here = Occurrence(day, adjusted(spec, day, scene.calendar), names.get(day, day))
        if here.due <= scene.today:
            shown = [here]
            continue
        changes = changes or scene.calendar.midnight(here.due)
        shown.append(here)
        if here.name not in known.done:
            break
    born = scene.calendar.local_date(scene.created) if scene.created is not None else None
    came = [one for one in shown if one.due > scene.today or born is None or one.due >= born]
    return tuple(_still_asked_for(_with_open_names(came, days, known), days, known, scene.today)), changes


def next_dates(spec: Due, first: date, scene: Scene) -> Iterator[date]:
    """
    Go through the due dates of a recurring date from today on.

    Raises:
        NoDateError: too many came since the first, or the calendar ends.
    """
    dues = (adjusted(spec, day, scene.calendar) for day in _series(spec, first, scene.today))
    return (due for due in dues if due >= scene.today)


def _names_of_done(days: list[date], known: Known) -> dict[date, date]:
    """Name days of a rule whose start moved after what was done for them: each is nearer to it than its neighbours."""
    names: dict[date, date] = {}
    for name in sorted(known.done - {*days}):
        free = [day for day in days if day not in known.done and day not in names]
        nearest = min(free, key=lambda day: (abs(day - name), day), default=None)
        if nearest is not None and abs(nearest - name) * 2 <= _gap(nearest, days):
            names[nearest] = name
    return names


def _with_open_names(shown: list[Occurrence], days: list[date], known: Known) -> list[Occurrence]:
    """
    Have open occurrences that a moved start took away go on as those that are shown now.

    Not those after which the next one has come: they are over.
    """
    astray = sorted(
        name
        for name in known.open - {one.name for one in shown}
        if name not in days or (shown and name > shown[-1].day)
    )
    free = [place for place, one in enumerate(shown) if one.name == one.day not in known.open | known.done]
    for name in astray:
        if not free:
            break
        place = min(free, key=lambda place: (abs(shown[place].day - name), place))
        free.remove(place)
        shown[place] = replace(shown[place], name=name)
    return shown


def _still_asked_for(shown: list[Occurrence], days: list[date], known: Known, today: date) -> Iterator[Occurrence]:
    """
    Leave out what came before something that was done, where the start moved.

    The moved rule may have more days than before (the last of a month, of short months), and then none of them is near
    enough to what was done to be it. Nobody wants a day from before that as a new task.
    """
    last_done = max(known.done - {*days}, default=None)
    for one in shown:
        is_new = one.name not in known.open | known.done
        if not (is_new and one.due <= today and last_done is not None and one.day < last_done):
            yield one


def _until(days: Iterator[date], last: date) -> Iterator[date]:
    """Go through the days up to the second one after a day."""
    after = 0
    for day in days:
        yield day
        after += day > last
        if after > 1:
            return


def _gap(day: date, days: list[date]) -> timedelta:
    """Say how far a day of the rule is from the nearest other."""
    place = days.index(day)
    others = days[max(place - 1, 0) : place] + days[place + 1 : place + 2]
    return min((abs(other - day) for other in others), default=timedelta.max)


def _series(spec: Due, first: date, today: date) -> Iterator[date]:
    """Go through the days of the rule, from its start to a horizon after today."""
    end = min(max(first, today), date.max - HORIZON) + HORIZON
    for number, day in enumerate(read_recurrence(str(spec.repeat), first, end)):
        if number >= MOST_OCCURRENCES:
            message = f"more than {MOST_OCCURRENCES} occurrences since {first}: let it start later"
            raise NoDateError(message)
        yield day


def end_of(day: date, calendar: Calendar) -> datetime:
    """Return the moment (UTC) at which a day is over."""
    return calendar.end(day)
