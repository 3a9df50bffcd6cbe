"""
What has to happen in the year: every due date, level and mail, from what people do and the rules' words alone.

Written apart from the product: nothing of it is imported.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from tests.year import calendar
from tests.year.calendar import Span

ASSIGNED, DECIDER, MANAGER = (f"{login}@contoso.example" for login in ("lwhite", "dfoxhoven", "pwilliams"))
REVIEW_DAYS, NOTICE_MONTHS, APPROVAL_DAYS = 5, 3, 3
LEVEL_DAYS = (1, 3)
"""Business days after its due date at which somebody is reminded of a task, and at which the lead gets one."""
STEP_LEVEL_DAYS = (1, 2)
"""The same after the start of a workflow's step."""
CLOSES, HOURS_A_DAY = 17, 8


@dataclass
class Item:
    """One task of one record, and what people do with it."""

    name: str
    """Title of its task."""
    known: datetime
    """UTC: when there is something to do."""
    dues: list[tuple[datetime, date]]
    """Since when which date holds."""
    started: datetime | None = None
    """UTC: when the workflow came to its step, from when on it waits. None: no step, it waits from its due date on."""
    pauses: list[Span] = field(default_factory=list)
    """When nobody can act on it: nobody is urged, and the time does not count."""
    done: datetime | None = None
    """UTC: when a person completes it."""
    stopped: datetime | None = None
    """UTC: when its workflow is stopped."""

    def due_at(self, moment: datetime) -> date:
        """Return the due date that holds at a moment."""
        return [day for since, day in self.dues if since <= moment][-1]

    @property
    def due(self) -> date:
        """The last due date."""
        return self.dues[-1][1]

    @property
    def over(self) -> datetime | None:
        """UTC: when nobody waits for it any more."""
        return self.done or self.stopped


@dataclass(frozen=True)
class Expected:
    """Something that has to happen, once."""

    what: str
    """reminded, level, overdue or completed."""
    item: str
    who: str
    at: datetime


@dataclass
class Year:
    """Everything that is known of the year beforehand."""

    items: list[Item]
    outages: list[Span] = field(default_factory=list)

    def expected(self, end: datetime) -> list[Expected]:
        """List what has to happen until the end."""
        return [one for item in self.items for one in self._of(item) if one.at < end]

    def _of(self, item: Item) -> Iterator[Expected]:
        begins, days = calendar.at(item.due, CLOSES), LEVEL_DAYS
        if item.started is not None:
            begins, days = item.started, STEP_LEVEL_DAYS
        reminder, lead = (calendar.worked(begins, count * HOURS_A_DAY, item.pauses) for count in days)
        for what, who, at in (
            ("overdue", MANAGER, calendar.at(item.due + calendar.DAY, 0)),
            ("reminded", ASSIGNED if item.started is None else DECIDER, reminder),
            ("level", MANAGER, lead),
        ):
            told = self.possible(next((end for begin, end in item.pauses if begin <= at < end), at))
            if item.over is None or told < item.over:
                yield Expected(what, item.name, who, told)
        if item.done is not None:
            yield Expected("completed", item.name, MANAGER, self.possible(item.done))

    def possible(self, at: datetime) -> datetime:
        """Return when it can happen: while a system is away nothing does."""
        return next((end for begin, end in self.outages if begin <= at < end), at)

    def is_undisturbed(self, begin: datetime, end: datetime) -> bool:
        """Tell whether both systems are there all the time."""
        return all(end < away or back < begin for away, back in self.outages)

    def thresholds(self, item: Item) -> Sequence[datetime]:
        """List the moments at which time alone changes something."""
        return [one.at for one in self._of(replace(item, done=None, stopped=None))]
