"""
Complete a step as it was decided in Planner: once, in the decider's name, for the versions that were shown.

OpenText completes whatever it is told to complete, and a workflow that loops would be advanced twice. So an intent is
written before the call, no call is repeated before its outcome was looked for, and no answer is believed: the item is
completed when a read shows that the step moved.
"""

import logging
import uuid
from datetime import UTC

from shared.decisions.actions import CheckSending, Send
from shared.decisions.approval import WAITS, refuse
from shared.decisions.item_view import event
from shared.decisions.observed import Found
from shared.decisions.outcome import Done, NotMoved, SendAgain, check_form, is_on_record, resume_sending
from shared.errors import NeverError, OutcomeUnknownError, RefusedError, SignInRefusedError, UnreadableError
from shared.models.deciders import Decider
from shared.models.events import EventKind
from shared.models.holds import HOLDS, REFUSALS, HoldCause, RefusalReason
from shared.models.link import Link, Refusal, SendIntent
from shared.models.messages import AgendaEntry
from shared.models.opentext import Person
from shared.models.text import cut
from shared.models.words import WaitedFor
from shared.models.workflow import Step, StepForm
from shared.observability.telemetry import traceparent
from shared.reconciler.outcome import DONE, STALE, Outcome
from shared.reconciler.session import Work, current_step
from shared.timing import NOT_THEIRS_AGAIN, SKEW

WORDS = 2000
"""Characters of a reviewer's comment that mails tell."""

log = logging.getLogger(__name__)


async def send_on(work: Work, action: Send) -> Outcome:
    """Check once more what may have changed since the read, write the intent, then send once."""
    work.ensure_time()
    # (1) The step, as it was read. It may be over; then everything is looked at anew.
    if (step := current_step(work.origin, action.link)) is None:
        return STALE
    # (2) Tables that came back from a backup may not know that it was sent: the workflow's own record does.
    try:
        is_sent = await _is_sent_before(work, action, step)
    except NeverError as error:
        return await _hinder(work, action.link, HoldCause.ACTIVITIES, error)
    if is_sent:
        await _announce(work, action, step)
        return STALE
    # (3) What the step offers its performer now: a map may have been edited, a signature asked for.
    form = await _ask_form(work, action, step)
    if isinstance(form, Outcome):
        return form
    # (4) The versions, directly before the intent: what was uploaded since the read was shown to nobody.
    shown = action.target.wanted.documents
    if shown and await work.services.opentext.workflows.read_versions(one.node_id for one in shown) != shown:
        return STALE
    # (5) A timer and the intent stand before the call: whatever dies from here on, what became of it is found out.
    sending = await _announce(work, action, step)
    # (6) One call. Its answer is no proof: the look that follows at once reads whether the step moved.
    return await _send(work, action, sending, form, action.decider.performer)


async def _is_sent_before(work: Work, action: Send, step: Step) -> bool:
    """Ask the workflow's own record for a decision that is older than the last rebuild. Raises: as any read."""
    rebuilt = await work.services.cursors.rebuilt_at()
    if rebuilt is None or action.completed_at > rebuilt + SKEW:
        return False
    activities = await work.services.opentext.workflows.activities(step.ref)
    return is_on_record(_intent_id(work, action.link, action), activities)


async def _ask_form(work: Work, action: Send, step: Step) -> StepForm | Outcome:
    """Read the step's own form; where it takes no such decision now, say what follows instead."""
    link, acting = action.link, action.decider.performer
    try:
        form = await work.services.opentext.workflows.read_form(step.ref, acting=acting)
    except RefusedError as error:
        # A form is only read: what is refused is to act for this person.
        return await _hinder(work, link, HoldCause.SIGN_IN, error)
    except UnreadableError as error:
        return await _not_theirs(work, link, acting, error)
    if link.hold in WAITS:
        # OpenText lets us: what the decision waited for is over, and its note goes before anything is sent.
        await work.commit([link.freed()])
        return DONE
    if (problem := check_form(form, action.disposition)) is not None:
        return await _refuse(work, action, RefusalReason.FORM, problem)
    return form


async def _announce(work: Work, action: Send, step: Step) -> Link:
    """Write the timer, then the intent; return the link as it stands now."""
    link, acting, name = action.link, action.decider.performer, _intent_id(work, action.link, action)
    intent = SendIntent(
        id=name,
        step=step.ref,
        disposition=action.disposition,
        outcome=_title_of(action),
        words=cut(action.words, WORDS),
        completed_by=action.decider.entra_id,
        completed_at=action.completed_at,
        versions=action.target.wanted.documents,
        acting=acting.login if acting is not None else "service",
        at=work.now,
        # The same decision has the same id, so it is known how often it was sent.
        tries=link.tries_of(name) + 1,
    )
    await work.services.agenda.put(guard_of(work.origin.key, intent, work), work.now)
    sending = link.about_to_send(intent)
    told = event(EventKind.SENDING, link, disposition=intent.disposition, intent=intent.id, acting=intent.acting)
    await work.commit([sending], [told])
    return sending


async def _send(work: Work, action: Send, link: Link, form: StepForm, acting: Person | None) -> Outcome:
    """Accept where needed, then send. A refusal is told; everything else is for the next read to say."""
    intent = link.sending
    if intent is None:
        return DONE
    work.ensure_time()
    workflows = work.services.opentext.workflows
    try:
        # A group's step is nobody's until one of its members accepts it; only then is it there to be sent on.
        if form.must_accept:
            await workflows.accept(intent.step, acting=acting)
            work.ensure_time()
        comment = _comment(action.decider, intent, action.words)
        await workflows.send_on(intent.step, disposition=intent.disposition, comment=comment, acting=acting)
    except OutcomeUnknownError:
        # Neither repeated nor given up: the timer that stands has it looked for.
        log.warning("%s %s: answer to the send-on was lost", work.origin.key, link.item)
        return Outcome(is_item_over=True)
    except SignInRefusedError as error:
        return await _hinder(work, link.not_sent(), HoldCause.SIGN_IN, error)
    except UnreadableError as error:
        return await _not_theirs(work, link, acting, error)
    except RefusedError as error:
        log.warning("%s %s: OpenText refused the send-on: %s", work.origin.key, link.item, error)
        return await _refuse(work, action, RefusalReason.OPENTEXT, REFUSALS[RefusalReason.OPENTEXT], why=str(error))
    return STALE


async def check_sending(work: Work, action: CheckSending) -> Outcome:
    """Find out what became of a send-on: by a read that shows the step moved, and by the workflow's own record."""
    link = action.link
    if link.sending is None or action.is_completed:
        return await _sent(work, link)
    work.ensure_time()
    # A changed rule voids the wait, once: the item is wanted under this one now.
    asked = link if action.target is None else link.of_rule(action.target.wanted.rule_hash)
    try:
        activities = await work.services.opentext.workflows.activities(link.sending.step)
    except NeverError as error:
        return await _hinder(work, asked, HoldCause.ACTIVITIES, error)
    verdict = resume_sending(link.sending, is_current=action.is_current, activities=activities)
    if isinstance(verdict, Done):
        return await _sent(work, link)
    if isinstance(verdict, NotMoved):
        return await _hinder(work, asked, HoldCause.NOT_ADVANCED, None)
    if not isinstance(verdict, SendAgain) and not action.is_settled:
        # The workflow's record may lag a little behind the workflow.
        return Outcome(is_item_over=True, looks={WaitedFor.SETTLE: link.sending.at + work.policy.settle})
    # The intent goes. Where it never arrived, the completion is judged anew, on the same visit, with all read afresh.
    what = EventKind.NOT_SENT if isinstance(verdict, SendAgain) else EventKind.OVERTAKEN
    await work.commit([link.not_sent()], [event(what, link, intent=link.sending.id)])
    return DONE


async def _sent(work: Work, link: Link) -> Outcome:
    """Remember that the step was completed, with what was true then; and look at what comes next."""
    intent = link.sending
    if intent is None:
        return DONE
    found = work.seen.get(link.item)
    done = link.advanced()
    if isinstance(found, Found):
        done = done.agreed(found.task, found.details)
    versions = work.origin.workflow.versions if work.origin.workflow is not None else ()
    newer = [one.model_dump() for one in versions if one not in intent.versions]
    told = event(
        EventKind.SENT_ON,
        link,
        actor={"entra": intent.completed_by or "", "opentext": intent.acting},
        disposition=intent.disposition,
        intent=intent.id,
        completed_at=intent.completed_at,
        versions=[version.model_dump() for version in intent.versions],
        # What was uploaded while the decision was under way: it is not what was approved.
        **({"newer": newer} if newer else {}),
    )
    await work.commit([done], [told])
    # The timer after the commit: a worker that dies before it still has the send-on looked after.
    await work.services.agenda.cancel(guard_of(work.origin.key, intent, work))
    return STALE


async def _hinder(work: Work, link: Link, cause: HoldCause, error: NeverError | None) -> Outcome:
    """Keep the decision, say in the task what stands in its way, and come back to it."""
    if error is not None:
        log.warning("%s %s: %s: %s", work.origin.key, link.item, cause, error)
    held = link.hindered(cause, HOLDS[cause].sentence, work.now)
    told = event(EventKind.HELD, held, reason=held.reason, why=str(error or ""))
    await work.commit([held], () if link.hold is cause else [told])
    # The next round writes the note. Where that stands already, this look has tried enough, also one that waits for
    # nothing.
    return Outcome(is_item_over=True) if link.hold is cause else DONE


async def _not_theirs(work: Work, link: Link, acting: Person | None, error: UnreadableError) -> Outcome:
    """OpenText does not show the step to whom we act for: nothing was sent."""
    if acting is None:
        return await _hinder(work, link.not_sent(), HoldCause.SERVICE_MODE, error)
    why = "OpenText does not show the step to this performer"
    told = () if link.sending is None else (event(EventKind.NOT_SENT, link, intent=link.sending.id, reason=why),)
    await work.commit([link.not_sent()], told)
    return Outcome(is_item_over=True, looks={WaitedFor.RETRY: work.now + NOT_THEIRS_AGAIN})


async def _refuse(work: Work, action: Send, reason: RefusalReason, text: str, *, why: str = "") -> Outcome:
    """Write the refusal; `why` is for history and log alone, people read `text`."""
    refusal = Refusal(
        reason=reason,
        text=text,
        completed_at=action.completed_at,
        completed_by=action.decider.entra_id,
        at=work.now,
    )
    remember = refuse(action.link, refusal, why=why)
    await work.commit([remember.link], remember.events)
    return DONE


def guard_of(origin: str, intent: SendIntent, work: Work) -> AgendaEntry:
    """Return the timer that settles a send-on: the same for the same intent."""
    at = intent.at + work.policy.settle
    return AgendaEntry(at=at, origin=origin, waited_for=WaitedFor.SETTLE, trace=traceparent())


def _title_of(action: Send) -> str:
    """Name the outcome as people know it. Empty: it was sent on, without one."""
    titles = {one.disposition: one.title for one in action.target.wanted.outcomes}
    return titles.get(action.disposition, action.disposition) if action.disposition is not None else ""


def _comment(decider: Decider, intent: SendIntent, words: str) -> str:
    at = (intent.completed_at or intent.at).astimezone(UTC)
    said = f"{words}\n" if words else ""
    return f"{said}via the bridge, completed in Planner by {decider.shown} at {at:%Y-%m-%d %H:%M:%SZ} [{intent.id}]"


def _intent_id(work: Work, link: Link, action: Send) -> str:
    """Name an intent after what it is about: the same completion on the same visit gives the same id."""
    about = f"{work.origin.key}|{link.item}|{action.completed_at.isoformat()}|{action.disposition}"
    return f"bridge-{uuid.uuid5(uuid.NAMESPACE_URL, about).hex[:20]}"
