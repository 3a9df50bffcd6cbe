"""
What has to happen in the year: every due date, level and mail, from what people do and the rules' words alone.

Written apart from the product: nothing of it is imported.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.year import calendar

HOUR = timedelta(hours=1)
ASSIGNED, MANAGER = "lwhite@contoso.example", "pwilliams@contoso.example"
REVIEW_DAYS, NOTICE_MONTHS = 5, 3
REMINDER_DAYS, LEAD_DAYS = 1, 3
CLOSES = 17


@dataclass
class Item:
    """One task of one record, and what people do with it."""

    name: str
    """Title of its task."""
    known: datetime
    """UTC: when there is something to do."""
    dues: list[tuple[datetime, date]]
    """Since when which date holds."""
    done: datetime | None = None
    """UTC: when a person completes it."""

    def due_at(self, moment: datetime) -> date:
        """Return the due date that holds at a moment."""
        return [day for since, day in self.dues if since <= moment][-1]

    @property
    def due(self) -> date:
        """The last due date."""
        return self.dues[-1][1]


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
    outages: list[tuple[datetime, datetime]] = field(default_factory=list)

    def expected(self, end: datetime) -> list[Expected]:
        """List what has to happen until the end."""
        return [one for item in self.items for one in self._of(item) if one.at < end]

    def _of(self, item: Item) -> Iterator[Expected]:
        closes = calendar.at(item.due, CLOSES)
        midnight = calendar.at(item.due + calendar.DAY, 0)
        reminder, lead = (calendar.at(calendar.after(item.due, days), CLOSES) for days in (REMINDER_DAYS, LEAD_DAYS))
        assert closes < midnight <= reminder < lead
        for what, who, at in (
            ("overdue", MANAGER, midnight),
            ("reminded", ASSIGNED, reminder),
            ("level", MANAGER, lead),
        ):
            told = self.possible(at)
            if item.done is None or told < item.done:
                yield Expected(what, item.name, who, told)
        if item.done is not None:
            yield Expected("completed", item.name, MANAGER, self.possible(item.done))

    def possible(self, at: datetime) -> datetime:
        """Return when it can happen: while a system is away nothing does."""
        return next((end for begin, end in self.outages if begin <= at < end), at)

    def thresholds(self, item: Item) -> Sequence[datetime]:
        """List the moments at which time alone changes something."""
        return [self.possible(one.at) for one in self._of(Item(item.name, item.known, item.dues))]
