"""A command whose words name nothing, or that left something out, does not end as if all were done."""

import asyncio
from datetime import timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.system import START
from shared.errors import UnreadableError
from shared.models.link import LinkState
from shared.models.messages import OriginMessage
from shared.operations.dead_letters import bury
from tests.integration.operating import in_its_place
from tests.integration.operating import manage as typed
from tests.integration.store_builders import link
from tests.integration.test_evidence_commands import KEY, ORIGIN, remember
from tests.integration.test_standing_failures import Break, status
from tests.integration.test_through_app import deployed, manage

__all__ = ["deployed"]
END = START + timedelta(days=400)
REDACT = ("evidence", "redact", "--yes", "--reason", "Art. 17", "--person")


@pytest.fixture
def inside(monkeypatch):
    """Put a bridge with one approval's history in the place of the environment's."""
    monkeypatch.setenv("EVIDENCE_PSEUDONYM_KEY", KEY)
    with in_its_place() as one:
        asyncio.run(remember(one, ORIGIN))
        yield one


@pytest.fixture
def contract(inside):
    """A contract that was looked at."""
    workspace = f"workspace-{create_contract(inside.world, 'Supply', END)}"
    inside.origins.messages.append(OriginMessage(origin=workspace).model_dump_json())
    asyncio.run(inside.drain())
    return workspace


def plan_of(inside, origin):
    links = asyncio.run(inside.storage().origins.find_links(origin))
    return next(iter(links.values())).plan_id


NAMELESS = [
    pytest.param(("replay", "--held", "--rule", "nosuch"), "rule nosuch; rules", id="replay-rule"),
    pytest.param(("replay", "--held", "--plan", "nosuch"), "plan nosuch; plans", id="replay-held-plan"),
    pytest.param(("replay", "--plan", "nosuch"), "no plan nosuch is read; plans", id="replay-plan"),
    pytest.param(("drift", "--rule", "nosuch"), "rule nosuch; rules", id="drift-rule"),
    pytest.param(("drift", "--plan", "nosuch"), "plan nosuch; plans", id="drift-plan"),
]
ELSEWHERE = [
    pytest.param((*REDACT, "user-deke", "--origin", "workflow-9"), "workflow-9", id="redact-origin"),
    pytest.param((*REDACT, "nobody-here"), "nobody-here", id="redact-person"),
    pytest.param((*REDACT, "nobody-here", "--origin", ORIGIN), ORIGIN, id="redact-person-of-an-origin"),
    pytest.param(("evidence", "purge", "--origin", "workflow-9"), "workflow-9", id="purge-origin"),
    pytest.param(("evidence", "purge", "--dry-run", "--origin", "workflow-9"), "workflow-9", id="purge-dry"),
    pytest.param(
        ("evidence", "audit", "--rule", "nosuch"), "nosuch; rules that there are: contract-package, r", id="audit-rule"
    ),
    pytest.param(("tail", "--no-follow", "--origin", "workflow-9"), "workflow-9", id="tail-origin"),
    pytest.param(("tail", "--origin", "nonsense"), "nonsense", id="tail-no-origin"),
]


@pytest.mark.parametrize(("words", "said"), [*NAMELESS, *ELSEWHERE])
def test_words_that_name_nothing_end_with_1_and_say_so(inside, contract, words, said):
    inside.origins.messages.clear()
    answer = typed(*words)

    assert answer.exit_code == 1, answer.output
    assert said in answer.output
    assert not inside.origins.messages
    assert not inside.plans.messages


@pytest.mark.parametrize(("words", "said"), NAMELESS)
def test_the_deployed_app_says_so_too(deployed, words, said):
    answer = manage(*words)

    assert answer.exit_code == 1, answer.output
    assert "the app answered 404" in answer.output
    assert not deployed.inside.origins.messages
    assert not deployed.inside.plans.messages


def test_a_letter_that_the_app_could_not_send_is_not_done(deployed):
    for body in ("not one of ours", OriginMessage(origin="workspace-9").model_dump_json()):
        asyncio.run(bury("origins", body, deployed.inside.services()))
    answer = manage("dead", "replay", "--all")

    assert answer.exit_code == 1
    assert "it stays" in answer.output
    assert len(deployed.inside.origins.messages) == 1


def test_a_mistyped_rule_is_told_those_that_there_are(inside, contract):
    assert "contract-package" in typed("replay", "--held", "--rule", "contract-packages").output
    assert plan_of(inside, contract) in typed("replay", "--plan", "nosuch").output


def test_of_a_rule_and_a_plan_that_are_there_nothing_need_be_held(inside, contract):
    plan = plan_of(inside, contract)
    answer = typed("replay", "--held", "--rule", "contract-package", "--plan", plan)

    assert (answer.exit_code, answer.output) == (0, "nothing is held so\n")
    assert typed("replay", "--plan", plan).exit_code == 0
    assert len(inside.plans.messages) == 1


@pytest.mark.parametrize("words", [(*REDACT, "user-deke"), ("evidence", "purge")])
def test_an_origin_that_was_left_out_is_not_done(inside, words):
    inside.at += timedelta(days=731)
    asyncio.run(remember(inside, "workflow-1", []))
    asyncio.run(inside.storage().origins.take(ORIGIN, inside.at))
    answer = typed(*words)

    assert answer.exit_code == 1
    assert f"left out: {ORIGIN}" in answer.output


def test_a_person_who_stands_in_a_link_alone_is_removed_from_there(inside):
    async def end_another():
        held = await inside.storage().origins.take("workflow-1", inside.at)
        ended = link("r|a", state=LinkState.COMPLETED, completed_by="user-liz")
        await held.commit(now=inside.at, links=[ended], release=True)

    asyncio.run(end_another())
    first, again = typed(*REDACT, "user-liz"), typed(*REDACT, "user-liz")

    assert (first.exit_code, again.exit_code) == (0, 1)
    assert "removed from 0 entries and 1 item" in first.output


def test_an_audit_of_a_rule_that_asked_nothing_lately_is_an_empty_list(inside):
    answer = typed("evidence", "audit", "--rule", "r", "--since", "2030-01-01", "--format", "json")

    assert (answer.exit_code, answer.output.strip()) == (0, "[]")


def test_an_origin_that_nobody_knows_is_not_explained_while_it_can_not_be_read(inside, contract):
    inside.content = Break(status(503)).before(inside.content)

    assert typed("why", "workspace-999999").exit_code == 1
    assert typed("why", contract).exit_code == 0


def test_a_preview_and_a_dry_run_that_could_look_into_nothing_are_none(inside, contract, monkeypatch):
    async def hidden(key, services):
        message = f"{key} can't be read"
        raise UnreadableError(message)

    monkeypatch.setattr("commands.backfill.preview_origin", hidden)
    monkeypatch.setattr("shared.preview.preview.preview_origin", hidden)
    dry = typed("backfill", "--rule", "contract-package", "--since", "2020-01-01", "--dry-run")
    sample = typed("mapping", "preview", "--rule", "contract-package")

    assert (dry.exit_code, sample.exit_code) == (1, 1)
    assert f"{contract} can't be read" in dry.output
    assert f"{contract} can't be read" in sample.output


def test_a_hint_that_leads_to_no_origin_is_said(inside, tmp_path):
    hint = tmp_path / "hint.json"
    hint.write_text('{"node_id": 2000}')
    answer = typed("mapping", "preview", "--event", str(hint))

    assert answer.exit_code == 1
    assert "leads to no origin" in answer.output


def test_a_folder_without_recordings_is_no_comparison(tmp_path):
    answer = typed("mapping", "replay", "--recordings", str(tmp_path), "--no-fail-on-change")

    assert answer.exit_code == 1
    assert "holds no recording" in answer.output
