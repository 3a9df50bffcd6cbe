"""The tasks of one rule for one scene: those of rows, of occurrences, and what their ladders add."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from shared.mapping.evaluation.covering import Judged, key_of
from shared.mapping.evaluation.dates import Known, occurrences, unadjusted
from shared.mapping.evaluation.desk import Desk
from shared.mapping.evaluation.escalation_tasks import escalations, is_paused, mails_of_item
from shared.mapping.evaluation.item import Item
from shared.mapping.evaluation.people import People
from shared.mapping.evaluation.rows import rows_of
from shared.mapping.evaluation.scope import Scene
from shared.mapping.language.rules import BaseRule
from shared.mapping.language.tasks import KeyedTask, TaskSpec
from shared.models.keys import item_key
from shared.models.wanted import Owner, Refused, WantedTask


def tasks_of_rule(desk: Desk, rule: BaseRule, scene: Scene) -> Iterator[WantedTask]:
    """Yield the tasks that a rule which applies asks for."""
    scene = replace(scene, done=_done_of(desk, rule)) if desk.completed else scene
    # All of them before any is filled in: a task may wait for one that stands below it in the file.
    places = [
        (spec, place)
        for spec in rule.specs
        for place in _places(desk, rule, spec, scene)
        if _is_wanted(desk, rule, spec, place)
    ]
    keys = {spec.key: item_key(rule.id, spec.key) for spec, _ in places if isinstance(spec, KeyedTask)}
    people = People(desk.mapping.people, desk.book, scene)
    for spec, place in places:
        for item in _items(desk, rule, spec, people if place is scene else replace(people, scene=place)):
            # Filled in to its end first: only then is all noted that it asked for and nobody told.
            made = list(_of_item(desk, item, keys))
            desk.unknown += item.unknown
            yield from made


def _places(desk: Desk, rule: BaseRule, spec: TaskSpec, scene: Scene) -> Iterator[Scene]:
    """Yield the scene, or of a task for each row one scene a row; say what stands against the other rows."""
    if not isinstance(spec, KeyedTask) or spec.for_each is None:
        yield scene
        return
    found, key = rows_of(spec.for_each, scene.values), key_of(rule, spec, scene)
    desk.unknown += [gap.of(rule.id, key) for gap in found.gaps]
    yield from (scene.at_row(row) for row in found.rows)
    # After what single rows were refused for: the first that covers a task is told.
    desk.refused.append(Refused(covers=key, said=found.said))


def _done_of(desk: Desk, rule: BaseRule) -> dict[str, datetime]:
    keys = {spec.key: item_key(rule.id, spec.key) for spec in rule.specs if isinstance(spec, KeyedTask)}
    known = {name: desk.memory[key].completed_at for name, key in keys.items() if key in desk.memory}
    return {name: at for name, at in known.items() if at is not None}


def _is_wanted(desk: Desk, rule: BaseRule, spec: TaskSpec, scene: Scene) -> bool:
    verdict = desk.judge(spec.when, scene)
    desk.judged.append(Judged(rule, spec, scene, verdict))
    if not verdict.holds and not desk.curious:
        desk.tell(rule, key_of(rule, spec, scene), verdict)
    return verdict.holds is True


def _items(desk: Desk, rule: BaseRule, spec: TaskSpec, people: People) -> Iterator[Item]:
    scene = people.scene
    whole = Item(desk.mapping, rule, spec, scene, people, key_of(rule, spec, scene), desk.act_as, desk.memory)
    if spec.due is None or spec.due.repeat is None:
        yield whole
        return
    due = spec.due
    first = whole.attempt(lambda: unadjusted(due, scene), None)
    known = _known_days(desk, whole.key)
    if first is None:
        if whole.holds or due.if_missing == "hold":
            yield from _standing(whole, known)
        return
    came, change = whole.attempt(
        lambda: occurrences(due, first, scene, Known(_done(desk, whole.key), known)), ((), None)
    )
    if change is not None:
        desk.changes.add(change)
    if whole.holds:
        yield from _standing(whole, known)
    for one in came:
        there = scene.at_occurrence(one.due)
        key = item_key(whole.key, one.name.isoformat())
        yield Item(desk.mapping, rule, spec, there, replace(people, scene=there), key, desk.act_as, desk.memory)


def _standing(whole: Item, known: frozenset[date]) -> Iterator[Item]:
    """Yield, held, the occurrences that stand while it is not known when the next ones are; or the whole."""
    keys = [item_key(whole.key, day.isoformat()) for day in sorted(known)] or [whole.key]
    yield from (replace(whole, key=key, holds=[*whole.holds], unknown=[*whole.unknown]) for key in keys)


def _known_days(desk: Desk, key: str) -> frozenset[date]:
    """Name the occurrences that are open."""
    prefix = f"{key}|"
    parts = (item.removeprefix(prefix) for item, one in desk.memory.items() if item.startswith(prefix) and one.is_open)
    return frozenset(date.fromisoformat(part) for part in parts if _is_day(part))


def _of_item(desk: Desk, item: Item, keys: dict[str, str]) -> Iterator[WantedTask]:
    """Fill in an item and what its ladder adds; what can't be foreseen stops this item alone."""
    try:
        yield from _filled(desk, item, keys)
    except Exception as error:  # noqa: BLE001 - the wall round an item
        item.holds.append(f"it can't be filled in: {type(error).__name__}: {str(error)[:200]}")
        yield item.stub()


def _filled(desk: Desk, item: Item, keys: dict[str, str]) -> list[WantedTask]:
    due = item.due_date()
    shows = item.appears(due)
    if shows is not None and shows > item.scene.today and not desk.curious and item.key not in desk.completed:
        desk.note(lambda: item.scene.calendar.midnight(shows))
        desk.later[item.key] = shows
        return []
    pending = [] if desk.curious else [name for name in _depends_on(item.spec) if _is_pending(desk, name, keys)]
    waits_on = tuple(keys[name] for name in pending)
    task = item.build(waits_on=waits_on, waits_for=tuple(pending), due=due, is_shown=not desk.curious)
    # What nobody can do is late like anything else, and somebody has to hear of it.
    waits = task.held is not None and (bool(waits_on) or not item.nobody)
    is_over = desk.is_over(task.item_key)
    quiet = (is_over or waits) and not desk.curious
    task = task.waiting_for_others() if not is_over and is_paused(item) else task
    shown = task.showing(_due_shown(desk, task))
    ladder = escalations(item, shown, quiet=quiet, changes=desk.changes, since=_known_since(desk, item))
    notify = mails_of_item(item, shown, ladder.reminders, quiet=quiet, changes=desk.changes)
    if ladder.lines or notify:
        task = task.told((*task.context, *ladder.lines), notify)
    return [task, *ladder.tasks]


def _known_since(desk: Desk, item: Item) -> datetime | None:
    """Say since when the bridge knows of an item: one that no link tells of, from now on."""
    if not desk.remembers:
        return None
    known = desk.memory.get(item.key)
    return desk.now if known is None else known.known_since


def _due_shown(desk: Desk, task: WantedTask) -> date | None:
    """Return the one due date: ladder, mails and lateness count from what the task shows."""
    known = desk.memory.get(task.item_key)
    return task.due if known is None else known.due_shown(task.due, task.owners.get("due", Owner.OPENTEXT))


def _is_pending(desk: Desk, name: str, keys: dict[str, str]) -> bool:
    # A task that its own condition leaves out is nothing to wait for.
    return name in keys and keys[name] not in desk.completed


def _done(desk: Desk, key: str) -> frozenset[date]:
    prefix = f"{key}|"
    parts = (done.removeprefix(prefix) for done in desk.completed if done.startswith(prefix))
    return frozenset(date.fromisoformat(part) for part in parts if _is_day(part))


def _depends_on(spec: TaskSpec) -> tuple[str, ...]:
    return spec.depends_on if isinstance(spec, KeyedTask) else ()


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    # `fromisoformat` also takes 20261231 and 2026-W53-4, by which no occurrence is named.
    return len(text) == len("2026-12-31")
