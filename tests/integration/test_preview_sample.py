"""`mapping preview --sample`: what a rule or a changed file would do to real origins, summed up. Nothing is written."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from local.demo.world import create_contract
from manage import app
from shared import wiring
from tests.engine import MAPPING, engine
from tests.integration.test_preview import Watch
from tests.wired import InsideWiring, engine_in_its_place

END = datetime(2028, 1, 31, tzinfo=UTC)
TEXT = MAPPING.read_text(encoding="utf-8")


@pytest.fixture
def started():
    with engine_in_its_place() as one:
        yield one


@pytest.fixture
def contracts(started):
    return [create_contract(started.world, f"Contoso {number}", END) for number in range(3)]


def approval(started, contract):
    content = started.world.content
    document = content.add_document(contract, "Contract.docx", user="pwilliams")
    return content.start_workflow(
        "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=contract
    )


def run(*arguments):
    return CliRunner().invoke(app, ["mapping", *map(str, arguments)], catch_exceptions=False)


def summed(*arguments):
    answer = run("preview", *arguments, "--json")
    assert answer.exit_code == 0
    return json.loads(answer.output)


def changed(tmp_path, *pairs):
    file, text = tmp_path / "changed.yaml", TEXT
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    return file


def test_what_a_new_mapping_would_make_of_origins_that_nobody_knew(started, contracts):
    watch = Watch(started)
    approval(started, contracts[0])
    found = summed("--sample", 10)

    assert (found["origins"], found["made"], found["held"]) == (4, 3 * 4 + 1, 0)
    assert watch.writes == []


def test_one_rule_alone_is_summed_up_and_ten_origins_are_looked_at(started, contracts):
    approval(started, contracts[0])

    assert summed("--rule", "contract-approval") == summed("--rule", "contract-approval", "--sample", 10)
    assert summed("--rule", "contract-approval")["made"] == 1
    assert summed("--rule", "contract-package", "--sample", 2)["made"] == 8


def test_a_changed_file_shows_what_it_would_make_change_and_release(started, contracts, tmp_path):
    for number in contracts:
        asyncio.run(started.look(f"workspace-{number}"))
    file = changed(
        tmp_path,
        ("key: owner-briefing", "key: briefing"),
        ("{{ workspace.name }}: legal review", "{{ workspace.name }}: law"),
    )
    found = summed("--sample", 10, "--mapping", file)
    same = summed("--sample", 10)

    assert (found["made"], found["changed"], found["released"]) == (3, 3, 3)
    assert (same["made"], same["changed"], same["released"], same["as_they_should_be"]) == (0, 0, 0, 12)


@pytest.mark.usefixtures("contracts")
def test_what_would_be_overdue_at_once_is_counted(started):
    started.forward(timedelta(days=60))

    assert summed("--sample", 10)["overdue_at_once"] == 3 * 3


def test_mails_that_would_go_out_are_counted(tmp_path):
    told = '      - key: legal-review\n        notify: [{on: overdue, to: ["role:Legal"]}]\n'
    started = engine(changed(tmp_path, ("      - key: legal-review\n", told)), NOTIFY_FROM="bridge@contoso.example")
    with wiring.use(InsideWiring(started.inside)):
        space = f"workspace-{create_contract(started.world, 'Contoso', END)}"
        asyncio.run(started.look(space))
        before = summed("--sample", 10)["mails"]
        started.forward(timedelta(days=14))

        assert (before, summed("--sample", 10)["mails"]) == (0, 1)


def test_what_would_be_held_is_counted_by_its_cause_and_what_heals_it_is_told(started, contracts, tmp_path):
    file = changed(tmp_path, ('assign: "role:Legal"', 'assign: "role:Leagl"'), ("title: Finance}", "title: Finances}"))
    answer = run("preview", "--sample", 10, "--mapping", file)
    found = summed("--sample", 10, "--mapping", file)

    assert found["held_by"] == {"not_known": 3, "target": 3}
    assert "    3 by target: make the plan, or let the bridge read its group" in answer.output.splitlines()
    assert "the workspace has no role 'Leagl'; did you mean 'Legal'?" in answer.output


def test_an_origin_that_can_not_be_read_is_named_and_costs_the_others_nothing(started, contracts):
    for number in contracts:
        asyncio.run(started.look(f"workspace-{number}"))
    started.world.content.hide(contracts[1])
    found = summed("--sample", 10)

    assert (found["origins"], found["as_they_should_be"]) == (2, 8)
    assert [one.partition(":")[0] for one in found["unreadable"]] == [f"workspace-{contracts[1]}"]


@pytest.mark.usefixtures("started")
def test_a_rule_that_is_none_is_said_with_the_nearest_one():
    answer = run("preview", "--rule", "contract-packages")

    assert answer.exit_code == 1
    assert "there is no rule 'contract-packages'; did you mean 'contract-package'?" in answer.output


@pytest.mark.parametrize(
    "more", [pytest.param(("--origin", "workspace-1"), id="origin"), pytest.param(("--event", MAPPING), id="event")]
)
@pytest.mark.usefixtures("started")
def test_a_sample_and_one_origin_are_not_asked_for_together(more):
    assert run("preview", "--sample", 3, *more).exit_code == 2
