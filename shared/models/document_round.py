"""How far the search for documents has come that no hint announced. Pure."""

from datetime import datetime, timedelta
from typing import Self

from pydantic import Field

from shared.models.base import Stored

SKEW = timedelta(minutes=5)
"""Content Server's clock may be so far behind ours."""
MOST_LEFT = 500
"""Containers that wait for their turn; what is more is found by the next round."""


class Container(Stored):
    """A container whose documents are still to be looked at."""

    node_id: int
    depth: int = Field(description="How many levels of folders below it are looked into.")
    since: datetime | None = Field(
        default=None, description="UTC: what was changed from then on is not looked at yet. None: as its round says."
    )

    def missed(self, since: datetime) -> Self:
        """Return it as one that did not answer."""
        return self.model_copy(update={"since": self.since or since})


class DocumentRound(Stored):
    """One walk through all containers that rules for documents are about, a few at a time."""

    since: datetime = Field(description="UTC: what was changed from then on is handed on.")
    began: datetime = Field(description="UTC.")
    left: tuple[Container, ...] = ()
    missed: tuple[Container, ...] = Field(default=(), description="What did not answer: the next round's first.")
    page: int = Field(default=1, description="Of the list of workspaces, the one that is read next. 0: it was read.")

    @classmethod
    def first(cls, now: datetime, roots: tuple[Container, ...]) -> Self:
        """Begin: what was there before is left to a back-fill."""
        return cls(since=now, began=now, left=roots)

    def next(self, now: datetime, roots: tuple[Container, ...]) -> Self:
        """Begin anew: what was changed since the last round began."""
        # A beginning that lies ahead was told by a wrong clock: what changed until then would be passed over.
        return type(self)(since=min(self.began, now) - SKEW, began=now, left=(*self.missed, *roots)[:MOST_LEFT])

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to be looked into."""
        return not self.left and self.page == 0

    def without_first(self, below: tuple[Container, ...]) -> Self:
        """Return it with one container done, and those that lie in it still to come."""
        # What lies below comes first: so the list grows by one container at a time, and little is cut off at its end.
        return self.model_copy(update={"left": (*below, *self.left[1:])[:MOST_LEFT]})

    def without_missed(self) -> Self:
        """Return it with its first container put off to the next round."""
        first, *others = self.left
        missed = (*self.missed, first.missed(self.since))[:MOST_LEFT]
        return self.model_copy(update={"left": tuple(others), "missed": missed})

    def filled(self, found: tuple[Container, ...], page: int) -> Self:
        """Return it with more containers, and the page to read after them; 0: none."""
        return self.model_copy(update={"left": found, "page": page})
