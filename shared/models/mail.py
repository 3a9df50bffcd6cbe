"""A mail as it is sent: the same said twice, for programs that show HTML and for those that show text."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MailMessage:
    """One mail, but for whom it goes to."""

    subject: str
    text: str
    html: str = ""
    """Empty: the text alone."""
