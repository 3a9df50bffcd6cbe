"""Plays a company's year in virtual time, and holds what happens against what has to."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from local.demo.world import World, build, create_contract
from local.in_process.system import Inside
from local.simulators.faults import Fault
from shared.errors import RetryLaterError
from shared.models.messages import OriginMessage
from shared.watchers.timers import sweep_agenda, sweep_plans
from tests.engine import AS_DEPLOYED
from tests.year import calendar
from tests.year.calendar import DAY, HOUR
from tests.year.company import CLEAR, OFF_BY, START, Act, Company, Record
from tests.year.model import Expected
from tests.year.rules import WAITING, WORDS, write_mapping

AWAY = 10**9
QUIET = timedelta(hours=2)
"""So often the timers tick while nobody works: what is due then is told in time all the same."""
STATES = {"suspend": "suspend", "go on": "resume", "stop": "stop"}
"""What is done to a workflow, in the server's words."""


@dataclass
class Clock:
    """The world's time and storage's; the worker's may differ from it."""

    at: datetime = START

    def now(self) -> datetime:
        """Tell the time."""
        return self.at


@dataclass
class Played:
    """What came of a year."""

    company: Company
    differences: list[str]
    counted: Counter[str]
    happened: Counter[str]
    """Mails by what they tell, and tasks of levels."""
    dates: int = 0


@dataclass
class Player:
    """Plays a company's year."""

    company: Company
    step: timedelta
    clock: Clock = field(default_factory=Clock)
    messages: int = 0
    compared: int = 0
    differences: list[str] = field(default_factory=list)
    """Those that were seen on the way."""

    async def play(self, monthly: Callable[[Played], None] | None = None) -> Played:
        """
        Play it all; return what differs, and what it cost.

        Args:
            monthly: told every thirty days what came of it so far.
        """
        with tempfile.TemporaryDirectory() as folder:
            world, mapping = build(self.clock.now), write_mapping(Path(folder))
            self.inside = Inside(mapping, settings=AS_DEPLOYED, world=world, storage_clock=self.clock.now)
            waiting = list(self.company.acts)
            while self.clock.at < self.company.end:
                await self._tick()
                while waiting and waiting[0].at <= self.clock.at:
                    self._act(waiting.pop(0))
                self.messages += await self.inside.drain()
                self._compare_dates()
                if monthly is not None and (self.clock.at - START) % (30 * DAY) < self.step:
                    monthly(self._judged())
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
        wrong = (by for begin, end, by in self.company.wrong_clocks if begin <= self.clock.at < end)
        self.inside.at = self.clock.at + next(wrong, timedelta())
        await sweep_plans(self.inside.services())
        # As the app's timer does: what was due is queued by then, and the next tick looks again.
        with suppress(RetryLaterError):
            await sweep_agenda(self.inside.services())

    def _next(self) -> datetime:
        """Say when the timers tick next: seldom while nobody works."""
        at = self.clock.at + self.step
        while (at - START) % QUIET and not calendar.is_open(at - HOUR) and not calendar.is_open(at + HOUR):
            at += self.step
        return at

    def _away(self) -> int | None:
        spans = enumerate(self.company.year.outages)
        return next((number for number, (begin, end) in spans if begin <= self.clock.at < end), None)

    def _act(self, act: Act) -> None:
        record, content = act.record, self._world.content
        match act.what:
            case "create":
                record.number = create_contract(
                    self._world, record.name, datetime.combine(record.end, datetime.min.time())
                )
            case "move":
                content.set_attribute("pwilliams", record.number, "Contract.End Date", f"{record.moved_to}T00:00:00")
            case "pause" | "resume":
                value = WAITING if act.what == "pause" else "Pending"
                content.set_attribute("pwilliams", record.number, "Contract.Approval", value)
            case "start":
                self._start(record)
            case "suspend" | "go on" | "stop":
                content.change_workflow(record.workflow, STATES[act.what])
            case _:
                self._act_on_task(act)
        if act.what not in ("create", "start") or record.hinted:
            is_step = act.item is not None and act.item is record.approval
            origin = f"workflow-{record.workflow}" if is_step else f"workspace-{record.number}"
            self.inside.origins.messages.append(OriginMessage(origin=origin).model_dump_json())

    def _start(self, record: Record) -> None:
        content = self._world.content
        document = content.add_document(record.number, record.name, user="pwilliams")
        record.workflow = content.start_workflow(
            "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=record.number
        )

    def _act_on_task(self, act: Act) -> None:
        assert act.item is not None
        graph, title = self._world.graph, act.item.name
        tasks = [task["id"] for task in graph.tasks.values() if task["title"] == title]
        if len(tasks) != 1:
            self.differences.append(f"{title}: {len(tasks)} tasks when somebody wants to {act.what} it")
            return
        person = self._world.users["dfoxhoven" if act.what == "approve" else "lwhite"]
        if act.what == "postpone":
            graph.set_due(person, tasks[0], calendar.at(act.item.due, 12))
            return
        if act.what == "approve":
            graph.tick(person, tasks[0], "Approve")
        graph.complete(person, tasks[0])

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
            if item.over is not None and item.over < now:
                continue
            self.compared += 1
            if shown.get(item.name) != item.due_at(now).isoformat():
                self.differences.append(
                    f"{now:%Y-%m-%d}: {item.name} shows {shown.get(item.name)}, not {item.due_at(now)}"
                )

    def _judged(self) -> Played:
        """Hold all that had to happen by now against what did; what is not long ago may still come."""
        now = min(self.clock.at, self.company.end)
        expected = self.company.year.expected(now - CLEAR)
        happened = [one for one in self._happened() if one.at < now]
        differences = [*self.differences, *_differences(expected, happened, now - CLEAR, self.step)]
        kinds = Counter(one.what for one in happened)
        return Played(self.company, differences, self.inside.calls, kinds, dates=self.compared)

    def _happened(self) -> Iterator[Expected]:
        for mail in self._world.graph.outbox:
            word, _, name = mail.subject.partition(": ")
            for who in mail.to:
                yield Expected(WORDS[word], name, who, mail.at)
        for task in self._world.graph.tasks.values():
            word, _, name = task["title"].partition(": ")
            if word == "Level":
                made = datetime.fromisoformat(task["createdDateTime"])
                who = self._world.login_of(next(iter(task["assignments"])))
                yield Expected("level", name, f"{who}@contoso.example", made)


def _differences(expected: list[Expected], happened: list[Expected], end: datetime, step: timedelta) -> Iterator[str]:
    """Say what is missing, what is too much, and what came too early or too late."""
    times: dict[tuple[str, str, str], list[datetime]] = {}
    for one in happened:
        times.setdefault((one.what, one.item, one.who), []).append(one.at)
    for one in expected:
        came = times.pop((one.what, one.item, one.who), [])
        if len(came) != 1:
            yield f"{one.what} {one.item} {one.who}: {len(came)} times, due at {one.at:%Y-%m-%d %H:%M}"
        elif not one.at - OFF_BY <= came[0] <= one.at + 4 * step + HOUR:
            yield f"{one.what} {one.item}: at {came[0]:%Y-%m-%d %H:%M}, due at {one.at:%Y-%m-%d %H:%M}"
    for (what, item, who), came in times.items():
        if min(came) < end:
            yield f"{what} {item} {who}: at {came[0]:%Y-%m-%d %H:%M}, and nothing of the kind was due"
