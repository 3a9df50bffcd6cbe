"""Where OpenText and Planner differ: field by field, as people read it and as machines take it."""

from datetime import datetime
from typing import Any

from pydantic import Field

from shared.models.base import Stored
from shared.models.wanted import Owner


class FieldDrift(Stored):
    """One field that the two systems show differently, or that one of them changed since both agreed."""

    field: str
    wanted: Any = Field(default=None, description="What OpenText wants. Places and labels by their names.")
    shown: Any = Field(default=None, description="What Planner shows.")
    asked: Any = Field(default=None, description="What OpenText wanted when both agreed last.")
    got: Any = Field(default=None, description="What Planner showed when both agreed last.")
    winner: Owner | None = Field(
        description="Whose value stands after the next look. None: a set, both sides' changes."
    )
    settled: bool = Field(description="Both agreed on it: the next look leaves it as it is.")
    agreed_at: datetime | None = Field(
        default=None, description="UTC: when the bridge last wrote or took the field; it differs since then at most."
    )


class ItemDrift(Stored):
    """One item whose task differs from what is wanted."""

    item: str
    task: str | None = Field(default=None, description="None: it has none.")
    url: str | None = None
    fields: tuple[FieldDrift, ...] = ()
    next: str = Field(default="", description="What the next look does about it. Empty: nothing.")
    held: str = Field(default="", description="Why nothing is written to it now. Empty: it is.")

    @property
    def is_open(self) -> bool:
        """Something is still to be brought together."""
        return bool(self.next) or any(not one.settled for one in self.fields)


class OriginDrift(Stored):
    """One origin, compared."""

    origin: str
    items: tuple[ItemDrift, ...] = ()
    compared: int = Field(default=0, description="Items with a task that was read.")
    unread: str = Field(default="", description="Why it can't be compared. Empty: it was.")

    @property
    def is_open(self) -> bool:
        """It differs where nothing was agreed, or nobody knows."""
        return bool(self.unread) or any(one.is_open for one in self.items)
