"""Mail from one mailbox. Source: https://learn.microsoft.com/graph/api/user-sendmail."""

import base64
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP

from shared.clients.graph.answers import check, error_for
from shared.clients.graph.connection import GraphConnection
from shared.errors import MailboxRefusedError, ThrottledError
from shared.models.mail import MailMessage

_MAILBOX = frozenset({401, 403, 404})


class Mail:
    """One mailbox to send from: the application needs Mail.Send for it."""

    def __init__(self, connection: GraphConnection, sender: str) -> None:
        self._connection = connection
        self.sender = sender
        """Address of the mailbox."""

    async def send_mail(self, to: Sequence[str], message: MailMessage) -> None:
        """
        Send one message. Not repeatable: sent again it arrives twice.

        It goes as MIME: Graph's JSON has room for one body alone.

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
            why = "a mail to nobody"
            raise ValueError(why)
        builder = self._connection.graph.users.by_user_id(self.sender).send_mail
        answer = await self._connection.send("POST", builder, body=base64.b64encode(mime(self.sender, to, message)))
        # Before the other errors: it is the mailbox that is refused, not this mail, so every other one would be, too.
        if answer.status in _MAILBOX:
            raise MailboxRefusedError(str(error_for(answer, wrote=False)))
        if answer.status == 429 or (answer.status == 503 and answer.is_graphs_own):
            # 503 in Graph's own words: overloaded or in maintenance, to be repeated. One from a proxy says nothing.
            # Source: https://learn.microsoft.com/graph/errors
            why = f"the mailbox takes no mail now: Graph answered {answer.status}"
            raise ThrottledError(why, system="mail", retry_after=answer.pause)
        check(answer, wrote=True)


def mime(sender: str, to: Sequence[str], message: MailMessage) -> bytes:
    """Write a message as text, with the same in HTML beside it."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = sender, ", ".join(to)
    # A line break in a subject would begin a header of its own.
    mail["Subject"] = " ".join(message.subject.split())
    mail.set_content(message.text)
    if message.html:
        mail.add_alternative(message.html, subtype="html")
    return mail.as_bytes()
