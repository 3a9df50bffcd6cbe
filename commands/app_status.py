"""The status of a deployed app, put together from what its doors answer."""

from collections import Counter

from commands.app_doors import LARGEST_PAGE, AppDoors
from shared.models.doors import HeldAnswer, StatusAnswer, TroublesAnswer, TroubleShown
from shared.models.trouble import Trouble
from shared.models.troubles import OriginTrouble, Where
from shared.operations.app_state import AppState
from shared.operations.counted import Counted
from shared.operations.status import Status
from shared.store.agenda import Census


def read_app_status(doors: AppDoors, *, with_links: bool) -> Status:
    """Ask the doors. Raises: as `AppDoors.get`."""
    told, troubles = doors.get("status", StatusAnswer), _troubles(doors)
    held = doors.get("held", HeldAnswer, limit=LARGEST_PAGE) if with_links else None
    timers = None if held is None else held.timers
    return Status(
        now=told.now,
        troubles=troubles,
        app=_app(told),
        queues=dict(told.queues),
        timers=Census(
            due=0 if timers is None else timers.due,
            later=0 if timers is None else timers.later,
            bulk=0 if timers is None else timers.backfill,
            dead=told.dead_letters,
        ),
        oldest=told.oldest_due,
        plans=told.plans,
        fullest=told.fullest_plan,
        discovery=told.discovery_at,
        last_hint=told.last_hint,
        last_plan_read=told.last_plan_read,
        links=None if held is None else _counted(held, doors),
    )


def _app(told: StatusAnswer) -> AppState | None:
    if told.swept_at is None:
        return None
    return AppState(at=told.swept_at, mapping_hash=told.mapping_hash, paused=told.paused, release=told.release)


def _troubles(doors: AppDoors, *, where: Where | None = None) -> tuple[Trouble, ...]:
    found: list[Trouble] = []
    after = ""
    while True:
        page = doors.get("troubles", TroublesAnswer, where=where, after=after, limit=LARGEST_PAGE)
        found += map(_trouble, page.troubles)
        if not (after := page.after):
            return tuple(found)


def _trouble(one: TroubleShown) -> Trouble:
    return Trouble(
        where=one.where,
        subject=one.subject,
        cause=one.cause,
        text=one.text,
        since=one.since,
        last=one.since,
        tries=one.tries,
        next_try=one.next_try,
    )


def _counted(first: HeldAnswer, doors: AppDoors) -> Counted:
    items, after = list(first.items), first.after
    while after:
        page = doors.get("held", HeldAnswer, after=after, limit=LARGEST_PAGE)
        items += page.items
        after = page.after
    counted = Counted(first.counted_at, Counter(first.states), Counter(first.open_by_rule))
    counted.released_by_rule = Counter(first.released_by_rule)
    counted.held = items
    counted.failing = [(one.subject, _failing(one)) for one in _troubles(doors, where=Where.ORIGIN)]
    return counted


def _failing(one: Trouble) -> OriginTrouble:
    again = one.next_try or one.since
    return OriginTrouble(cause=one.cause, error=one.text, since=one.since, tries=one.tries, next_try=again)
