"""Tell stakeholders by mail: intent first, then one request; a lost answer is said, not sent again."""

import logging
from dataclasses import dataclass

from shared.decisions.item_view import event
from shared.decisions.mails_due import Telling, brought_up, owed, told_before, with_mark, without_mark
from shared.decisions.observed import Found
from shared.errors import (
    BridgeError,
    MailboxRefusedError,
    NeverError,
    OutcomeUnknownError,
    RetryLaterError,
    ThrottledError,
    UnavailableError,
)
from shared.models.clouds import task_link
from shared.models.digest import DigestLine, next_time
from shared.models.events import EventKind
from shared.models.link import Link, LinkState
from shared.models.link_parts import MailIntent, MailOutcome
from shared.models.mail import MailMessage
from shared.models.notify import Notify
from shared.models.troubles import Cause, Where
from shared.models.words import WaitedFor
from shared.ports import MailPort
from shared.reconciler.actions.mail_text import Entry, written
from shared.reconciler.actions.mail_text import Link as Place
from shared.reconciler.session import Work
from shared.reconciler.walls import wall

log = logging.getLogger(__name__)
MOST_BODY = 2_000
"""Characters of one thing in a digest."""


async def tell_stakeholders(work: Work) -> None:
    """
    Send the mails that this origin's outcomes owe.

    Without NOTIFY_FROM nobody is told, and what came to pass meanwhile is not told later.
    """
    for item in sorted(work.held.links):
        with wall(work, [item], "tell"):
            await _tell_of(work, item)


async def _tell_of(work: Work, item: str) -> None:
    link, mail = work.held.links[item], work.services.mail
    current = brought_up(_as_wanted(work, link), work.now)
    if owed(current) and (rebuilt := await work.services.cursors.rebuilt_at()) is not None:
        found = work.seen.get(item)
        current = told_before(current, rebuilt, found.task.completed if isinstance(found, Found) else None, work.now)
    if mail is None:
        for telling in owed(current):
            current = with_mark(current, telling.past(work.now))
    if current != link:
        await work.commit([current])
    if mail is not None:
        teller = _Teller(work, mail, item)
        for telling in owed(current):
            # The mailbox takes no more now: what is left stays owed.
            if not await teller.tell(telling):
                return


def _as_wanted(work: Work, link: Link) -> Link:
    """Take over who is told of an item that is held: nobody else does."""
    if link.state is not LinkState.HELD and link.hold is None:
        return link
    wanted = next((task for task in work.wanted.tasks if task.item_key == link.item), None)
    return link if wanted is None or wanted.notify == link.notify else link.notifying(wanted.notify)


@dataclass(frozen=True)
class _Teller:
    """Tells people of one item."""

    work: Work
    mail: MailPort
    item: str

    async def tell(self, telling: Telling) -> bool:
        """Send one mail; tell whether the mailbox takes more now."""
        work, sender = self.work, self.mail.sender
        if telling.notify.failed:
            log.warning("%s %s: a mail can't be written: %s", work.origin.key, self.item, telling.notify.failed)
            await self._keep(telling.held(work.now), telling, f"held: {telling.notify.failed}")
            return True
        if telling.notify.digest:
            for alone in telling.alone():
                await self._to_digest(alone)
            return True
        work.ensure_time()
        if (at := await work.services.mailboxes.ask(sender, work.now)) is not None:
            work.look_again(at, WaitedFor.MAIL)
            return False
        # Written before it is sent: a worker that dies in between leaves a mail that was perhaps sent, and is not sent
        # again. People rather miss one than get it twice.
        intent = telling.begun(work.now)
        await work.commit([with_mark(self._link, intent)])
        try:
            refused = await self._send(telling, intent)
        except (RetryLaterError, MailboxRefusedError) as error:
            await self._put_off(intent, error)
            return False
        if await work.services.mailboxes.accepted(sender):
            await work.services.troubles.clear(Where.SYSTEM, "mail", work.now, causes=(Cause.MAIL,))
        return refused is None or await self._refused(telling, intent, refused)

    @property
    def _link(self) -> Link:
        return self.work.held.links[self.item]

    async def _send(self, telling: Telling, intent: MailIntent) -> NeverError | None:
        """
        Send once, and remember what is known of it; return why this very mail is refused, if it is.

        Raises:
            RetryLaterError, MailboxRefusedError: certainly not sent, and the mail is not the reason.
        """
        notify, outcome = telling.notify, MailOutcome.SENT
        try:
            await self.mail.send_mail(list(notify.to), self._message(notify))
        except OutcomeUnknownError:
            outcome = MailOutcome.PERHAPS
        except MailboxRefusedError:
            raise
        except NeverError as error:
            return error
        await self._keep(intent.came_to(outcome), telling, outcome.value)
        return None

    async def _to_digest(self, telling: Telling) -> None:
        """
        Put it into one person's digest: announced first, like a mail, so that it stands in one digest at most.

        Raises:
            RetryLaterError: storage did not take it: it stays owed, or was perhaps put there.
        """
        work, notify = self.work, telling.notify
        due = next_time(notify.digest, notify.zone, work.now)
        intent = telling.begun(work.now)
        links = {link.title: link.url for link in self._places()}
        key = f"{work.origin.key}|{self.item}|{telling.occasion}"
        line = DigestLine(key=key, subject=notify.subject, body=notify.body[:MOST_BODY], links=links)
        await work.commit([with_mark(self._link, intent)])
        try:
            await work.services.digests.add(notify.to[0], due, line)
        except UnavailableError:
            # It certainly stands in none. Where the answer was lost the mark stays: it may.
            await work.commit([without_mark(self._link, intent)])
            raise
        outcome = f"{MailOutcome.DIGEST} of {due:%Y-%m-%d %H:%M} UTC"
        await self._keep(intent.came_to(MailOutcome.DIGEST), telling, outcome)

    def _message(self, notify: Notify) -> MailMessage:
        return written(notify.subject, [Entry(notify.subject, notify.body, self._places())])

    def _places(self) -> tuple[Place, ...]:
        """Link to the task, and to what it is about."""
        link, origin = self._link, self.work.origin
        places = []
        if link.plan_id and link.task_id:
            graph = self.work.services.settings.graph_base_url
            places.append(Place("Open the task", task_link(link.plan_id, link.task_id, graph)))
        about = origin.workflow or origin.document or origin.workspace
        if about is not None and about.url:
            places.append(Place(about.name, about.url))
        return tuple(places)

    async def _refused(self, telling: Telling, intent: MailIntent, why: NeverError) -> bool:
        """Remember a mail that is not accepted; to several, it is tried for each alone: one address may be to blame."""
        log.warning("%s: a mail was refused: %s", self.work.origin.key, why)
        if len(telling.notify.to) == 1:
            await self._keep(intent.came_to(MailOutcome.REFUSED), telling, f"refused: {why}")
            return True
        await self.work.commit([without_mark(self._link, intent)])
        for alone in telling.alone():
            if not await self.tell(alone):
                return False
        return True

    async def _put_off(self, intent: MailIntent, why: BridgeError) -> None:
        """Leave the mailbox alone for a while, and say so where a person can mend it; the mail stays owed."""
        work, services, sender = self.work, self.work.services, self.mail.sender
        await work.commit([without_mark(self._link, intent)])
        retry_after = why.retry_after if isinstance(why, ThrottledError) else None
        at = await services.mailboxes.refused(sender, str(why), work.now, retry_after)
        log.warning("%s: mails are put off until %s: %s", work.origin.key, at.isoformat(), why)
        await services.troubles.tell(Where.SYSTEM, "mail", Cause.MAIL, f"{sender}: {why}", work.now, next_try=at)
        work.look_again(at, WaitedFor.MAIL)

    async def _keep(self, mark: MailIntent, telling: Telling, outcome: str) -> None:
        people = list(telling.notify.to)
        told = event(EventKind.TOLD, self._link, outcome=telling.occasion, to=people, mail=outcome[:200])
        await self.work.commit([with_mark(self._link, mark)], [told])
