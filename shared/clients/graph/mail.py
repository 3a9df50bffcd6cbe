"""Mail from one mailbox. Source: https://learn.microsoft.com/graph/api/user-sendmail."""

from collections.abc import Sequence
from typing import Any

from shared.clients.graph.answers import check, error_for
from shared.clients.graph.connection import GraphConnection
from shared.errors import MailboxRefusedError, ThrottledError

_MAILBOX = frozenset({401, 403, 404})


class Mail:
    """One mailbox to send from: the application needs Mail.Send for it."""

    def __init__(self, connection: GraphConnection, sender: str) -> None:
        self._connection = connection
        self.sender = sender
        """Address of the mailbox."""

    async def send_mail(self, to: Sequence[str], subject: str, text: str) -> None:
        """
        Send one plain-text message. Not repeatable: sent again it arrives twice.

        Args:
            to: addresses; at least one.

        Raises:
            ValueError: nobody to send to. Nothing was sent.
            MailboxRefusedError: the mailbox is not there, or not allowed. Nothing was sent.
            RefusedError: an address or the text is not accepted. Nothing was sent.
            OutcomeUnknownError: perhaps sent; Graph can't be asked.
            ThrottledError: not sent, the mailbox (system "mail") is to be left alone for a while.
            UnavailableError: not sent.
        """
        if not to:
            message = "a mail to nobody"
            raise ValueError(message)
        body = mail_body(to, subject, text)
        builder = self._connection.graph.users.by_user_id(self.sender).send_mail
        answer = await self._connection.send("POST", builder, body=body)
        if answer.status in _MAILBOX:
            raise MailboxRefusedError(str(error_for(answer, wrote=False)))
        if answer.status == 429 or (answer.status == 503 and answer.is_graphs_own):
            # 503 in Graph's own words: overloaded or in maintenance, to be repeated. One from a proxy says nothing.
            # Source: https://learn.microsoft.com/graph/errors
            message = f"the mailbox takes no mail now: Graph answered {answer.status}"
            raise ThrottledError(message, system="mail", retry_after=answer.pause)
        check(answer, wrote=True)


def mail_body(to: Sequence[str], subject: str, text: str) -> dict[str, Any]:
    """Write the body of POST /users/{sender}/sendMail."""
    return {
        "message": {
            "subject": subject,
            "body": {"contentType": "Text", "content": text},
            "toRecipients": [{"emailAddress": {"address": address}} for address in to],
        },
        "saveToSentItems": True,
    }
