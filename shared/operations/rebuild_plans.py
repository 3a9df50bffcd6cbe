"""Where the bridge's tasks may stand after its tables were lost. What is not found need not be gone: it is named."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from shared.errors import NeverError
from shared.mapping.evaluation.plans import own_plan_key
from shared.mapping.language.sections import PlanSpec
from shared.mapping.language.task_parts import WorkspacePlan, parts
from shared.models.link import Link
from shared.models.making import Making, MakingKind
from shared.models.origin import Origin
from shared.services import Services
from shared.targets.unproven import by_title


@dataclass
class Search:
    """What was found, and what could not be."""

    plans: dict[str, str | None] = field(default_factory=dict)
    """By plan id: its group. None: not known."""
    unproven: dict[str, str] = field(default_factory=dict)
    """By id of a plan or group, or by title: why tasks of ours may stand there all the same."""


async def find_plans(services: Services, gone: Collection[str] = ()) -> Search:
    """
    List every plan of every group that the mapping names: people move tasks, and rename plans.

    Args:
        gone: ids or titles that an operator states to be deleted.

    Raises:
        RetryLaterError: Graph does not answer.
    """
    search = Search({row.plan_id: row.group_id async for row in services.plans.list_all()})
    specs = [part for part in parts(services.mapping) if isinstance(part, PlanSpec | WorkspacePlan)]
    search.unproven |= {spec.unset: f"the setting {spec.unset} is not set" for spec in specs if spec.unset is not None}
    groups = {spec.group_id for spec in specs if spec.group_id is not None}
    for plan_id in {spec.plan_id for spec in specs if isinstance(spec, PlanSpec) and spec.plan_id} - set(gone):
        groups |= await _group_of(plan_id, search, services)
    listed = {group: await _list(group, search, services) for group in sorted(groups - set(gone))}
    for spec in specs:
        if isinstance(spec, PlanSpec) and spec.title is not None and spec.group_id in listed and spec.title not in gone:
            _must_be_listed(spec.group_id, spec.title, listed[spec.group_id], search)
    return search


async def _group_of(plan_id: str, search: Search, services: Services) -> set[str]:
    search.plans.setdefault(plan_id, None)
    try:
        plan = await services.planner.read_plan(plan_id)
    except NeverError as error:
        search.unproven[plan_id] = str(error)
        return set()
    search.plans[plan_id] = plan.group_id
    return {plan.group_id} if plan.group_id is not None else set()


async def _list(group_id: str, search: Search, services: Services) -> frozenset[str]:
    """List a group's plans; return their titles."""
    try:
        listed = await services.planner.list_plans(group_id)
    except NeverError as error:
        search.unproven[group_id] = str(error)
        return frozenset()
    if listed.unread:
        search.unproven[group_id] = f"one of its plans can't be read: {listed.unread[0].reason}"
    search.plans |= {plan.id: group_id for plan in listed}
    return frozenset(plan.title.strip() for plan in listed)


def _must_be_listed(group_id: str, title: str, titles: frozenset[str], search: Search) -> None:
    # A group that could not be read is named already, with all that may stand in it.
    if group_id not in search.unproven and title.strip() not in titles:
        search.unproven[by_title(group_id, title)] = f"group {group_id} lists no plan {title!r} just now"


async def remember_own_plans(origin: Origin | None, links: Sequence[Link], services: Services) -> None:
    """Remember which plan is a workspace's own: it is known by its id alone, and that was lost."""
    workspace = origin.workspace if origin is not None else None
    for rule in services.mapping.rules if workspace is not None else ():
        own = {part.group_id for part in parts(rule) if isinstance(part, WorkspacePlan)}
        stands = [link for link in links if link.rule_id == rule.id and link.plan_id is not None]
        for link in sorted(stands, key=lambda link: (link.known_since or services.now(), link.item)):
            plan = await services.plans.find(link.plan_id or "")
            if plan is None or plan.group_id not in own or workspace is None:
                continue
            key = own_plan_key(workspace.node_id)
            if await services.makings.find_by_key(MakingKind.PLAN, plan.group_id or "", key) is None:
                made = Making(
                    kind=MakingKind.PLAN, parent=plan.group_id or "", name=key, id=plan.plan_id, at=services.now()
                )
                await services.makings.finish(made)
