"""What `decide` wants done. Data: it can be compared, logged and previewed."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from shared.decisions.fields import Target
from shared.models.deciders import Decider
from shared.models.evidence import Event
from shared.models.link import Link
from shared.models.opentext import AttributeValue
from shared.models.planner_writes import DetailsPatch, TaskPatch
from shared.models.words import WaitedFor
from shared.models.workflow import StepRef


@dataclass(frozen=True)
class _OfLink:
    """An action on what a link stands for."""

    link: Link

    @cached_property
    def item(self) -> str:
        """The key of the item that it is about."""
        return self.link.item


@dataclass(frozen=True)
class Create:
    """Make the task of an item: reserve, post, commit, details."""

    target: Target
    link: Link | None = None
    """What stood there before: held, deleted or withdrawn."""

    @cached_property
    def item(self) -> str:
        """The key of the item that it is about."""
        return self.target.wanted.item_key


@dataclass(frozen=True)
class Settle(_OfLink):
    """Find out what became of a POST."""

    target: Target | None
    """None: not wanted any more; found or not, nothing is posted."""


@dataclass(frozen=True)
class Remember(_OfLink):
    """Only our own state changes."""

    events: tuple[Event, ...] = ()
    again: bool = False
    """Decide again on the new state."""

    @classmethod
    def change(cls, before: Link, after: Link, events: tuple[Event, ...] = ()) -> Self | None:
        """Remember how a link is to stand. None: it stands so already, and nothing is written or told."""
        return None if after == before else cls(after, events)


@dataclass(frozen=True)
class Write(_OfLink):
    """Conditional writes to a task and its details, then the link as it stands after them."""

    target: Target | None
    task: TaskPatch | None = None
    details: DetailsPatch | None = None
    asked: dict[str, Any] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    rebinds: bool = False
    """The task showed other versions before: it is read once more before the new ones count."""
    is_by_condition: bool = False
    """It ends the item because a condition of its rule says no: many of them at once are held."""


@dataclass(frozen=True)
class Send(_OfLink):
    """Advance the workflow: intent, then one call."""

    target: Target
    disposition: str | None
    decider: Decider
    """Who completed it, and in whose name the workflow is told."""
    completed_at: datetime
    words: str = ""
    """What the decider wrote about it; goes with the send-on."""


@dataclass(frozen=True)
class CheckSending(_OfLink):
    """Find out what became of a send-on."""

    target: Target | None
    is_current: bool
    """The step still stands on the intent's visit."""
    is_completed: bool = False
    """The workflow lists the step, on this visit, among the completed ones."""
    is_settled: bool = True
    """So long ago that the workflow's own record is sure to tell of it."""


@dataclass(frozen=True)
class SetAttributes(_OfLink):
    """Write attributes of the workspace, then the link."""

    node_id: int
    values: dict[str, AttributeValue]
    events: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Delegate(_OfLink):
    """A person gave the task to somebody else: so is the step."""

    target: Target
    step: StepRef
    by: Decider
    """The performer who did it: the step is handed on in this name."""
    to: str
    """Entra user id."""


@dataclass(frozen=True)
class LookAgain:
    """Nothing now: look again then."""

    item: str
    at: datetime
    waited_for: WaitedFor


Action = Create | Settle | Remember | Write | Send | CheckSending | SetAttributes | Delegate | LookAgain
