"""What filling in an item starts from, and how what can't be filled in is noted: the item is held and says why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from shared.errors import NeverError
from shared.mapping.evaluation.people import People
from shared.mapping.evaluation.scope import Scene
from shared.mapping.evaluation.verdict import NotKnownError
from shared.mapping.language.rules import BaseRule
from shared.mapping.language.rules import Mapping as Rules
from shared.mapping.language.tasks import TaskSpec
from shared.models.item_memory import ItemMemory
from shared.models.wanted import Unknown, UnknownPerformer
from shared.models.words import ActAs

T = TypeVar("T")
U = TypeVar("U")


@dataclass
class Filling:
    """A task being filled in. What can't be is noted in `holds`."""

    mapping: Rules
    rule: BaseRule
    spec: TaskSpec
    scene: Scene
    people: People
    key: str
    act_as: ActAs
    memory: Mapping[str, ItemMemory] = field(default_factory=dict)
    """By item key: what is remembered of this origin's items."""
    holds: list[str] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    """What it asks for and nobody told."""
    is_unread: bool = False
    """Something attached could not be read just now: nobody need change the rule or the record."""
    nobody: list[str] = field(default_factory=list)
    """Why there is nobody who can do it, where that is so: others have to hear of it."""
    is_unfound: bool = False
    """Somebody whom OpenText names is not in Entra ID: a person has to mend that, there or in the mapping."""

    def attempt(self, compute: Callable[[], T], otherwise: U) -> T | U:
        """Compute something; what can't be computed holds the item and says why."""
        try:
            return compute()
        except NotKnownError as error:
            self.unknown.append(error.gap.of(self.rule.id, self.key))
            self.holds.append(f"not known: {error}")
        except NeverError as error:
            self.holds.append(str(error))
        return otherwise

    def lack_people(self, why: str, *, is_unfound: bool = False) -> None:
        """Note that there is nobody who can do it."""
        self.holds.append(why)
        self.nobody.append(why)
        self.is_unfound |= is_unfound

    @property
    def moves_step(self) -> bool:
        """Tell whether completing the task may complete the step."""
        if self.act_as == "none":
            return False
        is_plain = self.people.spec.unknown_performer is UnknownPerformer.TASK
        return self.act_as is ActAs.SERVICE or not is_plain or bool(self.people.deciders())
