"""Who is told of what became of an item: each outcome once."""

from dataclasses import dataclass

from shared.models.link import Link, LinkState
from shared.models.wanted import Notify

REFUSED = "refused"


@dataclass(frozen=True)
class Telling:
    """One mail that is owed."""

    outcome: str
    """Names the outcome and when it came: what is told once."""
    notify: Notify


def owed(link: Link) -> tuple[Telling, ...]:
    """List the mails that the link's outcomes ask for and that were not begun."""
    begun = {mail.on for mail in link.mails}
    return tuple(
        Telling(f"{outcome}|{number}", notify)
        for outcome in _outcomes(link)
        for number, notify in enumerate(link.notify)
        if notify.on == outcome.split("@")[0] and notify.to and f"{outcome}|{number}" not in begun
    )


def _outcomes(link: Link) -> list[str]:
    """Name the outcomes that stand now, each with its moment: completed@..., closed@, refused@..."""
    found = []
    if link.state is LinkState.COMPLETED:
        found.append(f"completed@{link.completed_at.isoformat() if link.completed_at else ''}")
    if link.state is LinkState.CLOSED and link.task_id is not None:
        found.append("closed@")
    if link.refusals and link.refusals[-1].reason != "reassigned":
        found.append(f"{REFUSED}@{link.refusals[-1].at.isoformat()}")
    return found
