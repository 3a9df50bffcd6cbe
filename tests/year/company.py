"""One company and its year: its records, what its people will do, and what will go wrong meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from tests.year import calendar
from tests.year.calendar import DAY, HOUR, Span
from tests.year.model import APPROVAL_DAYS, NOTICE_MONTHS, REVIEW_DAYS, Item, Year

START = datetime(2027, 1, 4, 7, 0, tzinfo=UTC)
CLEAR = timedelta(hours=6)
"""So far from a moment at which time changes something people stay away: who comes first is not what is tried here."""
NEVER, MOVED, POSTPONED, PAUSED, APPROVED = 0.15, 0.4, 0.3, 0.4, 0.3
"""How often a task is not completed, an end date moves, a person sets another due date, time does not count, a workflow
runs."""
OFF_BY = timedelta(minutes=3)
"""So far the worker's clock is off from all others for weeks."""


@dataclass
class Act:
    """What somebody does."""

    at: datetime
    what: str
    record: "Record"
    item: Item | None = None
    """With which task; None: with the record."""


@dataclass
class Record:
    """A contract and its tasks."""

    name: str
    created: datetime
    end: date
    hinted: bool
    review: Item
    notice: Item
    approval: Item | None = None
    moved_to: date | None = None
    number: int = 0
    workflow: int = 0

    @property
    def items(self) -> list[Item]:
        """All of them."""
        return [self.review, self.notice, *([self.approval] if self.approval is not None else [])]


@dataclass
class Company:
    """The records of a company, and what will happen to them."""

    days: int
    records: list[Record]
    year: Year
    acts: list[Act]
    wrong_clocks: list[tuple[datetime, datetime, timedelta]]
    """From when to when the worker's clock is wrong, and by how much; of two that overlap the first holds."""

    @property
    def end(self) -> datetime:
        """UTC."""
        return START + self.days * DAY


def company(*, records: int, days: int, seed: int) -> Company:
    """Make up a company: the same one for a seed."""
    rng = Random(seed)  # noqa: S311 - a year, no secret
    year, made, acts = Year([], outages=_outages(days)), [], []
    for number in range(records):
        record = _record(rng, number, days, year)
        made.append(record)
        acts += [act for act in _acts(rng, record, year) if act.at < START + days * DAY]
        year.items += record.items
    return Company(days, made, year, sorted(acts, key=lambda act: (act.at, act.record.name)), _wrong_clocks(days))


def _outages(days: int) -> list[Span]:
    """OpenText is away for a week, Planner for another; from Wednesday on, over a weekend."""
    length = 7 * DAY if days > 100 else 2 * DAY
    begins = [START + (days * part // 10 // 7 * 7 + 2) * DAY for part in (3, 7)]
    return [(begin, begin + length) for begin in begins]


def _wrong_clocks(days: int) -> list[tuple[datetime, datetime, timedelta]]:
    """Let it jump a day ahead and an hour back on a day without work; for two fifths of the year it is a little off."""
    saturday = next(
        day for day in (calendar.local(START) + n * DAY for n in range(days // 2, days)) if day.weekday() == 5
    )
    fast, slow, lasting = START + days * DAY / 5, START + days * DAY * 3 / 5, days * DAY / 5
    return [
        (calendar.at(saturday, 10), calendar.at(saturday, 13), DAY),
        (calendar.at(saturday, 14), calendar.at(saturday, 20), -HOUR),
        (fast, fast + lasting, OFF_BY),
        (slow, slow + lasting, -OFF_BY),
    ]


def _record(rng: Random, number: int, days: int, year: Year) -> Record:
    created = year.possible(_at_work(rng, START + rng.random() * days * 0.8 * DAY)) + rng.randint(1, 50) * timedelta(
        minutes=1
    )
    end = calendar.local(created) + rng.randint(100, 300) * DAY
    name = f"Contract {number:03}"
    review = Item(f"{name} review", created, [(created, calendar.after(calendar.local(created), REVIEW_DAYS))])
    notice = Item(f"{name} notice", created, [(created, _notice(end))])
    return Record(name, created, end, rng.random() > 0.3, review, notice)


def _notice(end: date) -> date:
    return calendar.on_or_before(calendar.months_before(end, NOTICE_MONTHS))


def _at_work(rng: Random, moment: datetime, hours: tuple[int, int] = (9, 16)) -> datetime:
    return calendar.at(_working_day(calendar.local(moment)), rng.randint(*hours))


def _working_day(day: date) -> date:
    while not calendar.works(day):
        day += DAY
    return day


def _acts(rng: Random, record: Record, year: Year) -> Iterator[Act]:
    yield Act(record.created, "create", record)
    moves = year.possible(_at_work(rng, record.created + rng.randint(2, 9) * DAY)) + HOUR
    later = record.end + rng.randint(20, 90) * DAY
    if rng.random() < MOVED and min(_notice(record.end), _notice(later)) > calendar.local(moves) + 15 * DAY:
        record.moved_to = later
        record.notice.dues.append((moves, _notice(later)))
        yield Act(moves, "move", record)
    yield from _postponing(rng, record, year)
    yield from _pause(rng, record, year)
    for item in (record.review, record.notice):
        if rng.random() > NEVER:
            when = calendar.at(item.due, 12) + rng.randint(-3, 12) * DAY
            item.done = _clear(
                max(_at_work(rng, when), record.created + DAY, moves + DAY, item.dues[-1][0] + DAY), item, year
            )
            yield Act(item.done, "complete", record, item)
    if rng.random() < APPROVED:
        yield from _approval(rng, record, year)


def _postponing(rng: Random, record: Record, year: Year) -> Iterator[Act]:
    """Until the day on which the review is due, somebody sets another one in Planner."""
    item = record.review
    at = _at_work(rng, record.created + rng.randint(1, 6) * DAY)
    if rng.random() < POSTPONED and calendar.local(at) <= item.due and year.is_undisturbed(record.created, at):
        item.dues.append((at, calendar.after(item.due, rng.randint(1, 10))))
        yield Act(at, "postpone", record, item)


def _pause(rng: Random, record: Record, year: Year) -> Iterator[Act]:
    """For some days somebody else is waited for, from about when one of the tasks is due."""
    around = rng.choice((record.review, record.notice)).due + rng.randint(-3, 5) * DAY
    begins = calendar.at(_working_day(around), 11)
    ends = calendar.at(calendar.after(calendar.local(begins), rng.randint(1, 5)), 11)
    if rng.random() < PAUSED and record.created + DAY < begins and year.is_undisturbed(begins, ends + 10 * DAY):
        for item in (record.review, record.notice):
            item.pauses.append((begins, ends))
        yield Act(begins, "pause", record)
        yield Act(ends, "resume", record)


def _approval(rng: Random, record: Record, year: Year) -> Iterator[Act]:
    """A workflow runs in the record. It may be suspended for some days; at last it is decided, or stopped."""
    start = _at_work(rng, record.created + rng.randint(1, 60) * DAY, (10, 12))
    day = calendar.local(start)
    item = Item(f"{record.name} approval", start, [(start, calendar.after(day, APPROVAL_DAYS))], started=start)
    if rng.random() < PAUSED:
        # In the evening: at the hour of its start time changes something, and at midnight.
        begins = calendar.at(calendar.after(day, rng.randint(1, 3)), 18)
        ends = calendar.at(calendar.after(calendar.local(begins), rng.randint(1, 4)), 18)
        item.pauses.append((begins, ends))
    if not year.is_undisturbed(start - DAY, max(year.thresholds(item)) + DAY):
        return
    record.approval = item
    yield Act(start, "start", record, item)
    for begins, ends in item.pauses:
        yield Act(begins, "suspend", record, item)
        yield Act(ends, "go on", record, item)
    over = _clear(_at_work(rng, start + rng.randint(1, 9) * DAY), item, year)
    if rng.random() > NEVER:
        item.done = over
        yield Act(over, "approve", record, item)
    else:
        item.stopped = _clear(over + 9 * DAY, item, year)
        yield Act(item.stopped, "stop", record, item)


def _clear(at: datetime, item: Item, year: Year) -> datetime:
    """Put what people do off until systems answer, nothing is paused, and nothing is about to change by itself."""
    spans = [*year.outages, *item.pauses]
    near = [*year.thresholds(item), *(end for _, end in spans)]
    while any(begin <= at < end for begin, end in spans) or any(abs(at - one) < CLEAR for one in near):
        at += HOUR
    return at
