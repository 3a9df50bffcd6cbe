"""
Plans that the mapping names by title and group: found, or made where a rule says so.

What a rule makes is announced first and found again by listing; of several with one title the oldest wins.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from shared.errors import NeverError, NotFoundError, RetryLaterError, StaleError
from shared.models.making import Making, MakingKind
from shared.models.planner import PlannerPlan
from shared.models.text import kept_name
from shared.models.wanted import PlanTarget
from shared.ports import PlannerPort
from shared.store.makings import Makings
from shared.timing import CLOCK_LAG

log = logging.getLogger(__name__)


class PlaceError(NeverError):
    """There is no such plan, and no rule makes it."""


class Announced:
    """What is made for rules: announced before it is sent, and remembered by its id."""

    def __init__(self, makings: Makings, now: Callable[[], datetime], settle: timedelta) -> None:
        self._makings = makings
        self._now = now
        self._settle = settle

    async def reserve(self, kind: MakingKind, parent: str, name: str) -> None:
        """
        Announce a making before it is sent.

        Raises:
            RetryLaterError: somebody else is making it, or did and the answer was lost: wait, then list again.
        """
        now, message = self._now(), f"{kind} {name!r} is being made"
        making = Making(kind=kind, parent=parent, name=name, id=None, at=now)
        other = await self._makings.find(kind, parent, name)
        # One that lies ahead was announced by a wrong clock: it counts from now on. Believed, nothing of that name
        # would be made until then.
        is_ahead = other is not None and other.at > now + self._settle
        if other is not None and not is_ahead and now < other.at + self._settle:
            raise RetryLaterError(message)
        try:
            await self._makings.reserve(making, replaces=other)
        except StaleError as error:
            raise RetryLaterError(message) from error
        if is_ahead:
            raise RetryLaterError(message)

    async def finish(self, kind: MakingKind, parent: str, name: str, made_id: str) -> None:
        """Remember what was made."""
        await self._makings.finish(Making(kind=kind, parent=parent, name=name, id=made_id, at=self._now()))


class PlansByTitle:
    """Finds plans by their titles, and makes them."""

    def __init__(
        self,
        planner: PlannerPort,
        makings: Makings,
        announced: Announced,
        now: Callable[[], datetime],
        settle: timedelta,
    ) -> None:
        self._planner = planner
        self._makings = makings
        self._announced = announced
        self._now = now
        self._settle = settle

    async def find(self, target: PlanTarget) -> tuple[PlannerPlan, bool]:
        """Find a plan by its title in its group, or make it. The second value tells whether a rule makes it."""
        if target.group_id is None or target.title is None:
            message = "the mapping names neither the plan's id nor its group and title"
            raise PlaceError(message)
        name = target.key or target.title
        try:
            if (plan := await self._standing(target, target.group_id, target.title)) is not None:
                return plan, target.make
        # Before the clause that covers it as well: people are told of a deletion then, and not of a refusal.
        except NotFoundError as error:
            message = f"the plan {target.title!r} or its group {target.group_id} was deleted"
            raise PlaceError(message) from error
        except NeverError as error:
            message = f"the plans of group {target.group_id} can't be read: {error}"
            raise PlaceError(message) from error
        if not target.make:
            message = f"group {target.group_id} has no plan {target.title!r}"
            raise PlaceError(message)
        await self._announced.reserve(MakingKind.PLAN, target.group_id, name)
        with holding_refused(f"plan {target.title!r} can't be made in group {target.group_id}"):
            plan = await self._plan_made(target.group_id, target.title, name)
        await self._announced.finish(MakingKind.PLAN, target.group_id, name, plan.id)
        return plan, True

    async def _plan_made(self, group_id: str, title: str, name: str) -> PlannerPlan:
        try:
            return await self._planner.create_plan(group_id, title)
        except NeverError:
            # Refused is not done: the next try waits for no lost answer.
            over = self._now() - self._settle
            await self._makings.finish(
                Making(kind=MakingKind.PLAN, parent=group_id, name=name, id=None, at=over),
            )
            raise

    async def _standing(self, target: PlanTarget, group_id: str, title: str) -> PlannerPlan | None:
        """
        Find the plan that is meant. None: there is none.

        A plan of a workspace's own is known by its id: one of its title may be another workspace's, or a person's.
        """
        if not target.make:
            return await self._listed(group_id, title)
        making = await self._makings.find_by_key(MakingKind.PLAN, group_id, target.key or title)
        if making is not None and making.id is not None:
            try:
                return await self._planner.read_plan(making.id)
            except NotFoundError:
                log.warning("plan %s of group %s was deleted: one of its title is looked for", making.id, group_id)
                return await self._listed(group_id, title)
        # Without a key the title is all that names the plan: whichever bears it is meant.
        if target.key is None:
            return await self._listed(group_id, title)
        if making is None:
            return None
        # Announced, and the answer was lost: what an application made since then under this title is it.
        return await self._listed(group_id, title, since=making.at - CLOCK_LAG)

    async def _listed(self, group_id: str, title: str, *, since: datetime | None = None) -> PlannerPlan | None:
        """
        Find the oldest plan of a title.

        Args:
            since: only of those that an application made from then on. None: whoever made it, and whenever.
        """
        listed = await self._planner.list_plans(group_id)
        named = [plan for plan in listed if kept_name(plan.title) == kept_name(title)]
        if since is not None:
            # One that is remembered for another name is not the one whose answer was lost.
            others = {making.id for making in await self._makings.list_made(MakingKind.PLAN, group_id)}
            named = [plan for plan in named if _is_made_by_us(plan, since) and plan.id not in others]
        if not named and listed.unread:
            message = f"a plan of group {group_id} can't be read, it may be {title!r}: {listed.unread[0].reason}"
            raise PlaceError(message)
        # By id after the date: of two that were made at one moment every worker chooses the same.
        return min(named, key=lambda plan: (plan.created.isoformat() if plan.created else "", plan.id), default=None)


@contextmanager
def holding_refused(what: str) -> Iterator[None]:
    """
    Make something; what Planner refuses holds the tasks that need it, with the reason.

    Raises:
        PlaceError: refused.
    """
    try:
        yield
    except NeverError as error:
        message = f"{what}: {error}"
        raise PlaceError(message) from error


def _is_made_by_us(plan: PlannerPlan, since: datetime) -> bool:
    maker = plan.created_by.key if plan.created_by is not None else None
    return maker is not None and maker.startswith("application:") and plan.created is not None and plan.created >= since
