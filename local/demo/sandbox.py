"""
A plan, a workspace and a workflow map that no rule uses, where `manage.py conform` may write; and worlds that differ.

A world differs as a report of `conform` says: what a customer saw is played here without anything of his.
"""

from dataclasses import dataclass
from pathlib import Path

from local.demo.world import CONTRACTS_GROUP, SERVICE_USER, World
from local.simulators.content_server import SEND_ON, Attribute, AttributeSet, MapStep, WorkflowMap
from shared.conformance.beliefs import read_beliefs
from shared.conformance.observed import Verdict
from shared.conformance.report import Report

PERFORMER = "nkaur"
"""Who agreed to be acted for."""
ASSIGNEES = ("lwhite", "nkaur")
"""Who agreed to be assigned."""


@dataclass(frozen=True)
class SandboxIds:
    """What to point `conform` at."""

    plan: str
    workspace: int
    workflow_map: int


def play(world: World, report: Path) -> tuple[str, ...]:
    """
    Let both simulated systems differ where a report says that the real ones do.

    Returns:
        The beliefs that do not hold any more.

    Raises:
        ValueError: it is no report, or names a belief that this release does not know.
    """
    known = {belief.id for belief in read_beliefs()}
    differing = [line.belief for line in Report.model_validate_json(report.read_bytes()).with_verdict(Verdict.DIFFERS)]
    if unknown := sorted(set(differing) - known):
        message = f"{report} names beliefs that this release does not know: {', '.join(unknown)}"
        raise ValueError(message)
    for system in (world.graph.state, world.content.state):
        system.otherwise.update(differing)
    return tuple(differing)


def add_sandbox(world: World) -> SandboxIds:
    """Add them to a world."""
    content = world.content
    numbers = (Attribute("Count", "Integer"), Attribute("Day", "Date"), Attribute("Tags", multi=True))
    content.add_category("Check", ["One", "Two", *numbers, AttributeSet("Rows", (Attribute("Name"),))])
    content.add_workspace_type("Sandbox")
    workspace = content.create_workspace(
        "Sandbox", "Conformance sandbox", attributes={"Check.One": "x"}, roles={"Lead": [PERFORMER]}
    )
    content.add_group("Checkers", [SERVICE_USER])
    content.add_proxy(PERFORMER, SERVICE_USER)
    steps = (
        MapStep(1, "Check", "initiator", {"Again": (1,), "Go on": (2,)}),
        MapStep(2, "Group", "Checkers", {SEND_ON: (3,)}),
        MapStep(3, "End", "initiator"),
    )
    workflow_map = content.define_map(WorkflowMap("Conformance map", steps))
    plan = world.graph.add_plan(CONTRACTS_GROUP, "Conformance sandbox", ["To do"])
    return SandboxIds(plan, workspace, workflow_map)
