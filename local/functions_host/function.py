"""A function as the worker indexed it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Function:
    """One function."""

    name: str
    id: str
    trigger: Mapping[str, Any]
    """The trigger's binding: type, name of the parameter, and what the decorator was given."""

    @property
    def kind(self) -> str:
        """Lower case: httptrigger, timertrigger or queuetrigger."""
        return str(self.trigger["type"]).lower()
