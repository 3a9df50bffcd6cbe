"""`manage.py why`: an operator reads why an item is there, is not there, or waits. Over the whole bridge in memory."""

import asyncio
import json
from datetime import timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.system import START
from shared import wiring
from shared.errors import Problem, SettingsError
from shared.models.explanation import Why
from shared.models.messages import OriginMessage
from tests.integration.operating import OperatedWiring, in_its_place, manage
from tests.integration.test_standing_failures import Break, status

END = START + timedelta(days=400)


@pytest.fixture
def inside():
    """Put a bridge in memory in the place of the environment's."""
    with in_its_place() as one:
        yield one


@pytest.fixture
def contract(inside):
    """A contract that was looked at."""
    workspace = f"workspace-{create_contract(inside.world, 'Supply', END)}"
    look(inside, workspace)
    return workspace


def look(inside, origin):
    inside.origins.messages.append(OriginMessage(origin=origin).model_dump_json())
    asyncio.run(inside.drain())


def workflow_of(inside, contract):
    number = int(contract.removeprefix("workspace-"))
    document = inside.world.content.add_document(number, "Supply.docx", b"text", user="pwilliams")
    process = inside.world.content.start_workflow(
        "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=number
    )
    return f"workflow-{process}"


def test_each_rule_is_told_with_what_was_read_and_how_its_items_stand(inside, contract):
    answer = manage("why", contract)

    assert answer.exit_code == 0, answer.output
    assert "yes       rule contract-package" in answer.output
    assert "yes       workspace type is" in answer.output
    assert "no        rule contract-approval: it is for steps of workflows" in answer.output
    assert ": open, task " in answer.output
    assert "(resync)" in answer.output
    assert "History" in answer.output


def test_of_a_workflow_it_says_what_title_and_map_are(inside, contract):
    workflow = workflow_of(inside, contract)
    look(inside, workflow)

    answer = manage("why", workflow)

    assert "title                Contract Approval" in answer.output
    assert "map                  Contract Approval (" in answer.output
    assert "rule contract-approval, step " in answer.output


def test_why_for_machines_is_one_document_with_the_last_ten_entries(inside, contract):
    answer = manage("why", contract, "--json")

    told = Why.model_validate_json(answer.output)
    assert (told.origin, told.known, told.unread) == (contract, True, "")
    assert len(told.history) <= 10
    assert {one.state for one in told.items} == {"open"}


def test_one_item_can_be_asked_for_alone(inside, contract):
    whole = Why.model_validate_json(manage("why", contract, "--json").output)
    item = whole.items[0].item

    told = Why.model_validate_json(manage("why", contract, "--item", item, "--json").output)

    assert [one.item for one in told.items] == [item]
    assert [task.item for rule in told.rules for task in rule.tasks] == [item]
    assert {one.item for one in told.history} == {item}


def test_an_unknown_item_is_an_error_that_names_the_nearest(inside, contract):
    whole = Why.model_validate_json(manage("why", contract, "--json").output)
    item = whole.items[0].item

    answer = manage("why", contract, "--item", item[:-1])

    assert answer.exit_code == 1
    assert f"did you mean {item}?" in answer.output


@pytest.mark.parametrize("origin", ["28866", "folder-1", "node-28866", "workspace-999999"])
def test_what_is_no_origin_or_is_nowhere_is_an_error(inside, origin):
    assert manage("why", origin).exit_code == 1


def test_an_origin_that_nobody_looked_at_is_explained_all_the_same(inside):
    workspace = create_contract(inside.world, "New", END)

    answer = manage("why", f"workspace-{workspace}")

    assert answer.exit_code == 0
    assert "Nobody looked at it yet" in answer.output
    assert "yes       rule contract-package" in answer.output


def test_while_opentext_is_away_the_rest_is_told_with_the_reason(inside, contract):
    inside.content = Break(status(503)).before(inside.content)
    look(inside, contract)

    answer = manage("why", contract)

    assert answer.exit_code == 0
    assert "Its rules can't be answered now:" in answer.output
    assert ": open, task " in answer.output
    assert "Its looks fail since" in answer.output


def test_without_settings_storage_still_tells_what_it_knows(inside, contract, monkeypatch):
    def missing():
        raise SettingsError([Problem("OPENTEXT_BASE_URL", "is missing")])

    with wiring.use(OperatedWiring(inside)) as wired:
        monkeypatch.setattr(wired, "services", missing)
        answer = manage("why", contract, "--json")

    told = json.loads(answer.output)
    assert "OPENTEXT_BASE_URL" in told["unread"]
    assert told["items"]


def test_an_explanation_writes_nothing(inside, contract):
    before = json.dumps(inside.account.tables, default=str)

    manage("why", contract)

    assert json.dumps(inside.account.tables, default=str) == before
    assert not inside.origins.messages
