"""Why an item is not wanted any more. Only a positive statement of OpenText closes work."""

from dataclasses import dataclass

from shared.models.keys import OriginKind
from shared.models.link import Link
from shared.models.origin import Origin
from shared.models.words import ItemKind
from shared.models.workflow import Step, Workflow, WorkflowStatus


@dataclass(frozen=True)
class Ended:
    """OpenText states that it is over."""

    reason: str
    is_by_condition: bool = False
    """A condition of its rule says no; nothing of OpenText's own ended."""
    is_stated: bool = False
    """It is over by OpenText's own word, or with what it chased: whatever any rule says."""


@dataclass(frozen=True)
class MappingChanged:
    """What decides about it was changed or dropped since the record was read by it: the task is left alone."""

    reason: str


@dataclass(frozen=True)
class NotStated:
    """Nothing says that it is over: nothing is done."""


RULE_GONE = "the mapping has its rule no more"
RULE_CHANGED = "the mapping was changed, and no longer asks for it"
RULE_LOST = (
    "it was found again after a loss, and the mapping does not ask for it: by which rule it was made is not known"
)
NOBODY_WAITS = "nobody waits for it any more"
Ending = Ended | MappingChanged | NotStated


def ending(
    link: Link,
    origin: Origin,
    rule_hashes: dict[str, str],
    *,
    is_undecided: bool = False,
    why_not: str = "",
    chased: Link | None = None,
) -> Ending:
    """
    Say why the item of this link is not wanted.

    Args:
        link: of the item.
        origin: as it was just read.
        rule_hashes: rule id → hash, as the mapping stands.
        is_undecided: something that its rule asks about was not told.
        why_not: the value that was read and says no.
        chased: the item that an escalation chases.
    """
    # (1) OpenText's own word before the mapping's: what ended there is over, whatever became of its rule. So is an
    # escalation of what is over, whatever became of its level.
    stated = _stated(link, origin) or (NOBODY_WAITS if chased is not None and _is_over(chased, origin) else None)
    if stated is not None:
        return Ended(stated, is_stated=True)
    # (2) Not known is not no.
    if is_undecided:
        return NotStated()
    # (3) Not wanted by another rule than the one that it was made by: the file changed, not the record.
    if rule_hashes.get(link.rule_id) != link.rule_hash:
        return MappingChanged(_why_changed(link, rule_hashes))
    # (4) A step that stands in no list: OpenText may be at work between two steps. What does not show is not over.
    if link.step is not None and origin.workflow is not None and not _is_current(link, origin.workflow):
        return NotStated()
    # (5) Its rule is the same, so it is what was escalated that moved, or was done.
    if link.kind is ItemKind.ESCALATION and not why_not:
        return Ended(NOBODY_WAITS)
    told = f": {why_not}" if why_not else ""
    return Ended(f"the record no longer asks for it{told}", is_by_condition=bool(why_not))


def _stated(link: Link, origin: Origin) -> str | None:
    """Say what OpenText itself states of the end of a step, a document or a workspace. None: nothing."""
    if link.step is not None and origin.workflow is not None:
        return _step_ended(link, origin.workflow)
    node = origin.workspace if origin.kind is OriginKind.WORKSPACE else origin.document
    return (node.gone or None) if node is not None else None


def _is_over(chased: Link, origin: Origin) -> bool:
    return chased.is_over or _stated(chased, origin) is not None


def _why_changed(link: Link, rule_hashes: dict[str, str]) -> str:
    if link.rule_id not in rule_hashes:
        return RULE_GONE
    return RULE_CHANGED if link.rule_hash else RULE_LOST


def is_current(link: Link, origin: Origin) -> bool:
    """Say whether the link's step still stands on the same visit."""
    return origin.workflow is not None and _is_current(link, origin.workflow)


def _is_current(link: Link, workflow: Workflow) -> bool:
    return any(step.ref == link.step for step in workflow.current)


def _step_ended(link: Link, workflow: Workflow) -> str | None:
    if _is_current(link, workflow):
        return None
    if workflow.status is WorkflowStatus.STOPPED:
        return "the workflow was stopped"
    # Before the workflow's own end: only the step itself tells who decided it.
    if done := next((step for step in workflow.completed if step.ref == link.step), None):
        return f"the step was completed in OpenText{_by(done)}"
    if workflow.status is WorkflowStatus.COMPLETED:
        return "the workflow is completed"
    # A loop reuses a step's ids: a later visit says that this one is over, even where no list shows it any more.
    if any(_same_step(step, link) for step in (*workflow.current, *workflow.completed)):
        return "the workflow came back to this step"
    return None


def _same_step(step: Step, link: Link) -> bool:
    mine = link.step
    return (
        mine is not None
        and (step.ref.subprocess_id, step.ref.task_id) == (mine.subprocess_id, mine.task_id)
        and step.ref.visit > mine.visit
    )


def _by(step: Step) -> str:
    if (decided := step.decided) is not None:
        what = f"{decided.what}, " if decided.what else ""
        return f" by {decided.by} ({what}{decided.at:%Y-%m-%d %H:%M} UTC)"
    names = ", ".join(person.name or person.login for person in step.performers)
    return f" by {names}" if names else ""
