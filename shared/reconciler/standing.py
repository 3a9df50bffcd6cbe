"""
Tell once, by one origin, what stands in the way of many: names that are not there, looks that are refused.

The origin that speaks for all is looked at again within the hour, so what is over fades soon after.
"""

import logging
from datetime import UTC, datetime, timedelta

from shared.errors import BridgeError, NeverError, NotFoundError, RetryLaterError
from shared.mapping.evaluation.needs import rules_for
from shared.models.holds import HOLDS
from shared.models.link import Link
from shared.models.troubles import Cause, OriginTrouble, Where, cause_of
from shared.models.wanted import PlanTarget
from shared.models.words import WaitedFor
from shared.reconciler.session import Work
from shared.services import Services

log = logging.getLogger(__name__)
AFTER = timedelta(minutes=20)
"""What is waited for before it is told. From then on looks come hourly: the hour itself is told by its age."""
AGAIN = timedelta(hours=1)
LOOKS = "looks"
"""Subject of what stands in the way of whole looks."""
_OF_ORIGINS = frozenset({Cause.NOT_ALLOWED, Cause.UNREADABLE})
"""What a system itself has, being away or asking for a pause, is told of the system."""


async def tell_standing(work: Work) -> None:
    """Tell what this look met that concerns more than its origin, and take away what is over."""
    try:
        await tell_rules(work)
        await tell_places(work)
        await tell_items(work)
        for cause in _OF_ORIGINS:
            await work.services.troubles.is_over_at(Where.ORIGIN, LOOKS, cause, work.origin.key)
    except RetryLaterError as error:
        # Telling may never stop the work that it tells of.
        log.warning("%s: a trouble could not be told: %s", work.origin.key, error)


async def tell_rules(work: Work) -> None:
    """Tell of each rule what it asks for and the origin does not have; take away what it has again."""
    await _tell_mapping(work)
    await _tell_labels(work)
    # Reversed, for a dict keeps the last value of a key: of each rule its first gap is told.
    gaps = {gap.rule_id: gap.why for gap in reversed(work.wanted.unknown) if gap.blocks and gap.rule_id}
    for rule in rules_for(work.services.mapping, work.origin.kind):
        await _tell(work, Where.RULE, rule.id, gaps.get(rule.id, ""))


async def _tell_mapping(work: Work) -> None:
    """Tell what the mapping names outside of its rules and nobody has: a misspelt fallback, say."""
    whys = [gap.why for gap in work.wanted.unknown if not gap.rule_id]
    await _tell(work, Where.SYSTEM, "mapping", "; ".join(dict.fromkeys(whys)))


async def _tell_labels(work: Work) -> None:
    """Tell of each plan which labels it lacks: tasks are made without them."""
    lacking: dict[str, dict[str, None]] = {}
    for task in work.wanted.tasks:
        if (place := work.places.get(task.item_key)) is not None and place.is_known:
            lacking.setdefault(place.plan_id, {}).update(dict.fromkeys(place.lacking(task.labels)))
    for plan_id, names in lacking.items():
        told = ", ".join(map(repr, names))
        await _tell(
            work, Where.PLAN, plan_id, f"the plan has no label {told}: tasks are made without it" if told else ""
        )


async def _tell(work: Work, where: Where, subject: str, why: str) -> None:
    troubles, origin, now = work.services.troubles, work.origin.key, work.now
    if not why:
        await troubles.is_over_at(where, subject, Cause.NOT_KNOWN, origin)
    elif await troubles.tell_of(where, subject, Cause.NOT_KNOWN, f"{origin}: {why}", now, example=origin, since=now):
        work.look_again(now + AGAIN, WaitedFor.RETRY)


async def tell_places(work: Work) -> None:
    """Tell of each plan that can't be used, and why; take away what can be used again."""
    troubles, origin, now = work.services.troubles, work.origin.key, work.now
    places = {_plan(task.plan): work.lost.get(task.item_key) for task in reversed(work.wanted.tasks)}
    for subject, error in places.items():
        if error is not None:
            text = f"{origin}: {error}"
            await troubles.tell_of(Where.PLAN, subject, _why_lost(error), text, now, example=origin, since=now)
            continue
        for cause in (Cause.NOT_ALLOWED, Cause.GONE, Cause.UNREADABLE):
            await troubles.is_over_at(Where.PLAN, subject, cause, origin)


def _plan(target: PlanTarget) -> str:
    return target.plan_id or f"{target.title} of group {target.group_id}"


def _why_lost(error: NeverError) -> Cause:
    # The place's own error only words what the service said; without that the plan is not there.
    said = error.__cause__
    if isinstance(said, BridgeError) and not isinstance(said, NotFoundError):
        return cause_of(said)
    return Cause.GONE


async def tell_items(work: Work) -> None:
    """Tell of items that are held for a while by what no rule says, by cause; take away what goes on again."""
    troubles, origin, now = work.services.troubles, work.origin.key, work.now
    held = [link for link in work.held.links.values() if link.hold is not None and HOLDS[link.hold].outside]
    longest = {cause: link for link in sorted(held, key=_since, reverse=True) if (cause := link.hold) is not None}
    for cause in (one for one, facts in HOLDS.items() if facts.outside):
        link = longest.get(cause)
        if link is None:
            await troubles.is_over_at(Where.ITEM, cause.value, Cause.HELD, origin)
        elif _is_due(_since(link), link.retry_at, now):
            text = f"{origin} {link.item}: {link.reason}"
            await troubles.tell_of(Where.ITEM, cause.value, Cause.HELD, text, now, example=origin, since=_since(link))


def _is_due(since: datetime, next_try: datetime | None, now: datetime) -> bool:
    """Say whether it is to be told by this look: it lasts for a while, or the hour is over before the next look."""
    return now - since >= AFTER or (next_try is not None and next_try - since > AGAIN)


def _since(link: Link) -> datetime:
    """Say since when it is held; where that was not kept, not yet: an earlier release wrote it."""
    return link.held_since or datetime.max.replace(tzinfo=UTC)


async def tell_origin(origin: str, trouble: OriginTrouble, services: Services) -> None:
    """Tell that an origin can't be looked at, once that has been so for a while."""
    now = services.now()
    if trouble.cause in _OF_ORIGINS and _is_due(trouble.since, trouble.next_try, now):
        text = f"{origin}: {trouble.error}"
        await services.troubles.tell_of(
            Where.ORIGIN, LOOKS, trouble.cause, text, now, example=origin, since=trouble.since
        )
