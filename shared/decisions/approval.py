"""What the completion, or the reassignment, of an approval task means for its workflow step."""

from datetime import datetime

from shared.decisions.actions import Action, Delegate, LookAgain, Remember, Send, Write
from shared.decisions.description_block import digest, note_lines, notes, split_description, with_block
from shared.decisions.fields import Target
from shared.decisions.item_view import Case, actor_of, event
from shared.decisions.observed import Found
from shared.decisions.outcome import Advance, Refuse, Wait, judge, refusal_of
from shared.decisions.own_words import own_words
from shared.decisions.reassignment import Handover, Helpers, is_personal, read_reassignment
from shared.models.events import EventKind
from shared.models.holds import HOLDS, REFUSALS, HoldCause, RefusalReason
from shared.models.link import FieldBase, Link, Refusal
from shared.models.planner_writes import DetailsPatch
from shared.models.text import cut
from shared.models.wanted import CommentRule, Reassign
from shared.models.words import ActAs, WaitedFor
from shared.models.workflow import WorkflowStatus

LONGEST_WORDS = 1_000
"""Of what a reviewer writes so many characters go with the send-on; the whole of it stays in the task."""
WAITS = frozenset({HoldCause.SUSPENDED, HoldCause.SIGN_IN, HoldCause.SERVICE_MODE, HoldCause.ACTIVITIES})
"""What a decision that counts may have to wait for."""


def decide_approval(case: Case) -> Action | None:
    """Advance the step, ask again, or keep the decision until it can be sent."""
    link = case.link
    # A suspension ends when a read shows that the workflow runs. The other waits end with time: until then the decision
    # that is kept is not judged once more.
    if link.hold in WAITS and link.hold is not HoldCause.SUSPENDED and case.is_waiting:
        return wait_on(case)
    verdict = judge(case.target.wanted, link, case.found, case.now, case.policy.grace)
    if isinstance(verdict, Wait):
        return LookAgain(link.item, verdict.until, WaitedFor.OUTCOME)
    if isinstance(verdict, Refuse):
        return refuse(link, verdict.refusal)
    return _decide_counting(case, verdict)


def _decide_counting(case: Case, verdict: Advance) -> Action | None:
    """Choose the next step of a decision that counts."""
    link, workflow, outcome = case.link, case.origin.workflow, verdict.outcome
    words = _words(case, verdict)
    if not words and outcome is not None and outcome.comment is CommentRule.REQUIRED:
        return refuse(link, refusal_of(RefusalReason.NO_COMMENT, case.target.wanted, case.found, case.now))
    if workflow is not None and workflow.status is WorkflowStatus.SUSPENDED:
        # A person suspended it and will resume it; the decision stands in the task meanwhile.
        return _keep(case, HoldCause.SUSPENDED)
    # What stood in the way, or why an earlier completion did not count, is over: its note goes before the task is done.
    if link.hold is HoldCause.SUSPENDED:
        return Remember(link.freed(), again=True)
    if link.note:
        return Remember(link.settled(), again=True)
    return show_notes(case) or Send(
        link,
        case.target,
        disposition=outcome.disposition if outcome is not None else None,
        decider=verdict.decider,
        completed_at=case.found.task.completed or case.now,
        words=words,
    )


def _keep(case: Case, cause: HoldCause) -> Action | None:
    """Keep a decision that can't be sent now, and say so in the task; a read of OpenText ends it."""
    link = case.link
    if link.hold is cause:
        return wait_on(case)
    kept = link.hindered(cause, HOLDS[cause].sentence, case.now)
    return Remember(kept, (event(EventKind.HELD, kept, reason=kept.reason),), again=True)


def _words(case: Case, verdict: Advance) -> str:
    """Return what stands outside our block; empty: nothing, or the outcome does not take it along."""
    if verdict.outcome is None or verdict.outcome.comment is CommentRule.NONE or case.found.details is None:
        return ""
    parts = split_description(case.found.details.description)
    # What the rule itself wrote into the new task is not what the reviewer said.
    seed = case.link.seed or case.target.wanted.description
    return cut(own_words(f"{parts.before}\n{parts.after}", seed), LONGEST_WORDS)


def wait_on(case: Case) -> Action | None:
    """Have a task show what its decision waits for; then agree on it, or each read of its plan would announce it."""
    if (write := show_notes(case)) is not None:
        return write
    return Remember.change(case.link, case.link.agreed(case.found.task, case.found.details))


def show_notes(case: Case) -> Write | None:
    """Have the task show the notes that hold now; None: it does."""
    details = case.found.details
    if details is None or note_lines(split_description(details.description).block) == notes(case.link):
        return None
    text = with_block(details.description, case.target.block)
    asked = {"context": digest(case.target.block)}
    return Write(case.link, case.target, details=DetailsPatch(description=text), asked=asked)


def decide_elsewhere(case: Case) -> Action | None:
    """
    Take note that somebody ticked off a step that is decided in OpenText: nothing is decided by it.

    The item ends with its step, and then tells who decided there.
    """
    link, found = case.link, case.found
    agreed = link.agreed(found.task, found.details).based({"progress": FieldBase(got=100)})
    known = link.base.get("progress")
    if known is not None and known.got == 100:
        return Remember.change(link, agreed)
    told = event(EventKind.PROGRESSED, link, actor=actor_of(found), before=known.got if known else None, after=100)
    return Remember(agreed, (told,))


def refuse(link: Link, refusal: Refusal, *, why: str = "") -> Remember:
    """
    Write a refusal first; opening the task again comes after it, rendered from it.

    Args:
        link: of the item.
        refusal: with the note that people read.
        why: what a system said, for the history alone. Empty: the note says all.
    """
    detail = {"reason": refusal.reason, "text": refusal.text, "completed_at": refusal.completed_at}
    told = event(
        EventKind.REFUSED,
        link,
        actor={"entra": refusal.completed_by} if refusal.completed_by else None,
        **(detail | ({"why": why} if why else {})),
    )
    return Remember(link.refused(refusal), (told,), again=True)


def decide_reassigned(case: Case) -> Action | None:
    """Hand a step on as its performer did in Planner, let helpers be, or put the assignment back with a note."""
    link, wanted = case.link, case.target.wanted
    base = link.base.get("assignees")
    known = frozenset(base.got or ()) | frozenset(base.asked or ()) if base is not None else frozenset()
    workflow = case.origin.workflow
    step = next((one for one in workflow.current if one.ref == wanted.step), None) if workflow is not None else None
    may_move = wanted.moves_step and wanted.reassign is Reassign.PERFORMER and case.policy.act_as is ActAs.PERFORMER
    meant = read_reassignment(
        wanted, case.found.task.assignments, known, movable=may_move and step is not None and is_personal(step)
    )
    if isinstance(meant, Helpers) and wanted.reassign is not Reassign.NOBODY:
        return None
    if isinstance(meant, Handover) and wanted.step is not None:
        return Delegate(link, case.target, wanted.step, by=meant.performer, to=meant.to)
    return put_back(link, case.target, case.found, case.now)


def put_back(link: Link, target: Target, found: Found, now: datetime) -> Remember:
    """
    Remember that an assignment does not count, and why. The next decision assigns whom OpenText names.

    Before the write, and as what was agreed on: where its answer is lost, the history tells all the same who was
    assigned, and the task why nobody else is.
    """
    reason = RefusalReason.REASSIGNED
    noted = Refusal(reason=reason, text=REFUSALS[reason], at=now, reopened=True)
    wanted, read = sorted(target.wanted.assignees), sorted(found.task.assignees)
    known = link.put_back(noted).based({"assignees": FieldBase(asked=read, got=read)})
    return Remember(known, (event(EventKind.REFUSED, link, reason=reason, before=read, after=wanted),), again=True)
