"""Who is told of what became of an item: each outcome once."""

from dataclasses import dataclass

from shared.models.holds import RefusalReason
from shared.models.link import Link, LinkState
from shared.models.wanted import Notify

REFUSED = "refused"
OVERDUE = "overdue"
_ENDS = frozenset({"completed", "closed", REFUSED})


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
    """Name the outcomes that stand now, each with what tells it from the next: completed@..., closed@, overdue@..."""
    found = _waiting(link) if link.state is LinkState.OPEN else []
    if link.state is LinkState.COMPLETED:
        found.append(f"completed@{link.completed_at.isoformat() if link.completed_at else ''}")
    if link.state is LinkState.CLOSED and link.task_id is not None:
        found.append("closed@")
    if link.refusals and link.refusals[-1].reason is not RefusalReason.REASSIGNED:
        found.append(f"{REFUSED}@{link.refusals[-1].at.isoformat()}")
    return found


def _waiting(link: Link) -> list[str]:
    """
    Name what is told of an item that waits: these mails are wanted only once it is so.

    A reminder is told once for each level of the ladder; that an item is overdue, once for each date that it misses.
    """
    due = link.base.get("due")
    missed = due.asked if due is not None and due.asked is not None else ""
    waiting = (one.on for one in link.notify if one.on not in _ENDS)
    return list(dict.fromkeys(f"{on}@{missed}" if on == OVERDUE else f"{on}@" for on in waiting))
