"""What a decision on an item is bound to, and who may make it."""

from shared.mapping.evaluation.filling import Filling
from shared.mapping.language.rules import StepRule
from shared.models.deciders import Decider
from shared.models.opentext import DocumentVersion
from shared.models.words import ActAs


def documents(item: Filling) -> tuple[DocumentVersion, ...]:
    """List the versions that a decision is about, by node id."""
    workflow = item.scene.workflow
    if isinstance(item.rule, StepRule) and workflow is not None:
        # A decision is bound to everything attached: what can't be read can't be decided on.
        item.is_unread = bool(workflow.unread_documents)
        item.holds += [f"what is attached can't be read: {why}" for why in workflow.unread_documents]
        return workflow.versions
    bound = {document.bound.node_id: document.bound for document in item.scene.documents}
    return tuple(bound[node] for node in sorted(bound))


def deciders(item: Filling) -> tuple[Decider, ...]:
    """List who may decide; where nobody can, the item is held and says why."""
    if not isinstance(item.rule, StepRule):
        return ()
    words = item.rule.approvers
    service = item.act_as is ActAs.SERVICE
    deciders = item.attempt(lambda: item.people.approvers(words) if service else item.people.deciders(), ())
    if not deciders and service:
        item.lack_people("the rule's approvers are nobody: no completion could count")
    elif not deciders and item.moves_step:
        # A task for somebody else, the fallback say, could never be completed so that it counts.
        performers = item.scene.step.performers if item.scene.step is not None else ()
        logins = ", ".join(one.login or one.name for one in performers)
        why = f"no performer of this step is found in Entra ID: {logins or 'nobody performs it'}"
        item.lack_people(why, is_unfound=bool(performers))
    return _told_apart(item, deciders) if item.rule.four_eyes and item.moves_step else deciders


def started_by(item: Filling) -> str | None:
    """Name who started the workflow, by Entra id, where four eyes decide."""
    is_asked = isinstance(item.rule, StepRule) and item.rule.four_eyes and item.moves_step
    return item.people.initiator() if is_asked else None


def _told_apart(item: Filling, deciders: tuple[Decider, ...]) -> tuple[Decider, ...]:
    """Mark who started the workflow; where that is not known, or nobody else is there, nobody may decide."""
    initiator, workflow = item.people.initiator(), item.scene.workflow
    if initiator is None:
        item.lack_people("four eyes decide, and who started the workflow is not found in Entra ID", is_unfound=True)
    user = workflow.initiator if workflow is not None else None
    marked = tuple(one.told_apart(initiator, user.user_id if user is not None else None) for one in deciders)
    if marked and all(one.started for one in marked):
        item.lack_people("four eyes decide, and nobody performs this step but who started the workflow")
    return marked
