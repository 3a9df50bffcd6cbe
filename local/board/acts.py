"""What people do on the board: what is asked, and how a refusal is said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, StringConstraints

from local.local_system import System

ADMIN = "Admin"
"""The administrator of Content Server, who has no account in Microsoft 365."""
Name: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=248)]


class RefusedActError(Exception):
    """The system does not let this person do it; the text says why, and what would help."""


class Given(BaseModel):
    """What is asked for: nothing else may stand in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Act(Given):
    """What every act in one of the systems says: who does it."""

    person: str
    """A login."""


@dataclass(frozen=True)
class Done:
    """What was done."""

    what: str
    """As a sentence."""
    hint: Mapping[str, int] = field(default_factory=dict)
    """The ids of the hint that the customer's Content Server sends of it. Empty: it sends none."""


CarryOut: TypeAlias = Callable[[System, Any], Done]
"""Raises RefusedActError, or what the simulator refuses with."""


@dataclass(frozen=True)
class Kind:
    """One kind of act: in which system, what it is asked with, and what does it."""

    system: str
    asked: type[Act]
    carry_out: CarryOut
