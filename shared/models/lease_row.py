"""The row that stands for the lease on an origin, and what may become of it."""

from datetime import datetime
from typing import Annotated, Any, Self, TypedDict

from pydantic import AfterValidator, Field

from shared.models.base import Stored
from shared.models.evidence import Head
from shared.models.seen import understood
from shared.models.troubles import OriginTrouble

# By these ids a commit whose answer was lost is known to have been carried out.
_COMMITS_KEPT = 8


class LeaseChange(TypedDict, total=False):
    """What a commit changes of the row, beside the id of the commit; what is not given stays."""

    owner: str
    worker: str
    until: datetime | None
    dirty: bool
    head: Head
    seen: dict[str, Any]
    timers: dict[str, str]
    tries: dict[str, int]
    trouble: OriginTrouble | None
    mapping: str


FREED: LeaseChange = {"owner": "", "worker": "", "until": None, "dirty": False}
"""What lets the lease go."""


class Lease(Stored):
    """The row that every transaction of an origin holds."""

    owner: str = Field(default="", description="Unique to one taking. Empty: free.")
    worker: str = Field(default="", description="Whose it is, as long as that lives. Empty: of the first edition.")
    until: datetime | None = Field(default=None, description="UTC. Of the first edition: it is free at that time.")
    orphaned: datetime | None = Field(default=None, description="UTC: when it was last taken from a dead worker.")
    dirty: bool = Field(default=False, description="Somebody wanted it meanwhile: look again.")
    commits: tuple[str, ...] = Field(default=(), description="Ids of the last commits, newest last.")
    head: Head = Head()
    seen: Annotated[dict[str, Any], AfterValidator(understood)] = Field(
        default_factory=dict, description="What the last look left for the next; bounded."
    )
    timers: dict[str, str] = Field(default_factory=dict, description="By reason: where its one timer stands.")
    tries: dict[str, int] = Field(
        default_factory=dict, description="By reason: looks in a row that it caused, and that asked for it again."
    )
    trouble: OriginTrouble | None = Field(default=None, description="Why its looks fail. None: the last one did not.")
    mapping: str = Field(default="", description="Hash of the mapping that its last look began under.")

    def taken(self, owner: str, worker: str, orphaned: datetime | None) -> Self:
        """
        Return it in a worker's hands, with no mark.

        Args:
            orphaned: when it was taken from a dead worker. None: it was not.
        """
        taken: LeaseChange = {**FREED, "owner": owner, "worker": worker}
        return self.model_copy(update={**taken, "orphaned": orphaned or self.orphaned})

    def marked(self) -> Self:
        """Return it with the mark of somebody who wants it."""
        return self.model_copy(update={"dirty": True})

    def committed(self, commit: str, change: LeaseChange) -> Self:
        """Return it as a commit leaves it."""
        return self.model_copy(update={**change, "commits": (*self.commits, commit)[-_COMMITS_KEPT:]})
