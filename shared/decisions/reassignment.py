"""
What a changed assignment of an approval task means: a helper, a handover, or nothing that counts.

Who performs a step is OpenText's to say. In Planner any member of the plan can assign anybody; only a performer may
hand the own step on. Planner names who assigned somebody, but a removal names nobody: so a handover is believed only
where the performer's removal and the performer's own assignment of one other person are seen for the first time
together.

Source: https://learn.microsoft.com/graph/api/resources/plannerassignment (assignedBy)
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.models.deciders import Decider
from shared.models.planner import Assignment
from shared.models.wanted import WantedTask
from shared.models.workflow import Step


@dataclass(frozen=True)
class Handover:
    """A performer gave the own step to somebody else."""

    performer: Decider
    to: str
    """Entra user id."""


@dataclass(frozen=True)
class Helpers:
    """Those who should be assigned are, and deciders put others beside them: the step stays where it is."""


@dataclass(frozen=True)
class PutBack:
    """Somebody who may not decide who performs the step changed it."""


Reassignment = Handover | Helpers | PutBack


def read_reassignment(
    wanted: WantedTask, assignments: Mapping[str, Assignment], known: frozenset[str], *, movable: bool
) -> Reassignment:
    """
    Say what the assignments of a task mean that are not those that OpenText wants.

    Args:
        wanted: the step's item; its assignees are the performers.
        assignments: as the task shows them, by Entra id.
        known: who was assigned when the task was last agreed on, and whom the bridge itself assigned.
        movable: False: the step waits with a group, or the rule lets nobody hand it on.
    """
    gone = set(wanted.assignees) - set(assignments)
    if (known - set(wanted.assignees)) & set(assignments):
        # It still shows others: OpenText names the performer since then, and nobody took off who was never on.
        gone &= known
    added = {who: assignments[who] for who in sorted(set(assignments) - set(wanted.assignees) - known)}
    givers = {who: wanted.decider(_assigned_by(entry)) for who, entry in added.items()}
    if not gone:
        return Helpers() if all(givers.values()) else PutBack()
    # Of several who went or came nobody can say who was put in whose place.
    if not movable or len(gone) != 1 or len(added) != 1:
        return PutBack()
    [(to, giver)] = givers.items()
    if giver is None or not giver.is_performer or gone != {giver.entra_id}:
        return PutBack()
    # With four eyes nobody could decide it then.
    return PutBack() if to == wanted.started_by else Handover(giver, to)


def is_personal(step: Step) -> bool:
    """Tell whether one person alone performs a step: a group's is never moved."""
    return step.group is None and len(step.performers) == 1


def _assigned_by(entry: Assignment) -> str | None:
    return entry.by.user.id if entry.by is not None and entry.by.user is not None else None
