"""What people read of an item: title, description, context, checklist, outcomes, links."""

from typing import Any

from shared.mapping.evaluation.context_lines import DEFAULT_REFERENCES, context_lines, gaps_of, references
from shared.mapping.evaluation.filling import Filling
from shared.mapping.evaluation.rows import rows_of
from shared.mapping.evaluation.scope import Scene
from shared.mapping.language.limits import CHECKLIST
from shared.mapping.language.rules import StepRule
from shared.mapping.language.task_parts import CheckLine
from shared.models.text import cut
from shared.models.wanted import Outcome, Unknown, WantedChecklistItem, WantedReference


def texts(item: Filling) -> dict[str, Any]:
    """Fill in what people read, by the fields of a wanted task."""
    spec, words = item.spec, item.scene.words
    title = item.attempt(lambda: " ".join(spec.title.render(words).split()), None)
    # None: the template could not be filled in, which says so itself.
    if title == "":
        item.holds.append("the title is empty")
    checklist, outcomes = _checklist(item), _outcomes(item)
    if (lines := len(checklist) + len(outcomes)) > CHECKLIST:
        item.holds.append(f"{lines} checklist lines: Planner takes {CHECKLIST}")
    item.unknown += item.scene.once((item.rule.id, _lines(item)), lambda: _gaps(item))
    return {
        "title": cut(title or item.key, item.mapping.limits.title),
        "description": item.attempt(lambda: spec.description.render(words), ""),
        "context": _context(item, outcomes),
        "checklist": checklist,
        "outcomes": outcomes,
        "references": _references(item),
    }


def _context(item: Filling, outcomes: tuple[Outcome, ...]) -> tuple[str, ...]:
    asked, titles, scene = _lines(item), tuple(one.title for one in outcomes), item.scene
    # Computed once for a scene: the tasks of a rule mostly show the same lines of the same record.
    lines = scene.once((asked, titles), lambda: context_lines(asked, scene, titles))
    if isinstance(item.rule, StepRule) and not item.moves_step:
        return ("This step is decided in OpenText: completing the task here decides nothing.", *lines)
    return lines


def _gaps(item: Filling) -> list[Unknown]:
    return [gap.of(item.rule.id, item.rule.id, blocks=False) for gap in gaps_of(_lines(item), item.scene)]


def _lines(item: Filling) -> tuple[str, ...]:
    return item.spec.context if item.spec.context is not None else item.rule.context


def _outcomes(item: Filling) -> tuple[Outcome, ...]:
    return item.rule.choices if isinstance(item.rule, StepRule) and item.moves_step else ()


def _checklist(item: Filling) -> tuple[WantedChecklistItem, ...]:
    length = item.mapping.limits.checklist_title
    lines = [
        (key, item.attempt(lambda line=line, there=there: line.title.render(there.words), ""))  # type: ignore[misc] # bound now
        for line in item.spec.checklist
        for key, there in _places(item, line)
    ]
    return tuple(WantedChecklistItem(key=key, title=cut(title, length)) for key, title in lines if title)


def _places(item: Filling, line: CheckLine) -> list[tuple[str, Scene]]:
    """Return the scene of a line, or one a row; while rows can't be told the item stays as it is."""
    if line.for_each is None:
        return [(line.key, item.scene)]
    found = rows_of(line.for_each, item.scene.values)
    item.unknown += [gap.of(item.rule.id, item.key) for gap in found.gaps]
    item.holds += [f"not known: {gap.why}" for gap in found.gaps]
    return [(f"{line.key}-{row.name}", item.scene.at_row(row)) for row in found.rows]


def _references(item: Filling) -> tuple[WantedReference, ...]:
    specs = item.spec.references
    chosen = specs if specs is not None else DEFAULT_REFERENCES[item.rule.on]
    scene, longest = item.scene, item.mapping.limits.alias
    return item.attempt(lambda: scene.once((chosen, longest), lambda: references(chosen, scene, longest)), ())
