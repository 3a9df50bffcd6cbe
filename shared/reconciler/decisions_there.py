"""Read what people decided in OpenText itself, of the steps whose tasks end because of it."""

import logging
from collections.abc import Mapping

from shared.decisions.decided_there import decided_there
from shared.errors import NeverError, SignInRefusedError
from shared.models.link import Link, LinkState
from shared.models.origin import Origin
from shared.models.words import ItemKind
from shared.models.workflow import Step, Workflow
from shared.services import Services

log = logging.getLogger(__name__)
_WAIT = frozenset({LinkState.OPEN, LinkState.HELD, LinkState.RELEASED})


async def with_decisions(origin: Origin, links: Mapping[str, Link], services: Services) -> Origin:
    """
    Return an origin whose steps say who completed them, where their items still wait for that. One call a step.

    What the workflow's record can't be read for is left unsaid: the step is over all the same.
    """
    workflow = origin.workflow
    if workflow is None:
        return origin
    # What we sent on ourselves is found by its own mark.
    waiting = [link.step for link in links.values() if link.kind is ItemKind.STEP and link.state in _WAIT]
    ours = {link.step for link in links.values() if link.sending is not None}
    ended = [step for step in workflow.completed if step.ref in waiting and step.ref not in ours]
    if not ended:
        return origin
    known = {step.ref: await _decided(step, workflow, services) for step in ended}
    return origin.in_workflow(workflow.with_completed(tuple(known.get(step.ref, step) for step in workflow.completed)))


async def _decided(step: Step, workflow: Workflow, services: Services) -> Step:
    try:
        activities = await services.opentext.workflows.activities(step.ref)
    except SignInRefusedError:
        # Not a matter of this step: as long as nobody signs in, nothing can be read.
        raise
    except NeverError as error:
        log.info("who completed step %s can't be read: %s", step.ref.task_id, error)
        return step
    return step.decided_as(decided_there(step, workflow, activities))
