"""Why an origin has the tasks that it has: the answers of the rules, as people read them and as machines take them."""

from collections.abc import Iterator
from datetime import date, datetime

from pydantic import Field

from shared.models.base import Stored
from shared.models.holds import HoldCause
from shared.models.link_states import LinkState
from shared.models.troubles import OriginTrouble
from shared.models.wanted import covers
from shared.models.words import WaitedFor


class ConditionAnswer(Stored):
    """One condition, what was read for it, and the answer."""

    asked: str = Field(description="As the rule asks it: `Contract.Region is EMEA`.")
    holds: bool | None = Field(description="None: not known.")
    read: str = Field(default="", description="What was read. Empty: see `parts`, or `why`.")
    why: str = Field(default="", description="Of what is not known: why.")
    nearest: str | None = Field(default=None, description="Of an unknown name: what was probably meant.")
    renamed_to: str | None = Field(default=None, description="Of an unknown name: what the same id is called now.")
    parts: tuple["ConditionAnswer", ...] = Field(default=(), description="Of `any` and `not`: what stands in it.")


class TaskAnswer(Stored):
    """One task of a rule, and what becomes of it."""

    item: str = Field(description="Its key; with a recurrence, what the keys of its occurrences begin with.")
    holds: bool | None = Field(description="Whether its own condition asks for it. None: not known.")
    why: str = Field(default="", description="What decides it besides its condition: the rows that were read.")
    conditions: tuple[ConditionAnswer, ...] = ()
    wanted: tuple[str, ...] = Field(default=(), description="Keys of the items that are wanted of it now.")
    title: str = ""
    due: date | None = None
    people: tuple[str, ...] = Field(default=(), description="Whom the rule asks for, and what came of it.")
    held: str = Field(default="", description="Why it is not to be made now, though it is wanted.")
    not_before: date | None = Field(default=None, description="It appears on that day.")
    gaps: tuple[str, ...] = Field(default=(), description="What of it is not known.")


class RuleAnswer(Stored):
    """One rule at one step, document or workspace."""

    rule: str
    about: str = Field(default="", description="Which step or missing document. Empty: the origin itself.")
    holds: bool | None = Field(description="None: not known.")
    why: str = Field(default="", description="What decides it besides its conditions: its kind, an earlier rule.")
    conditions: tuple[ConditionAnswer, ...] = ()
    tasks: tuple[TaskAnswer, ...] = ()


class ItemStanding(Stored):
    """How one item stands, by its link."""

    item: str
    rule: str
    state: LinkState
    reason: str = Field(default="", description="Why, in words for people.")
    hold: HoldCause | None = Field(default=None, description="Why it can't go on now. None: it can.")
    heals: str = Field(default="", description="What ends the hold.")
    retry_at: datetime | None = Field(default=None, description="UTC. None: when it changes.")
    tries: int = 0
    plan: str | None = None
    task: str | None = Field(default=None, description="None: it has none.")
    url: str | None = Field(default=None, description="Of the task.")
    refused: str = Field(default="", description="Why the last completion or reassignment did not count.")
    sending: bool = Field(default=False, description="A send-on is under way, or its answer was lost.")
    of_rule: bool = Field(default=True, description="False: the mapping has no such rule any more.")


class NextLook(Stored):
    """When it is looked at again, and why."""

    at: datetime
    waited_for: WaitedFor


class Remembered(Stored):
    """One entry of the history, as a sentence."""

    at: datetime
    who: str
    what: str
    item: str = ""


class Why(Stored):
    """One origin, explained."""

    origin: str
    now: datetime
    about: dict[str, str] = Field(default_factory=dict, description="What it is: its name; of a workflow its map.")
    mapping_hash: str = Field(default="", description="Under which its rules were answered. Empty: they were not.")
    unread: str = Field(default="", description="Why its rules could not be answered. Empty: they were.")
    rules: tuple[RuleAnswer, ...] = ()
    items: tuple[ItemStanding, ...] = ()
    known: bool = Field(default=True, description="False: nobody looked at it yet.")
    trouble: OriginTrouble | None = Field(default=None, description="Why its looks fail. None: the last one did not.")
    looks: tuple[NextLook, ...] = Field(default=(), description="The soonest first.")
    history: tuple[Remembered, ...] = Field(default=(), description="The last entries, newest last.")
    history_unread: str = Field(default="", description="Why the history can't be read. Empty: it can.")

    @property
    def item_keys(self) -> tuple[str, ...]:
        """Every item that is told of."""
        tasks = (key for rule in self.rules for task in rule.tasks for key in (task.item, *task.wanted))
        return tuple(dict.fromkeys((*(one.item for one in self.items), *tasks)))

    def of_item(self, item: str) -> "Why":
        """Return what concerns one item."""
        return self.model_copy(
            update={
                "rules": tuple(_of_item(self.rules, item)),
                "items": tuple(one for one in self.items if one.item == item),
                "history": tuple(one for one in self.history if one.item == item),
            }
        )


def _of_item(rules: tuple[RuleAnswer, ...], item: str) -> Iterator[RuleAnswer]:
    for rule in rules:
        tasks = tuple(task for task in rule.tasks if covers(task.item, item))
        if tasks or (not rule.tasks and covers(rule.rule, item)):
            yield rule.model_copy(update={"tasks": tasks})
