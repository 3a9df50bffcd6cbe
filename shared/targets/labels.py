"""Labels of plans that a rule makes: named in what is free of Planner's twenty-five, each once."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from cachetools import TTLCache

from shared.decisions.observed import Place
from shared.errors import NeverError, RetryLaterError, StaleError
from shared.models.making import Making, MakingKind
from shared.models.text import kept_name
from shared.models.wanted import PlanTarget
from shared.ports import PlannerPort
from shared.store.makings import Makings
from shared.timing import PLACES_KEPT

log = logging.getLogger(__name__)
CATEGORIES = tuple(f"category{number}" for number in range(1, 26))
"""Source: https://learn.microsoft.com/graph/api/resources/plannercategorydescriptions"""
MOST_KEPT = 10_000


class Labels:
    """Names labels of plans that the bridge made; those of other plans are people's."""

    def __init__(self, planner: PlannerPort, makings: Makings, now: Callable[[], datetime]) -> None:
        self._planner = planner
        self._makings = makings
        self._now = now
        self._left_out: TTLCache[tuple[str, str], bool, datetime] = TTLCache(MOST_KEPT, PLACES_KEPT, now)
        """Labels that a plan can't be given: asked again with the plan itself."""

    async def given(self, place: Place, names: Sequence[str], target: PlanTarget) -> Place:
        """
        Give a plan the labels that it lacks, if the bridge made it; return it with them.

        A label that people renamed since is known by its place, and stays as they call it.

        Raises:
            RetryLaterError: somebody names labels of the plan at this moment, or Graph does not answer.
        """
        lacking = [name for name in place.lacking(names) if (place.plan_id, name) not in self._left_out]
        if not lacking:
            return place
        try:
            named = await self._name(place, lacking) if await self._is_ours(place.plan_id, target) else place
        except StaleError as error:
            message = f"labels of plan {place.plan_id} are being named"
            raise RetryLaterError(message) from error
        except NeverError as error:
            log.warning("labels of plan %s can't be named: %s", place.plan_id, error)
            named = place
        self._left_out.update({(place.plan_id, name): True for name in named.lacking(lacking)})
        return named

    async def _is_ours(self, plan_id: str, target: PlanTarget) -> bool:
        if not target.make or target.group_id is None:
            return False
        name = target.key or target.title or ""
        making = await self._makings.find_by_key(MakingKind.PLAN, target.group_id, name)
        return making is not None and making.id == plan_id

    async def _name(self, place: Place, lacking: Sequence[str]) -> Place:
        details = await self._planner.find_plan_details(place.plan_id)
        there = {category: name for category, name in details.category_descriptions.items() if name}
        found = {kept_name(name): category for category, name in there.items()}
        free = [category for category in CATEGORIES if category not in there]
        new: dict[str, str] = {}
        for name in place.lacking(lacking):
            made = await self._makings.find(MakingKind.LABEL, place.plan_id, name)
            if made is not None and made.id in there:
                found[name] = made.id
            elif name not in found and len(new) < len(free):
                new[free[len(new)]] = name
        if new:
            # By the version that was read: of two workers that would give one category two names the second is
            # refused.
            await self._planner.name_labels(place.plan_id, new, details.etag)
        # Remembered once it is named: whoever dies in between finds the label by its name.
        for category, name in new.items():
            making = Making(kind=MakingKind.LABEL, parent=place.plan_id, name=name, id=category, at=self._now())
            await self._makings.finish(making)
        return place.with_labels(found | {name: category for category, name in new.items()})
