"""
Origin + mapping + now → the tasks that should exist.

Pure and deterministic: the same input gives the same bytes. What has to be asked of the directory is
found by running the same code without answers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from shared.mapping.evaluation.covering import Judged
from shared.mapping.evaluation.desk import Desk
from shared.mapping.evaluation.directory_log import Book
from shared.mapping.evaluation.needs import needs
from shared.mapping.evaluation.rule_choice import rules_applying
from shared.mapping.evaluation.rule_tasks import tasks_of_rule
from shared.mapping.evaluation.scope import Scene
from shared.mapping.evaluation.values import Remembered
from shared.mapping.evaluation.verdict import Gap
from shared.mapping.language.rules import BaseRule
from shared.mapping.language.rules import Mapping as Rules
from shared.models.item_memory import ItemMemory
from shared.models.origin import Origin
from shared.models.people import Directory, Lookups
from shared.models.wanted import NameKind, Unknown, Wanted, WantedTask
from shared.models.words import ActAs

__all__ = ["Evaluated", "evaluated", "lookups", "needs"]


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
    desk = Desk(
        mapping, book, now, completed, act_as, remembered=names, memory=memory or {}, remembers=memory is not None
    )
    # In one order: the same input gives the same answer, so that those of two mappings can be compared.
    tasks = tuple(sorted(tasks_for(desk, origin), key=lambda task: task.item_key))
    again = min((moment for moment in desk.changes if moment > now), default=None)
    found = Wanted(
        tasks=tasks,
        unknown=tuple(dict.fromkeys([*desk.unknown, *_fallback_gap(desk)])),
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
        for _ in tasks_for(Desk(mapping, book, now, frozenset(), act_as, curious=True, memory=memory or {}), origin):
            pass
    return book.asked()


def tasks_for(desk: Desk, origin: Origin) -> Iterator[WantedTask]:
    """Go through the rules; what goes wrong in one stops that one alone."""
    for rule, scene in rules_applying(desk, origin):
        made = _walled(desk, rule, scene)
        yield from made
        # A text that names the day is another one tomorrow. What is over needs none.
        if rule.names & {"now", "today"} and not all(desk.is_over(task.item_key) for task in made):
            desk.note(lambda scene=scene: scene.calendar.end(scene.today))  # type: ignore[misc] # bound now


def _walled(desk: Desk, rule: BaseRule, scene: Scene) -> list[WantedTask]:
    try:
        return list(tasks_of_rule(desk, rule, scene))
    except Exception as error:  # noqa: BLE001 - the wall round a rule: the others are decided all the same
        desk.broken(rule, scene, error)
        return []


def _fallback_gap(desk: Desk) -> Iterator[Unknown]:
    """Tell of a fallback who is not in the directory."""
    fallback, book = desk.mapping.people.fallback, desk.book
    if fallback in book.emails and fallback in book.answers.users and not book.user(fallback):
        why = f"people.fallback {fallback} is not in the directory: what nobody else can be given goes to nobody"
        yield Gap(NameKind.PERSON, fallback, why).of("", "", blocks=False)
