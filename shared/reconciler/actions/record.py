"""
Put back on the record what became of its tasks: attributes that link back, and the evidence document.

It comes last in a reconcile: what is recorded has happened. What can't be recorded (a held, reserved or finalised
node) is said in the history and at the link, and tried again: after 15 minutes, an hour, four, then daily for a month;
by the resync, or when there is something new to record.
"""

import logging

from shared.decisions import record as decisions
from shared.decisions.record import PREFIX, Due
from shared.errors import NeverError, StaleError
from shared.models.events import EventKind
from shared.models.evidence import Event
from shared.models.opentext import AttributeValue
from shared.models.words import WaitedFor
from shared.reconciler.actions.evidence_document import record_documents
from shared.reconciler.session import Work
from shared.reconciler.walls import wall
from shared.timing import RECORD_AGAIN

log = logging.getLogger(__name__)
NO_WORKSPACE = "the origin lies in no workspace"


async def record(work: Work, *, anew: bool) -> None:
    """
    Put on the record what is due. At rest this costs nothing: no call, no read, no write.

    A record that was deleted is told nothing.

    Args:
        work: the reconcile at work, with its decisions carried out.
        anew: also try again what was refused.

    Raises:
        RetryLaterError: OpenText did not answer; what was put there is recognised by the next look.
        LeaseLostError: another worker owns the origin now.
    """
    if work.origin.workspace is not None and work.origin.workspace.gone:
        return
    for item in sorted(work.held.links):
        with wall(work, [item], "record"):
            await record_attributes(work, item, again=anew)
    await record_documents(work, again=anew)


async def record_attributes(work: Work, item: str, *, again: bool) -> None:
    """
    Link a record's attributes back to one task. Errors as `record`.

    Args:
        work: the reconcile at work.
        item: key of the item.
        again: also what was refused before.
    """
    link = work.held.links[item]
    due = decisions.attributes_due(link, work.services.settings.graph_base_url)
    attempt = [[one.attribute, one.value] for one in due]
    if not due or (not again and decisions.was_refused(link, "attributes", attempt, work.now)):
        return
    try:
        values = await _set(work, due)
    except StaleError as error:
        # Somebody wrote at the same moment: that is no refusal, and is not counted as one.
        log.info("%s %s: %s", work.origin.key, item, error)
        work.look_again(work.now + RECORD_AGAIN, WaitedFor.RECORD)
    except NeverError as error:
        after, events, again_at = decisions.refused(link, "attributes", attempt, str(error), work.now)
        await work.commit([after], events)
        if again_at is not None:
            work.look_again(again_at, WaitedFor.RECORD)
    else:
        after = decisions.accepted(link, "attributes", {PREFIX + one.name: one.base for one in due})
        told = Event(what=EventKind.RECORDED, item=item, actor={"bridge": "bridge"}, detail={"attributes": values})
        await work.commit([after], [told])


async def _set(work: Work, due: tuple[Due, ...]) -> dict[str, AttributeValue]:
    values = {one.attribute: await _shown(work, one) for one in due}
    async with work.services.room.turn():
        work.ensure_time()
        await work.services.opentext.workspaces.set_attributes(_workspace_id(work), values)
    return values


async def _shown(work: Work, due: Due) -> AttributeValue:
    """Return what is set: people as OpenText or the directory knows them."""
    if due.name != "responsible" or due.value is None:
        return None if due.value is None else str(due.value)
    return ", ".join([await _person(work, entra_id) for entra_id in due.value])


async def _person(work: Work, entra_id: str) -> str:
    people = (who for task in work.wanted.tasks for who in task.people)
    login = next((who.person for who in people if who.entra_id == entra_id and who.person), None)
    if login is not None:
        return login
    try:
        user = await work.services.directory.user(entra_id)
    except NeverError:
        # Gone from the directory: the id still says who it was.
        return entra_id
    return user.mail or user.user_principal_name or entra_id


def _workspace_id(work: Work) -> int:
    if work.origin.workspace is None:
        raise NeverError(NO_WORKSPACE)
    return work.origin.workspace.node_id
