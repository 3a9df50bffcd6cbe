"""What a mapping would do, as plain lines for people: tasks, dates, people and why."""

from collections.abc import Iterator

from shared.mapping.evaluation.wanted import evaluated
from shared.mapping.language.rules import Mapping
from shared.models.recording import Recording
from shared.models.wanted import PersonDecision, PlanTarget, Wanted, WantedTask


def computed(mapping: Mapping, recording: Recording) -> Wanted:
    """Compute the tasks of a recorded origin."""
    return evaluated(
        mapping,
        recording.origin,
        recording.directory,
        recording.now,
        completed=frozenset(recording.completed),
        act_as=recording.act_as,
    ).wanted


def preview(result: Wanted) -> str:
    """Show the tasks, one paragraph each, and when they are looked at again."""
    paragraphs = ["\n".join(_lines(task)) for task in result.tasks] or ["nothing is wanted"]
    paragraphs += [f"? {one.covers or 'the mapping'}: not known: {one.why}" for one in result.unknown]
    if result.look_again is not None:
        paragraphs.append(f"looked at again: {result.look_again:%Y-%m-%d %H:%M} UTC")
    return "\n\n".join(paragraphs) + "\n"


def _lines(task: WantedTask) -> Iterator[str]:
    yield f"{task.item_key} ({task.kind})"
    yield f"  title:     {task.title}"
    yield f"  plan:      {_place(task.plan)}{f', bucket {task.bucket}' if task.bucket else ''}"
    if task.start is not None:
        yield f"  start:     {task.start}"
    yield f"  due:       {task.due or 'none'}"
    for one in task.people or (None,):
        yield f"  person:    {_person(one)}"
    for line in task.checklist:
        yield f"  check:     {line.title}"
    for outcome in task.outcomes:
        yield f"  outcome:   {outcome.title} → {outcome.disposition}"
    for text in task.context:
        yield f"  context:   {text}"
    for mail in (one.filled("(outcome)", "(comment)") for one in task.notify):
        yield f"  mail:      {mail.on} → {', '.join(mail.to)}: {mail.subject}"
    if task.held is not None:
        yield f"  held:      {task.held}"


def _place(plan: PlanTarget) -> str:
    if plan.plan_id is not None:
        return f"plan {plan.plan_id}"
    made = ", made if it is missing" if plan.make else ""
    return f"{plan.title or 'not known'} in group {plan.group_id or 'not known'}{made}"


def _person(decision: PersonDecision | None) -> str:
    if decision is None:
        return "nobody"
    given = f" = {decision.entra_id}" if decision.entra_id is not None else ""
    return f"{decision.asked} → {decision.person or 'nobody'}{given} ({decision.outcome})"
