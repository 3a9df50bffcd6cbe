"""Find out what became of a POST whose answer was lost: by listing the plan, never by posting again first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.decisions.actions import Create, Settle
from shared.decisions.description_block import is_anothers
from shared.decisions.item_view import event
from shared.decisions.settle import Ambiguous, Match, Nothing, candidates, is_ours, may_be_ours, settle
from shared.errors import NotFoundError
from shared.models.events import EventKind
from shared.models.holds import HoldCause
from shared.models.link import Link, Reservation
from shared.models.listed import Listed
from shared.models.planner import PlannerDetails, PlannerTask
from shared.models.words import WaitedFor
from shared.reconciler.actions.create import Made, adopt, create_tasks, reservation_of
from shared.reconciler.actions.write import write_details
from shared.reconciler.outcome import DONE, Outcome
from shared.reconciler.session import Work
from shared.reconciler.walls import wall
from shared.store.tasks import Claim, PlanIndex, unreserving


@dataclass
class _Plan:
    """A plan as it was read for one look; what is settled in it meanwhile is noted."""

    index: PlanIndex
    tasks: Listed[PlannerTask]
    claims: dict[str, Claim]
    """By task id, of those that the index does not know."""
    creators: frozenset[str]
    stood: datetime | None
    open: list[Reservation]
    """The reservations that are not settled yet."""
    anothers: frozenset[str] = frozenset()
    """Ids of tasks that name another bridge: of two on one plan each may have posted the very same."""

    def note(self, link: Link, task: PlannerTask, origin: str) -> None:
        """Take a task as its link's: neither it nor the reservation counts for others any more."""
        self.claims[task.id] = Claim(origin=origin, item=link.item)
        self.open = [one for one in self.open if (one.origin, one.item) != (origin, link.item)]


async def settle_tasks(work: Work, actions: Sequence[Settle]) -> Outcome:
    """
    Adopt the tasks that were made, post again where there is certainly none, hold while nobody can tell.

    A plan is listed once, however many are to be settled in it.
    """
    work.ensure_time()
    found: list[Made] = []
    never: list[Settle] = []
    for plan_id in sorted({action.link.plan_id or "" for action in actions}):
        here = [action for action in actions if (action.link.plan_id or "") == plan_id]
        plan = await _read(work, plan_id, [action.link for action in here])
        for action in here:
            with wall(work, [action.item], "settle"):
                # A plan that is gone holds no task.
                verdict = _judge(work, action.link, plan) if plan is not None else Nothing()
                if isinstance(verdict, Ambiguous):
                    await _hold(work, action.link, verdict)
                elif isinstance(verdict, Match):
                    found.append(Made(action.target, action.link, verdict.task))
                else:
                    never.append(action)
    ours = await adopt(work, found, EventKind.SETTLED)
    await write_details(work, ours)
    # Posted last: a pause that Graph asks for ends the look, and what was found is kept by then.
    await _never_made(work, never)
    is_left = any(made.link.item not in ours for made in found)
    return Outcome(looks={WaitedFor.SETTLE: work.now + work.policy.settle}) if is_left else DONE


async def _read(work: Work, plan_id: str, links: Sequence[Link]) -> _Plan | None:
    """Read all that settling asks of a plan. None: it is gone."""
    services = work.services
    index = await services.tasks.read_plan(plan_id)
    try:
        tasks = await services.planner.list_tasks(plan_id)
    except NotFoundError:
        return None
    row, creators = await services.plans.find(plan_id), await services.creators.list_all()
    # Claims after index and list: what another look took meanwhile is known by its claim.
    claims = await _claims(work, tasks, index, creators)
    plan = _Plan(index, tasks, claims, creators, row.stood if row is not None else None, list(index.reservations))
    plan.anothers = await _anothers(work, sorted({task.id for link in links for task in _candidates(work, link, plan)}))
    return plan


async def _anothers(work: Work, task_ids: Sequence[str]) -> frozenset[str]:
    details = await work.services.planner.read_details(task_ids) if task_ids else {}
    return frozenset(
        task_id
        for task_id, found in details.items()
        if isinstance(found, PlannerDetails) and is_anothers(found.description, work.policy.bridge)
    )


def _judge(work: Work, link: Link, plan: _Plan) -> Match | Ambiguous | Nothing:
    """Find the task of one link."""
    mine = _already_claimed(work, link, plan.tasks, plan.claims)
    verdict = Match(mine) if mine is not None else _by_content(work, link, plan)
    if isinstance(verdict, Match):
        plan.note(link, verdict.task, work.origin.key)
    return verdict


def _by_content(work: Work, link: Link, plan: _Plan) -> Match | Ambiguous | Nothing:
    verdict = settle(reservation_of(work, link), plan.open, _candidates(work, link, plan))
    known = plan.index.tasks
    unread = [one for one in plan.tasks.unread if one.id not in known and may_be_ours(one, plan.creators)]
    if isinstance(verdict, Nothing) and unread:
        # Only a list in which nothing of ours went unread states that there is none.
        return Ambiguous(tuple(one.id or "one without an id" for one in unread))
    return verdict


def _candidates(work: Work, link: Link, plan: _Plan) -> tuple[PlannerTask, ...]:
    return candidates(
        plan.tasks,
        claimed=frozenset({*plan.index.tasks, *plan.claims, *plan.anothers}),
        creators=plan.creators,
        since=link.reserved_at or work.now,
        posted=reservation_of(work, link).posted,
        stood=plan.stood,
    )


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
    claims = await _claims(work, tasks, index, await work.services.creators.list_all())
    wanted = {task.item_key: task for task in work.wanted.tasks}
    for item, link in bare.items():
        if (mine := _already_claimed(work, link, tasks, claims)) is not None:
            target = work.target(wanted[item]) if item in wanted else None
            await write_details(work, await adopt(work, [Made(target, link, mine)], EventKind.SETTLED))
            again = True
    return Outcome(again=again)


async def _claims(
    work: Work, tasks: Sequence[PlannerTask], index: PlanIndex, creators: frozenset[str]
) -> dict[str, Claim]:
    """
    Read the claims of tasks that the index does not know: one may stand without its row. By task id.

    Only of tasks that an application made: whatever people have in the plan costs nothing.
    """
    loose = [task.id for task in tasks if task.id not in index.tasks and is_ours(task, creators)]
    claims = {task_id: await work.services.tasks.find_claim(task_id) for task_id in loose}
    return {task_id: claim for task_id, claim in claims.items() if claim is not None}


def _already_claimed(
    work: Work, link: Link, tasks: Sequence[PlannerTask], claims: dict[str, Claim]
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


async def _never_made(work: Work, actions: Sequence[Settle]) -> None:
    """Post again; or drop the reservations of items that nobody wants any more, or that have to wait meanwhile."""
    # What has to wait meanwhile is not posted again: nobody even looked for a place for it.
    again = [
        Create(action.target, action.link)
        for action in actions
        if action.target is not None and action.target.wanted.held is None
    ]
    for action in actions:
        if action.item in {create.item for create in again}:
            continue
        link, target = action.link, action.target
        if target is None:
            after, what = link.closed("never made"), EventKind.CLOSED
        else:
            after, what = link.held(target.wanted.held_by, target.wanted.held or "", work.now), EventKind.HELD
        over = unreserving(link.plan_id or "", work.origin.key, link.item)
        await work.commit([after], [event(what, after, reason=after.reason)], unreserved=[over])
    with wall(work, [create.item for create in again], "create"):
        await create_tasks(work, again)
