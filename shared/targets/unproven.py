"""Where tasks of ours may stand that a rebuild could not find: nothing is made there until it could."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from cachetools import TTLCache

from shared.models.wanted import PlanTarget
from shared.store.cursors import Cursors
from shared.timing import PLACES_KEPT

_NAME = "rebuild/unproven"
EVERYWHERE = "*"
CURE = "run `manage.py rebuild` again, or state by --gone that it was deleted"


class Unproven:
    """What the last rebuild could not read: plans by id or by title in their group, and whole groups."""

    def __init__(self, cursors: Cursors, now: Callable[[], datetime]) -> None:
        self._cursors = cursors
        self._known: TTLCache[str, Mapping[str, str], datetime] = TTLCache(1, PLACES_KEPT, now)

    async def read(self) -> Mapping[str, str]:
        """Read why each of them is unproven; remembered for ten minutes."""
        if (known := self._known.get(_NAME)) is not None:
            return known
        kept = await self._cursors.find(_NAME)
        read = {} if kept is None else self._cursors.texts_of(kept)
        if read is None:
            # Not read is not absent: what it names may be anywhere.
            read = {EVERYWHERE: "what the last rebuild could not find can't be read"}
        self._known[_NAME] = read
        return read

    async def save(self, found: Mapping[str, str]) -> None:
        """Remember what a rebuild could not read, in place of what the one before could not."""
        # No row where there is nothing to say and nothing to take back: most bridges never lost their tables.
        if found or await self._cursors.find(_NAME) is not None:
            await self._cursors.save(_NAME, json.dumps(dict(found), sort_keys=True))
        self._known.clear()


def why_not(unproven: Mapping[str, str], target: PlanTarget, plan_id: str | None = None) -> str | None:
    """
    Say why no task may be made in a plan; None: it may.

    Args:
        unproven: as `Unproven.read` gives it.
        target: where the task belongs.
        plan_id: of the plan that was found for it.
    """
    why = next((unproven[key] for key in _keys(target, plan_id) if key in unproven), None)
    return None if why is None else f"tasks may stand there that the rebuild could not find ({why}): {CURE}"


def by_title(group_id: str, title: str) -> str:
    """Name a plan that is known by its title alone."""
    return f"{group_id}|{title.strip()}"


def _keys(target: PlanTarget, plan_id: str | None) -> Iterator[str]:
    yield EVERYWHERE
    yield from (key for key in (plan_id, target.plan_id, target.group_id) if key)
    if target.group_id and target.title:
        yield by_title(target.group_id, target.title)
