"""`manage.py drift`: where OpenText and Planner differ, told without writing, and repaired by a look."""

import asyncio
import json
from datetime import timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.system import START
from shared.models.messages import OriginMessage
from tests.integration.operating import in_its_place, manage
from tests.integration.test_standing_failures import Break, status

END = START + timedelta(days=400)


@pytest.fixture
def inside():
    """A bridge with one contract, at rest."""
    with in_its_place() as one:
        look(one, f"workspace-{create_contract(one.world, 'Supply', END)}")
        yield one


def look(inside, origin):
    inside.origins.messages.append(OriginMessage(origin=origin).model_dump_json())
    asyncio.run(inside.drain())


def contract_of(inside):
    (contract,) = [one.id for one in inside.world.content.state.nodes.values() if one.name == "Supply"]
    return contract


def task(inside, title):
    return next(key for key, body in inside.world.graph.tasks.items() if title in body["title"])


def drifting(*arguments):
    answer = manage("drift", *arguments, "--json")
    return answer.exit_code, json.loads(answer.output)


def fields(told):
    return {field["field"]: field for origin in told for item in origin["items"] for field in item["fields"]}


def test_two_systems_at_rest_do_not_differ(inside):
    answer = manage("drift", "--all")

    assert answer.exit_code == 0, answer.output
    assert "1 origins, 4 tasks compared: no origins with something to bring together" in answer.output


def test_a_title_that_a_person_wrote_is_told_with_both_values_and_who_wins(inside):
    inside.world.graph.person_patch_task(inside.world.users["lwhite"], task(inside, "legal review"), title="Mine")

    answer = manage("drift", "--origin", f"workspace-{contract_of(inside)}")

    assert answer.exit_code == 1
    assert "title: Planner's will be taken, since 2026-11-23 09:00:00 UTC at most" in answer.output
    assert "OpenText wants  Supply: legal review" in answer.output
    assert "Planner shows   Mine" in answer.output


def test_a_change_on_the_record_is_told_and_repaired(inside):
    inside.world.content.set_attribute("pwilliams", contract_of(inside), "Contract.End Date", "2029-06-30T00:00:00")

    code, told = drifting("--rule", "contract-package", "--repair")

    due = fields(told)["due"]
    assert (code, due["winner"], due["wanted"], due["settled"]) == (1, "opentext", "2029-03-29", False)
    asyncio.run(inside.drain())
    assert drifting("--all")[0] == 0


def test_a_task_that_was_deleted_or_is_not_made_yet_says_what_comes(inside):
    inside.world.graph.delete(inside.world.users["lwhite"], task(inside, "legal review"))
    inside.at += timedelta(hours=1)

    code, told = drifting("--all")

    assert code == 1
    assert any(item["next"] for origin in told for item in origin["items"])


def test_an_origin_that_can_not_be_read_is_told_and_counts(inside):
    inside.content = Break(status(404), only="/v2/").before(inside.content)

    answer = manage("drift", "--all")

    assert answer.exit_code == 1
    assert "can't be compared:" in answer.output


@pytest.mark.parametrize("words", [("--plan", "no-such-plan"), ("--rule", "no-such-rule")])
def test_a_plan_or_rule_that_nobody_has_is_an_error(inside, words):
    answer = manage("drift", *words)

    assert answer.exit_code == 1
    assert f"no origin has an item of {words[0][2:]} {words[1]}" in answer.output


def test_without_any_origin_the_answer_says_that_there_is_none(inside):
    inside.account.tables.clear()

    assert "0 origins, 0 tasks compared" in manage("drift", "--all").output


@pytest.mark.parametrize("words", [(), ("--all", "--origin", "workspace-1"), ("--all", "--rule", "x")])
def test_a_drift_that_does_not_say_of_what_is_refused(inside, words):
    assert manage("drift", *words).exit_code == 2


def test_comparing_writes_nothing_anywhere(inside):
    inside.world.graph.person_patch_task(inside.world.users["lwhite"], task(inside, "legal review"), title="Mine")
    before = json.dumps([inside.account.tables, inside.world.graph.tasks], default=str)

    manage("drift", "--all")

    assert json.dumps([inside.account.tables, inside.world.graph.tasks], default=str) == before
    assert not inside.origins.messages
