"""A plan, a workspace and a workflow map that no rule uses: where `manage.py conform` may write."""

from dataclasses import dataclass

from local.demo.world import CONTRACTS_GROUP, SERVICE_USER, World
from local.simulators.content_server import SEND_ON, Attribute, AttributeSet, MapStep, WorkflowMap

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
