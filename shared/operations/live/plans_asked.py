"""Ask Planner for the plans that a mapping names, with their buckets and labels. Read only."""

from collections.abc import Iterable

from shared.errors import NeverError
from shared.mapping.language.named import Named, Use
from shared.mapping.language.sections import PlanSpec
from shared.models.planner import PlannerPlan
from shared.models.text import kept_name
from shared.models.wanted import NameKind
from shared.operations.live.landscape import Landscape, PlanFound
from shared.ports import PlannerPort


async def ask_plans(named: Iterable[Named], planner: PlannerPort, found: Landscape) -> None:
    """
    Look for each plan.

    Raises:
        RetryLaterError: Graph does not answer.
    """
    listed = tuple(named)
    # Each once: many rules share a plan, and every question is a call to Planner or two.
    for spec in dict.fromkeys(spec for one in listed if one.kind is NameKind.PLAN for spec in one.plans):
        try:
            found.plans[spec] = await _look_for(spec, planner)
        except NeverError as error:
            found.plans[spec] = PlanFound(why_not=str(error))
    for group in sorted(
        {one.name for one in listed if one.kind is NameKind.GROUP and one.use is not Use.PERSON} - {""}
    ):
        found.groups[group] = await _why_not_readable(group, planner)


async def _look_for(spec: PlanSpec, planner: PlannerPort) -> PlanFound:
    if spec.unset is not None:
        return PlanFound(why_not=f"the setting {spec.unset} is not set: it names the plan or its group")
    if spec.plan_id is not None:
        return await _read(await planner.read_plan(spec.plan_id), planner)
    plans = await planner.list_plans(str(spec.group_id))
    same = [plan for plan in plans if kept_name(plan.title) == kept_name(str(spec.title))]
    if not same:
        if spec.make:
            return PlanFound(title=str(spec.title), group=spec.group_id, buckets=spec.buckets, is_to_be_made=True)
        others = tuple(sorted(plan.title for plan in plans))
        return PlanFound(others=others, why_not=f"group {spec.group_id} has no plan {spec.title!r}")
    oldest = min(same, key=lambda plan: (plan.created.isoformat() if plan.created else "", plan.id))
    return await _read(oldest, planner, twins=len(same) - 1)


async def _read(plan: PlannerPlan, planner: PlannerPort, *, twins: int = 0) -> PlanFound:
    details = await planner.find_plan_details(plan.id)
    return PlanFound(
        title=plan.title,
        group=plan.group_id,
        buckets=tuple(bucket.name for bucket in await planner.list_buckets(plan.id)),
        labels=tuple(name for _, name in sorted(details.category_descriptions.items()) if name),
        twins=twins,
    )


async def _why_not_readable(group: str, planner: PlannerPort) -> str | None:
    try:
        await planner.list_plans(group)
    except NeverError as error:
        return str(error)
    return None
