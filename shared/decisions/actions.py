"""What `decide` wants done. Data: it can be compared, logged and previewed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.decisions.fields import Target
from shared.models.deciders import Decider
from shared.models.evidence import Event
from shared.models.link import Link
from shared.models.opentext import AttributeValue, StepRef
from shared.models.planner import DetailsPatch, TaskPatch
from shared.models.words import WaitedFor


@dataclass(frozen=True)
class Create:
    """Make the task of an item: reserve, post, commit, details."""

    target: Target
    link: Link | None = None
    """What stood there before: held, deleted or withdrawn."""


@dataclass(frozen=True)
class Settle:
    """Find out what became of a POST."""

    link: Link
    target: Target | None
    """None: not wanted any more; found or not, nothing is posted."""


@dataclass(frozen=True)
class Remember:
    """Only our own state changes."""

    link: Link
    events: tuple[Event, ...] = ()
    again: bool = False
    """Decide again on the new state."""


@dataclass(frozen=True)
class Write:
    """Conditional writes to a task and its details, then the link as it stands after them."""

    link: Link
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
class Send:
    """Advance the workflow: intent, then one call."""

    link: Link
    target: Target
    disposition: str | None
    decider: Decider
    """Who completed it, and in whose name the workflow is told."""
    completed_at: datetime
    words: str = ""
    """What the decider wrote about it; goes with the send-on."""


@dataclass(frozen=True)
class CheckSending:
    """Find out what became of a send-on."""

    link: Link
    target: Target | None
    is_current: bool
    """The step still stands on the intent's visit."""
    is_completed: bool = False
    """The workflow lists the step, on this visit, among the completed ones."""
    is_settled: bool = True
    """So long ago that the workflow's own record is sure to tell of it."""


@dataclass(frozen=True)
class SetAttributes:
    """Write attributes of the workspace, then the link."""

    link: Link
    node_id: int
    values: dict[str, AttributeValue]
    events: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Delegate:
    """A person gave the task to somebody else: so is the step."""

    link: Link
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
