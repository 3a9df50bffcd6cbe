"""
Tell once, by one origin, what stands in the way of many: names that are not there, looks refused for an hour.

The origin that speaks for all is looked at again within the hour, so what is over fades soon after.
"""

from datetime import timedelta

from shared.mapping.evaluation.needs import rules_for
from shared.models.troubles import Cause, OriginTrouble, Where
from shared.models.words import WaitedFor
from shared.reconciler.session import Work
from shared.services import Services

AFTER = timedelta(hours=1)
"""What outside causes are waited for, before a person is asked."""
LOOKS = "looks"
"""Subject of what stands in the way of whole looks."""
_OF_ORIGINS = frozenset({Cause.NOT_ALLOWED, Cause.UNREADABLE})
"""What a system itself has, being away or asking for a pause, is told of the system."""


async def tell_rules(work: Work) -> None:
    """Tell of each rule what it asks for and the origin does not have; take away what it has again."""
    await _tell_mapping(work)
    await _tell_labels(work)
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
        work.look_again(now + AFTER, WaitedFor.RETRY)


async def tell_origin(origin: str, trouble: OriginTrouble, services: Services) -> None:
    """Tell that an origin can't be looked at, once that has been so for an hour: looks come hourly by then."""
    now = services.now()
    if trouble.cause in _OF_ORIGINS and now - trouble.since >= AFTER:
        text = f"{origin}: {trouble.error}"
        await services.troubles.tell_of(
            Where.ORIGIN, LOOKS, trouble.cause, text, now, example=origin, since=trouble.since
        )
