"""
Origin + mapping + now → the tasks that should exist.

Pure and deterministic: the same input gives the same bytes. What has to be asked of the directory is
found by running the same code without answers.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from shared.errors import NeverError
from shared.mapping.evaluation.choosing import chosen
from shared.mapping.evaluation.covering import Judged, covers_of, key_of
from shared.mapping.evaluation.dates import Known, occurrences, unadjusted
from shared.mapping.evaluation.directory_log import Book
from shared.mapping.evaluation.escalation_tasks import escalations, is_paused, mails_of_item
from shared.mapping.evaluation.item import Item
from shared.mapping.evaluation.matching import judge
from shared.mapping.evaluation.needs import needs, rules_for
from shared.mapping.evaluation.people import People
from shared.mapping.evaluation.rows import rows_of
from shared.mapping.evaluation.scope import Scene
from shared.mapping.evaluation.values import Remembered
from shared.mapping.evaluation.verdict import Gap, NotKnownError, Verdict, no, not_known
from shared.mapping.language.calendar import NoDateError
from shared.mapping.language.conditions import Condition
from shared.mapping.language.rules import BaseRule, MissingDocumentRule
from shared.mapping.language.rules import Mapping as Rules
from shared.mapping.language.tasks import KeyedTask, TaskSpec
from shared.models.evidence_files import is_evidence_file
from shared.models.item_memory import ItemMemory
from shared.models.keys import OriginKind, item_key
from shared.models.opentext import Origin
from shared.models.people import Directory, Lookups
from shared.models.wanted import NameKind, Owner, Refused, Unknown, Wanted, WantedTask
from shared.models.words import ActAs

__all__ = ["Evaluated", "evaluated", "lookups", "needs", "wanted"]


def wanted(
    mapping: Rules,
    origin: Origin,
    directory: Directory,
    now: datetime,
    *,
    completed: frozenset[str] = frozenset(),
    act_as: ActAs = ActAs.PERFORMER,
    remembered: Remembered | None = None,
    memory: Mapping[str, ItemMemory] | None = None,
) -> Wanted:
    """
    Compute the wanted tasks, and what could not be answered. Never raises for what a record holds.

    Args, Returns: as `evaluated`, without how it came to its answers.
    """
    return evaluated(
        mapping,
        origin,
        directory,
        now,
        completed=completed,
        act_as=act_as,
        remembered=remembered,
        memory=memory,
    ).wanted


@dataclass(frozen=True)
class Evaluated:
    """What is wanted, and how it came to that."""

    wanted: Wanted
    judged: tuple[Judged, ...]
    """Every condition that was asked of a rule or task, with its answer, in order."""
    later: Mapping[str, date]
    """Items whose time has not come, with the day on which they appear."""


def evaluated(
    mapping: Rules,
    origin: Origin,
    directory: Directory,
    now: datetime,
    *,
    completed: frozenset[str] = frozenset(),
    act_as: ActAs = ActAs.PERFORMER,
    remembered: Remembered | None = None,
    memory: Mapping[str, ItemMemory] | None = None,
) -> Evaluated:
    """
    Compute the wanted tasks, with every answer on the way. Never raises for what a record holds.

    Args:
        mapping: the rules.
        origin: as it was just read.
        directory: the answers to `lookups` of the same origin; who is not in it counts as unknown.
        now: aware.
        completed: keys of this origin's items that are completed.
        act_as: `OPENTEXT_ACT_AS`: who completes steps, and so whose completion counts.
        remembered: the ids that names of the mapping had when they were last there.
        memory: by item key, what is remembered of this origin's items.
    """
    book, names = Book(directory), remembered or {}
    desk = _Desk(
        mapping, book, now, completed, act_as, remembered=names, memory=memory or {}, remembers=memory is not None
    )
    tasks = tuple(sorted(desk.tasks(origin), key=lambda task: task.item_key))
    again = min((moment for moment in desk.changes if moment > now), default=None)
    found = Wanted(
        tasks=tasks,
        unknown=tuple(dict.fromkeys([*desk.unknown, *desk.fallback_gap()])),
        refused=tuple(desk.refused),
        look_again=again,
        mapping_hash=mapping.hash,
        is_certain=desk.book.is_answered,
    )
    return Evaluated(found, tuple(desk.judged), desk.later)


def lookups(
    mapping: Rules, origin: Origin, now: datetime, *ways: ActAs, memory: Mapping[str, ItemMemory] | None = None
) -> Lookups:
    """
    List what the directory has to answer before `wanted` is asked, whatever is completed by then.

    Args:
        mapping: the rules.
        origin: as it was just read.
        now: aware.
        ways: the `act_as` that it will be asked with; none: any.
        memory: as it will be asked with.
    """
    book = Book(Directory())
    for act_as in ways or (ActAs.PERFORMER, ActAs.SERVICE):
        for _ in _Desk(mapping, book, now, frozenset(), act_as, curious=True, memory=memory or {}).tasks(origin):
            pass
    return book.asked()


@dataclass
class _Desk:
    """The work on one origin at one moment."""

    mapping: Rules
    book: Book
    now: datetime
    completed: frozenset[str]
    act_as: ActAs
    curious: bool = False
    """Ask for everybody who could be needed: nothing counts as held or completed."""
    remembered: Remembered = field(default_factory=dict)
    memory: Mapping[str, ItemMemory] = field(default_factory=dict)
    remembers: bool = False
    """Links were read: what they don't tell of is new."""
    changes: set[datetime] = field(default_factory=set)
    """When time alone changes the answer."""
    unknown: list[Unknown] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    """Every answer, yes too: what an explanation is made of."""
    later: dict[str, date] = field(default_factory=dict)

    def tasks(self, origin: Origin) -> Iterator[WantedTask]:
        """Go through the rules; what goes wrong in one stops that one alone."""
        for rule, scene in self._chosen(origin):
            made = self._walled(rule, scene)
            yield from made
            if rule.names & {"now", "today"} and not all(self._is_over(task.item_key) for task in made):
                self._note(lambda scene=scene: scene.calendar.end(scene.today))  # type: ignore[misc] # bound now

    def fallback_gap(self) -> Iterator[Unknown]:
        """Tell of a fallback who is not in the directory."""
        fallback = self.mapping.people.fallback
        if fallback in self.book.emails and fallback in self.book.answers.users and not self.book.user(fallback):
            why = f"people.fallback {fallback} is not in the directory: what nobody else can be given goes to nobody"
            yield Gap(NameKind.PERSON, fallback, why).of("", "", blocks=False)

    def _walled(self, rule: BaseRule, scene: Scene) -> list[WantedTask]:
        try:
            return list(self._of_rule(rule, scene))
        except Exception as error:  # noqa: BLE001 - the wall round a rule: the others are decided all the same
            self._broken(rule, scene, error)
            return []

    def _broken(self, rule: BaseRule, scene: Scene, error: Exception) -> None:
        why = f"the rule can't be evaluated here: {type(error).__name__}: {str(error)[:200]}"
        self.unknown.append(Gap(NameKind.RULE, rule.id, why).of(rule.id, covers_of(rule, scene)))

    def _note(self, moment: Callable[[], datetime]) -> None:
        """Note when to look again; a moment after the end of the calendar is none."""
        with suppress(NoDateError):
            self.changes.add(moment())

    def _chosen(self, origin: Origin) -> Iterator[tuple[BaseRule, Scene]]:
        """Yield each rule with each scene that it applies to."""
        scenes: dict[tuple[str | None, bool], tuple[Scene, ...]] = {}
        taken: dict[tuple[bool, str], Verdict] = {}
        for rule in rules_for(self.mapping, origin.kind):
            missing = isinstance(rule, MissingDocumentRule)
            if (view := (self._calendar(rule, origin), missing)) not in scenes:
                scenes[view] = tuple(self._scenes(origin, view[0], missing=missing))
            if missing and _lacks_list(origin):
                why = "the server can't say which documents are missing"
                self.unknown.append(Gap(NameKind.DOCUMENTS, rule.id, why).of(rule.id, rule.id))
            for scene in scenes[view]:
                slot = (missing, _slot(scene))
                before = taken.get(slot, NOBODY) if self.mapping.match == "first" else NOBODY
                verdict = self._judged(rule, scene) if before is NOBODY else _after(before)
                self.judged.append(Judged(rule, None, scene, verdict))
                if verdict.holds is not False:
                    taken.setdefault(slot, verdict)
                if verdict.holds:
                    yield rule, scene
                elif not self.curious:
                    self._tell(rule, scene, verdict)

    def _calendar(self, rule: BaseRule, origin: Origin) -> str | None:
        """Name the calendar of a rule; None: the record does not tell which, so nothing of the rule is decided."""
        if isinstance(rule.calendar, str):
            return rule.calendar
        scene = Scene(origin, self.now, self.mapping.calendar("default"), remembered=self.remembered)
        try:
            return str(chosen(rule.calendar, scene))
        except NotKnownError as error:
            self.unknown.append(error.gap.of(rule.id, rule.id))
        except NeverError as error:
            self.unknown.append(Gap(NameKind.CALENDAR, rule.calendar.name, str(error)).of(rule.id, rule.id))
        return None

    def _judged(self, rule: BaseRule, scene: Scene) -> Verdict:
        try:
            return self._judge(rule.when, scene)
        except Exception as error:  # noqa: BLE001 - the wall round a condition
            self._broken(rule, scene, error)
            return not_known()

    def _judge(self, condition: Condition | None, scene: Scene) -> Verdict:
        verdict = judge(condition, scene)
        for day in scene.turns:
            self._note(lambda day=day: scene.calendar.midnight(day))  # type: ignore[misc] # bound now
        scene.turns.clear()
        return verdict

    def _tell(self, rule: BaseRule, scene: Scene, verdict: Verdict) -> None:
        """Keep why a rule makes nothing here: a value that says no, or what is not known."""
        covers = covers_of(rule, scene)
        if verdict.holds is False:
            self.refused.append(Refused(covers=covers, said=verdict.said))
        self.unknown += [gap.of(rule.id, covers) for gap in verdict.gaps]

    def _scenes(self, origin: Origin, calendar_name: str | None, *, missing: bool) -> Iterator[Scene]:
        if calendar_name is None:
            return
        calendar = self.mapping.calendar(calendar_name)
        ids = self.remembered
        if missing:
            documents = (origin.workspace.missing_documents or ()) if origin.workspace is not None else ()
            yield from (Scene(origin, self.now, calendar, missing=document, remembered=ids) for document in documents)
        elif origin.workflow is not None:
            steps = () if origin.workflow.ended else origin.workflow.current
            yield from (Scene(origin, self.now, calendar, step=step, remembered=ids) for step in steps)
        elif origin.kind is not OriginKind.NODE and not _is_own_file(origin) and not _is_no_subject(origin):
            yield Scene(origin, self.now, calendar, remembered=ids)

    def _of_rule(self, rule: BaseRule, scene: Scene) -> Iterator[WantedTask]:
        scene = replace(scene, done=self._done_of(rule)) if self.completed else scene
        places = [
            (spec, place)
            for spec in rule.specs
            for place in self._places(rule, spec, scene)
            if self._is_wanted(rule, spec, place)
        ]
        keys = {spec.key: item_key(rule.id, spec.key) for spec, _ in places if isinstance(spec, KeyedTask)}
        people = People(self.mapping.people, self.book, scene)
        for spec, place in places:
            for item in self._items(rule, spec, people if place is scene else replace(people, scene=place)):
                made = list(self._of_item(item, keys))
                self.unknown += item.unknown
                yield from made

    def _places(self, rule: BaseRule, spec: TaskSpec, scene: Scene) -> Iterator[Scene]:
        """Yield the scene, or of a task for each row one scene a row; say what stands against the other rows."""
        if not isinstance(spec, KeyedTask) or spec.for_each is None:
            yield scene
            return
        found, key = rows_of(spec.for_each, scene.values), key_of(rule, spec, scene)
        self.unknown += [gap.of(rule.id, key) for gap in found.gaps]
        yield from (scene.at_row(row) for row in found.rows)
        # After what single rows were refused for: the first that covers a task is told.
        self.refused.append(Refused(covers=key, said=found.said))

    def _done_of(self, rule: BaseRule) -> dict[str, datetime]:
        keys = {spec.key: item_key(rule.id, spec.key) for spec in rule.specs if isinstance(spec, KeyedTask)}
        known = {name: self.memory[key].completed_at for name, key in keys.items() if key in self.memory}
        return {name: at for name, at in known.items() if at is not None}

    def _is_wanted(self, rule: BaseRule, spec: TaskSpec, scene: Scene) -> bool:
        verdict = self._judge(spec.when, scene)
        self.judged.append(Judged(rule, spec, scene, verdict))
        if not verdict.holds and not self.curious:
            key = key_of(rule, spec, scene)
            self.refused += [Refused(covers=key, said=verdict.said)] if verdict.holds is False else []
            self.unknown += [gap.of(rule.id, key) for gap in verdict.gaps]
        return verdict.holds is True

    def _items(self, rule: BaseRule, spec: TaskSpec, people: People) -> Iterator[Item]:
        scene = people.scene
        whole = Item(self.mapping, rule, spec, scene, people, key_of(rule, spec, scene), self.act_as, self.memory)
        if spec.due is None or spec.due.repeat is None:
            yield whole
            return
        due = spec.due
        first = whole.attempt(lambda: unadjusted(due, scene), None)
        known = self._known_days(whole.key)
        if first is None:
            if whole.holds or due.if_missing == "hold":
                yield from self._standing(whole, known)
            return
        came, change = whole.attempt(
            lambda: occurrences(due, first, scene, Known(self._done(whole.key), known)), ((), None)
        )
        if change is not None:
            self.changes.add(change)
        if whole.holds:
            yield from self._standing(whole, known)
        for one in came:
            there = scene.at_occurrence(one.due)
            key = item_key(whole.key, one.name.isoformat())
            yield Item(self.mapping, rule, spec, there, replace(people, scene=there), key, self.act_as, self.memory)

    def _standing(self, whole: Item, known: frozenset[date]) -> Iterator[Item]:
        """Yield, held, the occurrences that stand while it is not known when the next ones are; or the whole."""
        keys = [item_key(whole.key, day.isoformat()) for day in sorted(known)] or [whole.key]
        yield from (replace(whole, key=key, holds=[*whole.holds], unknown=[*whole.unknown]) for key in keys)

    def _known_days(self, key: str) -> frozenset[date]:
        """Name the occurrences that are open."""
        prefix = f"{key}|"
        parts = (
            item.removeprefix(prefix) for item, one in self.memory.items() if item.startswith(prefix) and one.is_open
        )
        return frozenset(date.fromisoformat(part) for part in parts if _is_day(part))

    def _of_item(self, item: Item, keys: dict[str, str]) -> Iterator[WantedTask]:
        """Fill in an item and what its ladder adds; what can't be foreseen stops this item alone."""
        try:
            yield from self._filled(item, keys)
        except Exception as error:  # noqa: BLE001 - the wall round an item
            item.holds.append(f"it can't be filled in: {type(error).__name__}: {str(error)[:200]}")
            yield item.stub()

    def _filled(self, item: Item, keys: dict[str, str]) -> list[WantedTask]:
        due = item.due_date()
        shows = item.appears(due)
        if shows is not None and shows > item.scene.today and not self.curious and item.key not in self.completed:
            self._note(lambda: item.scene.calendar.midnight(shows))
            self.later[item.key] = shows
            return []
        pending = [] if self.curious else [name for name in _depends_on(item.spec) if self._is_pending(name, keys)]
        waits_on = tuple(keys[name] for name in pending)
        task = item.build(waits_on=waits_on, waits_for=tuple(pending), due=due, is_shown=not self.curious)
        # What nobody can do is late like anything else, and somebody has to hear of it.
        waits = task.held is not None and (bool(waits_on) or not item.nobody)
        quiet = (self._is_over(task.item_key) or waits) and not self.curious
        task = task.waiting_for_others() if not self._is_over(task.item_key) and is_paused(item) else task
        shown = task.showing(self._due_shown(task))
        ladder = escalations(item, shown, quiet=quiet, changes=self.changes, since=self._known_since(item))
        notify = mails_of_item(item, shown, ladder.reminders, quiet=quiet, changes=self.changes)
        if ladder.lines or notify:
            task = task.told((*task.context, *ladder.lines), notify)
        return [task, *ladder.tasks]

    def _known_since(self, item: Item) -> datetime | None:
        """Say since when the bridge knows of an item: one that no link tells of, from now on."""
        if not self.remembers:
            return None
        known = self.memory.get(item.key)
        return self.now if known is None else known.known_since

    def _is_over(self, item: str) -> bool:
        """Tell whether nobody is waited for any more: completed, closed, or left alone."""
        return item in self.completed or (item in self.memory and not self.memory[item].is_open)

    def _due_shown(self, task: WantedTask) -> date | None:
        """Return the one due date: ladder, mails and lateness count from what the task shows."""
        known = self.memory.get(task.item_key)
        return task.due if known is None else known.due_shown(task.due, task.owners.get("due", Owner.OPENTEXT))

    def _is_pending(self, name: str, keys: dict[str, str]) -> bool:
        # A task that its own condition leaves out is nothing to wait for.
        return name in keys and keys[name] not in self.completed

    def _done(self, key: str) -> frozenset[date]:
        prefix = f"{key}|"
        parts = (done.removeprefix(prefix) for done in self.completed if done.startswith(prefix))
        return frozenset(date.fromisoformat(part) for part in parts if _is_day(part))


NOBODY = Verdict(holds=False)
"""No rule before has taken a scene."""


def _after(before: Verdict) -> Verdict:
    """Answer for a rule behind the one that took the scene, or may have."""
    return no("an earlier rule applies (match: first)") if before.holds else before


def _is_own_file(origin: Origin) -> bool:
    """Tell the bridge's evidence from documents of people: a task for it would make evidence of its own, and so on."""
    document = origin.document
    return document is not None and (document.is_evidence or is_evidence_file(document.name))


def _is_no_subject(origin: Origin) -> bool:
    """Tell what no rule is about: a folder in a document's place, and a document or workspace that is no more."""
    document, workspace = origin.document, origin.workspace
    if document is not None:
        return document.is_container or bool(document.gone)
    return workspace is not None and bool(workspace.gone)


def _lacks_list(origin: Origin) -> bool:
    return origin.workspace is not None and origin.workspace.missing_documents is None


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
