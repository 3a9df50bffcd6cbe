"""One mapping serves test and production: plans and groups by app setting; one that is not set stops its plan alone."""

from datetime import UTC, datetime

import pytest

from local.demo.world import CONTRACTS_GROUP, FINANCE_GROUP, create_contract
from local.in_process.system import Inside
from shared.errors import SettingsError
from shared.mapping.language.load import examine
from shared.models.link import LinkState
from shared.operations.health import probe_mapping
from tests.engine import AS_DEPLOYED, Engine
from tests.narrowing import sure

MAPPING = """\
version: 1
plans:
  contracts: {id: {setting: PLAN_CONTRACTS}}
  finance: {group: {setting: GROUP_FINANCE}, title: Finance}
rules:
  - id: package
    on: workspace
    plan: contracts
    tasks: [{key: review, title: Review}, {key: budget, plan: finance, title: Budget}]
"""
PLAN = "xqQg5FS2LkCp935s-FIFm2QAFkHM"


def started(tmp_path, **settings):
    file = tmp_path / "mapping.yaml"
    file.write_text(MAPPING, encoding="utf-8")
    made = Engine(Inside(file, settings=AS_DEPLOYED | settings))
    made.world.graph.add_plan(CONTRACTS_GROUP, "Ours", plan_id=PLAN)
    return made, create_contract(made.world, "Supply", datetime(2028, 1, 31, tzinfo=UTC))


async def look(made, number):
    await made.look(f"workspace-{number}")
    return await made.services.origins.find_links(f"workspace-{number}")


async def test_tasks_go_where_the_settings_of_this_environment_say(tmp_path):
    made, number = started(tmp_path, PLAN_CONTRACTS=f" {PLAN} ", GROUP_FINANCE=FINANCE_GROUP.upper())
    links = await look(made, number)
    finance = await made.services.planner.read_plan(links["package|budget"].plan_id)

    assert links["package|review"].plan_id == PLAN
    assert (finance.title, finance.group_id) == ("Finance", FINANCE_GROUP)


async def test_a_setting_that_is_not_set_holds_the_tasks_of_its_plan_alone_and_is_named(tmp_path):
    made, number = started(tmp_path, GROUP_FINANCE=FINANCE_GROUP)
    links = await look(made, number)

    assert links["package|budget"].state is LinkState.OPEN
    assert links["package|review"].reason == "the setting PLAN_CONTRACTS is not set: it names the plan or its group"
    with pytest.raises(SettingsError, match="PLAN_CONTRACTS: is not set"):
        await probe_mapping(made.services)


def test_what_is_set_and_is_no_id_is_told_without_its_value():
    examined = examine(MAPPING, {"PLAN_CONTRACTS": "an-invented-secret", "GROUP_FINANCE": FINANCE_GROUP})
    (found,) = examined.findings

    assert examined.mapping is None
    assert (found.line, found.path) == (3, "plans.contracts.id")
    assert "the setting PLAN_CONTRACTS holds no id of a plan: 28 letters" in found.message
    assert "secret" not in found.message


def test_another_plan_by_setting_is_a_changed_rule():
    hashes = [
        sure(examine(MAPPING, {"PLAN_CONTRACTS": PLAN[:-1] + last, "GROUP_FINANCE": FINANCE_GROUP}).mapping).rule_hashes
        for last in "MN"
    ]

    assert hashes[0] != hashes[1]
