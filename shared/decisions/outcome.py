"""
Approval safety: may this completion advance the workflow?

A step advances only for a performer or delegate, only for the versions that the task showed, only
with one clear outcome. Everything else is a refusal with a note that a person understands.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.decisions.fields import outcome_lines
from shared.decisions.observed import Found
from shared.models.deciders import Decider
from shared.models.holds import REFUSALS, RefusalReason
from shared.models.link import Link, Refusal, SendIntent
from shared.models.opentext import Activity, StepForm
from shared.models.wanted import WantedTask


@dataclass(frozen=True)
class Advance:
    """The workflow may go on."""

    disposition: str | None
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


def ticked(wanted: WantedTask, found: Found) -> tuple[str, ...]:
    """Dispositions whose line is ticked, in the rule's order."""
    if found.details is None:
        return ()
    lines = outcome_lines(wanted)
    checklist = found.details.checklist
    return tuple(lines[key] for key in lines if key in checklist and checklist[key].is_checked)


def judge(wanted: WantedTask, link: Link, found: Found, now: datetime, grace: timedelta) -> Verdict:
    """
    Judge a completed task of a current step.

    Args:
        wanted: the step's item as OpenText stands now.
        link: holds the versions that the task last showed.
        found: the completed task, read with its details.
        now: UTC.
        grace: tick and completion are two writes; a missing outcome counts only after this time.
    """
    by = _who(found)
    completed_at = found.task.completed or now

    def refuse(reason: RefusalReason) -> Refuse:
        text = REFUSALS[reason].format(outcomes=", ".join(outcome.title for outcome in wanted.outcomes))
        return Refuse(Refusal(reason=reason, text=text, completed_at=completed_at, completed_by=by, at=now))

    if (decider := wanted.decider(by)) is None:
        return refuse(RefusalReason.WRONG_PERSON)
    if wanted.documents != link.bound:
        return refuse(RefusalReason.NEW_VERSION)
    chosen = ticked(wanted, found)
    if wanted.outcomes and len(chosen) != 1:
        until = completed_at + grace
        if now < until:
            return Wait(until)
        return refuse(RefusalReason.MANY_OUTCOMES if chosen else RefusalReason.NO_OUTCOME)
    return Advance(chosen[0] if chosen else None, decider)


def check_form(form: StepForm, disposition: str | None) -> str | None:
    """Say why the step's own form does not take this outcome; None: it does."""
    if form.wants_password:
        return "This step wants a password or signature: complete it in OpenText."
    if disposition is not None and disposition not in {offered.key for offered in form.dispositions}:
        return f"OpenText does not offer {disposition!r} for this step."
    if disposition is None and form.dispositions and not form.can_send_on:
        return "OpenText wants one of several outcomes for this step: complete it there."
    return None


@dataclass(frozen=True)
class Done:
    """The intent was carried out."""


@dataclass(frozen=True)
class SendAgain:
    """It was not, and the step still stands on the same visit."""


@dataclass(frozen=True)
class Overtaken:
    """Somebody else moved the step on."""


def resume_sending(
    intent: SendIntent, *, is_current: bool, activities: tuple[Activity, ...]
) -> Done | SendAgain | Overtaken:
    """
    Decide what became of a send-on whose answer was lost.

    Args:
        intent: as it was written before the call.
        is_current: the step stands in `current` on the intent's visit.
        activities: of the workflow; all of them since the intent.
    """
    if any(intent.id in activity.comment for activity in activities):
        return Done()
    return SendAgain() if is_current else Overtaken()


def _who(found: Found) -> str | None:
    by = found.task.completed_by
    return by.user.id if by is not None and by.user is not None else None
