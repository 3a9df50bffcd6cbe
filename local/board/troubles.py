"""Trouble on a button, by the simulators' own faults and by what the system runs on; and its mending."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from local.board.acts import RefusedActError
from local.in_process.transport import Answer
from local.local_system import System
from local.simulators.faults import Fault

THROTTLED_FOR = timedelta(minutes=1)
ALWAYS = 10**9
TASKS = "/planner/tasks"
NO_APP = "the function app is not run from here"


@dataclass
class Crash(Fault):
    """The worker dies in the middle: the effect took place, and nobody hears of it."""

    kill: Callable[[], None] = field(default=lambda: None)

    def strike(self, true: Answer | None) -> Answer:
        """Kill the worker, and break the connection. Raises DroppedError."""
        self.kill()
        return super().strike(true)


@dataclass(frozen=True)
class Trouble:
    """One button."""

    name: str
    title: str
    about: str
    """What happens, and what to look for."""
    make: Callable[[], str]
    """Returns what was done as a sentence; raises RefusedActError."""
    stands: Callable[[], bool]
    """Whether it is there now."""
    mend: Callable[[], None]


class Troubles:
    """
    What can go wrong with one system.

    Args:
        now: the system's clock.
    """

    def __init__(self, system: System, now: Callable[[], datetime]) -> None:
        self._system, self._now = system, now
        self._throttled_until: datetime | None = None
        self._away, self._lost = Fault.dropped(times=0), Fault.dropped(times=0)
        self._crash = Crash(times=0)
        system.world.graph.faults.hook = self._throttle
        self._all = (*self._of_systems(), *self._of_answers(), *self._of_parts())

    def view(self) -> list[dict[str, Any]]:
        """Show the buttons, and which troubles are there."""
        return [{"name": one.name, "title": one.title, "about": one.about, "stands": one.stands()} for one in self._all]

    def make(self, name: str) -> str:
        """
        Make one, and return what was done.

        Raises:
            RefusedActError: there is no such trouble, or it can't be made here.
        """
        found = next((one for one in self._all if one.name == name), None)
        if found is None:
            message = f"there is no trouble '{name}'; there are: {', '.join(one.name for one in self._all)}"
            raise RefusedActError(message)
        return found.make()

    def mend(self) -> str:
        """
        Undo all of them, and return what was mended: what the bridge then does is its own.

        Raises:
            RefusedActError: one could not be; says why.
        """
        mended = [one for one in self._all if one.stands()]
        try:
            for one in mended:
                one.mend()
        except RuntimeError as error:
            raise RefusedActError(str(error)) from error
        if not mended:
            return "nothing was broken"
        return f"mended: {', '.join(one.title.lower() for one in mended)}"

    def _of_systems(self) -> tuple[Trouble, ...]:
        return (
            Trouble(
                "throttle",
                "Throttle Graph for a minute",
                "Graph answers 429 and says how long to wait. The bridge pauses, and asks nobody meanwhile.",
                self._begin_throttling,
                self._is_throttled,
                self._end_throttling,
            ),
            Trouble(
                "away",
                "Take Content Server away",
                "No call to it is answered. Nothing is closed and nothing advances, since nothing is known.",
                self._take_away,
                lambda: self._away.times > 0,
                lambda: _forget(self._system.world.content.faults.queue, self._away),
            ),
            Trouble(
                "permission",
                "Withdraw the permission for the plans",
                "Planner answers 403 to the bridge. Its items are held, and a person is asked for.",
                self._withdraw,
                lambda: bool(self._system.world.graph.state.hidden),
                self._system.world.graph.state.hidden.clear,
            ),
        )

    def _of_answers(self) -> tuple[Trouble, ...]:
        return (
            Trouble(
                "lost",
                "Lose the answer to the next new task",
                "Planner makes the task, and its answer is lost. The bridge finds it, and makes no second one.",
                self._lose,
                lambda: self._lost.times > 0,
                lambda: _forget(self._system.world.graph.faults.queue, self._lost),
            ),
            Trouble(
                "crash",
                "Kill the worker at the next new task",
                "It dies between Planner's yes and its own note of it. After a minute another goes on with its work.",
                self._let_crash,
                lambda: self._crash.times > 0,
                lambda: _forget(self._system.world.graph.faults.queue, self._crash),
            ),
        )

    def _of_parts(self) -> tuple[Trouble, ...]:
        return (
            Trouble(
                "kill",
                "Kill the worker now",
                "The host puts another in its place, which goes on with what this one had in hand after a minute.",
                self._kill_now,
                lambda: False,
                lambda: None,
            ),
            Trouble(
                "storage",
                "Stop storage",
                "The bridge can remember nothing, so it does nothing; hints are refused, and their senders know.",
                self._stop_storage,
                lambda: not self._system.machine.has_storage,
                self._system.machine.start_storage,
            ),
        )

    def _begin_throttling(self) -> str:
        self._throttled_until = self._now() + THROTTLED_FOR
        return "Graph answers 429 for a minute"

    def _end_throttling(self) -> None:
        self._throttled_until = None

    def _is_throttled(self) -> bool:
        return self._throttled_until is not None and self._now() < self._throttled_until

    def _throttle(self, _method: str, _path: str) -> Fault | None:
        if self._throttled_until is None or not self._is_throttled():
            return None
        left = (self._throttled_until - self._now()).total_seconds()
        return Fault.status(HTTPStatus.TOO_MANY_REQUESTS, headers={"retry-after": str(int(left) + 1)})

    def _take_away(self) -> str:
        faults = self._system.world.content.faults
        _forget(faults.queue, self._away)
        self._away = Fault.dropped(times=ALWAYS)
        faults.add(self._away)
        return "Content Server answers nobody"

    def _withdraw(self) -> str:
        graph = self._system.world.graph
        for plan in graph.plans:
            graph.hide(plan)
        return "the bridge may not see any plan any more"

    def _lose(self) -> str:
        self._lost = Fault.dropped(method="POST", path=TASKS, after=True)
        self._system.world.graph.faults.add(self._lost)
        return "the answer to the next new task will be lost"

    def _let_crash(self) -> str:
        self._need_host()
        self._crash = Crash(method="POST", path=TASKS, after=True, kill=self._kill)
        self._system.world.graph.faults.add(self._crash)
        return "the worker will die at the next new task"

    def _kill_now(self) -> str:
        self._need_host()
        try:
            self._kill()
        except LookupError as error:
            raise RefusedActError(str(error)) from error
        return "the worker was killed"

    def _kill(self) -> None:
        host = self._system.machine.host
        if host is not None:
            host.kill_worker()

    def _need_host(self) -> None:
        if self._system.machine.host is None:
            raise RefusedActError(NO_APP)

    def _stop_storage(self) -> str:
        self._system.machine.stop_storage()
        return "storage is stopped"


def _forget(queue: list[Fault], fault: Fault) -> None:
    """Take a fault back: by what it is, since others may be equal to it."""
    fault.times = 0
    queue[:] = [one for one in queue if one is not fault]
