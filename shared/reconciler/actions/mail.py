"""Tell stakeholders by mail: intent first, then one request; a lost answer is said, not sent again."""

import logging

from shared.decisions.item_view import event
from shared.decisions.mails_due import Telling, owed
from shared.errors import NeverError, OutcomeUnknownError, RetryLaterError
from shared.models.events import EventKind
from shared.models.link import Link, MailIntent
from shared.reconciler.session import Work
from shared.reconciler.walls import wall

log = logging.getLogger(__name__)


async def tell_stakeholders(work: Work) -> None:
    """Send the mails that this origin's outcomes owe. Without NOTIFY_FROM nobody is told."""
    if work.services.mail is None:
        return
    for item in sorted(work.held.links):
        with wall(work, [item], "tell"):
            for telling in owed(work.held.links[item]):
                await _tell(work, work.held.links[item], telling)


async def _tell(work: Work, link: Link, telling: Telling) -> None:
    work.ensure_time()
    intent = MailIntent(on=telling.outcome, at=work.now)
    await work.commit([link.mailed(intent)])
    outcome = await _send(work, telling)
    told = event(
        EventKind.TOLD,
        link,
        outcome=telling.outcome.split("|")[0],
        to=list(telling.notify.to),
        mail=outcome,
    )
    await work.commit([link.mailed(intent.came_to(outcome))], [told])


async def _send(work: Work, telling: Telling) -> str:
    """Send once; say what is known of it."""
    mail = work.services.mail
    if mail is None:
        return "not sent: NOTIFY_FROM is not set"
    notify = telling.notify
    try:
        await mail.send_mail(list(notify.to), notify.subject, notify.body)
    except OutcomeUnknownError:
        return "perhaps sent"
    except (RetryLaterError, NeverError) as error:
        log.warning("%s: a mail was refused: %s", work.origin.key, error)
        return f"refused: {error}"[:200]
    return "sent"
