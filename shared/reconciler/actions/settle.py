"""Find out what became of a POST whose answer was lost: by listing the plan, never by posting again first."""

from collections.abc import Sequence

from shared.decisions.actions import Create, Settle
from shared.decisions.description_block import is_anothers
from shared.decisions.item_view import event
from shared.decisions.settle import Ambiguous, Match, candidates, may_be_ours, settle
from shared.errors import BridgeError, NotFoundError
from shared.models.events import EventKind
from shared.models.holds import HoldCause
from shared.models.link import Link
from shared.models.planner import PlannerDetails, PlannerTask
from shared.models.words import WaitedFor
from shared.reconciler.actions.create import Made, adopt, create_tasks, reservation_of
from shared.reconciler.actions.write import write_details
from shared.reconciler.outcome import DONE, Outcome
from shared.reconciler.session import Work
from shared.store.tasks import Claim, PlanIndex, unreserving


async def settle_task(work: Work, action: Settle) -> Outcome:
    """Adopt the task that was made, post again if there is certainly none, hold while nobody can tell."""
    work.ensure_time()
    link = action.link
    plan_id = link.plan_id or ""
    index = await work.services.tasks.read_plan(plan_id)
    try:
        tasks = await work.services.planner.list_tasks(plan_id)
    except NotFoundError:
        # A plan that is gone holds no task.
        return await _never_made(work, action)
    claims = await _claims(work, tasks, index)
    if (mine := _already_claimed(work, link, tasks, claims)) is not None:
        await _adopted(work, action, mine)
        return DONE
    row, creators = await work.services.plans.find(plan_id), await work.services.creators.list_all()
    found = candidates(
        tasks,
        claimed=frozenset({*index.tasks, *claims}),
        creators=creators,
        since=link.reserved_at or work.now,
        posted=reservation_of(work, link).posted,
        stood=row.stood if row is not None else None,
    )
    verdict = settle(reservation_of(work, link), index.reservations, await _without_anothers(work, found))
    if isinstance(verdict, Match):
        is_ours = await _adopted(work, action, verdict.task)
        return DONE if is_ours else Outcome(looks={WaitedFor.SETTLE: work.now + work.policy.settle})
    if isinstance(verdict, Ambiguous):
        return await _hold(work, link, verdict)
    if unread := [one for one in tasks.unread if one.id not in index.tasks and may_be_ours(one, creators)]:
        # Only a list in which nothing of ours went unread states that there is none.
        return await _hold(work, link, Ambiguous(tuple(one.id or "one without an id" for one in unread)))
    return await _never_made(work, action)


async def _without_anothers(work: Work, found: Sequence[PlannerTask]) -> list[PlannerTask]:
    """Leave out what names another bridge: of two on one plan each may have posted the very same."""
    if not found:
        return []
    details = await work.services.planner.read_details([task.id for task in found])
    return [task for task in found if not _is_anothers(details[task.id], work.policy.bridge)]


def _is_anothers(details: PlannerDetails | BridgeError, bridge: str) -> bool:
    return isinstance(details, PlannerDetails) and is_anothers(details.description, bridge)


async def _adopted(work: Work, action: Settle, task: PlannerTask) -> bool:
    """Link a task and write its details; False when another link holds it."""
    ours = await adopt(work, [Made(action.target, action.link, task)], EventKind.SETTLED)
    await write_details(work, ours)
    return bool(ours)


async def adopt_claimed(work: Work, plan_id: str) -> Outcome:
    """
    Take a task that an item of this origin claimed, and whose link does not know of it.

    Its maker died between the claim and the commit, and a person moved the task before anybody settled it: the read
    of the plan where it is now tells.

    Args:
        work: the reconcile at work.
        plan_id: the plan whose read asked for this look.
    """
    bare = {item: link for item, link in work.held.links.items() if link.task_id is None and link.posted is not None}
    if not bare:
        return DONE
    again = False
    work.ensure_time()
    index = await work.services.tasks.read_plan(plan_id)
    tasks = await work.services.planner.list_tasks(plan_id)
    claims = await _claims(work, tasks, index)
    wanted = {task.item_key: task for task in work.wanted.tasks}
    for item, link in bare.items():
        if (mine := _already_claimed(work, link, tasks, claims)) is not None:
            target = work.target(wanted[item]) if item in wanted else None
            await write_details(work, await adopt(work, [Made(target, link, mine)], EventKind.SETTLED))
            again = True
    return Outcome(again=again)


async def _claims(work: Work, tasks: tuple[PlannerTask, ...], index: PlanIndex) -> dict[str, Claim]:
    """Read the claims of tasks that the index does not know: one may stand without its row. By task id."""
    loose = [task.id for task in tasks if task.id not in index.tasks]
    claims = {task_id: await work.services.tasks.find_claim(task_id) for task_id in loose}
    return {task_id: claim for task_id, claim in claims.items() if claim is not None}


def _already_claimed(
    work: Work, link: Link, tasks: tuple[PlannerTask, ...], claims: dict[str, Claim]
) -> PlannerTask | None:
    """Find a task that this very item claimed before the link could be committed, whatever became of its title."""
    mine = Claim(origin=work.origin.key, item=link.item)
    return next((task for task in tasks if claims.get(task.id) == mine), None)


async def _hold(work: Work, link: Link, verdict: Ambiguous) -> Outcome:
    reason = f"one of these tasks may be ours, nothing is posted: {', '.join(verdict.task_ids)}"
    held = link.hindered(HoldCause.AMBIGUOUS, reason, work.now)
    told = () if link.hold is HoldCause.AMBIGUOUS else (event(EventKind.HELD, held, reason=reason),)
    await work.commit([held], told)
    return DONE


async def _never_made(work: Work, action: Settle) -> Outcome:
    """Post again; or drop the reservation of an item that nobody wants any more, or that has to wait meanwhile."""
    link, target = action.link, action.target
    if target is not None and target.wanted.held is None:
        await create_tasks(work, [Create(target, link)])
        return DONE
    if target is None:
        after, what = link.closed("never made"), EventKind.CLOSED
    else:
        after, what = link.held(target.wanted.held_by, target.wanted.held or "", work.now), EventKind.HELD
    over = unreserving(link.plan_id or "", work.origin.key, link.item)
    await work.commit([after], [event(what, after, reason=after.reason)], unreserved=[over])
    return DONE
