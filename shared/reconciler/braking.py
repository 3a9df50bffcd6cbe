"""Hold the endings that the brake does not let through, and let go what is wanted again."""

import logging
from collections import defaultdict

from shared.decisions.actions import Action, Remember, Write
from shared.decisions.item_view import event
from shared.models.events import EventKind
from shared.models.holds import HoldCause
from shared.models.link import Link, LinkState
from shared.reconciler.session import Work

log = logging.getLogger(__name__)
REASON = "more tasks of this rule would end within an hour than its brake lets through"


async def braked(work: Work, actions: list[Action]) -> list[Action]:
    """Ask for leave to end what a condition says no to, rule by rule; what gets none is held."""
    asking: dict[str, list[Write]] = defaultdict(list)
    for action in actions:
        if isinstance(action, Write) and action.is_by_condition:
            asking[action.link.rule_id].append(action)
    kept: set[str] = set()
    for rule, writes in asking.items():
        granted = await _ask(work, rule, len(writes))
        kept |= {write.link.item for write in writes[granted:]}
    if not kept:
        return actions
    return [one for action in actions if (one := _held(work, action, kept)) is not None]


async def _ask(work: Work, rule: str, asked: int) -> int:
    async def count_open() -> int:
        links = work.services.origins.list_links()
        return len([1 async for _, link in links if link.rule_id == rule and link.state is LinkState.OPEN])

    limit = work.services.mapping.limits.closings
    granted = await work.services.brakes.take(rule, asked, limit=limit, now=work.now, count_open=count_open)
    if granted < asked:
        told = "%s: the brake of rule %s holds %d of %d endings: manage.py brake release %s"
        log.warning(told, work.origin.key, rule, asked - granted, asked, rule)
    return granted


def _held(work: Work, action: Action, kept: set[str]) -> Action | None:
    """Return what is done in an ending's place; None: it is held already."""
    if not isinstance(action, Write) or action.link.item not in kept:
        return action
    link = work.held.links[action.link.item]
    if link.hold is HoldCause.BRAKE:
        return None
    held = link.hindered(HoldCause.BRAKE, f"{REASON}; {action.link.reason}", work.now)
    return Remember(held, (event(EventKind.HELD, held, reason=held.reason),))


def is_braked(link: Link) -> bool:
    """Tell whether an item's ending waits for an operator."""
    return link.hold is HoldCause.BRAKE and link.state is LinkState.OPEN
