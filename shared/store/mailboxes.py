"""The mailbox that mails are sent from, as all workers share it: a place is written down before a mail is sent."""

from collections.abc import Callable
from datetime import datetime, timedelta

from shared.errors import StaleError, UnavailableError
from shared.models.mailbox import Mailbox
from shared.store.row import escape
from shared.store.tables import Tables

_MAILBOX = "mailbox"
ROUNDS = 20


class Mailboxes:
    """Partition `mailbox` of the table `control`."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.control
        self._was_refused: set[str] = set()

    async def ask(self, sender: str, now: datetime) -> datetime | None:
        """
        Ask to send one mail, and write it down.

        Returns:
            None: go on, then `accepted` or `refused`. Otherwise: not before that time.
        """

        def next_(box: Mailbox) -> Mailbox:
            free = box.may_send_at(now)
            return box.sending(now) if free <= now else box.promising(free, now)

        before, after = await self._change(sender, next_)
        # Remembered here, so that the success which ends it costs a call only where there was a refusal.
        if before.tries:
            self._was_refused.add(sender)
        return None if before.may_send_at(now) <= now else after.promised

    async def accepted(self, sender: str) -> bool:
        """Remember that it works; tell whether that is news. Costs no call where it worked before."""
        if sender not in self._was_refused:
            return False
        self._was_refused.discard(sender)
        await self._change(sender, Mailbox.works)
        return True

    async def refused(self, sender: str, why: str, now: datetime, retry_after: timedelta | None = None) -> datetime:
        """Leave it alone, longer each time; return until when."""
        _, box = await self._change(sender, lambda box: box.closed(why, now, retry_after))
        return box.until or now

    async def _change(self, sender: str, change: Callable[[Mailbox], Mailbox]) -> tuple[Mailbox, Mailbox]:
        for _ in range(ROUNDS):
            row = await self._table.find(_MAILBOX, escape(sender))
            before = (None if row is None else self._table.read(row, Mailbox)) or Mailbox()
            if (after := change(before)) == before:
                return before, before
            try:
                await self._table.save(row, _MAILBOX, escape(sender), after.model_dump_json())
            except StaleError:
                continue  # another worker sent at the same moment
            return before, after
        message = f"the row of the mailbox {sender} keeps changing"
        raise UnavailableError(message)
