"""What evaluating one origin starts from, and what it comes to beside tasks."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.mapping.evaluation.covering import Judged, covers_of
from shared.mapping.evaluation.directory_log import Book
from shared.mapping.evaluation.matching import judge
from shared.mapping.evaluation.scope import Scene
from shared.mapping.evaluation.values import Remembered
from shared.mapping.evaluation.verdict import Gap, Verdict
from shared.mapping.language.calendar import NoDateError
from shared.mapping.language.conditions import Condition
from shared.mapping.language.rules import BaseRule
from shared.mapping.language.rules import Mapping as Rules
from shared.models.item_memory import ItemMemory
from shared.models.wanted import NameKind, Refused, Unknown
from shared.models.words import ActAs


@dataclass
class Desk:
    """The work on one origin at one moment."""

    mapping: Rules
    book: Book
    now: datetime
    completed: frozenset[str]
    act_as: ActAs
    curious: bool = False
    """Ask for everybody who could be needed: nothing counts as held or completed."""
    remembered: Remembered = field(default_factory=dict)
    memory: Mapping[str, ItemMemory] = field(default_factory=dict)
    remembers: bool = False
    """Links were read: what they don't tell of is new."""
    changes: set[datetime] = field(default_factory=set)
    """When time alone changes the answer."""
    unknown: list[Unknown] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    """Every answer, yes too: what an explanation is made of."""
    later: dict[str, date] = field(default_factory=dict)

    def note(self, moment: Callable[[], datetime]) -> None:
        """Note when to look again; a moment after the end of the calendar is none."""
        with suppress(NoDateError):
            self.changes.add(moment())

    def judge(self, condition: Condition | None, scene: Scene) -> Verdict:
        """Answer a condition, and note when time alone will answer it otherwise."""
        verdict = judge(condition, scene)
        for day in scene.turns:
            self.note(lambda day=day: scene.calendar.midnight(day))  # type: ignore[misc] # bound now
        scene.turns.clear()
        return verdict

    def tell(self, rule: BaseRule, covers: str, verdict: Verdict) -> None:
        """Keep why nothing is made: a value that says no, or what is not known."""
        if verdict.holds is False:
            self.refused.append(Refused(covers=covers, said=verdict.said))
        self.unknown += [gap.of(rule.id, covers) for gap in verdict.gaps]

    def broken(self, rule: BaseRule, scene: Scene, error: Exception) -> None:
        """Keep that a rule can't be evaluated: it makes nothing and ends nothing."""
        why = f"the rule can't be evaluated here: {type(error).__name__}: {str(error)[:200]}"
        self.unknown.append(Gap(NameKind.RULE, rule.id, why).of(rule.id, covers_of(rule, scene)))

    def is_over(self, item: str) -> bool:
        """Tell whether nobody is waited for any more: completed, closed, or left alone."""
        return item in self.completed or (item in self.memory and not self.memory[item].is_open)
