"""What was decided on a step in OpenText itself: by whom and when, as far as the workflow's record proves it. Pure."""

from collections.abc import Sequence

from shared.models.workflow import Activity, DecidedThere, Step, Workflow

_ENDS = frozenset({"disposition", "sendon"})
"""Source: OTCS REST, processes' activities: what a step is completed by."""


def decided_there(step: Step, workflow: Workflow, activities: Sequence[Activity]) -> DecidedThere | None:
    """
    Find who completed a step. The record names no step: the first that a performer of it sent on since it began.

    Args:
        step: a completed one.
        workflow: that it belongs to.
        activities: of the step's sub-workflow, in any order.

    Returns:
        None: nobody's, or it may have been about another step that the same person had at that time.
    """
    people = {person.user_id: person for person in step.performers}
    since = step.started
    ended = [
        (one.at, one)
        for one in activities
        if one.at is not None and one.action in _ENDS and one.user_id in people and (since is None or one.at >= since)
    ]
    if not ended:
        return None
    at, first = min(ended, key=lambda pair: pair[0])
    others = (one for one in (*workflow.current, *workflow.completed) if one.ref != step.ref)
    for other in others:
        is_theirs = any(person.user_id == first.user_id for person in other.performers)
        if is_theirs and (other.started is None or other.started <= at):
            return None
    person = people[first.user_id]
    return DecidedThere(by=person.name or person.login, at=at, what=first.label, comment=first.comment)
