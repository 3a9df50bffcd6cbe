"""Which tasks are the bridge's own after its tables were lost: those with its reference line, made by itself."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from shared.decisions.description_block import find_reference
from shared.decisions.settle import may_be_ours
from shared.errors import BridgeError, NeverError, RetryLaterError
from shared.models.planner import PlannerDetails, PlannerTask
from shared.operations.rebuild_link import Ours
from shared.operations.rebuild_plans import find_plans
from shared.services import Services
from shared.store.plans import PlanRow


@dataclass
class Rebuilt:
    """What was found."""

    plans: int = 0
    tasks: int = 0
    """Items that were linked now."""
    known: int = 0
    """That were linked already."""
    origins: int = 0
    histories: int = 0
    """That were put back from the record."""
    left: list[str] = field(default_factory=list)
    """What was left alone, and why: one line each."""
    unproven: dict[str, str] = field(default_factory=dict)
    """By plan, group or title: why tasks of ours may stand there that were not found. The app makes none there."""

    @property
    def is_whole(self) -> bool:
        """Everything could be read: the app may start."""
        return not self.unproven


@dataclass(frozen=True)
class Run:
    """One run of the command."""

    services: Services
    found: Rebuilt
    told: Callable[[str], None]
    is_dry: bool


async def find_ours(run: Run, gone: Collection[str]) -> dict[str, list[Ours]]:
    """Go through the plans; return the tasks that are ours, by origin."""
    search = await find_plans(run.services, gone)
    run.found.unproven |= search.unproven
    by_origin: dict[str, list[Ours]] = {}
    for plan_id, group_id in sorted(search.plans.items()):
        if plan_id in gone:
            continue
        try:
            tasks = await run.services.planner.list_tasks(plan_id)
        except NeverError as error:
            run.found.unproven[plan_id] = str(error)
            continue
        creators = await run.services.creators.list_all()
        if unread := [row for row in tasks.unread if may_be_ours(row, creators)]:
            run.found.unproven[plan_id] = f"{len(unread)} of its tasks can't be read: {unread[0].reason}"
        ours = await _ours(tasks, run)
        run.found.plans += 1
        run.told(f"plan {plan_id}: {len(ours)} tasks of ours")
        if not run.is_dry:
            await _remember_plan(plan_id, group_id, tasks, run.services)
        for origin, one in ours:
            by_origin.setdefault(origin, []).append(one)
    return by_origin


async def _ours(tasks: Sequence[PlannerTask], run: Run) -> list[tuple[str, Ours]]:
    """Choose the tasks that are ours by their reference line and by who made them."""
    answers = await run.services.planner.read_details([task.id for task in tasks])
    return [one for task in tasks if (one := await _our(task, answers[task.id], run)) is not None]


async def _our(task: PlannerTask, details: PlannerDetails | BridgeError, run: Run) -> tuple[str, Ours] | None:
    found = run.found
    if isinstance(details, RetryLaterError):
        # Nothing is said of this task, nor would be of those after it: the whole run is made again.
        raise details
    if not isinstance(details, PlannerDetails):
        # Also when there are none: it was just deleted, or is so young that not every replica knows it.
        found.left.append(f"task {task.id}: its details can't be read: {details}")
        found.unproven[task.plan_id] = f"the details of its task {task.id} can't be read"
        return None
    reference = find_reference(details.description)
    if reference is None:
        return None
    about = f"task {task.id} ({reference.origin} {reference.item})"
    # "": the first edition named no bridge.
    if reference.bridge not in ("", run.services.settings.bridge):
        found.left.append(f"{about} is another bridge's: {reference.bridge}")
        return None
    maker = task.created_by.key if task.created_by is not None else None
    if maker is None:
        found.left.append(f"{about}: Planner does not say who made it")
        found.unproven[task.plan_id] = f"Planner does not say who made its task {task.id}"
        return None
    # Any application counts: which identities are the bridge's own was lost with the tables.
    if not maker.startswith("application:") and maker not in await run.services.creators.list_all():
        found.left.append(f"{about} was made by a person: a copy of ours, which stays theirs")
        return None
    if not run.is_dry:
        await run.services.creators.add(maker)
    return reference.origin, Ours(reference.item, task, details)


async def _remember_plan(plan_id: str, group_id: str | None, tasks: Sequence[PlannerTask], services: Services) -> None:
    """Have the plan read, and note which of its tasks are older than anything that is reserved from now on."""
    if await services.plans.find(plan_id) is not None:
        return
    index = await services.tasks.read_plan(plan_id)
    made = [task.created for task in tasks if task.created is not None]
    stood = max(made) if made and not index.reservations else None
    row = PlanRow(plan_id=plan_id, group_id=group_id, next_read=services.now(), stood=stood)
    await services.plans.save(row, etag=None)
