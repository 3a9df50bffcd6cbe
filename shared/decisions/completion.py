"""What a completed task means for OpenText."""

from datetime import datetime

from shared.decisions.actions import Action, Delegate, LookAgain, Remember, Send, SetAttributes, Write
from shared.decisions.fields import Target
from shared.decisions.item_view import Case, actor_of, event
from shared.decisions.observed import Found
from shared.decisions.outcome import Refuse, Wait, judge
from shared.models.link import Link, LinkState, Refusal
from shared.models.opentext import AttributeValue
from shared.models.planner import TaskPatch
from shared.models.wanted import WantedTask

KEPT_REFUSALS = 5
UNRECORDED = "record"
"""Code of the hold of an item that is completed, and of which the record could not be told."""


def decide_completed(case: Case) -> Action | None:
    """Advance the step, or note the completion of a task that stands for itself."""
    if case.target.wanted.kind == "step" and case.policy.act_as != "none":
        return _decide_approval(case)
    found, wanted = case.found, case.target.wanted
    done = case.link.model_copy(
        update={
            "state": LinkState.COMPLETED,
            "etag": found.task.etag,
            "completed_by": actor_of(found).get("entra"),
            "completed_at": found.task.completed or case.now,
        }
    )
    told = event("completed", case.link, actor=actor_of(found), at=found.task.completed, etag=found.task.etag)
    if (values := recorded(wanted)) and case.workspace_id is not None:
        return SetAttributes(done, case.workspace_id, values, (told,))
    return Remember(done, (told,))


def recorded(wanted: WantedTask) -> dict[str, AttributeValue]:
    """Return what the record is told of a completion, by attribute."""
    progress: dict[str, AttributeValue] = {wanted.progress_attribute: 100} if wanted.progress_attribute else {}
    return {**wanted.on_complete, **progress}


def record_again(link: Link, wanted: WantedTask, workspace_id: int | None, now: datetime) -> Action:
    """Tell the record of a completion once more, when it is time; what the rule no longer has told is dropped."""
    if link.retry_at is not None and now < link.retry_at:
        return LookAgain(link.item, link.retry_at, "retry")
    if workspace_id is None or not (values := recorded(wanted)):
        return Remember(link.model_copy(update={"hold": "", "reason": "", "retry_at": None}))
    return SetAttributes(link, workspace_id, values)


def _decide_approval(case: Case) -> Action | None:
    if case.found.details is None:
        return None
    verdict = judge(case.target.wanted, case.link, case.found, case.now, case.policy.grace)
    if isinstance(verdict, Wait):
        return LookAgain(case.link.item, verdict.until, verdict.reason)
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
    refused = link.model_copy(update={"refusals": (*link.refusals, refusal)[-KEPT_REFUSALS:], "sending": None})
    told = event(
        "refused",
        link,
        actor={"entra": refusal.completed_by} if refusal.completed_by else None,
        reason=refusal.reason,
        text=refusal.text,
        completed_at=refusal.completed_at,
    )
    return Remember(refused, (told,), again=True)


def decide_reassigned(case: Case) -> Action:
    """Hand a step on as the person did in Planner, or put the assignment back with a note."""
    link, target = case.link, case.target
    got = set(link.base["assignees"].got or ()) if "assignees" in link.base else set()
    new = sorted(set(case.found.task.assignees) - got - set(target.wanted.assignees))
    if case.policy.act_as == "performer" and len(new) == 1 and target.wanted.step is not None:
        return Delegate(link, target, target.wanted.step, to=new[0])
    return put_back(link, target, case.found, case.now)


def put_back(link: Link, target: Target, found: Found, now: datetime) -> Write:
    """Assign whom OpenText names, and say why."""
    text = "Who performs this step is set in OpenText: the assignment was put back."
    noted = Refusal(reason="reassigned", text=text, at=now, reopened=True)
    wanted, read = set(target.wanted.assignees), set(found.task.assignees)
    patch = TaskPatch(assign=tuple(sorted(wanted - read)), unassign=tuple(sorted(read - wanted)))
    return Write(
        link.model_copy(update={"refusals": (*link.refusals, noted)[-KEPT_REFUSALS:]}),
        target,
        task=patch,
        asked={"assignees": sorted(wanted)},
        events=(event("refused", link, reason="reassigned", before=sorted(read), after=sorted(wanted)),),
    )
