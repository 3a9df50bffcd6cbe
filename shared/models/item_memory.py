"""What is remembered of an item and decides, with the rule, what is wanted of it now."""

from datetime import date, datetime

from shared.models.base import Frozen
from shared.models.link_parts import FieldBase, Pause
from shared.models.wanted import Owner


class ItemMemory(Frozen):
    """What a link tells the mapping."""

    known_since: datetime | None = None
    """UTC: when the bridge first knew of the item. None: not kept."""
    is_open: bool = True
    """It is not over: somebody works on it, or will."""
    level: str = ""
    """Of an escalation: the key of its level. Empty: it is known by its place in the ladder."""
    made_at: datetime | None = None
    """UTC: when its task was made. None: it has none."""
    completed_at: datetime | None = None
    """UTC: when its task was completed. None: it is not."""
    pauses: tuple[Pause, ...] = ()
    """Times in which nobody could act on it, one after another."""
    due: FieldBase | None = None
    """What was agreed of the due date. None: nothing yet."""

    def due_shown(self, wanted: date | None, owner: Owner) -> date | None:
        """
        Return the due date that the task shows, once what is wanted of it was written.

        What people set stands until OpenText's own date moves; where Planner owns the date, it stands for good.
        """
        if self.due is None or not self.is_open:
            return wanted
        is_agreed = self.due.asked == (None if wanted is None else wanted.isoformat())
        if not is_agreed and not (self.due.theirs and owner is Owner.PLANNER):
            return wanted
        return None if self.due.got is None else date.fromisoformat(str(self.due.got))
