"""
Where tasks belong: names of plans, buckets and labels, resolved to ids, and made where a rule says so.

What a rule makes is reserved first and found again by listing; of several with one name the oldest wins.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from cachetools import TTLCache

from shared.decisions.observed import Place
from shared.errors import NeverError, StaleError
from shared.models.making import MakingKind
from shared.models.planner import PlannerBucket
from shared.models.text import kept_name
from shared.models.wanted import PlanTarget, WantedTask
from shared.ports import PlannerPort
from shared.store.makings import Makings
from shared.store.plans import PlanRow, Plans
from shared.targets.capacity import BUCKETS, buckets_left
from shared.targets.labels import Labels
from shared.targets.plans_by_title import Announced, PlaceError, PlansByTitle, holding_refused
from shared.targets.unproven import Unproven, why_not
from shared.timing import PLACES_KEPT

log = logging.getLogger(__name__)
MOST_KEPT = 10_000
"""Plans of a worker; then the one that was used least recently is read again."""


class Places:
    """Resolves places and keeps them for ten minutes."""

    def __init__(
        self,
        planner: PlannerPort,
        plans: Plans,
        makings: Makings,
        *,
        now: Callable[[], datetime],
        settle: timedelta,
        unproven: Unproven | None = None,
    ) -> None:
        self._planner = planner
        self._plans = plans
        self._makings = makings
        self._announced = Announced(makings, now, settle)
        self._plans_by_title = PlansByTitle(planner, makings, self._announced, now, settle)
        self._now = now
        self._known: TTLCache[str, Place, datetime] = TTLCache(MOST_KEPT, PLACES_KEPT, now)
        self._unproven = unproven
        self._labels = Labels(planner, makings, now)

    def forget(self) -> None:
        """Resolve everything anew: somebody says that it changed."""
        self._known.clear()

    async def follow(self, plan_id: str) -> None:
        """Have a plan read from now on into which a person moved a task; one that can't be read is left to resyncs."""
        try:
            await self._remember_plan(plan_id, None)
        except NeverError as error:
            log.warning("plan %s, which a task was moved to, can't be read: %s", plan_id, error)

    async def find_all(
        self, tasks: Sequence[WantedTask], *, made: Collection[str] = (), arranged: Collection[str] = ()
    ) -> dict[str, Place | PlaceError]:
        """
        Resolve the place of each task; by item key. An error stands for a place where it can't be.

        Args:
            tasks: what is wanted.
            made: keys of items that have their task.
            arranged: of those, the ones whose bucket is left to people: none is made for them.
        """
        found: dict[str, Place | PlaceError] = {}
        failed: dict[tuple[str, str | None, bool], PlaceError] = {}
        # Where every task stands already, nothing can be made twice: what a rebuild left unproven is not even read.
        is_to_be_made = any(task.item_key not in made for task in tasks)
        unproven = await self._unproven.read() if is_to_be_made and self._unproven is not None else {}
        for task in tasks:
            # Of a hundred tasks without a place one asks.
            is_made, is_arranged = task.item_key in made, task.item_key in arranged
            about = (task.plan.model_dump_json(), None if is_arranged else task.bucket, is_made)
            try:
                # None is made where one of ours may stand unseen; one that is made already may go on.
                found[task.item_key] = failed.get(about) or await self._find_for(
                    task, {} if is_made else unproven, is_arranged=is_arranged
                )
            except PlaceError as error:
                found[task.item_key] = failed[about] = error
        return found

    async def _find_for(self, task: WantedTask, unproven: Mapping[str, str], *, is_arranged: bool) -> Place:
        if is_arranged:
            return await self._plan_of(task.plan)
        if not unproven:
            return await self.find(task)
        if (why := why_not(unproven, task.plan)) is not None:
            raise PlaceError(why)
        place = await self.find(task)
        # Found by its title: only now its id is known, by which it may be unproven, too.
        if task.plan.plan_id is None and (why := why_not(unproven, task.plan, place.plan_id)) is not None:
            raise PlaceError(why)
        return place

    async def find(self, task: WantedTask) -> Place:
        """
        Resolve one task's plan, bucket and labels.

        Raises:
            PlaceError: there is no such plan.
            RetryLaterError: it could not be found out, or is being made.
        """
        place = await self._plan_of(task.plan)
        if task.bucket is not None and place.bucket(task.bucket) is None:
            place = await self._with_bucket(place, task.bucket)
            self._known[task.plan.model_dump_json()] = place
        if place.lacking(task.labels):
            place = await self._labels.given(place, task.labels, task.plan)
            self._known[task.plan.model_dump_json()] = place
        return place

    async def _plan_of(self, target: PlanTarget) -> Place:
        key = target.model_dump_json()
        if (known := self._known.get(key)) is not None:
            return known
        # Kept only when it was found: what failed is asked for again by the next look.
        place = self._known[key] = await self._resolve(target)
        return place

    async def _resolve(self, target: PlanTarget) -> Place:
        plan_id, group_id, made = target.plan_id, target.group_id, False
        if plan_id is None:
            plan, made = await self._plans_by_title.find(target)
            plan_id, group_id = plan.id, plan.group_id or group_id
        try:
            buckets = await self._planner.list_buckets(plan_id)
            details = await self._planner.find_plan_details(plan_id)
            # Only a plan that can be read is read from now on: write-back would meet the same refusal every few
            # minutes.
            await self._remember_plan(plan_id, group_id)
        except NeverError as error:
            message = f"the plan {plan_id} can't be used: {error}"
            raise PlaceError(message) from error
        place = Place(
            plan_id=plan_id,
            buckets=_oldest_by_name(buckets),
            categories={kept_name(name): key for key, name in details.category_descriptions.items() if name},
        )
        # In a plan that people made the columns are theirs: there only the bucket that a task asks for is added.
        for name in target.buckets if made else ():
            if place.bucket(name) is None:
                place = await self._with_bucket(place, name)
        return await self._labels.given(place, target.labels, target) if made else place

    async def _with_bucket(self, place: Place, name: str) -> Place:
        """Find a bucket that was made meanwhile, or make it."""
        # Listed anew: what is remembered may be ten minutes old, and two buckets of one name are two columns.
        listed = await self._planner.list_buckets(place.plan_id)
        buckets = _oldest_by_name(listed)
        name = kept_name(name)
        if name not in buckets and listed.unread:
            message = f"a bucket of the plan can't be read, it may be {name!r}: {listed.unread[0].reason}"
            raise PlaceError(message)
        if name not in buckets and (renamed := await self._made_bucket(place.plan_id, name, listed)) is not None:
            buckets[name] = renamed
        if name not in buckets:
            if not buckets_left(place.plan_id, len(listed)):
                message = f"bucket {name!r} can't be made: the plan holds {len(listed)} of {BUCKETS} buckets"
                raise PlaceError(message)
            await self._announced.reserve(MakingKind.BUCKET, place.plan_id, name)
            # Order hints are compared ordinally: behind the greatest is the right end of the board.
            last = max((bucket.order_hint for bucket in listed), default="")
            with holding_refused(f"bucket {name!r} can't be made"):
                made = await self._planner.create_bucket(place.plan_id, name, after=last)
            await self._announced.finish(MakingKind.BUCKET, place.plan_id, name, made.id)
            buckets[name] = made.id
        return Place(place.plan_id, buckets, place.categories)

    async def _made_bucket(self, plan_id: str, name: str, listed: Sequence[PlannerBucket]) -> str | None:
        """Find the bucket that a rule made by this name, whatever people call it since. None: there is none."""
        made = await self._makings.find(MakingKind.BUCKET, plan_id, name)
        known = made.id if made is not None else None
        return known if known in {bucket.id for bucket in listed} else None

    async def _remember_plan(self, plan_id: str, group_id: str | None) -> None:
        """Have the plan read from now on, and its group subscribed to."""
        if await self._plans.find(plan_id) is None:
            # A mapping that names a plan by its id may leave its group out.
            group_id = group_id or (await self._planner.read_plan(plan_id)).group_id
            row = PlanRow(plan_id=plan_id, group_id=group_id, next_read=self._now())
            try:
                await self._plans.save(row, etag=None)
            except StaleError:
                return  # another worker remembered it first


def _oldest_by_name(buckets: Sequence[PlannerBucket]) -> dict[str, str]:
    """Buckets carry no date of making: of one name the smallest id wins, for every worker alike."""
    return {kept_name(bucket.name): bucket.id for bucket in sorted(buckets, key=lambda b: b.id, reverse=True)}
