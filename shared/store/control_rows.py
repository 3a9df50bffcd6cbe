"""The rows of the table `control`."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from shared.models.base import Frozen
from shared.store.row import Row


class PlanRow(Frozen):
    """A plan that is read for changes."""

    plan_id: str
    group_id: str | None = Field(default=None, description="Owner of the plan; None: not known.")
    next_read: datetime = Field(description="UTC.")
    digest: str = Field(default="", description="Of the last read that announced nothing.")
    last: str = Field(default="", description="Digest of the last read, whatever it announced.")
    changed_at: datetime | None = Field(
        default=None, description="UTC: when the plan last changed. None: never seen to."
    )
    active: int | None = Field(
        default=None, description="Tasks that are not completed, at the last read. None: unread."
    )
    total: int | None = Field(default=None, description="All its tasks, at the last read. None: unread.")
    gone: str = Field(default="", description="Why it can't be read. Empty: it can.")
    stood: datetime | None = Field(
        default=None, description="When the youngest task was made that stood as lost tables were rebuilt. None: never."
    )
    etag: str = Field(default="", exclude=True, description="As read; empty for a row that was not.")


class Making(Frozen):
    """A bucket, plan or label that a rule makes."""

    kind: str = Field(description="bucket, plan or label.")
    parent: str = Field(description="Id of the plan, or of the group.")
    name: str
    id: str | None = Field(default=None, description="None: announced, not known to be made.")
    at: datetime = Field(description="UTC: when it was announced, or made.")
    etag: str = Field(default="", exclude=True, description="As read; empty for a row that was not.")


class Gate(Frozen):
    """Until when a system asked not to be called."""

    until: datetime


class SlotRow(Frozen):
    """Who works on a system."""

    owner: str
    until: datetime


@dataclass(frozen=True)
class Slot:
    """A place among those who may work on a system at once."""

    system: str
    owner: str
    row: Row


class Cursor(Frozen):
    """How far something has come."""

    value: str
