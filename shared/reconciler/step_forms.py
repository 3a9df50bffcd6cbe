"""
Ask a new step's own form, before its task is made, whether Planner can decide it at all.

What only comes out at the completion is told to a person who believes to have decided. So a step that wants a password,
whose outcomes are not the rule's, or that the bridge can't complete in anybody's name, is known as such from the start.
"""

from collections.abc import Mapping

from shared.decisions.outcome import check_outcomes
from shared.errors import RefusedError, UnreadableError
from shared.models.holds import HOLDS, HoldCause
from shared.models.link import Link, LinkState
from shared.models.wanted import Wanted, WantedTask
from shared.models.words import ActAs, ItemKind
from shared.services import Services

ASKED_AGAIN = frozenset({HoldCause.OUTCOMES, HoldCause.SIGN_IN, HoldCause.SERVICE_MODE, HoldCause.UNREADABLE})
"""Holds that another answer of the form ends."""


async def ask_forms(wanted: Wanted, links: Mapping[str, Link], services: Services) -> Wanted:
    """Return what is wanted with what the forms of steps say that have no task yet; of others their links say it."""
    return wanted.with_tasks(tuple([await _asked(services, task, links.get(task.item_key)) for task in wanted.tasks]))


async def _asked(services: Services, task: WantedTask, link: Link | None) -> WantedTask:
    if task.kind is not ItemKind.STEP or not task.moves_step or task.step is None:
        return task
    if link is not None and link.elsewhere:
        return task.decided_elsewhere(link.elsewhere)
    is_new = link is None or (link.state is LinkState.HELD and link.hold in ASKED_AGAIN)
    return await _ask(services, task) if is_new and task.held is None and task.deciders else task


async def _ask(services: Services, task: WantedTask) -> WantedTask:
    acting = task.deciders[0].performer
    assert task.step is not None  # noqa: S101 - asked for by the caller
    try:
        async with services.room.turn():
            form = await services.opentext.workflows.read_form(task.step, acting=acting)
    except RefusedError:
        return task.held_for(HoldCause.SIGN_IN, HOLDS[HoldCause.SIGN_IN].sentence)
    except UnreadableError:
        if services.settings.opentext_act_as is ActAs.SERVICE:
            return task.held_for(HoldCause.SERVICE_MODE, HOLDS[HoldCause.SERVICE_MODE].sentence)
        return task.held_for(HoldCause.UNREADABLE, "OpenText does not show the step to its performer")
    if form.wants_password:
        return task.decided_elsewhere("This step wants a password or signature: complete it in OpenText.")
    if (problem := check_outcomes(form, task.outcomes)) is not None:
        return task.held_for(HoldCause.OUTCOMES, problem)
    return task
