"""Send what people are told of once a day: each digest in one mail, at most once."""

import logging
from datetime import timedelta

from shared.errors import (
    BridgeError,
    MailboxRefusedError,
    NeverError,
    OutcomeUnknownError,
    RetryLaterError,
    StaleError,
    ThrottledError,
)
from shared.models.digest import Digest
from shared.models.mail import MailMessage
from shared.models.troubles import Cause, Where
from shared.ports import MailPort
from shared.reconciler.actions.mail_text import Entry, Link, written
from shared.services import Services
from shared.store.digests import Waiting

log = logging.getLogger(__name__)
LOST_AFTER = timedelta(minutes=10)
"""A worker that took a digest that long ago died with it: whether it was sent nobody knows."""


async def send_digests(services: Services, *, far: bool = False) -> int:
    """
    Send the digests whose time has come, as far as the mailbox takes them; return how many.

    Args:
        far: those too whose time was set by a wrong clock.

    Raises:
        RetryLaterError: storage does not answer.
    """
    if services.mail is None:
        return 0
    digests, now, sent = services.digests, services.now(), 0
    all_waiting = (*await digests.list_due(now), *(await digests.list_far(now) if far else ()))
    rebuilt = await services.cursors.rebuilt_at() if all_waiting else None
    for waiting in all_waiting:
        if waiting.digest.sending is not None:
            await _bury(waiting, services)
        elif rebuilt is not None and waiting.digest.due < rebuilt:
            # It came back from a backup, and may have been sent since: people rather miss one than get it twice.
            log.error("a digest of %d lines was perhaps sent before the rebuild", len(waiting.digest.lines))
            await digests.remove(waiting)
        elif not await _send(waiting, services.mail, services):
            break
        else:
            sent += 1
    return sent


async def _bury(waiting: Waiting, services: Services) -> None:
    """Give up a digest that a worker died with: like any mail whose answer was lost, it is not sent again."""
    taken, now = waiting.digest.sending, services.now()
    if taken is not None and not taken <= now < taken + LOST_AFTER:
        log.error("a digest of %d lines was perhaps sent: its worker died with it", len(waiting.digest.lines))
        await services.digests.remove(waiting)


async def _send(waiting: Waiting, mail: MailPort, services: Services) -> bool:
    """Take one digest, send it, remove it. Tell whether the mailbox takes more now."""
    now, mailboxes = services.now(), services.mailboxes
    if await mailboxes.ask(mail.sender, now) is not None:
        return False
    try:
        # Taken by a write before it is sent: of two workers one sends it, and one that dies with it is seen.
        taken = await services.digests.change(waiting, waiting.digest.taken(now))
    except StaleError:
        return True  # another worker sends it, or a line was put into it
    try:
        await mail.send_mail([waiting.digest.address], message_of(waiting.digest))
    except OutcomeUnknownError as error:
        # Removed all the same: people rather miss one than get it twice.
        log.warning("a digest was perhaps sent: %s", error)
    except (RetryLaterError, MailboxRefusedError) as error:
        await _put_off(taken, mail, error, services)
        return False
    except NeverError as error:
        log.error("a digest of %d lines was refused: %s", len(waiting.digest.lines), error)  # noqa: TRY400 - told whole
    await services.digests.remove(taken)
    if await mailboxes.accepted(mail.sender):
        await services.troubles.clear(Where.SYSTEM, "mail", now, causes=(Cause.MAIL,))
    return True


async def _put_off(taken: Waiting, mail: MailPort, why: BridgeError, services: Services) -> None:
    """Leave the digest for later, and the mailbox alone."""
    now = services.now()
    await services.digests.change(taken, taken.digest.put_back())
    retry_after = why.retry_after if isinstance(why, ThrottledError) else None
    at = await services.mailboxes.refused(mail.sender, str(why), now, retry_after)
    log.warning("digests are put off until %s: %s", at.isoformat(), why)
    await services.troubles.tell(Where.SYSTEM, "mail", Cause.MAIL, f"{mail.sender}: {why}", now, next_try=at)


def message_of(digest: Digest) -> MailMessage:
    """Write a digest: what is new of each task, one after the other."""
    count = len(digest.lines)
    subject = digest.lines[0].subject if count == 1 else f"{count} things that happened to your Planner tasks"
    entries = [
        Entry(line.subject, line.body, tuple(Link(title, url) for title, url in line.links.items()))
        for line in digest.lines
    ]
    return written(subject, entries)
