"""What a read of Planner said about a task, and where tasks belong."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from shared.models.planner import PlannerDetails, PlannerTask
from shared.models.text import kept_name


@dataclass(frozen=True)
class Found:
    """The task as it was just read, or as a write just returned it."""

    task: PlannerTask
    details: PlannerDetails | None = None
    """None: not read this time."""


@dataclass(frozen=True)
class Missing:
    """The task's own GET answered 404: a positive statement."""

    answered: datetime | None = None
    """When, by Planner's own clock. None: it did not tell."""


@dataclass(frozen=True)
class Unread:
    """It could not be read. Decides nothing."""

    reason: str
    passes: bool = False
    """There was no answer; otherwise the answer was no."""


Seen = Found | Missing | Unread


@dataclass(frozen=True)
class Place:
    """A plan, resolved: ids instead of names."""

    plan_id: str
    buckets: dict[str, str] = field(default_factory=dict)
    """Name → id."""
    categories: dict[str, str] = field(default_factory=dict)
    """Label name → category1 ... category25."""
    is_known: bool = True
    """False: the plan was not looked up; nothing is wanted of its buckets and labels."""

    def bucket(self, name: str | None) -> str | None:
        """Find a bucket by its name, as the service keeps it: without blanks around it. None: it has none."""
        return None if name is None else self.buckets.get(kept_name(name))

    def labels(self, names: Iterable[str]) -> list[str]:
        """Return the categories of labels, sorted; one that the plan lacks has none."""
        kept = map(kept_name, names)
        # Sorted as those of a task are: the two lists are compared.
        return sorted({self.categories[name] for name in kept if name in self.categories})

    def lacking(self, names: Iterable[str]) -> tuple[str, ...]:
        """Name the labels that the plan lacks: tasks are made without them."""
        return tuple(dict.fromkeys(name for name in map(kept_name, names) if name not in self.categories))

    def with_labels(self, categories: dict[str, str]) -> "Place":
        """Return it with other labels: name → category."""
        return Place(self.plan_id, self.buckets, categories, self.is_known)
