"""
What a person chose on the outcome lines of an approval, as far as Planner can prove it.

A tick is somebody's decision only if Planner names that person, if he may decide, and if it was made after the task
showed what is to be approved and before the task was completed. The lines must read as the bridge wrote them: the
person decided what he read. All times are Planner's own, so that no two clocks are compared.

Source: https://learn.microsoft.com/graph/api/resources/plannerchecklistitem (lastModifiedBy, lastModifiedDateTime)
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.decisions.fields import line_id
from shared.models.holds import RefusalReason
from shared.models.planner import ChecklistItem
from shared.models.text import cleaned
from shared.models.wanted import Outcome, WantedTask


@dataclass(frozen=True)
class Completion:
    """Who completed the task, and when, by Planner's clock."""

    by: str
    """Entra id of a person who may decide."""
    at: datetime
    shown: datetime | None
    """By when the task showed what is approved. None: written before this was kept; any tick counts."""
    grace: timedelta
    """Tick and completion are two writes: so long after it the completer's own tick still counts."""


def chosen_outcomes(
    wanted: WantedTask, checklist: dict[str, ChecklistItem], completion: Completion
) -> tuple[Outcome, ...] | RefusalReason:
    """
    Return the outcomes that were provably ticked, in the rule's order; or why nothing that is ticked counts.

    Lines that nobody ticked are looked at too: somebody else may have cleared the one that the reviewer ticked.
    """
    ticked: list[Outcome] = []
    for outcome in wanted.outcomes:
        line = checklist.get(line_id(wanted.item_key, f"outcome:{outcome.disposition}"))
        if line is None or _as_read(line.title) != _as_read(outcome.title):
            return RefusalReason.CHANGED_LINES
        if (reason := _doubt(wanted, line, completion)) is not None:
            return reason
        if line.is_checked:
            ticked.append(outcome)
    return tuple(ticked)


def _doubt(wanted: WantedTask, line: ChecklistItem, completion: Completion) -> RefusalReason | None:
    """Say why the state of one line proves nothing; None: it does, or nobody touched the line since it was shown."""
    by, at = line.changed_by, line.changed
    if not line.is_checked and _is_as_shown(line, completion):
        return None
    user = by.user.id if by is not None and by.user is not None else None
    if wanted.decider(user) is None or at is None:
        return RefusalReason.FOREIGN_TICK
    if completion.shown is not None and at < completion.shown:
        # Made for what the task showed before: the write that showed the new versions did not see this tick.
        return RefusalReason.STALE_TICK
    latest = completion.at + completion.grace if user == completion.by else completion.at
    return RefusalReason.STALE_TICK if at > latest else None


def _is_as_shown(line: ChecklistItem, completion: Completion) -> bool:
    """Tell whether a line that is not ticked was last touched by the bridge itself, or before anything was shown."""
    if line.changed is None or line.changed_by is None:
        return True
    if completion.shown is None:
        return line.changed_by.user is None
    return line.changed <= completion.shown


def _as_read(title: str) -> str:
    """Return a line as people read it: Planner trims it, and blanks look alike."""
    return " ".join(cleaned(title).split())
