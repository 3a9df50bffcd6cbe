"""The kinds of workspaces that somebody can make on the board."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from local.demo.stories.onboarding import FIRST_DAY, hire
from local.demo.world import END_DATE, create_contract


@dataclass(frozen=True)
class Recipe:
    """One kind of workspace."""

    day: str
    """The attribute that takes the day which is asked for."""
    days_ahead: int
    """How far ahead of today it is proposed."""
    create: Callable[..., int]
    """Make one: the world, its name, its day, `user`. Returns its number; raises RefusedCall: the name is taken."""


RECIPES = {"Contract": Recipe(END_DATE, 400, create_contract), "Employee": Recipe(FIRST_DAY, 70, hire)}


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins, as Content Server keeps days."""
    return datetime.combine(day, time(tzinfo=UTC))
