"""
Approval safety: may this completion advance the workflow?

A step advances only for a performer or delegate, only for the versions that the task showed, only
with one clear outcome. Everything else is a refusal with a note that a person understands.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.decisions.choice import Completion, chosen_outcomes
from shared.decisions.description_block import digest, split_description, version_lines
from shared.decisions.observed import Found
from shared.models.deciders import Decider
from shared.models.holds import REFUSALS, RefusalReason
from shared.models.link import Link, Refusal, SendIntent
from shared.models.planner import PlannerDetails
from shared.models.wanted import Outcome, WantedTask
from shared.models.workflow import Activity, StepForm
from shared.timing import CLOCK_STEP


@dataclass(frozen=True)
class Advance:
    """The workflow may go on."""

    outcome: Outcome | None
    """None: plain SendOn."""
    decider: Decider


@dataclass(frozen=True)
class Wait:
    """Too early to say: look again then."""

    until: datetime


@dataclass(frozen=True)
class Refuse:
    """It may not; the task is opened again with this note."""

    refusal: Refusal


Verdict = Advance | Wait | Refuse


def judge(wanted: WantedTask, link: Link, found: Found, now: datetime, grace: timedelta) -> Verdict:
    """
    Judge a completed task of a current step.

    Args:
        wanted: the step's item as OpenText stands now.
        link: holds the versions that the task last showed, and since when.
        found: the completed task, read with its details.
        now: UTC, of this worker: says when to look again, and stands in the refusal.
        grace: tick and completion are two writes; a missing outcome counts only after this time.
    """
    by, at = _who(found), found.task.completed
    decider = wanted.decider(by)
    chosen: tuple[Outcome, ...] = ()
    # (1) Who completed it, and (2) what the task showed then, come before (3) what is ticked.
    reason = _doubt_of_person(wanted, decider) or _doubt_of_versions(wanted, link, found)
    if reason is None and decider is not None and at is not None and found.details is not None:
        completion = Completion(by=decider.entra_id, at=at, shown=_shown_by(link), grace=grace)
        read = chosen_outcomes(wanted, found.details.checklist, completion)
        reason, chosen = (read, ()) if isinstance(read, RefusalReason) else (None, read)
        if reason is None and len(chosen) == min(len(wanted.outcomes), 1):
            return Advance(chosen[0] if chosen else None, decider)
        # Planner's clock, not ours: a worker that is ahead would not wait for the tick that follows.
        age = (found.details.answered or now) - at
        if reason is None and age < grace:
            return Wait(now + (grace - age))
    reason = reason or (RefusalReason.MANY_OUTCOMES if chosen else RefusalReason.NO_OUTCOME)
    return Refuse(refusal_of(reason, wanted, found, now))


def refusal_of(reason: RefusalReason, wanted: WantedTask, found: Found, now: datetime) -> Refusal:
    """Write down why a completion does not count, with the note that people read."""
    text = REFUSALS[reason].format(outcomes=", ".join(outcome.title for outcome in wanted.outcomes))
    at = found.task.completed or now
    return Refusal(reason=reason, text=text, completed_at=at, completed_by=_who(found), at=now)


def _doubt_of_person(wanted: WantedTask, decider: Decider | None) -> RefusalReason | None:
    if decider is None:
        return RefusalReason.WRONG_PERSON
    return RefusalReason.FOUR_EYES if wanted.four_eyes and decider.started else None


def _doubt_of_versions(wanted: WantedTask, link: Link, found: Found) -> RefusalReason | None:
    """Say why the completion is not about what is to be decided; None: the task showed just that before."""
    at = found.task.completed
    if found.details is None or at is None:
        return RefusalReason.DETAILS_GONE
    shown = _shown_by(link)
    if (wanted.documents and not link.bound) or (shown is not None and at < shown):
        return RefusalReason.NOT_SHOWN
    if wanted.documents != link.bound:
        return RefusalReason.NEW_VERSION
    return RefusalReason.CHANGED_VERSIONS if _is_rewritten(wanted, link, found.details) else None


def _is_rewritten(wanted: WantedTask, link: Link, details: PlannerDetails) -> bool:
    """Tell whether somebody wrote other versions into the block than the bridge did: the reviewer read those."""
    block, ours = split_description(details.description).block, link.base.get("context")
    if ours is None or ours.got == digest(block):
        return False
    return not set(version_lines(wanted)) <= {line.strip() for line in block.split("\n")}


def _shown_by(link: Link) -> datetime | None:
    """Say by when the task showed what is decided: nobody reads and decides within the same second. None: unknown."""
    return None if link.shown_at is None else link.shown_at + CLOCK_STEP


def check_form(form: StepForm, disposition: str | None) -> str | None:
    """Say why the step's own form does not take this outcome; None: it does."""
    # First: whatever was ticked, the bridge has nobody's password and can't sign for anybody.
    if form.wants_password:
        return "This step wants a password or signature: complete it in OpenText."
    if disposition is not None and disposition not in {offered.key for offered in form.dispositions}:
        return f"OpenText does not offer {disposition!r} for this step."
    if disposition is None and form.dispositions and not form.can_send_on:
        return "OpenText wants one of several outcomes for this step: complete it there."
    return None


def check_outcomes(form: StepForm, outcomes: Sequence[Outcome]) -> str | None:
    """Say, with both lists, why a rule's outcomes are not those of a step; None: each is offered."""
    offered = [one.key for one in form.dispositions]
    if not outcomes:
        if offered and not form.can_send_on:
            return f"the rule has no outcomes, and the step can only be completed with one of: {', '.join(offered)}"
        return None
    if {one.disposition for one in outcomes} <= set(offered):
        return None
    asked = ", ".join(one.disposition for one in outcomes)
    return f"the rule's outcomes are {asked}; the step offers {', '.join(offered) or 'none'}"


@dataclass(frozen=True)
class Done:
    """The intent was carried out."""


@dataclass(frozen=True)
class SendAgain:
    """It was not, and the step still stands on the same visit."""


@dataclass(frozen=True)
class NotMoved:
    """OpenText has it on record, or was told often enough, and the step stands where it was: a person has to look."""


@dataclass(frozen=True)
class Overtaken:
    """Somebody else moved the step on, or the record does not tell of us yet."""


MOST_TRIES = 3
"""So often one decision is sent; then it is held and told."""


def resume_sending(
    intent: SendIntent, *, is_current: bool, activities: tuple[Activity, ...]
) -> Done | SendAgain | NotMoved | Overtaken:
    """
    Decide what became of a send-on that no read has shown to be carried out.

    Args:
        intent: as it was written before the call.
        is_current: the step stands in `current` on the intent's visit.
        activities: of the workflow; all of them since the intent.
    """
    is_sent = is_on_record(intent.id, activities)
    # The step has moved. With our id on record it was us; without, somebody was quicker.
    if not is_current:
        return Done() if is_sent else Overtaken()
    return NotMoved() if is_sent or intent.tries >= MOST_TRIES else SendAgain()


def is_on_record(intent_id: str, activities: Iterable[Activity]) -> bool:
    """Tell whether a workflow's own record knows a decision to be sent on."""
    return any(intent_id in activity.comment for activity in activities)


def _who(found: Found) -> str | None:
    by = found.task.completed_by
    return by.user.id if by is not None and by.user is not None else None
