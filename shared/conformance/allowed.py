"""Whether a run may write where it was pointed: never where a rule of the mapping is at work."""

from collections.abc import Iterator

from shared.clients.opentext.answers import properties
from shared.conformance.observed import CannotTellError
from shared.conformance.sandbox import Targets
from shared.conformance.systems import Json, Reply, Systems
from shared.mapping.evaluation.matching import is_named
from shared.mapping.language.conditions import Condition
from shared.mapping.language.named import names_in
from shared.mapping.language.rules import BaseRule, Mapping, StepRule
from shared.mapping.language.sections import PlanSpec
from shared.mapping.language.task_parts import WorkspacePlan, parts
from shared.models.text import kept_name


async def refusals(mapping: Mapping, targets: Targets, systems: Systems) -> tuple[str, ...]:
    """
    Say why a run may not write here, each with the cure; empty: it may.

    Raises:
        CannotTellError: plan, workspace or map can't be read.
        BridgeError: no answer.
    """
    found: list[str] = []
    if targets.plan is not None:
        plan = _read(await systems.graph("GET", f"planner/plans/{targets.plan}"), "plan").json
        found += plan_refusals(mapping, plan)
    if targets.workspace is not None:
        query = (("fields", "properties"),)
        reply = await systems.content("GET", f"v2/businessworkspaces/{targets.workspace}", query=query)
        type_name = str(properties(_read(reply, "workspace").results).get("wksp_type_name") or "")
        found += workspace_refusals(mapping, type_name)
    if targets.workflow_map is not None:
        query = (("fields", "properties"),)
        reply = await systems.content("GET", f"v2/nodes/{targets.workflow_map}", query=query)
        name = str(properties(_read(reply, "workflow map").results).get("name") or "")
        found += map_refusals(mapping, targets.workflow_map, name)
    return tuple(found)


def plan_refusals(mapping: Mapping, plan: Json) -> Iterator[str]:
    """Say which part of the mapping uses a plan, as Graph describes it."""
    # `owner` is the deprecated name, read only where `container` does not tell.
    group = str((plan.get("container") or {}).get("containerId") or plan.get("owner") or "")
    title = kept_name(str(plan.get("title") or ""))
    for spec in dict.fromkeys(spec for one in names_in(mapping) for spec in one.plans):
        if spec.plan_id == plan["id"] or (spec.group_id == group and title == kept_name(str(spec.title))):
            used = _called(mapping, spec)
            yield f"the mapping puts tasks into this plan ({used}): make a plan of its own for the check"
    for rule in mapping.rules:
        if any(isinstance(part, WorkspacePlan) and part.group_id == group for part in parts(rule)):
            yield f"rule {rule.id} makes plans in this plan's group: make one in another group for the check"


def workspace_refusals(mapping: Mapping, type_name: str) -> Iterator[str]:
    """Say which rules may apply to a workspace of a type."""
    if not type_name:
        yield "the workspace does not tell its type, so nobody can say whether a rule applies to it"
        return
    for rule in mapping.rules:
        if not isinstance(rule, StepRule) and _may_hold(rule.when, "workspace_type", type_name):
            yield (
                f"rule {rule.id} may apply to workspaces of type {type_name!r}: "
                "make a workspace of a type that no rule takes, and have each rule name its types"
            )


def map_refusals(mapping: Mapping, number: int, name: str) -> Iterator[str]:
    """Say which rules may apply to workflows of a map."""
    for rule in mapping.rules:
        if isinstance(rule, StepRule) and _takes_map(rule, number, name):
            yield (
                f"rule {rule.id} may apply to workflows of map {name!r}: "
                "make a map that no rule takes, and have each rule for steps name its workflows"
            )


def _takes_map(rule: BaseRule, number: int, name: str) -> bool:
    maps = rule.when.map
    if maps is not None:
        return number in maps or is_named(tuple(map(str, maps)), (name,))
    return _may_hold(rule.when, "workflow", name)


def _may_hold(when: Condition, word: str, name: str) -> bool:
    """Tell whether a condition may hold for this name: whatever else it asks for is not looked at."""
    named: tuple[str, ...] | None = getattr(when, word)
    return named is None or is_named(named, (name,))


def _called(mapping: Mapping, spec: PlanSpec) -> str:
    return next((f"plans.{name}" for name, one in mapping.plans.items() if one == spec), "a rule's own plan")


def _read(reply: Reply, what: str) -> Reply:
    if not reply.is_success:
        message = f"the {what} can't be read: {reply.said}"
        raise CannotTellError(message)
    return reply
