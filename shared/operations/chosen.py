"""
The origins, and the plan, that an operator means.

A name that nothing bears is an error, which tells the names that there are: that nothing is held of a rule that was
mistyped would be no good news.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from shared.errors import NotFoundError
from shared.models.holds import HoldCause
from shared.models.link import Link
from shared.services import Storage
from shared.store.tasks import PlanIndex

MOST_NAMED = 20
"""In one sentence: there may be a plan for each workspace."""


@dataclass(frozen=True)
class Chosen:
    """Which items are meant; None: any."""

    cause: HoldCause | None = None
    plan: str | None = None
    rule: str | None = None

    def names(self, link: Link) -> bool:
        """Tell whether this item is of that rule, and in that plan."""
        return self.plan in (None, link.plan_id) and self.rule in (None, link.rule_id)

    def holds(self, link: Link) -> bool:
        """Tell whether this item is held, by that cause."""
        return link.hold is not None and self.cause in (None, link.hold)


async def find_with_item(chosen: Chosen, storage: Storage) -> tuple[str, ...]:
    """
    Return the keys of the origins with an item of a rule, or in a plan. Scans the whole table.

    Raises:
        NotFoundError: nothing has an item of that rule or plan; names those that there are.
        UnavailableError: storage does not answer.
    """
    return await _find(chosen, lambda _: True, storage)


async def find_held(chosen: Chosen, storage: Storage) -> tuple[str, ...]:
    """Return the keys of the origins with an item that is held so. Raises: as `find_with_item`."""
    return await _find(chosen, chosen.holds, storage)


async def must_be_read(plan: str, storage: Storage) -> None:
    """
    See that a plan is one that the bridge reads.

    Raises:
        NotFoundError: it is not, and no task of ours stands in it; names those that are.
        UnavailableError: storage does not answer.
    """
    # The index as well: a plan whose row this release can't read is one of ours all the same.
    if await storage.plans.find(plan) is None and await storage.tasks.read_plan(plan) == PlanIndex():
        known = [row.plan_id async for row in storage.plans.list_all()]
        message = f"no plan {plan} is read; {there_are('plans', known)}"
        raise NotFoundError(message)


async def must_be_known(origin: str, storage: Storage) -> None:
    """Raise NotFoundError unless somebody ever looked at an origin."""
    if not await storage.origins.is_known(origin):
        message = f"{origin}: nobody ever looked at it, so it has no history"
        raise NotFoundError(message)


def there_are(what: str, names: Iterable[str]) -> str:
    """Tell the names that there are, to somebody who mistyped."""
    known = sorted(set(names) - {""})
    more = f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else ""
    return f"{what} that there are: {', '.join(known[:MOST_NAMED]) or 'none'}{more}"


async def _find(chosen: Chosen, takes: Callable[[Link], bool], storage: Storage) -> tuple[str, ...]:
    found: set[str] = set()
    rules: set[str] = set()
    plans: set[str] = set()
    is_there = chosen.rule is None and chosen.plan is None
    async for origin, link in storage.origins.list_links():
        rules.add(link.rule_id)
        plans.add(link.plan_id or "")
        if chosen.names(link):
            is_there = True
            if takes(link):
                found.add(origin)
    if not is_there:
        named = (("rule", chosen.rule, rules), ("plan", chosen.plan, plans))
        asked = " and ".join(f"{what} {name}" for what, name, _ in named if name is not None)
        known = "; ".join(there_are(f"{what}s", known) for what, name, known in named if name is not None)
        message = f"no origin has an item of {asked}; {known}"
        raise NotFoundError(message)
    return tuple(sorted(found))
