"""Mail from one mailbox. Source: https://learn.microsoft.com/graph/api/user-sendmail."""

from collections.abc import Sequence

from shared.clients.graph import GraphConnection
from shared.clients.graph_answers import check


class Mail:
    """One mailbox to send from: the application needs Mail.Send for it."""

    def __init__(self, connection: GraphConnection, sender: str) -> None:
        self._connection = connection
        self._sender = sender

    async def send_mail(self, to: Sequence[str], subject: str, text: str) -> None:
        """
        Send one plain-text message. Not repeatable: sent again it arrives twice.

        Args:
            to: addresses; at least one.

        Raises:
            ValueError: nobody to send to. Nothing was sent.
            RefusedError: the mailbox or an address is not accepted.
            OutcomeUnknownError: perhaps sent; Graph can't be asked.
            RetryLaterError: not sent.
        """
        if not to:
            message = "a mail to nobody"
            raise ValueError(message)
        body = {
            "message": {
                "subject": subject,
                "body": {"contentType": "Text", "content": text},
                "toRecipients": [{"emailAddress": {"address": address}} for address in to],
            },
            "saveToSentItems": True,
        }
        builder = self._connection.graph.users.by_user_id(self._sender).send_mail
        check(await self._connection.send("POST", builder, body=body), wrote=True)
