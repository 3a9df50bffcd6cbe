"""
Who is told of what became of an item: at most once for each occasion, round and person. Pure.

An occasion has a name that says what it is (completed, overdue on this date, this level's reminder), never a place in a
list. What came to pass before the bridge knew of the item counts as told.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from shared.models.holds import RefusalReason
from shared.models.link import Link, LinkState
from shared.models.link_parts import MailIntent, MailOutcome
from shared.models.notify import Notify
from shared.timing import SKEW

COMPLETED, REFUSED, OVERDUE = "completed", "refused", "overdue"
KEPT_DATES = 20
"""Of dates that were missed in one round so many are remembered."""
_FIRST_EDITION = "|"
_TO_COME = frozenset({MailOutcome.HELD})
"""What leaves the mail still to be sent."""


@dataclass(frozen=True)
class Telling:
    """One mail that is owed."""

    occasion: str
    notify: Notify
    """To those alone who were not told."""

    def begun(self, now: datetime) -> MailIntent:
        """Announce it."""
        return MailIntent(on=self.occasion, to=self._persons, at=now)

    def held(self, now: datetime) -> MailIntent:
        """Say that its text can't be made."""
        return MailIntent(
            on=self.occasion, to=self._persons, at=now, outcome=MailOutcome.HELD, why=self.notify.failed[:300]
        )

    def past(self, now: datetime) -> MailIntent:
        """Count it as told."""
        return MailIntent(on=self.occasion, to=self._persons, at=now, outcome=MailOutcome.PAST)

    def alone(self) -> tuple["Telling", ...]:
        """Split it into one for each person."""
        return tuple(Telling(self.occasion, self.notify.only((address,))) for address in self.notify.to)

    @property
    def _persons(self) -> tuple[str, ...]:
        return tuple(person(address) for address in self.notify.to)


@dataclass(frozen=True)
class _Occasion:
    name: str
    notify: Notify
    since: datetime | None
    """None: it came to it in a look of ours."""


def person(address: str) -> str:
    """Name a person in a mark; addresses themselves stand in the history alone."""
    # Without regard to case: two rules may spell one address differently, and its owner gets one mail of an occasion.
    return hashlib.sha256(address.strip().casefold().encode()).hexdigest()[:12]


def owed(link: Link) -> tuple[Telling, ...]:
    """List the mails that the link's occasions ask for and that were not begun; none whose text is held as before."""
    found: list[Telling] = []
    told = _told(link)
    for one in _occasions(link):
        begun = told.setdefault(one.name, set())
        to = tuple({person(a): a for a in one.notify.to if person(a) not in begun}.values())
        if to and _EVERYBODY not in begun:
            decided = link.decided
            told_of = (decided.outcome, decided.words) if decided is not None else ("", "")
            found.append(Telling(one.name, one.notify.only(to).filled(*told_of)))
            # Of two mails about the same occasion a person gets the first.
            begun |= {person(address) for address in to}
    held = {(mark.on, mark.to, mark.why) for mark in link.mails if mark.outcome is MailOutcome.HELD}
    return tuple(one for one in found if not (one.notify.failed and _mark_of(one) in held))


def with_mark(link: Link, mark: MailIntent) -> Link:
    """Keep what is known of a mail. What no occasion can ask for any more is forgotten, what still can never is."""
    return link.with_mails(_kept(link, (*_others(link, mark), mark)))


def without_mark(link: Link, mark: MailIntent) -> Link:
    """Forget an announced mail that certainly was not sent: it stays owed."""
    return link.with_mails(_others(link, mark))


def brought_up(link: Link, now: datetime) -> Link:
    """Return a link whose marks are those of this edition, and for which the past counts as told."""
    is_old = link.told_since is None
    if is_old and not link.notify and not link.mails:
        return link
    link = link.with_mails(_renamed(link), told_since=now)
    since = link.told_since or now
    past = [
        telling.past(now)
        for telling in owed(link)
        if _is_past(link, telling, since) or (is_old and link.state is not LinkState.OPEN)
    ]
    return _with_past(link, past)


def told_before(link: Link, rebuilt: datetime, ended: datetime | None, now: datetime) -> Link:
    """
    Count as told what came to pass before a rebuild: tables from a backup do not know who was told since.

    Args:
        rebuilt: when it began.
        ended: when the task was completed, by Planner's clock. None: it was not, or that was not read.
        now: UTC.
    """
    came = {one.name: one.since or ended for one in _occasions(link)}
    past = [one.past(now) for one in owed(link) if (at := came.get(one.occasion)) is not None and at < rebuilt]
    return _with_past(link, past)


def _with_past(link: Link, past: list[MailIntent]) -> Link:
    return link.with_mails(_kept(link, (*link.mails, *past))) if past else link


_EVERYBODY = ""


def _told(link: Link) -> dict[str, set[str]]:
    told: dict[str, set[str]] = {}
    for mark in link.mails:
        if mark.outcome not in _TO_COME:
            told.setdefault(mark.on, set()).update(mark.to or (_EVERYBODY,))
    return told


def _mark_of(telling: Telling) -> tuple[str, tuple[str, ...], str]:
    mark = telling.held(datetime.min)  # noqa: DTZ901 - when it was held is no matter here
    return mark.on, mark.to, mark.why


def _others(link: Link, mark: MailIntent) -> tuple[MailIntent, ...]:
    return tuple(one for one in link.mails if (one.on, one.to) != (mark.on, mark.to))


def _kept(link: Link, marks: tuple[MailIntent, ...]) -> tuple[MailIntent, ...]:
    """Leave out what is of an earlier round, of a refusal that is forgotten, or of dates missed long ago."""
    refused = {refusal.at.isoformat() for refusal in link.refusals}
    dates = [one for one in marks if one.on.startswith(OVERDUE) and _FIRST_EDITION not in one.on]
    old = {id(one) for one in dates[:-KEPT_DATES]}
    return tuple(one for one in marks if id(one) not in old and _can_be_asked_for(one.on, link, refused))


def _can_be_asked_for(on: str, link: Link, refused: set[str]) -> bool:
    if _FIRST_EDITION in on:
        return True
    if on.startswith(REFUSED):
        return on.split("@")[1] in refused
    return on.split("@")[1] == str(link.round)


def _is_past(link: Link, telling: Telling, since: datetime) -> bool:
    at = next((one.since for one in _occasions(link) if one.name == telling.occasion), None)
    # When people completed a task is told by Planner's clock, since when they are told by ours.
    return at is not None and at < since - SKEW


def _occasions(link: Link) -> Iterator[_Occasion]:
    """Go through what stands now, mail by mail: each with what tells it from the next."""
    for notify in link.notify:
        word = f"{notify.on}:{notify.key}" if notify.key else notify.on
        if notify.on == REFUSED:
            yield from (
                _Occasion(_refused(refusal.at, word), notify, refusal.at)
                for refusal in link.refusals
                if refusal.reason is not RefusalReason.REASSIGNED
            )
        elif _stands(notify.on, link):
            missed = f"@{notify.missed or _missed(link)}" if notify.on == OVERDUE else ""
            since = link.completed_at if notify.on == COMPLETED else notify.since
            yield _Occasion(f"{word}@{link.round}{missed}", notify, since)


def _stands(on: str, link: Link) -> bool:
    """Tell whether it has come to this; mails about what waits, be it held, are only there once it is late."""
    match on:
        case "completed":
            return link.state is LinkState.COMPLETED
        case "closed":
            return link.state is LinkState.CLOSED and link.task_id is not None
    return link.state in (LinkState.OPEN, LinkState.HELD)


def _refused(at: datetime, word: str = REFUSED) -> str:
    return f"{word}@{at.isoformat()}"


def _missed(link: Link) -> str:
    """Name the date that was missed, as the first edition did: that it was is told once for each."""
    due = link.base.get("due")
    return "" if due is None else str(due.got or due.asked or "")


def _renamed(link: Link) -> tuple[MailIntent, ...]:
    """
    Give marks of the first edition, which end in a place of the list, the names that their occasions have now.

    One whose mail is not asked for just now keeps its name until it is.
    """
    names = {name: one.name for one in _occasions(link) for name in [_first_name(link, one)]}
    renamed = [
        mark.renamed(names.get(mark.on.split(_FIRST_EDITION)[0], mark.on)) if _FIRST_EDITION in mark.on else mark
        for mark in link.mails
    ]
    return tuple({(mark.on, mark.to): mark for mark in renamed}.values())


def _first_name(link: Link, one: _Occasion) -> str:
    match one.notify.on:
        case "completed":
            return f"completed@{link.completed_at.isoformat() if link.completed_at else ''}"
        case "refused":
            return one.name
        case "overdue":
            due = link.base.get("due")
            return f"overdue@{due.asked if due is not None and due.asked is not None else ''}"
    return f"{one.notify.was or one.notify.on}@"
