"""The ladder: what is raised when an item waits too long, and when that is. Pure: time arrives with the scene."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from shared.mapping.evaluation.dates import add, end_of
from shared.mapping.evaluation.scope import Scene
from shared.mapping.language.tasks import Level
from shared.models.item_memory import ItemMemory
from shared.models.keys import item_key


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


def climb(levels: tuple[Level, ...], scene: Scene, due: date | None) -> Ladder:
    """
    Tell which levels have been reached.

    Args:
        due: the item's due date; None: it has none, and levels counted from it are never reached.

    Raises:
        NoDateError: a threshold leaves the calendar.
    """
    raised, coming = [], []
    for number, (key, level) in enumerate(zip(keys_of(levels), levels, strict=True), start=1):
        at = threshold(level, scene, due)
        if at is None:
            continue
        if at <= scene.now:
            raised.append(Raised(number, key, level, at))
        else:
            coming.append(at)
    return Ladder(tuple(raised), min(coming, default=None))


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


def threshold(level: Level, scene: Scene, due: date | None) -> datetime | None:
    """
    Return the moment (UTC) at which a level is reached; None: what it is counted from is not known.

    Raises:
        NoDateError: the moment leaves the calendar.
    """
    start = _start(level, scene, due)
    return None if start is None else add(level.after, start, scene.calendar)


def _start(level: Level, scene: Scene, due: date | None) -> datetime | None:
    match level.after.from_ or ("started" if scene.step is not None else "due"):
        case "started":
            return scene.step.started if scene.step is not None else _created(scene)
        case "moved":
            return max(_movements(scene), default=None)
    moment = scene.step.due if scene.step is not None else None
    if due is None or (moment is not None and scene.calendar.local_date(moment) == due):
        return moment
    # A day is late when its business hours are over, not when it begins.
    return scene.calendar.closing(due)


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
