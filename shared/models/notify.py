"""Who is told of an item by mail, on which occasion, in which words."""

from datetime import datetime

from pydantic import Field

from shared.models.base import Stored

OUTCOME, COMMENT = "\ue0a1", "\ue0a2"
"""
Stand in a mail's text for what is known only when it goes out.

Private-use characters: they stand for nothing in any text, and no filter of a template changes them.
"""


class Notify(Stored):
    """Who is told by mail when the item comes to an outcome."""

    on: str = Field(description="completed, refused, closed, overdue or reminded.")
    key: str = Field(default="", description="What it is an occasion of its own by: a reminder's level, or its key.")
    was: str = Field(default="", description="What the first edition called its occasion. Empty: as `on`.")
    to: tuple[str, ...] = Field(description="Mail addresses.")
    subject: str
    body: str
    since: datetime | None = Field(default=None, description="UTC: when it came to it. None: the link tells.")
    missed: str = Field(default="", description="Of what is overdue: the date that was missed.")
    failed: str = Field(default="", description="Why its text can't be made. Empty: it can.")
    digest: str = Field(default="", description="When its digest goes out: `daily 08:00`. Empty: it is sent at once.")
    zone: str = Field(default="", description="Of its digest's time: IANA name.")

    def about(self, missed: str) -> "Notify":
        """Return the same mail for a date that was missed."""
        return self.model_copy(update={"missed": missed})

    def filled(self, outcome: str, comment: str) -> "Notify":
        """Return the same mail with what was decided."""
        # A mail with nothing to fill in goes out as it was written, blanks and all.
        if OUTCOME not in self.subject + self.body and COMMENT not in self.subject + self.body:
            return self
        subject, body = (text.replace(OUTCOME, outcome).replace(COMMENT, comment) for text in (self.subject, self.body))
        return self.model_copy(update={"subject": " ".join(subject.split()), "body": body.strip()})

    def only(self, to: tuple[str, ...]) -> "Notify":
        """Return the same mail for some of its people."""
        return self.model_copy(update={"to": to})
