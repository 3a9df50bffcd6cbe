"""Where plots are played: how people wait for a task, for the bridge, or for the one call that is the moment to act."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Never

from local.simulators.faults import Fault
from tests.simulation.adversaries import STRANGERS
from tests.simulation.faults import WORKER, Faults
from tests.simulation.journal import Ambush, Step, Versions
from tests.simulation.people import APPROVERS, NOT_POSSIBLE, OUTCOMES, People, is_open
from tests.simulation.planner_acts import complete, touch
from tests.simulation.world import APPROVER, start_approval

PATIENCE = 80.0
"""Seconds for which somebody waits for something."""
POLL = 2.0
READING = 3.0


class Stage:
    """
    What every plot of a history shares.

    Args:
        people: in whose names things are done, and whose log tells of them.
        rng: chooses who, and for what.
        notice: called with an origin's key: the bridge looks at it soon.
        read: called with a plan: the bridge reads it at once.
        faults: what is done to workers and their calls.
    """

    def __init__(
        self,
        people: People,
        rng: Random,
        *,
        notice: Callable[[str], None],
        read: Callable[[str], None],
        faults: Faults,
    ) -> None:
        self.people = people
        self.world = people.world
        self.journal = people.world.journal
        self.rng = rng
        self.notice = notice
        self.have_read = read
        self.faults = faults

    def kill(self) -> Never:
        """End the worker that is at work at this moment."""
        self.faults.kill(WORKER.get())

    async def until(self, holds: Callable[[], bool], *, seconds: float = PATIENCE) -> bool:
        """Wait for something. False: it does not come."""
        for _ in range(round(seconds / POLL)):
            if holds():
                return True
            await asyncio.sleep(POLL)
        return False

    async def find(self, step: int = APPROVER, *, process: int = 0) -> "Scene | None":
        """Wait for an open task of a step, of any workflow or of this one. None: there comes none."""
        found: list[str] = []

        def look() -> bool:
            found[:] = sorted(task for task in self.journal.steps if self.is_open(task, step, process))
            return bool(found)

        if not look():
            for number in self.world.processes:
                self.notice(f"workflow-{number}")
        # Nobody decides in the second in which a task begins to show what is to be decided.
        return Scene(self, self.rng.choice(found)) if await self.until(look) and await self.read(look) else None

    async def read(self, holds: Callable[[], bool] = lambda: True) -> bool:
        """Read a task. False: there is nothing left to decide by then."""
        await asyncio.sleep(READING)
        return holds()

    def is_open(self, task_id: str, step: int, process: int = 0) -> bool:
        """Tell whether a task is open, and its step waits."""
        at, world = self.journal.steps[task_id], self.world
        if at.task_id != step or process not in (0, at.process) or task_id not in world.graph.tasks:
            return False
        if at.process in world.purged:
            return False
        visit = world.workflow(at.process).find_current(step)
        waits = visit is not None and world.content.state.zoneless(visit.started) == at.started
        return waits and is_open(world.graph.tasks[task_id])

    def begin(self) -> int:
        """Begin another workflow; return its number."""
        process = start_approval(self.world, self.world.workspaces[0])
        self.notice(f"workflow-{process}")
        return process

    def lie_in_wait(
        self, call: str, wants: Callable[[str], bool], act: Callable[[], Fault | None], *, is_after: bool = False
    ) -> None:
        """Act at the next call whose path is wanted, if it can be done then; `call` names system and method."""
        system, method = call.split()

        def try_to() -> Fault | None:
            with suppress(*NOT_POSSIBLE):
                return act()
            return None

        self.journal.ambushes.append(Ambush(system, method, wants, try_to, is_after=is_after))


class Scene:
    """One task of a step, who may decide it, who may not, and what they would like to come of it."""

    def __init__(self, stage: Stage, task_id: str) -> None:
        self.stage = stage
        self.task = task_id
        self.step: Step = stage.journal.steps[task_id]
        visit = stage.world.workflow(self.step.process).find_current(self.step.task_id)
        performer = stage.world.content.state.users[visit.performer].login if visit and visit.performer else ""
        self.performer = "" if stage.world.act_as == "service" else performer
        """Login; empty: a group's step, or the integration user's."""
        self.reviewer = self.performer or APPROVERS[self.step.task_id][0]
        """Somebody who may decide."""
        self.stranger, self.friend = stage.rng.sample([one for one in STRANGERS if one != self.reviewer], 2)
        self.outcome, self.other = stage.rng.sample(OUTCOMES, 2)

    def tick(self, who: str, *titles: str) -> None:
        """Tick exactly these outcomes."""
        details = self.stage.world.graph.details[self.task]["checklist"]
        lines = {line["title"]: line["isChecked"] for line in details.values()}
        for title in OUTCOMES:
            if title in titles or lines.get(title):
                touch(self.stage.people, who, self.task, title, checked=title in titles)

    def complete(self, who: str) -> None:
        """Complete the task."""
        complete(self.stage.people, who, self.task)

    def decide(self, who: str, *titles: str) -> None:
        """Tick and complete, and let the bridge look."""
        self.tick(who, *titles)
        self.complete(who)
        self.notice()

    def upload(self) -> None:
        """Upload another version of what is to be decided."""
        document = self.stage.world.documents[self.step.process]
        number = self.stage.world.content.add_version(document, b"another text", user="pwilliams")
        self.stage.people.note("version", "pwilliams", value=(document, number))
        self.stage.people.hint(f"node-{document}")

    def notice(self) -> None:
        """Let the bridge look at the workflow soon."""
        self.stage.notice(f"workflow-{self.step.process}")

    async def end(self) -> None:
        """Wait until the step has moved, or the task is open again: both say what the bridge made of it."""
        waits, tasks = self.stage.is_open, self.stage.world.graph.tasks
        await self.stage.until(lambda: waits(self.task, self.step.task_id) or self.is_over or self.task not in tasks)

    @property
    def shown(self) -> Versions:
        """The versions that the task shows."""
        return self.stage.journal.shown[self.task][-1].versions

    @property
    def is_over(self) -> bool:
        """Tell whether the step no longer waits."""
        world, step = self.stage.world, self.step
        visit = world.workflow(step.process).find_current(step.task_id)
        return visit is None or world.content.state.zoneless(visit.started) != step.started
