"""Planner → OpenText: send-on by intent, delegation, attributes."""

import logging
import uuid
from datetime import UTC, timedelta

from shared.decisions.actions import CheckSending, Delegate, Send, SetAttributes
from shared.decisions.completion import put_back, refuse
from shared.decisions.item_view import event
from shared.decisions.observed import Found
from shared.decisions.outcome import Done, SendAgain, check_form, resume_sending
from shared.errors import NeverError, OutcomeUnknownError, RefusedError, UnreadableError
from shared.models.deciders import Decider
from shared.models.events import EventKind
from shared.models.holds import HoldCause, RefusalReason
from shared.models.link import Link, LinkState, Refusal, SendIntent
from shared.models.messages import AgendaEntry
from shared.models.opentext import Person, Step, StepForm
from shared.models.words import WaitedFor
from shared.observability.telemetry import traceparent
from shared.reconciler.actions.write import write_tasks
from shared.reconciler.session import Work
from shared.store.agenda import DueEntry

log = logging.getLogger(__name__)
NOT_THEIRS_AGAIN = timedelta(seconds=30)


async def send_on(work: Work, action: Send) -> None:
    """Check the step's own form, write the intent, then send once."""
    work.ensure_time()
    link, step = action.link, _step(work, action.link)
    if step is None:
        work.finished.add(link.item)
        work.again = True
        return
    acting = action.decider.performer
    form = await work.services.opentext.workflows.read_form(step.ref, acting=acting)
    if (problem := check_form(form, action.disposition)) is not None:
        await _refuse(work, action, RefusalReason.FORM, problem)
        return
    intent = SendIntent(
        id=_intent_id(work, link, action),
        step=step.ref,
        disposition=action.disposition,
        completed_by=action.decider.entra_id,
        completed_at=action.completed_at,
        versions=action.target.wanted.documents,
        acting=acting.login if acting is not None else "service",
        at=work.now,
    )
    guard = await _guard(work)
    sending = link.about_to_send(intent)
    told = event(EventKind.SENDING, link, disposition=intent.disposition, intent=intent.id, acting=intent.acting)
    await work.commit([sending], [told])
    await _send(work, action, sending, form, acting)
    if work.held.links[link.item].sending is None:
        await work.services.agenda.remove(guard)


async def _send(work: Work, action: Send, link: Link, form: StepForm, acting: Person | None) -> None:
    """Accept where needed, then send. A refusal is told; a lost answer waits for its settling."""
    intent = link.sending
    if intent is None:
        return
    work.ensure_time()
    workflows = work.services.opentext.workflows
    try:
        if form.must_accept:
            await workflows.accept(intent.step, acting=acting)
        comment = _comment(action.decider, intent)
        await workflows.send_on(intent.step, disposition=intent.disposition, comment=comment, acting=acting)
    except OutcomeUnknownError:
        log.warning("%s %s: answer to the send-on was lost", work.origin.key, link.item)
        work.finished.add(link.item)
        return
    except UnreadableError:
        # The step is not this performer's any more: nothing was sent.
        told = event(
            EventKind.NOT_SENT, link, intent=intent.id, reason="OpenText does not show the step to this performer"
        )
        await work.commit([link.not_sent()], [told])
        work.finished.add(link.item)
        work.look_again(work.now + NOT_THEIRS_AGAIN, WaitedFor.RETRY)
        return
    except RefusedError as error:
        await _refuse(work, action, RefusalReason.OPENTEXT, f"OpenText refused it: {error}")
        return
    await sent(work, link)


async def sent(work: Work, link: Link) -> None:
    """Remember that the step was advanced, and look at what comes next."""
    intent = link.sending
    if intent is None:
        return
    found = work.seen.get(link.item)
    done = link.advanced()
    if isinstance(found, Found):
        done = done.agreed(found.task, found.details)
    told = event(
        EventKind.SENT_ON,
        link,
        actor={"entra": intent.completed_by or "", "opentext": intent.acting},
        disposition=intent.disposition,
        intent=intent.id,
        completed_at=intent.completed_at,
        versions=[version.model_dump() for version in intent.versions],
    )
    await work.commit([done], [told])
    work.finished.add(link.item)
    work.again = True


async def check_sending(work: Work, action: CheckSending) -> None:
    """Find out what became of a send-on: by the workflow's own record, never by trying."""
    link = action.link
    if link.sending is None:
        return
    work.ensure_time()
    try:
        activities = await work.services.opentext.workflows.activities(link.sending.step)
    except NeverError as error:
        await _hold_activities(work, link, str(error))
        return
    verdict = resume_sending(link.sending, is_current=action.is_current, activities=activities)
    if isinstance(verdict, Done):
        await sent(work, link)
    elif isinstance(verdict, SendAgain):
        # The intent goes: the completion is judged anew, on the same visit, with everything read afresh.
        await work.commit([link.not_sent()], [event(EventKind.NOT_SENT, link, intent=link.sending.id)])
    else:
        overtaken = link.not_sent()
        await work.commit([overtaken], [event(EventKind.OVERTAKEN, link, intent=link.sending.id)])


async def _hold_activities(work: Work, link: Link, reason: str) -> None:
    why = f"a send-on's outcome can't be read, a person decides: {reason}"
    held = link.hindered(HoldCause.ACTIVITIES, why, work.now)
    await work.commit(
        [held], () if link.hold is HoldCause.ACTIVITIES else [event(EventKind.HELD, held, reason=held.reason)]
    )
    work.finished.add(link.item)


async def delegate(work: Work, action: Delegate) -> None:
    """Hand the step to the person whom the task was given to; put the task back where that fails."""
    work.ensure_time()
    link, found, step = action.link, work.seen.get(action.link.item), _step(work, action.link)
    if step is None or not isinstance(found, Found):
        work.finished.add(link.item)
        work.again = True
        return
    person = await _opentext_person(work, action.to)
    acting = step.performers[0] if step.performers else None
    if person is None:
        await write_tasks(work, [put_back(link, action.target, found, work.now)])
        return
    try:
        await work.services.opentext.workflows.delegate(
            step.ref,
            to=person.user_id,
            comment=f"via the bridge, reassigned in Planner at {_when(work)}",
            acting=acting,
        )
    except (RefusedError, UnreadableError) as error:
        log.info("%s %s: OpenText did not take the delegation: %s", work.origin.key, link.item, error)
        await write_tasks(work, [put_back(link, action.target, found, work.now)])
        return
    await work.commit([link], [event(EventKind.DELEGATED, link, to=person.login, entra=action.to)])
    work.finished.add(link.item)
    work.again = True


async def set_attributes(work: Work, action: SetAttributes) -> None:
    """
    Write attributes of the workspace, then the link: setting them twice is harmless.

    A completion that the record can't be told of now stands all the same, and the record is told later.
    """
    work.ensure_time()
    link, events = action.link, list(action.events)
    try:
        await work.services.opentext.workspaces.set_attributes(action.node_id, action.values)
    except NeverError as error:
        if link.hold is not HoldCause.RECORD:
            events.append(event(EventKind.RECORD_REFUSED, link, attributes=dict(action.values), reason=str(error)))
        if link.state is LinkState.COMPLETED:
            reason = f"the record could not be told: {error}"
            link = link.hindered(HoldCause.RECORD, reason, work.now)
    else:
        events.append(event(EventKind.RECORDED, link, attributes=dict(action.values)))
        if link.hold is HoldCause.RECORD:
            link = link.freed()
    await work.commit([link], events)


async def _refuse(work: Work, action: Send, reason: RefusalReason, text: str) -> None:
    refusal = Refusal(
        reason=reason,
        text=text,
        completed_at=action.completed_at,
        completed_by=action.decider.entra_id,
        at=work.now,
    )
    remember = refuse(action.link, refusal)
    await work.commit([remember.link], remember.events)


async def _guard(work: Work) -> DueEntry:
    """Write the timer that settles the send-on, before the send-on."""
    at = work.now + work.policy.settle
    entry = AgendaEntry(at=at, origin=work.origin.key, waited_for=WaitedFor.SETTLE, trace=traceparent())
    return await work.services.agenda.put(entry, work.now)


async def _opentext_person(work: Work, entra_id: str) -> Person | None:
    user = await work.services.directory.user(entra_id)
    for address in (user.mail, user.user_principal_name):
        if address and (person := await work.services.opentext.members.find_by_email(address)) is not None:
            return person
    return None


def _comment(decider: Decider, intent: SendIntent) -> str:
    at = (intent.completed_at or intent.at).astimezone(UTC)
    return f"via the bridge, completed in Planner by {decider.shown} at {at:%Y-%m-%d %H:%M:%SZ} [{intent.id}]"


def _intent_id(work: Work, link: Link, action: Send) -> str:
    """Name an intent after what it is about: the same completion on the same visit gives the same id."""
    about = f"{work.origin.key}|{link.item}|{action.completed_at.isoformat()}|{action.disposition}"
    return f"bridge-{uuid.uuid5(uuid.NAMESPACE_URL, about).hex[:20]}"


def _step(work: Work, link: Link) -> Step | None:
    workflow = work.origin.workflow
    return next((step for step in workflow.current if step.ref == link.step), None) if workflow is not None else None


def _when(work: Work) -> str:
    return f"{work.now.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"
