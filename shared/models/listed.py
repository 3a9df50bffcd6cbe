"""Lists of other systems, read row by row: what can't be read is told, and stops nothing else."""

from collections.abc import Iterable
from typing import Self, TypeVar

from shared.models.base import Frozen

M = TypeVar("M")


class UnreadRow(Frozen):
    """A row that is there and can't be read: that is all that is known of it, and never that something is absent."""

    id: str | None
    """None: not even its id can be read."""
    reason: str
    """Which fields, as people read it; none of their values."""
    made_by: str | None = None
    """`user:<id>` or `application:<id>`. None: that can't be read either, or it is no row of Planner's."""


class Listed(tuple[M, ...]):
    """
    The rows of a list that could be read.

    Attributes:
        unread: the others. While there are any, what is not listed may still be there.
    """

    unread: tuple[UnreadRow, ...]

    def __new__(cls, rows: Iterable[M] = (), unread: Iterable[UnreadRow] = ()) -> Self:
        """Keep the rows, and those that could not be read."""
        made = super().__new__(cls, rows)
        made.unread = tuple(unread)
        return made

    @property
    def unread_ids(self) -> frozenset[str]:
        """Ids of the rows that could not be read, as far as they can be told."""
        return frozenset(row.id for row in self.unread if row.id is not None)

    @property
    def is_whole(self) -> bool:
        """Every row was read: what is not listed is not there."""
        return not self.unread
