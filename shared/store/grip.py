"""What one worker has in hand at one moment, and the sign of life beside it."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta

from shared.models.hands import HandsRow, Kind
from shared.store.row import Row
from shared.timing import DEAD_AFTER


@dataclass(frozen=True)
class Sign:
    """Another worker's row, and how long ago it was written."""

    worker: str
    says: HandsRow
    age: timedelta
    row: Row

    @property
    def is_dead(self) -> bool:
        """Tell whether what it has in hand is nobody's any more."""
        return self.says.buried or self.age > DEAD_AFTER


@dataclass(eq=False)
class Grip:
    """One thing in a worker's hands."""

    kind: Kind
    key: str
    worker: str = ""
    """The name under which it stands in the table."""
    is_void: bool = field(default=False, init=False)
    """The worker was buried with it: others may be at work on it."""


AT_WORK: ContextVar[Grip | None] = ContextVar("at_work", default=None)
"""What the running task works at: every write to another system is asked for it."""


def attend(grip: Grip | None) -> Grip | None:
    """Have this task's writes to other systems asked for a grip; return the one before."""
    before = AT_WORK.get()
    AT_WORK.set(grip)
    return before
