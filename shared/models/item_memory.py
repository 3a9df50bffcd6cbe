"""What is remembered of an item and decides, with the rule, what is wanted of it now."""

from datetime import datetime

from shared.models.base import Frozen


class ItemMemory(Frozen):
    """What a link tells the mapping."""

    known_since: datetime | None = None
    """UTC: when the bridge first knew of the item. None: not kept."""
    level: str = ""
    """Of an escalation: the key of its level. Empty: it is known by its place in the ladder."""
    made_at: datetime | None = None
    """UTC: when its task was made. None: it has none."""
    completed_at: datetime | None = None
    """UTC: when its task was completed. None: it is not."""
