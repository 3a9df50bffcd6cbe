"""The ladder: what is raised when an item waits too long, and when that is. Pure: time arrives with the scene."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.mapping.evaluation.dates import add, end_of
from shared.mapping.evaluation.pauses import put_off
from shared.mapping.evaluation.scope import Scene
from shared.mapping.language.task_parts import Level
from shared.models.item_memory import ItemMemory
from shared.models.keys import item_key
from shared.models.link_parts import Pause

STOOD_STILL = timedelta(hours=2)
"""A sweep comes every minute: what is so late was late because nobody looked."""


@dataclass(frozen=True)
class Raised:
    """A level of the ladder whose time has come."""

    number: int
    """Its place in the ladder, from 1: the name that the first edition knew it by."""
    key: str
    """Its name for good."""
    level: Level
    at: datetime
    """UTC: when its time came."""


@dataclass(frozen=True)
class Ladder:
    """Where an item stands on its ladder."""

    raised: tuple[Raised, ...] = ()
    next_at: datetime | None = None
    """UTC: when the next level is due. None: no level is left that time alone would raise."""


@dataclass(frozen=True)
class Waited:
    """Since when somebody could do it, and which levels were raised already."""

    since: datetime | None = None
    """UTC: when the bridge first knew of the item. None: not kept."""
    raised: Mapping[str, datetime | None] | None = None
    """By level: when its task was first wanted. None: nothing is remembered, as in a preview."""
    pauses: tuple[Pause, ...] = ()
    """Times in which nobody could."""


def climb(levels: tuple[Level, ...], scene: Scene, due: date | None, waited: Waited) -> Ladder:
    """
    Tell which levels have been reached.

    Time in which the bridge did not know of the item, or stood still, does not count: after it, the first level that
    is left is raised, and the others in their turn.

    Args:
        levels: of the rule or task.
        scene: what it is for.
        due: the item's due date; None: it has none, and levels counted from it are never reached.
        waited: what is remembered of it.

    Raises:
        NoDateError: a threshold leaves the calendar.
    """
    raised, coming, lost = [], [], timedelta()
    for number, key, level in _in_turn(levels, scene, due):
        standing = (waited.raised or {}).get(key)
        at = threshold(level, scene, due, since=waited.since, pauses=waited.pauses)
        if at is None:
            continue
        if lost and standing is None:
            at = _at_work(at + lost, scene)
        if at > scene.now:
            coming.append(at)
            continue
        came = standing or scene.now
        is_late = waited.raised is not None and not level.remind and came - at > STOOD_STILL
        if is_late and (standing is not None or key not in (waited.raised or {})):
            # Late because nobody looked: it counts from now, and the levels after it keep their distance.
            lost, at = max(lost, came - at), came
        raised.append(Raised(number, key, level, at))
    return Ladder(tuple(sorted(raised, key=lambda one: one.number)), min(coming, default=None))


def _at_work(moment: datetime, scene: Scene) -> datetime:
    """Move a moment off a day without work."""
    day = scene.calendar.local_date(moment)
    work = scene.calendar.nearest(day, 1)
    return moment if work == day else scene.calendar.opening(work)


def _in_turn(levels: tuple[Level, ...], scene: Scene, due: date | None) -> list[tuple[int, str, Level]]:
    """Order levels by when their time comes."""
    keyed = zip(range(1, len(levels) + 1), keys_of(levels), levels, strict=True)
    timed = [(threshold(level, scene, due), number, key, level) for number, key, level in keyed]
    return [
        (number, key, level) for at, number, key, level in sorted(timed, key=lambda one: (one[0] or scene.now, one[1]))
    ]


def raised_before(task: str, levels: tuple[Level, ...], memory: Mapping[str, ItemMemory]) -> dict[str, datetime | None]:
    """Say which levels of an item have tasks, and since when."""
    keys, prefix = keys_of(levels), f"{task}|level"
    found: dict[str, datetime | None] = {}
    for item, known in memory.items():
        if item.startswith(prefix):
            place = item.rpartition("-")[2]
            # The first edition named a level by its place in the list, and kept no name of its own.
            by_place = keys[int(place) - 1 : int(place)] if place.isdigit() and not known.level else ()
            found |= dict.fromkeys((known.level,) if known.level else by_place, known.known_since)
    return found


def keys_of(levels: tuple[Level, ...]) -> tuple[str, ...]:
    """
    Name levels for good: by the key that is given, otherwise by when they are raised and who is told.

    Where a level stands in the list, and what it says, may change: it stays the same level.
    """
    keys: list[str] = []
    for level in levels:
        base = level.name
        keys.append(base if base not in keys else f"{base}-{keys.count(base) + 1}")
    return tuple(keys)


def item_of(task: str, raised: Raised, memory: Mapping[str, ItemMemory]) -> str:
    """
    Name the item of a level's task.

    One that the first edition made keeps the name that it has, for whichever level it was raised by.
    """
    prefix = f"{task}|level-"
    mine = (item for item, known in memory.items() if item.startswith(prefix) and known.level == raised.key)
    if (found := next(mine, None)) is not None:
        return found
    by_place = f"{prefix}{raised.number}"
    return by_place if by_place in memory and not memory[by_place].level else item_key(task, "level", raised.key)


def threshold(
    level: Level, scene: Scene, due: date | None, *, since: datetime | None = None, pauses: tuple[Pause, ...] = ()
) -> datetime | None:
    """
    Return the moment (UTC) at which a level is reached; None: what it is counted from is not known.

    Args:
        level: the level.
        scene: what it is for.
        due: the item's due date.
        since: nobody could act on it before.
        pauses: nor in these times.

    Raises:
        NoDateError: the moment leaves the calendar.
    """
    start = _start(level, scene, due)
    if start is None:
        return None
    if since is not None and since - start > STOOD_STILL:
        start = since
    return put_off(add(level.after, start, scene.calendar), start, level.after, pauses, scene)


def _start(level: Level, scene: Scene, due: date | None) -> datetime | None:
    match level.after.from_ or ("started" if scene.step is not None else "due"):
        case "started":
            return scene.step.started if scene.step is not None else _created(scene)
        case "moved":
            return max(_movements(scene), default=None)
    stated = scene.step.due if scene.step is not None else None
    moment = stated if isinstance(stated, datetime) else None
    if moment is not None and (due is None or scene.calendar.local_date(moment) == due):
        return moment
    # A day is late when its business hours are over, not when it begins.
    return None if (day := due or stated) is None else scene.calendar.closing(day)


def _created(scene: Scene) -> datetime | None:
    node = scene.document or scene.workspace
    return node.created if node is not None else None


def _movements(scene: Scene) -> Iterator[datetime]:
    """Yield what counts as movement: the step's start, and changes of the documents (of the workspace without any)."""
    if scene.step is not None and scene.step.started is not None:
        yield scene.step.started
    nodes = scene.documents or ((scene.workspace,) if scene.workspace is not None and scene.step is None else ())
    yield from (node.modified for node in nodes if node.modified is not None)


def overdue_at(due: date, scene: Scene) -> datetime:
    """Return the moment (UTC) from which an item is overdue: the end of its due date."""
    return end_of(due, scene.calendar)
