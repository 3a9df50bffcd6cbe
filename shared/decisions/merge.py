"""
The three-way merge of one task: what OpenText wants, what Planner shows, what both last agreed on.

Mine changed = wanted differs from what was asked. Theirs changed = read differs from what we got.
One side changed: it is taken. Both apart: the field's owner wins, and the loser is kept as a conflict.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shared.decisions.description_block import split_description, with_block
from shared.decisions.fields import FIELDS, Shape, SyncedField, Target, outcome_lines, task_write
from shared.decisions.observed import Found
from shared.models.link import FieldBase
from shared.models.planner_writes import ChecklistLine, DetailsPatch, TaskPatch
from shared.models.wanted import Owner

Base = Mapping[str, FieldBase]
_FIELD = {one.name: one for one in FIELDS}


@dataclass(frozen=True)
class Conflict:
    """Both sides changed a field apart; the winner's value stands."""

    field: str
    winner: Owner
    kept: Any
    lost: Any


@dataclass(frozen=True)
class Merged:
    """What to write, what is agreed without writing, and what was lost."""

    task: TaskPatch | None = None
    details: DetailsPatch | None = None
    asked: dict[str, Any] = field(default_factory=dict)
    """Fields that the patches carry → what OpenText wanted when they were made."""
    agreed: dict[str, FieldBase] = field(default_factory=dict)
    """Fields that need no write, with their new base."""
    taken: tuple[str, ...] = ()
    """Fields where Planner's change was taken."""
    conflicts: tuple[Conflict, ...] = ()
    noted: dict[str, FieldBase] = field(default_factory=dict)
    """
    Fields whose write destroys what a person wrote, with the base that lets it go ahead once the loss was told.

    Told afterwards, it would be lost for good with a worker that dies between the write and the telling.
    """


@dataclass(frozen=True)
class _Step:
    """The merge of one field."""

    write: Any = None
    writes: bool = False
    asked: Any = None
    got: Any = None
    taken: bool = False
    theirs: bool = False
    """The value that stands is one that people set."""
    conflict: Conflict | None = None
    noted: FieldBase | None = None

    def is_agreed(self, base: FieldBase | None) -> bool:
        """Tell whether just this was agreed on before."""
        return base is not None and (base.asked, base.got, base.theirs) == (self.asked, self.got, self.theirs)


def merge(target: Target, found: Found, base: Base) -> Merged:
    """Merge every field of a task; details fields only when the details were read."""
    task: dict[str, Any] = {}
    details: dict[str, Any] = {}
    asked: dict[str, Any] = {}
    agreed: dict[str, FieldBase] = {}
    taken: list[str] = []
    conflicts: list[Conflict] = []
    noted: dict[str, FieldBase] = {}
    # The due date first: it decides which start Planner takes.
    due = _due_after(target, found, base)
    target = target if due is None else target.starting_by(date.fromisoformat(due))
    for synced in FIELDS:
        if synced.in_details and found.details is None:
            continue
        read, known = synced.read(found), base.get(synced.name)
        step = _merge_field(synced, target, found, read, known)
        step = _moved_start(synced, step, read, due, known)
        if step.writes:
            asked[synced.name] = step.asked
            if synced.in_details:
                details |= _details_write(synced.name, step.write, target, found)
            else:
                task |= task_write(synced.name, step.write, read)
        elif not step.is_agreed(known):
            agreed[synced.name] = FieldBase(asked=step.asked, got=step.got, theirs=step.theirs)
        taken += [synced.name] if step.taken else []
        conflicts += [step.conflict] if step.conflict else []
        noted |= {synced.name: step.noted} if step.noted else {}
    return Merged(
        task=TaskPatch(**task) if task else None,
        details=DetailsPatch(**details) if details else None,
        asked=asked,
        agreed=agreed,
        taken=tuple(taken),
        conflicts=tuple(conflicts),
        noted=noted,
    )


def _due_after(target: Target, found: Found, base: Base) -> str | None:
    """Say which due date the task will show; Planner refuses a start after it, and with it the whole of a write."""
    due = _FIELD["due"]
    step = _merge_field(due, target, found, due.read(found), base.get("due"))
    after: str | None = step.write if step.writes else due.read(found)
    return after


def _moved_start(synced: SyncedField, step: _Step, read: Any, due: str | None, base: FieldBase | None) -> _Step:  # noqa: ANN401
    """Have a start that people set move with a due date that passes it."""
    if synced.name != "start" or step.writes or due is None or read is None or read <= due:
        return step
    is_told = base is not None and base.got == read
    lost = Conflict("start", Owner.OPENTEXT, kept=due, lost=read)
    noted = FieldBase(asked=step.asked, got=read)
    return _Step(
        write=due,
        writes=True,
        asked=step.asked,
        conflict=None if is_told else lost,
        noted=None if is_told else noted,
    )


def _merge_field(
    synced: SyncedField,
    target: Target,
    found: Found,
    read: Any,  # noqa: ANN401
    base: FieldBase | None,
) -> _Step:
    wanted = synced.wanted(target)
    if synced.shape is Shape.LINES:
        return _merge_lines(wanted, read, base or _standing(wanted, read), set(outcome_lines(target.wanted)))
    if base is None:
        return _first_sight(synced, wanted, read)
    if synced.shape is Shape.BLOCK:
        return _merge_block(wanted, read, base, found)
    if synced.optional and wanted is None:
        return _Step(asked=None, got=read, taken=read != base.got, theirs=read != base.got or base.theirs)
    if synced.shape is Shape.SET:
        return _merge_set(wanted, read, base)
    owner = target.wanted.owners.get(synced.name, synced.owner)
    return _merge_scalar(synced.name, owner, wanted, read, base)


def _first_sight(synced: SyncedField, wanted: Any, read: Any) -> _Step:  # noqa: ANN401
    """A field without a base: a new entry of the table, or a task found again by its reference line."""
    if wanted == read or (synced.optional and wanted is None) or synced.owner is Owner.PLANNER:
        return _Step(asked=wanted, got=read)
    if synced.shape is Shape.SET:
        # Who removed or added whom is not known: nobody is taken away.
        both = sorted({*wanted, *read})
        return _Step(asked=wanted, got=read) if both == read else _Step(write=both, writes=True, asked=wanted)
    if synced.shape is Shape.BLOCK:
        return _Step(write=wanted, writes=True, asked=wanted)
    lost = Conflict(synced.name, Owner.OPENTEXT, kept=wanted, lost=read)
    return _Step(write=wanted, writes=True, asked=wanted, conflict=lost, noted=FieldBase(asked=read, got=read))


def _merge_scalar(name: str, owner: Owner, wanted: Any, read: Any, base: FieldBase) -> _Step:  # noqa: ANN401
    mine, moved = wanted != base.asked, read != base.got
    if not mine:
        # Set back to what OpenText asked for, it is nobody's own any more: OpenText's next change is taken again.
        is_theirs = read != base.asked and (moved or base.theirs)
        return _Step(asked=base.asked, got=read, taken=moved, theirs=is_theirs)
    if wanted == read:
        return _Step(asked=wanted, got=read)
    # What people set in a field of theirs stands for good, not only until OpenText's own value moves.
    if not moved and not (base.theirs and owner is Owner.PLANNER):
        return _Step(write=wanted, writes=True, asked=wanted)
    if owner is Owner.PLANNER:
        lost = Conflict(name, Owner.PLANNER, kept=read, lost=wanted)
        return _Step(asked=wanted, got=read, taken=moved, conflict=lost, theirs=True)
    lost = Conflict(name, Owner.OPENTEXT, kept=wanted, lost=read)
    return _Step(write=wanted, writes=True, asked=wanted, conflict=lost, noted=FieldBase(asked=base.asked, got=read))


def _merge_block(wanted: str, read: str, base: FieldBase, found: Found) -> _Step:
    if wanted == read or (wanted == base.asked and read == base.got):
        return _Step(asked=wanted, got=read)
    if read == base.got:
        return _Step(write=wanted, writes=True, asked=wanted)
    text = split_description(found.details.description if found.details else None).block
    conflict = Conflict("context", Owner.OPENTEXT, kept=wanted, lost=text[:200])
    # Without what was asked, the next round writes the block whatever it wants.
    return _Step(write=wanted, writes=True, asked=wanted, conflict=conflict, noted=FieldBase(got=read))


def _merge_set(wanted: list[str], read: list[str], base: FieldBase) -> _Step:
    asked = set(base.asked or ())
    # Only what we want otherwise than when we last asked: whom people added or took away stays so.
    added, removed = set(wanted) - asked, asked - set(wanted)
    result = sorted((set(read) | added) - removed)
    # Both to the same is agreed, as of lines: most likely the write was ours, and a backup does not know of it.
    came, left = set(read) - set(base.got or ()), set(base.got or ()) - set(read)
    theirs = bool(came - added or left - removed)
    if result == read:
        return _Step(asked=wanted, got=read, taken=theirs)
    return _Step(write=result, writes=True, asked=wanted, taken=theirs)


def _standing(wanted: dict[str, str], read: dict[str, str]) -> FieldBase:
    """Take lines that read as we want them for agreed on, where nothing was: their keys are ours alone."""
    lines = {key: text for key, text in wanted.items() if read.get(key) == text}
    return FieldBase(asked=lines, got=lines)


def _merge_lines(wanted: dict[str, str], read: dict[str, str], base: FieldBase, strict: set[str]) -> _Step:
    asked, got = base.asked or {}, base.got or {}
    write: dict[str, str | None] = {}
    taken = False
    for key in [*wanted, *(k for k in asked if k not in wanted)]:
        mine = wanted.get(key) != asked.get(key)
        theirs = read.get(key) != got.get(key)
        # Both to the same is agreed: most likely the write was ours, and its answer was lost.
        taken = taken or (theirs and not (mine and wanted.get(key) == read.get(key)))
        # The lines of outcomes are proof: changed by people, they are put back although we want nothing new.
        if wanted.get(key) != read.get(key) and (mine or (theirs and key in strict)):
            write[key] = wanted.get(key)
    if not write:
        return _Step(asked=wanted, got={key: read[key] for key in wanted if key in read}, taken=taken)
    lost = {key: read.get(key) for key in write if read.get(key) != got.get(key)}
    if not lost:
        return _Step(write=write, writes=True, asked=wanted)
    noted = FieldBase(
        asked={key: text for key, text in asked.items() if key not in lost or key not in wanted},
        got={key: text for key, text in {**got, **lost}.items() if text is not None},
    )
    conflict = Conflict("lines", Owner.OPENTEXT, kept={key: write[key] for key in lost}, lost=lost)
    return _Step(write=write, writes=True, asked=wanted, conflict=conflict, noted=noted)


def _details_write(name: str, value: Any, target: Target, found: Found) -> dict[str, Any]:  # noqa: ANN401
    if name == "context":
        return {"description": with_block(found.details.description if found.details else None, target.block)}
    if name == "references":
        return {"references": value}
    known = found.details.checklist if found.details is not None else {}
    new = [key for key, text in value.items() if text is not None and key not in known]
    outcomes = outcome_lines(target.wanted)
    lines = {
        # A tick was made for what the line read: an outcome that reads otherwise from now on is not ticked.
        key: None
        if text is None
        else ChecklistLine(title=text, is_checked=False if key in outcomes else None, **_order(key, new))
        for key, text in value.items()
    }
    return {"checklist": lines}


def _order(key: str, new: list[str]) -> dict[str, str]:
    """
    Put new lines in the rule's order; those that stand keep their place.

    Source: https://learn.microsoft.com/graph/api/resources/planner-order-hint-format
    """
    return {"order_hint": " !" * (new.index(key) + 1)} if key in new else {}
