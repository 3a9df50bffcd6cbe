"""How far a back-fill has come, as its cursor keeps it."""

from datetime import datetime
from typing import Self

from shared.models.base import Frozen


class Progress(Frozen):
    """How far a back-fill has come."""

    since: datetime
    at: datetime
    """When it began: every row of it carries this time."""
    rule_hash: str = ""
    """Of the rule, with all that decides about its items, when it began."""
    last: int = 0
    """The id that was handed on last; ids are handed on in their order."""
    is_done: bool = False

    def handed_on(self, last: int) -> Self:
        """Return it with the id that was handed on last."""
        return self.model_copy(update={"last": last})

    def done(self) -> Self:
        """Return it at its end."""
        return self.model_copy(update={"is_done": True})
