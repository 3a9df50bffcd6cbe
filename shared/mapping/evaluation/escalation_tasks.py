"""What an escalation adds to an item: lines and mails of reminders, tasks of the levels above; and what is overdue."""

from dataclasses import dataclass, field
from datetime import datetime

from shared.errors import NeverError
from shared.mapping.evaluation.dates import Anchors, resolve
from shared.mapping.evaluation.escalation import Raised, Waited, climb, item_of, overdue_at, raised_before
from shared.mapping.evaluation.item import Item
from shared.mapping.evaluation.matching import judge
from shared.mapping.evaluation.people import Assigned
from shared.mapping.evaluation.plans import target
from shared.mapping.language.task_parts import PRIORITIES, Level
from shared.models.keys import item_key
from shared.models.notify import COMMENT, OUTCOME, Notify
from shared.models.text import cut
from shared.models.wanted import PlanTarget, WantedTask
from shared.models.workflow import WorkflowStatus


@dataclass
class Effects:
    """What the levels that were reached add."""

    lines: list[str] = field(default_factory=list)
    reminders: list[Notify] = field(default_factory=list)
    tasks: list[WantedTask] = field(default_factory=list)


def escalations(
    item: Item, task: WantedTask, *, quiet: bool, changes: set[datetime], since: datetime | None
) -> Effects:
    """
    Compute what the item's ladder adds now.

    Args:
        quiet: the item is completed or held: nobody is waited for.
        changes: gets the moment of the next level.
        since: when the bridge first knew of the item. None: nothing is remembered, as in a preview.
    """
    effects = Effects()
    levels = item.spec.escalate if item.spec.escalate is not None else item.rule.escalate
    if quiet or not levels:
        return effects
    try:
        before = raised_before(task.item_key, levels, item.memory)
        pauses = item.memory[item.key].pauses if item.key in item.memory else ()
        ladder = climb(levels, item.scene, task.due, Waited(since, before if since is not None else None, pauses))
    except NeverError as error:
        effects.lines.append(f"Escalation: {error}")
        return effects
    paused = task.is_paused
    if ladder.next_at is not None and not (paused and pauses and pauses[-1].until is None):
        # In a pause that is remembered no level comes nearer: its end is a change of the record.
        changes.add(ladder.next_at)
    if paused and ladder.raised:
        effects.lines.append("Escalation: paused")
    # While it is paused, what was made is left; nothing new is raised.
    waiting = [
        one for one in ladder.raised if not paused or (not one.level.remind and (since is None or one.key in before))
    ]
    for raised in waiting:
        if raised.level.remind:
            _remind(item, task, raised, effects)
        else:
            effects.tasks.append(_task(item, task, raised, paused=paused))
    return effects


def mails_of_item(
    item: Item, task: WantedTask, reminders: list[Notify], *, quiet: bool, changes: set[datetime]
) -> tuple[Notify, ...]:
    """
    Render the item's mails; one for what is overdue or reminded stands there only once that is so.

    Args:
        changes: gets the moment at which the item becomes overdue.
    """
    specs = item.spec.notify if item.spec.notify is not None else item.rule.notify
    if not specs:
        return tuple(reminders)
    late, at = False, None
    if not quiet and task.due is not None and any(spec.on == "overdue" for spec in specs):
        at = overdue_at(task.due, item.scene)
        changes.add(at)
        late = at <= item.scene.now and not task.is_paused
    shown = tuple(spec for spec in specs if spec.on != "overdue" or late)
    mails = item.mails(shown, item.words(task, outcome=OUTCOME, comment=COMMENT), late_since=at)
    missed = task.due.isoformat() if task.due is not None else ""
    return (*(mail.about(missed) if mail.on == "overdue" else mail for mail in mails), *reminders)


def is_paused(item: Item) -> bool:
    """
    Tell whether somebody else is waited for: by the rule's own word, or since the workflow is suspended.

    While it is not known, nobody is urged.
    """
    workflow = item.scene.workflow
    if workflow is not None and workflow.status is WorkflowStatus.SUSPENDED:
        return True
    if item.rule.pause is None:
        return False
    verdict = judge(item.rule.pause, item.scene)
    item.unknown += [gap.of(item.rule.id, item_key(item.key, "pause")) for gap in verdict.gaps]
    return verdict.holds is not False


def _remind(item: Item, task: WantedTask, raised: Raised, effects: Effects) -> None:
    words = item.words(task)
    since = item.scene.calendar.local_date(raised.at).isoformat()
    subject, body = item.attempt(lambda: _texts(raised.level, words), (task.title, ""))
    effects.lines.append(f"Reminder of {since}: {subject}")
    if to := _mails_of(item, task):
        was = "reminded" if raised.number == 1 else f"reminded-{raised.number}"
        effects.reminders.append(
            Notify(on="reminded", key=raised.key, was=was, to=to, subject=subject, body=body, since=raised.at)
        )


def _texts(level: Level, words: dict[str, object]) -> tuple[str, str]:
    return " ".join(level.title.render(words).split()), level.description.render(words)


def _mails_of(item: Item, task: WantedTask) -> tuple[str, ...]:
    mails = item.people.book.mails
    return tuple(sorted(mails[one] for one in task.assignees if one in mails))


def _task(item: Item, task: WantedTask, raised: Raised, *, paused: bool) -> WantedTask:
    """Make the task of a level. While paused it is held: made ones stay, new ones wait."""
    level, words = raised.level, item.words(task)
    # With holds of its own: that a level can't be made must not hold the task that is late.
    own = Item(item.mapping, item.rule, item.spec, item.scene, item.people, task.item_key, item.act_as, item.memory)
    if paused:
        own.holds.append("paused: the step waits on somebody else")
    plan = _plan(own, level, task)
    assigned = own.attempt(lambda: item.people.assign(level.to, plan.group_id), Assigned())
    own.holds += [assigned.held] if assigned.held is not None else []
    title, description = own.attempt(lambda: _texts(level, words), (f"Overdue: {task.title}", ""))
    anchors = Anchors(due=task.due, raised=raised.at)
    due = own.attempt(lambda: resolve(level.due, item.scene, anchors) if level.due is not None else None, None)
    return WantedTask(
        item_key=item_of(task.item_key, raised, item.memory),
        level=raised.key,
        rule_id=task.rule_id,
        rule_hash=task.rule_hash,
        kind="escalation",
        title=cut(title, item.mapping.limits.title),
        plan=plan,
        bucket=level.bucket,
        labels=level.labels,
        priority=PRIORITIES[level.priority],
        due=due,
        assignees=assigned.ids,
        people=assigned.decisions,
        description=description,
        context=_context(task, raised, item),
        references=task.references,
        when_deleted=item.spec.when_deleted,
        held="; ".join(dict.fromkeys(own.holds)) or None,
    )


def _plan(own: Item, level: Level, task: WantedTask) -> PlanTarget:
    if (choice := level.plan) is None:
        return task.plan
    return own.attempt(lambda: target(choice, own.mapping, own.scene), PlanTarget())


def _context(task: WantedTask, raised: Raised, item: Item) -> tuple[str, ...]:
    names = ", ".join(one.person for one in task.people if one.entra_id is not None) or "nobody"
    return (
        f"Escalates: {task.title}",
        f"Assigned to: {names}",
        *(f"Nobody can do this: {why}" for why in item.nobody),
        f"Raised: {item.scene.calendar.local(raised.at):%Y-%m-%d %H:%M}",
        *task.context,
    )
