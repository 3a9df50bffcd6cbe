"""Set attributes of the workspace: what a completion, or progress, tells the record."""

from shared.decisions.actions import SetAttributes
from shared.decisions.item_view import event
from shared.errors import NeverError
from shared.models.events import EventKind
from shared.models.holds import HoldCause
from shared.models.link import LinkState
from shared.reconciler.outcome import DONE, Outcome
from shared.reconciler.session import Work


async def set_attributes(work: Work, action: SetAttributes) -> Outcome:
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
    return DONE
