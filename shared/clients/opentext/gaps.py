"""What of an origin can't be read, while the rest is: one gap stops nothing else."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from shared.errors import RefusedError, SignInRefusedError, UnreadableError
from shared.models.listed import Listed
from shared.models.opentext import NotKnown

A = TypeVar("A")
T = TypeVar("T")


class Gaps:
    """Collects what is not known; what may pass later (no answer, a pause, a refused sign-in) goes up all the same."""

    def __init__(self) -> None:
        self.not_known: NotKnown = {}

    async def read(self, part: str, call: Awaitable[T]) -> T | None:
        """Wait for a part. None: it can't be read, and is noted."""
        try:
            return await call
        except SignInRefusedError:
            raise
        except (UnreadableError, RefusedError) as error:
            self.not_known[part] = str(error)
            return None

    def value(self, part: str, read: Callable[[A], T], sent: A) -> T | None:
        """Read a value of what was sent. None: it can't be read, and is noted."""
        try:
            return read(sent)
        except UnreadableError as error:
            self.not_known[part] = str(error)
            return None

    def rows(self, part: str, listed: Listed[T]) -> Listed[T]:
        """Take a list as far as it can be read; note the first row that can't be, and how many there are."""
        if listed.unread:
            more = f" (and {len(listed.unread) - 1} more)" if len(listed.unread) > 1 else ""
            first = listed.unread[0]
            self.not_known[part] = f"row {first.id or '?'}: {first.reason}{more}"
        return listed
