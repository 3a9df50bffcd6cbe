"""What people do, in both systems, at any moment; and a log of it that the invariants are checked against."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from local.simulators.content_server.workflow_door import NotTheirsError
from local.simulators.graph.failures import GraphError
from local.simulators.graph.resource import Resource
from local.simulators.odd_data import Change
from shared.decisions.description_block import split_description
from shared.models.link import Link
from tests.simulation.looking import claim_of, is_ours, links
from tests.simulation.trace import Trace
from tests.simulation.world import APPROVER, COUNTERSIGN, REWORK, World

Json = dict[str, Any]
OUTCOMES = ("Approve", "Reject")
DELEGATES = {"dfoxhoven": ("deputy",)}
APPROVERS = {APPROVER: ("dfoxhoven", "deputy"), REWORK: ("pwilliams",), COUNTERSIGN: ("nkaur", "pwilliams")}
"""By step: who may decide where the integration user performs all of them."""
NOT_POSSIBLE = (GraphError, NotTheirsError, KeyError, StopIteration)
"""What a system answers who tries what can't be done just now."""
TRIES = 4
"""How often somebody who finds nothing to do thinks of something else."""


@dataclass(frozen=True)
class Act:
    """One thing that somebody did."""

    at: datetime
    who: str
    """Login."""
    what: str
    task: str = ""
    """Task id, where it was about one."""
    item: tuple[str, str] = ("", "")
    """Origin and item of that task, as the claims stood."""
    field: str = ""
    """Of an edit: the synced field, or what of the details."""
    value: Any = None
    """What the field held afterwards; of a completion: what the task showed."""
    undoes: bool = False
    """An edit that takes back what the bridge had just announced: it looks like a write that never arrived."""


@dataclass
class Log:
    """Everything that people did, oldest first."""

    acts: list[Act] = field(default_factory=list)

    def of(self, *what: str) -> list[Act]:
        """Return the acts of these kinds."""
        return [act for act in self.acts if act.what in what]


class People:
    """
    People at work. Each act is chosen by the seed; one that is not possible just now is not done.

    Args:
        hint: called with the node's or the process's id when OpenText changed.
    """

    def __init__(self, world: World, rng: Random, trace: Trace, hint: Callable[[str], None]) -> None:
        self.world = world
        self.rng = rng
        self.hint = hint
        self.log = Log()
        self.meanwhile: Callable[[], None] = lambda: None
        """Called where somebody else may act between two acts of one person."""
        self.later: Callable[[float, Callable[[], None]], object] = lambda _, change: change()
        """Called with seconds and what happens then."""
        self.bin: dict[str, tuple[Resource, Resource]] = {}
        """What people deleted, with its details."""
        self.odd: dict[str, Change] = {}
        """By system: what becomes of its answers from now on."""
        self._trace = trace

    def act(self, choices: "tuple[tuple[int, Doing], ...]") -> None:
        """Do one of several things; what can't be done just now is passed over for another."""
        for _ in range(TRIES):
            doing = self.rng.choices([one for _, one in choices], [weight for weight, _ in choices])[0]
            try:
                done = doing(self)
            except NOT_POSSIBLE as error:
                self._trace.note("people", f"{doing.__name__}: not possible, {type(error).__name__}")
                continue
            if done:
                self._trace.count(f"act {doing.__name__}")
                self._trace.note("people", f"{doing.__name__}: {done}")
                return

    def note(self, what: str, who: str, *, task: str = "", field: str = "", value: object = None) -> None:
        """Write an act into the log."""
        item = claim_of(self.world, task) if task else ("", "")
        undoes = what == "edited" and _undoes(links(self.world).get(item), field, value)
        self.log.acts.append(Act(self.world.now(), who, what, task, item, field, value, undoes))

    def user(self, login: str) -> str:
        """Return somebody's Entra id."""
        return self.world.users[login]

    def anybody(self) -> str:
        """Choose somebody; return the login."""
        return self.rng.choice(sorted(self.world.users))

    def some_task(self, keep: Callable[[Json], bool] = lambda _: True) -> Json | None:
        """Choose a task that the bridge made; None: there is none such."""
        found = [task for task in self.world.graph.tasks.values() if is_ours(task) and keep(task)]
        found.sort(key=lambda task: task["id"])
        return self.rng.choice(found) if found else None


Doing = Callable[[People], str | None]


def shown_versions(world: World, task_id: str) -> tuple[tuple[int, int], ...]:
    """Read which versions a task shows; nothing as long as its details are not written."""
    block = split_description(world.graph.details[task_id]["description"]).block
    lines = [line.split() for line in block.splitlines() if line.startswith("document ") and ": version " in line]
    return tuple(sorted((int(words[1].rstrip(":")), int(words[-1])) for words in lines))


def ticked(world: World, task_id: str) -> frozenset[str]:
    """Read which outcomes are ticked."""
    checklist = world.graph.details[task_id]["checklist"].values()
    return frozenset(
        line["title"] for line in checklist if line["isChecked"] and line["title"] in ("Approve", "Reject")
    )


def is_approval(task: Json) -> bool:
    """Tell a task that asks for an outcome."""
    return bool(task["title"].startswith("Approve "))


def is_open(task: Json) -> bool:
    """Tell a task that is not completed."""
    return bool(task["percentComplete"] != 100)


def _undoes(link: Link | None, name: str, value: Any) -> bool:
    if link is None or name not in link.announced or name not in link.base:
        return False
    before, sent = link.base[name].got, link.announced[name].got
    if name != "assignees":
        return bool(value == before)
    added, removed = value
    return bool(removed & (set(sent) - set(before)) or added & (set(before) - set(sent)))


def waits_at(world: World, process: int, step: int = APPROVER) -> bool:
    """Tell whether a workflow stands at a step."""
    return world.content.workflow(process).find_current(step) is not None
