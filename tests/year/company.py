"""One company through a year of virtual time: its records, what its people do, and what goes wrong meanwhile."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import yaml

from local.demo.world import World, build, create_contract
from local.in_process.system import Inside
from local.simulators.faults import Fault
from shared.errors import RetryLaterError
from shared.models.messages import OriginMessage
from shared.watchers.timers import sweep_agenda, sweep_plans
from tests.engine import AS_DEPLOYED
from tests.repository import ROOT
from tests.year import calendar
from tests.year.model import LEAD_DAYS, NOTICE_MONTHS, REMINDER_DAYS, REVIEW_DAYS, Expected, Item, Year

START = datetime(2027, 1, 4, 7, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CLEAR = timedelta(hours=6)
"""So far from a moment at which time changes something people stay away: who comes first is not what is tried here."""
AWAY = 10**9
QUIET = timedelta(hours=2)
"""So often the timers tick while nobody works: what is due then is told in time all the same."""
NEVER = 0.15
LADDER = [
    {
        "key": "reminder",
        "after": {"from": "due", "business_days": REMINDER_DAYS},
        "remind": True,
        "title": "Remind: {{ task.title }}",
    },
    {
        "key": "lead",
        "after": {"from": "due", "business_days": LEAD_DAYS},
        "to": "role:Manager",
        "title": "Level: {{ task.title }}",
    },
]
MAILS = [
    {"on": "overdue", "to": ["role:Manager"], "subject": "Overdue: {{ task.title }}"},
    {"on": "completed", "to": ["role:Manager"], "subject": "Completed: {{ task.title }}"},
]
WORDS = {"Remind": "reminded", "Overdue": "overdue", "Completed": "completed", "Level": "level"}


@dataclass
class Clock:
    """The world's time; the worker's may differ from it."""

    at: datetime = START

    def now(self) -> datetime:
        """Tell the time."""
        return self.at


@dataclass
class Act:
    """What somebody does."""

    at: datetime
    what: str
    record: "Record"


@dataclass
class Record:
    """A contract and its two tasks."""

    name: str
    created: datetime
    end: date
    hinted: bool
    review: Item
    notice: Item
    moved_to: date | None = None
    number: int = 0


@dataclass
class Company:
    """The records of a company, and what will happen to them."""

    days: int
    records: list[Record]
    year: Year
    acts: list[Act]
    jumps: list[tuple[datetime, datetime, timedelta]]
    """From when to when the worker's clock is wrong, and by how much."""

    @property
    def end(self) -> datetime:
        """UTC."""
        return START + self.days * DAY


def company(*, records: int, days: int, seed: int) -> Company:
    """Make up a company: the same one for a seed."""
    rng = Random(seed)  # noqa: S311 - a year, no secret
    year = Year([], outages=_outages(days))
    made, acts = [], []
    for number in range(records):
        record = _record(rng, number, days, year)
        made.append(record)
        year.items += [record.review, record.notice]
        acts += list(_acts(rng, record, year, START + days * DAY))
    saturday = next(
        day for day in (calendar.local(START) + n * DAY for n in range(days // 2, days)) if day.weekday() == 5
    )
    jumps = [
        (calendar.at(saturday, 10), calendar.at(saturday, 11), DAY),
        (calendar.at(saturday, 14), calendar.at(saturday, 20), -HOUR),
    ]
    return Company(days, made, year, sorted(acts, key=lambda act: (act.at, act.record.name)), jumps)


def _outages(days: int) -> list[tuple[datetime, datetime]]:
    """OpenText is away for a week, Planner for another; from Wednesday on, over a weekend."""
    length = 7 * DAY if days > 100 else 2 * DAY
    begins = [START + (days * part // 10 // 7 * 7 + 2) * DAY for part in (3, 7)]
    return [(begin, begin + length) for begin in begins]


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


def _at_work(rng: Random, moment: datetime) -> datetime:
    day = calendar.local(moment)
    while not calendar.works(day):
        day += DAY
    return calendar.at(day, rng.randint(9, 16))


def _acts(rng: Random, record: Record, year: Year, end: datetime) -> Iterator[Act]:
    yield Act(record.created, "create", record)
    moves = year.possible(_at_work(rng, record.created + rng.randint(2, 9) * DAY)) + HOUR
    later = record.end + rng.randint(20, 90) * DAY
    if rng.random() < 0.4 and min(_notice(record.end), _notice(later)) > calendar.local(moves) + 15 * DAY:
        record.moved_to = later
        record.notice.dues.append((moves, _notice(later)))
        yield Act(moves, "move", record)
    for item in (record.review, record.notice):
        if rng.random() < NEVER:
            continue
        when = calendar.at(item.due, 12) + rng.randint(-3, 12) * DAY
        done = max(_at_work(rng, when), record.created + DAY, moves + DAY)
        item.done = _clear(done, item, year)
        if item.done < end:
            yield Act(item.done, "complete " + item.name.rpartition(" ")[2], record)


def _clear(done: datetime, item: Item, year: Year) -> datetime:
    """Put what people do off until systems answer, and nothing is about to change by itself."""
    near = [*year.thresholds(item), *(end for _, end in year.outages)]
    while year.possible(done) != done or any(abs(done - one) < CLEAR for one in near):
        done += HOUR
    return done


@dataclass
class Played:
    """What came of a year."""

    company: Company
    differences: list[str]
    counted: Counter[str]
    told: int = 0
    levels: int = 0
    dates: int = 0


@dataclass
class Player:
    """Plays a company's year, and holds what happens against what has to."""

    company: Company
    step: timedelta
    clock: Clock = field(default_factory=Clock)
    messages: int = 0
    compared: int = 0
    differences: list[str] = field(default_factory=list)

    async def play(self) -> Played:
        """Play it all; return what differs, and what it cost."""
        with tempfile.TemporaryDirectory() as folder:
            self.inside = Inside(_mapping(Path(folder)), settings=AS_DEPLOYED, world=build(self.clock.now))
            waiting = list(self.company.acts)
            while self.clock.at < self.company.end:
                await self._tick()
                while waiting and waiting[0].at <= self.clock.at:
                    self._act(waiting.pop(0))
                self.messages += await self.inside.drain()
                self._compare_dates()
        return self._judged()

    @property
    def _world(self) -> World:
        return self.inside.world

    async def _tick(self) -> None:
        before = self._away()
        self.clock.at = self._next()
        if (after := self._away()) != before:
            for system, number in ((self._world.content, 0), (self._world.graph, 1)):
                system.faults.queue.clear()
                if after == number:
                    system.faults.add(Fault.status(503, times=AWAY))
        self.inside.at = self.clock.at + self._wrong_by(self.clock.at)
        await sweep_plans(self.inside.services())
        # As the app's timer does: what was due is queued by then, and the next tick looks again.
        with suppress(RetryLaterError):
            await sweep_agenda(self.inside.services())

    def _next(self) -> datetime:
        """Say when the timers tick next: seldom while nobody works and all clocks are right."""
        at = self.clock.at + self.step
        while (at - START) % QUIET and not calendar.is_open(at) and not self._wrong_by(at):
            at += self.step
        return at

    def _wrong_by(self, moment: datetime) -> timedelta:
        """Say how far the worker's clock is from the world's."""
        return next((by for begin, end, by in self.company.jumps if begin <= moment < end), timedelta())

    def _away(self) -> int | None:
        spans = enumerate(self.company.year.outages)
        return next((number for number, (begin, end) in spans if begin <= self.clock.at < end), None)

    def _act(self, act: Act) -> None:
        record, content = act.record, self._world.content
        if act.what == "create":
            record.number = create_contract(self._world, record.name, datetime.combine(record.end, datetime.min.time()))
        elif act.what == "move":
            content.set_attribute("pwilliams", record.number, "Contract.End Date", f"{record.moved_to}T00:00:00")
        else:
            title = f"{record.name} {act.what.partition(' ')[2]}"
            tasks = [task for task in self._world.graph.tasks.values() if task["title"] == title]
            if len(tasks) != 1:
                self.differences.append(f"{title}: {len(tasks)} tasks when it is to be completed")
                return
            self._world.graph.complete(self._world.users["lwhite"], tasks[0]["id"])
        if act.what != "create" or record.hinted:
            self.inside.origins.messages.append(OriginMessage(origin=f"workspace-{record.number}").model_dump_json())

    def _compare_dates(self) -> None:
        """Once a day, and not just after a change or an outage: each task shows the date that it has to."""
        now, settled = self.clock.at, self.clock.at - CLEAR
        if (
            (now - START) % DAY >= self.step
            or self._away() is not None
            or self.company.year.possible(settled) != settled
        ):
            return
        shown = {task["title"]: str(task["dueDateTime"])[:10] for task in self._world.graph.tasks.values()}
        for item in self.company.year.items:
            if item.known > settled or any(abs(now - since) < CLEAR for since, _ in item.dues):
                continue
            if item.done is not None and item.done < now:
                continue
            self.compared += 1
            if shown.get(item.name) != item.due_at(now).isoformat():
                self.differences.append(
                    f"{now:%Y-%m-%d}: {item.name} shows {shown.get(item.name)}, not {item.due_at(now)}"
                )

    def _judged(self) -> Played:
        end = self.company.end - CLEAR
        expected = self.company.year.expected(end)
        happened = [one for one in self._happened() if one.at < self.company.end]
        self.differences += list(_differences(expected, happened, end, self.step))
        kinds = Counter(one.what for one in happened)
        return Played(
            self.company,
            self.differences,
            self.inside.calls,
            told=sum(kinds.values()) - kinds["level"],
            levels=kinds["level"],
            dates=self.compared,
        )

    def _happened(self) -> Iterator[Expected]:
        for mail in self._world.graph.outbox:
            word, _, name = mail.subject.partition(": ")
            for who in mail.to:
                yield Expected(WORDS[word], name, who, mail.at)
        for task in self._world.graph.tasks.values():
            word, _, name = task["title"].partition(": ")
            if word == "Level":
                made = datetime.fromisoformat(task["createdDateTime"])
                yield Expected(
                    "level", name, f"{self._world.login_of(next(iter(task['assignments'])))}@contoso.example", made
                )


def _differences(expected: list[Expected], happened: list[Expected], end: datetime, step: timedelta) -> Iterator[str]:
    """Say what is missing, what is too much, and what came too early or too late."""
    times: dict[tuple[str, str, str], list[datetime]] = {}
    for one in happened:
        times.setdefault((one.what, one.item, one.who), []).append(one.at)
    for one in expected:
        came = times.pop((one.what, one.item, one.who), [])
        if len(came) != 1:
            yield f"{one.what} {one.item} {one.who}: {len(came)} times, due at {one.at:%Y-%m-%d %H:%M}"
        elif not one.at <= came[0] <= one.at + 4 * step + HOUR:
            yield f"{one.what} {one.item}: at {came[0]:%Y-%m-%d %H:%M}, due at {one.at:%Y-%m-%d %H:%M}"
    for (what, item, who), came in times.items():
        if min(came) < end:
            yield f"{what} {item} {who}: at {came[0]:%Y-%m-%d %H:%M}, and nothing of the kind was due"


def _mapping(folder: Path) -> Path:
    tasks = [
        {
            "key": "review",
            "title": "{{ workspace.name }} review",
            "due": {"from": "created", "business_days": REVIEW_DAYS},
        },
        {
            "key": "notice",
            "title": "{{ workspace.name }} notice",
            "due": {"from": "attribute:Contract.End Date", "months": -NOTICE_MONTHS, "adjust": "previous"},
        },
    ]
    rule = {
        "id": "package",
        "on": "workspace",
        "when": {"workspace_type": "Contract"},
        "plan": "contracts",
        "tasks": [{**task, "assign": "role:Legal"} for task in tasks],
        "notify": MAILS,
        "escalate": LADDER,
    }
    path = folder / "mapping.yaml"
    whole = yaml.safe_load((ROOT / "mapping.yaml").read_text())
    path.write_text(yaml.safe_dump({**whole, "rules": [rule]}))
    return path
