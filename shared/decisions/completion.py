"""What a completed task means for OpenText."""

from datetime import datetime

from shared.decisions.actions import Action, Delegate, LookAgain, Remember, Send, SetAttributes, Write
from shared.decisions.fields import Target
from shared.decisions.item_view import Case, actor_of, event
from shared.decisions.observed import Found
from shared.decisions.outcome import Refuse, Wait, judge
from shared.models.events import EventKind
from shared.models.holds import REFUSALS, RefusalReason
from shared.models.link import Link, Refusal
from shared.models.opentext import AttributeValue
from shared.models.planner import TaskPatch
from shared.models.wanted import WantedTask
from shared.models.words import ActAs, ItemKind, WaitedFor


def decide_completed(case: Case) -> Action | None:
    """Advance the step, or note the completion of a task that stands for itself."""
    if case.target.wanted.kind is ItemKind.STEP and case.policy.act_as is not ActAs.NONE:
        return _decide_approval(case)
    found, wanted = case.found, case.target.wanted
    done = case.link.completed(actor_of(found).get("entra"), found.task.completed or case.now).agreed(found.task, None)
    told = event(EventKind.COMPLETED, case.link, actor=actor_of(found), at=found.task.completed, etag=found.task.etag)
    if (values := recorded(wanted)) and case.workspace_id is not None:
        return SetAttributes(done, case.workspace_id, values, (told,))
    return Remember(done, (told,))


def recorded(wanted: WantedTask) -> dict[str, AttributeValue]:
    """Return what the record is told of a completion, by attribute."""
    progress: dict[str, AttributeValue] = {wanted.progress_attribute: 100} if wanted.progress_attribute else {}
    return {**wanted.on_complete, **progress}


def record_again(link: Link, wanted: WantedTask, workspace_id: int | None) -> Action:
    """Tell the record of a completion once more, when it is time; what the rule no longer has told is dropped."""
    if workspace_id is None or not (values := recorded(wanted)):
        return Remember(link.freed())
    return SetAttributes(link, workspace_id, values)


def _decide_approval(case: Case) -> Action | None:
    if case.found.details is None:
        return None
    verdict = judge(case.target.wanted, case.link, case.found, case.now, case.policy.grace)
    if isinstance(verdict, Wait):
        return LookAgain(case.link.item, verdict.until, WaitedFor.OUTCOME)
    if isinstance(verdict, Refuse):
        return refuse(case.link, verdict.refusal)
    return Send(
        case.link,
        case.target,
        disposition=verdict.disposition,
        decider=verdict.decider,
        completed_at=case.found.task.completed or case.now,
    )


def refuse(link: Link, refusal: Refusal) -> Remember:
    """Write a refusal first; opening the task again comes after it, rendered from it."""
    told = event(
        EventKind.REFUSED,
        link,
        actor={"entra": refusal.completed_by} if refusal.completed_by else None,
        reason=refusal.reason,
        text=refusal.text,
        completed_at=refusal.completed_at,
    )
    return Remember(link.refused(refusal), (told,), again=True)


def decide_reassigned(case: Case) -> Action:
    """Hand a step on as the person did in Planner, or put the assignment back with a note."""
    link, target = case.link, case.target
    got = set(link.base["assignees"].got or ()) if "assignees" in link.base else set()
    new = sorted(set(case.found.task.assignees) - got - set(target.wanted.assignees))
    if case.policy.act_as is ActAs.PERFORMER and len(new) == 1 and target.wanted.step is not None:
        return Delegate(link, target, target.wanted.step, to=new[0])
    return put_back(link, target, case.found, case.now)


def put_back(link: Link, target: Target, found: Found, now: datetime) -> Write:
    """Assign whom OpenText names, and say why."""
    reason = RefusalReason.REASSIGNED
    noted = Refusal(reason=reason, text=REFUSALS[reason], at=now, reopened=True)
    wanted, read = set(target.wanted.assignees), set(found.task.assignees)
    patch = TaskPatch(assign=tuple(sorted(wanted - read)), unassign=tuple(sorted(read - wanted)))
    return Write(
        link.put_back(noted),
        target,
        task=patch,
        asked={"assignees": sorted(wanted)},
        events=(event(EventKind.REFUSED, link, reason=reason, before=sorted(read), after=sorted(wanted)),),
    )
