"""
Origin + mapping + now → the tasks that should exist.

Pure and deterministic: the same input gives the same bytes. What has to be asked of the directory is
found by running the same code without answers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from shared.mapping.evaluation.dates import occurrences, resolve
from shared.mapping.evaluation.directory_log import Book
from shared.mapping.evaluation.escalation_tasks import escalations, mails_of_item
from shared.mapping.evaluation.item import Item
from shared.mapping.evaluation.matching import matches
from shared.mapping.evaluation.needs import needs, rules_for
from shared.mapping.evaluation.people import People
from shared.mapping.evaluation.scope import Scene
from shared.mapping.language.rules import BaseRule, Mapping, MissingDocumentRule
from shared.mapping.language.tasks import KeyedTask, TaskSpec
from shared.models.keys import OriginKind, item_key
from shared.models.opentext import Origin
from shared.models.people import Directory, Lookups
from shared.models.wanted import Wanted, WantedTask
from shared.models.words import ActAs

__all__ = ["lookups", "needs", "wanted"]


def wanted(
    mapping: Mapping,
    origin: Origin,
    directory: Directory,
    now: datetime,
    *,
    completed: frozenset[str] = frozenset(),
    act_as: ActAs = ActAs.PERFORMER,
) -> Wanted:
    """
    Compute the wanted tasks.

    Args:
        directory: the answers to `lookups` of the same origin; who is not in it counts as unknown.
        now: aware.
        completed: keys of this origin's items that are completed.
        act_as: `OPENTEXT_ACT_AS`: who completes steps, and so whose completion counts.
    """
    desk = _Desk(mapping, Book(directory), now, completed, act_as)
    tasks = tuple(sorted(desk.tasks(origin), key=lambda task: task.item_key))
    again = min((moment for moment in desk.changes if moment > now), default=None)
    return Wanted(tasks=tasks, look_again=again, mapping_hash=mapping.hash, is_certain=desk.book.is_answered)


def lookups(mapping: Mapping, origin: Origin, now: datetime, *ways: ActAs) -> Lookups:
    """
    List what the directory has to answer before `wanted` is asked, whatever is completed by then.

    Args:
        ways: the `act_as` that it will be asked with; none: any.
    """
    book = Book(Directory())
    for act_as in ways or (ActAs.PERFORMER, ActAs.SERVICE):
        for _ in _Desk(mapping, book, now, frozenset(), act_as, curious=True).tasks(origin):
            pass
    return book.asked()


@dataclass
class _Desk:
    """The work on one origin at one moment."""

    mapping: Mapping
    book: Book
    now: datetime
    completed: frozenset[str]
    act_as: ActAs
    curious: bool = False
    """Ask for everybody who could be needed: nothing counts as held or completed."""
    changes: set[datetime] = field(default_factory=set)
    """When time alone changes the answer."""

    def tasks(self, origin: Origin) -> Iterator[WantedTask]:
        for rule, scene in self._chosen(origin):
            if "now" in rule.names or "today" in rule.names:
                self.changes.add(scene.calendar.midnight(scene.calendar.local_date(self.now) + timedelta(days=1)))
            yield from self._of_rule(rule, scene)

    def _chosen(self, origin: Origin) -> Iterator[tuple[BaseRule, Scene]]:
        """Yield each rule with each scene that it applies to."""
        scenes: dict[tuple[str, bool], tuple[Scene, ...]] = {}
        taken: set[tuple[bool, str]] = set()
        for rule in rules_for(self.mapping, origin.kind):
            missing = isinstance(rule, MissingDocumentRule)
            if (view := (rule.calendar, missing)) not in scenes:
                scenes[view] = tuple(self._scenes(origin, rule.calendar, missing=missing))
            for scene in scenes[view]:
                slot = (missing, _slot(scene))
                if (self.mapping.match == "all" or slot not in taken) and matches(rule.when, scene):
                    taken.add(slot)
                    yield rule, scene

    def _scenes(self, origin: Origin, calendar_name: str, *, missing: bool) -> Iterator[Scene]:
        calendar = self.mapping.calendar(calendar_name)
        if missing:
            documents = (origin.workspace.missing_documents or ()) if origin.workspace is not None else ()
            yield from (Scene(origin, self.now, calendar, missing=document) for document in documents)
        elif origin.workflow is not None:
            steps = () if origin.workflow.ended else origin.workflow.current
            yield from (Scene(origin, self.now, calendar, step=step) for step in steps)
        elif origin.kind is not OriginKind.NODE:
            yield Scene(origin, self.now, calendar)

    def _of_rule(self, rule: BaseRule, scene: Scene) -> Iterator[WantedTask]:
        specs = [spec for spec in rule.specs if matches(spec.when, scene)]
        keys = {spec.key: item_key(rule.id, spec.key) for spec in specs if isinstance(spec, KeyedTask)}
        people = People(self.mapping.people, self.book, scene)
        for spec in specs:
            for item in self._items(rule, spec, people):
                yield from self._of_item(item, keys)

    def _items(self, rule: BaseRule, spec: TaskSpec, people: People) -> Iterator[Item]:
        scene = people.scene
        whole = Item(self.mapping, rule, spec, scene, people, _key(rule, spec, scene), self.act_as)
        if spec.due is None or spec.due.repeat is None:
            yield whole
            return
        due = spec.due
        first = whole.attempt(lambda: resolve(due, scene), None)
        if first is None:
            if whole.holds or due.if_missing == "hold":
                yield whole
            return
        days, change = occurrences(due, first, scene, self._done(whole.key))
        if change is not None:
            self.changes.add(change)
        for day in days:
            there = scene.at_occurrence(day)
            key = item_key(whole.key, day.isoformat())
            yield Item(self.mapping, rule, spec, there, people, key, self.act_as)

    def _of_item(self, item: Item, keys: dict[str, str]) -> Iterator[WantedTask]:
        due = item.due_date()
        pending = [] if self.curious else [name for name in _depends_on(item.spec) if self._is_pending(name, keys)]
        waits_on = tuple(keys[name] for name in pending)
        task = item.build(waits_on=waits_on, waits_for=tuple(pending), due=due, is_shown=not self.curious)
        is_done = task.item_key in self.completed
        quiet = (is_done or task.held is not None) and not self.curious
        ladder = escalations(item, task, quiet=quiet, changes=self.changes)
        notify = mails_of_item(item, task, ladder.reminders, quiet=quiet, changes=self.changes)
        if ladder.lines or notify:
            task = task.model_copy(update={"context": (*task.context, *ladder.lines), "notify": notify})
        yield task
        yield from ladder.tasks

    def _is_pending(self, name: str, keys: dict[str, str]) -> bool:
        # A task that its own condition leaves out is nothing to wait for.
        return name in keys and keys[name] not in self.completed

    def _done(self, key: str) -> frozenset[date]:
        prefix = f"{key}|"
        parts = (done.removeprefix(prefix) for done in self.completed if done.startswith(prefix))
        return frozenset(date.fromisoformat(part) for part in parts if _is_day(part))


def _key(rule: BaseRule, spec: TaskSpec, scene: Scene) -> str:
    if isinstance(spec, KeyedTask):
        return item_key(rule.id, spec.key)
    if scene.step is not None:
        ref = scene.step.ref
        return item_key(rule.id, ref.subprocess_id, ref.task_id, ref.visit)
    return item_key(rule.id, scene.missing.node_id if scene.missing is not None else scene.origin.number)


def _slot(scene: Scene) -> str:
    """Name what a scene is about, so that with `match: first` one rule takes it."""
    if scene.step is not None:
        return scene.step.ref.model_dump_json()
    return str(scene.missing.node_id) if scene.missing is not None else scene.origin.key


def _depends_on(spec: TaskSpec) -> tuple[str, ...]:
    return spec.depends_on if isinstance(spec, KeyedTask) else ()


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2026-12-31")
