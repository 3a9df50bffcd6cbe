"""Every rule of a mapping at one origin, explained: what was asked, what was read, what becomes of each task. Pure."""

from collections.abc import Iterator, Sequence

from shared.mapping.evaluation.covering import Judged, key_of
from shared.mapping.evaluation.explain import explain
from shared.mapping.evaluation.needs import rules_for
from shared.mapping.evaluation.wanted import Evaluated
from shared.mapping.language.rules import BaseRule
from shared.mapping.language.rules import Mapping as Rules
from shared.models.explanation import RuleAnswer, TaskAnswer
from shared.models.origin import Origin
from shared.models.wanted import NameKind, PersonDecision, Wanted, covers


def explanation(mapping: Rules, origin: Origin, found: Evaluated) -> tuple[RuleAnswer, ...]:
    """Explain every rule, in the order of the mapping: those for another kind of origin too, in a word."""
    mine = {rule.id for rule in rules_for(mapping, origin.kind)}
    return tuple(one for rule in mapping.rules for one in _answers(rule, origin, found, is_mine=rule.id in mine))


def _answers(rule: BaseRule, origin: Origin, found: Evaluated, *, is_mine: bool) -> Iterator[RuleAnswer]:
    asked = [one for one in found.judged if one.rule is rule]
    if not is_mine:
        yield RuleAnswer(rule=rule.id, holds=False, why=f"it is for {_KINDS[rule.on]}")
    elif not asked:
        yield _unasked(rule, origin, found)
    for one in asked:
        if one.spec is None:
            here = [task for task in asked if task.spec is not None and _is_there(task, one)]
            yield _of_rule(one, here, found)


_KINDS = {
    "workspace": "workspaces",
    "step": "steps of workflows",
    "document": "documents",
    "missing_document": "documents that a workspace lacks",
}


def _is_there(task: Judged, rule: Judged) -> bool:
    return task.scene.step is rule.scene.step and task.scene.missing is rule.scene.missing


def _unasked(rule: BaseRule, origin: Origin, found: Evaluated) -> RuleAnswer:
    """Say why a rule had nothing to be asked about."""
    if gaps := [gap.why for gap in found.wanted.unknown if gap.rule_id == rule.id]:
        return RuleAnswer(rule=rule.id, holds=None, why="; ".join(dict.fromkeys(gaps)))
    if origin.workflow is not None:
        why = "the workflow is over" if origin.workflow.ended else "no step of the workflow waits"
    elif rule.on == "missing_document":
        why = "the workspace lacks no document"
    else:
        why = "it is a file of the bridge's own"
    return RuleAnswer(rule=rule.id, holds=False, why=why)


def _of_rule(judged: Judged, tasks: Sequence[Judged], found: Evaluated) -> RuleAnswer:
    rule, verdict = judged.rule, judged.verdict
    conditions = explain(rule.when, judged.scene)
    broken = [gap.why for gap in found.wanted.unknown if gap.rule_id == rule.id and gap.what is NameKind.RULE]
    # What no condition says: an earlier rule took it, or the rule can't be evaluated.
    is_told = any(one.holds is not True for one in conditions) or verdict.holds is True
    answers = [_task(one, found) for one in tasks]
    answers += _without_rows(judged, tasks, found) if verdict.holds else ()
    return RuleAnswer(
        rule=rule.id,
        about=_about(judged),
        holds=verdict.holds,
        why="; ".join(dict.fromkeys(broken)) or ("" if is_told else verdict.said),
        conditions=conditions,
        tasks=tuple(answers),
    )


def _about(judged: Judged) -> str:
    step, missing = judged.scene.step, judged.scene.missing
    if step is not None:
        return f"step {step.name!r}, which waits since {step.ref.visit}"
    return "" if missing is None else f"the missing document {missing.name!r}"


def _without_rows(rule: Judged, asked: Sequence[Judged], found: Evaluated) -> Iterator[TaskAnswer]:
    """Say why tasks that are made for each row have none."""
    for spec in rule.rule.specs:
        if not any(one.spec is spec for one in asked):
            key = key_of(rule.rule, spec, rule.scene)
            gaps = _gaps(key, found.wanted)
            yield TaskAnswer(item=key, holds=None if gaps else False, why=found.wanted.why_not(key), gaps=gaps)


def _task(one: Judged, found: Evaluated) -> TaskAnswer:
    mine = [task for task in found.wanted.tasks if task.level == "" and covers(one.covers, task.item_key)]
    first = mine[0] if mine else None
    return TaskAnswer(
        item=one.covers,
        holds=one.verdict.holds,
        conditions=explain(one.when, one.scene),
        wanted=tuple(task.item_key for task in mine),
        title="" if first is None else first.title,
        due=None if first is None else first.due,
        people=() if first is None else tuple(map(_person, first.people)),
        held="" if first is None else first.held or "",
        not_before=next((day for key, day in found.later.items() if covers(one.covers, key)), None),
        gaps=_gaps(one.covers, found.wanted),
    )


def _gaps(key: str, wanted: Wanted) -> tuple[str, ...]:
    return tuple(dict.fromkeys(gap.why for gap in wanted.unknown if gap.covers and covers(key, gap.covers)))


def _person(one: PersonDecision) -> str:
    return f"{one.asked} is {one.person or 'nobody'} ({one.outcome})"
