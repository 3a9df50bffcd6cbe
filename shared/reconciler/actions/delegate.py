"""Hand a step on in OpenText, as its performer handed the task on in Planner."""

import logging
from datetime import UTC

from shared.decisions.actions import Delegate
from shared.decisions.approval import put_back
from shared.decisions.item_view import event
from shared.decisions.observed import Found
from shared.errors import RefusedError, UnreadableError
from shared.models.events import EventKind
from shared.models.evidence import Event
from shared.models.link import Link
from shared.models.opentext import Person
from shared.reconciler.outcome import DONE, STALE, Outcome
from shared.reconciler.session import Work, current_step

log = logging.getLogger(__name__)


async def delegate(work: Work, action: Delegate) -> Outcome:
    """Hand the step to the person whom the task was given to; put the task back where that fails."""
    work.ensure_time()
    link, found, step = action.link, work.seen.get(action.link.item), current_step(work.origin, action.link)
    if step is None or not isinstance(found, Found):
        return STALE
    person = await _opentext_person(work, action.to)
    if person is None:
        # Nobody in OpenText has that address: nobody is guessed.
        return await _put_back(work, action, found)
    at = work.now.astimezone(UTC)
    try:
        await work.services.opentext.workflows.delegate(
            step.ref,
            to=person.user_id,
            comment=f"via the bridge, reassigned in Planner by {action.by.shown} at {at:%Y-%m-%d %H:%M:%SZ}",
            acting=action.by.performer,
        )
    except (RefusedError, UnreadableError) as error:
        log.info("%s %s: OpenText did not take the delegation: %s", work.origin.key, link.item, error)
        return await _put_back(work, action, found)
    await work.commit([link], [_told(link, action, person)])
    # The step has another performer by now, and with him other people who may decide.
    return STALE


async def _put_back(work: Work, action: Delegate, found: Found) -> Outcome:
    noted = put_back(action.link, action.target, found, work.now)
    await work.commit([noted.link], noted.events)
    return DONE


def _told(link: Link, action: Delegate, person: Person) -> Event:
    """Tell who handed the step to whom, with the names that people know them by."""
    by, performer = {"entra": action.by.entra_id}, action.by.performer
    named = [one for one in (performer, person) if one is not None]
    names = {one.login: one.name for one in named if one.login and one.name}
    actor = by if performer is None else {**by, "opentext": performer.login}
    return event(EventKind.DELEGATED, link, actor=actor, to=person.login, entra=action.to, names=names)


async def _opentext_person(work: Work, entra_id: str) -> Person | None:
    user = await work.services.directory.user(entra_id)
    for address in (user.mail, user.user_principal_name):
        if address and (person := await work.services.opentext.members.find_by_email(address)) is not None:
            return person
    return None
