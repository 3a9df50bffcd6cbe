"""Where a run may not write: wherever a rule is, or might be, at work."""

import pytest
import yaml

from shared.conformance.allowed import map_refusals, plan_refusals, workspace_refusals
from shared.mapping.language.load import read_mapping

GROUP, OTHER = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
PLAN = "x" * 28
TASKS = [{"key": "a", "title": "A"}]


def mapping(*rules, plans=None):
    text = yaml.safe_dump({"version": 1, "plans": plans or {"p": {"id": PLAN}}, "rules": list(rules)})
    return read_mapping(text, "mapping.yaml", {})


def plan(key="y" * 28, *, group=OTHER, title="Checks"):
    return {"id": key, "title": title, "container": {"containerId": group, "type": "group"}}


def step(**when):
    return {"id": "s", "on": "step", "plan": "p", "when": when, "task": {"title": "A"}}


def workspace(**when):
    return {"id": "w", "on": "workspace", "plan": "p", "when": when, "tasks": TASKS}


PER = {"id": "w", "on": "workspace", "plan": {"per": "workspace", "group": GROUP}, "tasks": TASKS}
TITLED = {"p": {"group": GROUP, "title": "Contracts"}}


@pytest.mark.parametrize(
    ("rules", "plans", "asked", "is_refused"),
    [
        pytest.param([workspace()], None, plan(PLAN), True, id="the plan by its id"),
        pytest.param([workspace()], TITLED, plan(group=GROUP, title="Contracts"), True, id="the plan by its title"),
        pytest.param(
            [workspace()], TITLED, plan(group=OTHER, title="Contracts"), False, id="the title in another group"
        ),
        pytest.param([PER], None, plan(group=GROUP), True, id="a group in which plans are made"),
        pytest.param([PER], None, plan(group=OTHER), False, id="another group"),
        pytest.param([workspace()], None, plan(), False, id="another plan"),
    ],
)
def test_plans(rules, plans, asked, is_refused):
    assert bool(list(plan_refusals(mapping(*rules, plans=plans), asked))) is is_refused


@pytest.mark.parametrize(
    ("rule", "type_name", "is_refused"),
    [
        pytest.param(workspace(workspace_type="Contract"), "Contract", True, id="the type"),
        pytest.param(workspace(workspace_type="Con*"), "Contracts", True, id="a pattern"),
        pytest.param(workspace(workspace_type="Contract"), "Sandbox", False, id="another type"),
        pytest.param(workspace(), "Sandbox", True, id="a rule for every type"),
        pytest.param(workspace(any=[{"workspace_type": "A"}, {"workspace_type": "B"}]), "Sandbox", True, id="not sure"),
        pytest.param(step(workspace_type="Contract"), "Contract", False, id="a rule for steps"),
        pytest.param(workspace(workspace_type="Contract"), "", True, id="a type that is not told"),
    ],
)
def test_workspaces(rule, type_name, is_refused):
    assert bool(list(workspace_refusals(mapping(rule), type_name))) is is_refused


@pytest.mark.parametrize(
    ("when", "is_refused"),
    [
        pytest.param({"map": 7}, True, id="the map by its number"),
        pytest.param({"map": "Check*"}, True, id="the map by its name"),
        pytest.param({"map": 8}, False, id="another map"),
        pytest.param({"workflow": "Checks"}, True, id="workflows of its name"),
        pytest.param({"workflow": "Approval"}, False, id="workflows of another name"),
        pytest.param({}, True, id="every workflow"),
    ],
)
def test_maps(when, is_refused):
    assert bool(list(map_refusals(mapping(step(**when)), 7, "Checks"))) is is_refused
