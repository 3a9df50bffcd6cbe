"""manage.py mapping: what an operator sees, with the engine behind it and no socket."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from local.demo.world import create_contract
from manage import app
from shared.mapping.language.json_schema import schema_text
from shared.models.link import LinkState
from shared.wiring.rules import load_rules
from tests.engine import MAPPING
from tests.unit.mapping.language.test_load import TEN_FAULTS
from tests.wired import engine_in_its_place

END = datetime(2028, 1, 31, tzinfo=UTC)
OLD, NEW = "key: owner-briefing", "key: briefing"


@pytest.fixture
def started():
    with engine_in_its_place() as one:
        yield one


@pytest.fixture
def contract(started):
    return f"workspace-{create_contract(started.world, 'Contoso', END)}"


@pytest.fixture
def changed(tmp_path):
    """The shipped mapping with one task under another key: the old one is released, a new one wanted."""
    file = tmp_path / "changed.yaml"
    file.write_text(MAPPING.read_text(encoding="utf-8").replace(OLD, NEW), encoding="utf-8")
    return file


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def test_the_shipped_mapping_is_good():
    answer = run("mapping", "check", MAPPING)

    assert answer.exit_code == 0
    assert "good: 3 rules" in answer.output


def test_ten_seeded_faults_are_named_by_ten_lines(tmp_path):
    file = tmp_path / "faults.yaml"
    file.write_text(TEN_FAULTS, encoding="utf-8")

    answer = run("mapping", "check", file)

    named = [line for line in answer.output.splitlines() if line.startswith(f"{file}:")]
    assert answer.exit_code == 1
    assert [int(line.removeprefix(f"{file}:").split(":")[0]) for line in named] == [3, 4, 5, 11, 12, 14, 15, 18, 19, 20]
    assert "10 problems" in answer.output


def test_what_planner_does_not_take_is_warned_of_and_no_error(tmp_path):
    lines = ", ".join(f"line {number}" for number in range(21))
    file = tmp_path / "mapping.yaml"
    file.write_text(
        "version: 1\nplans: {p: {id: xqQg5FS2LkCp935s-FIFm2QAFkHM}}\nrules:\n"
        "  - id: r\n    on: workspace\n    plan: p\n    tasks:\n"
        f"      - {{key: t, title: T, checklist: [{lines}]}}\n"
    )

    answer = run("mapping", "check", file)

    assert answer.exit_code == 0
    assert f"{file}:8" in answer.output
    assert "21 lines with the outcomes; Planner takes 20" in answer.output


def test_a_file_that_is_not_utf_8_is_refused(tmp_path):
    file = tmp_path / "mapping.yaml"
    file.write_bytes(b"version: 1 # \xff\n")

    answer = run("mapping", "check", file)

    assert answer.exit_code == 1
    assert "not UTF-8" in answer.output


def test_the_schema_is_printed_as_it_is_committed():
    assert run("mapping", "schema").output == schema_text()


def test_a_preview_of_an_origin_is_printed(started, contract):
    answer = run("mapping", "preview", "--origin", contract)

    assert answer.exit_code == 0
    assert answer.output.startswith(f"{contract}  Contoso\n")
    assert "+ contract-package|legal-review (task)" in answer.output
    assert "Graph POST /planner/tasks" in answer.output
    assert "4 to make; 8 calls would be sent; nothing was" in answer.output
    assert started.world.graph.tasks == {}


def test_a_preview_takes_a_hint_as_content_server_sends_it(contract, tmp_path):
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"event": "created", "node_id": contract.partition("-")[2]}))

    assert run("mapping", "preview", "--event", event).output == run("mapping", "preview", "--origin", contract).output


def test_a_preview_under_another_mapping_shows_what_it_would_release(started, contract, changed):
    asyncio.run(started.look(contract))

    answer = run("mapping", "preview", "--origin", contract, "--mapping", changed)

    assert "? contract-package|owner-briefing (not wanted)" in answer.output
    assert "+ contract-package|briefing (task)" in answer.output


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param((), 2, "give one of --origin, --event", id="neither"),
        pytest.param(("--origin", "contract-1"), 1, "is no origin key", id="no key"),
        pytest.param(("--origin", "workspace-999999"), 1, "UnreadableError", id="unreadable"),
    ],
)
@pytest.mark.usefixtures("started")
def test_a_preview_that_cannot_be_made_says_why(arguments, code, said):
    answer = run("mapping", "preview", *arguments)

    assert answer.exit_code == code
    assert said in answer.output


def test_a_recording_holds_no_name_and_no_address_of_anybody(contract, tmp_path):
    answer = run("record", "--origin", contract, "--to", tmp_path, "--hide", "Contoso")

    text = (tmp_path / f"{contract}.json").read_text(encoding="utf-8")
    assert answer.exit_code == 0
    for word in ("lwhite", "Liz", "White", "pwilliams", "Nina", 'Contoso"'):
        assert word not in text
    assert "4 tasks wanted" in answer.output


def test_people_whom_the_mapping_names_stay_so_that_it_finds_them(contract, tmp_path):
    run("record", "--origin", contract, "--to", tmp_path)

    assert "legal-lead@contoso.example" in (tmp_path / f"{contract}.json").read_text(encoding="utf-8")


def test_the_pseudonyms_of_a_folder_are_stable(contract, tmp_path):
    run("record", "--origin", contract, "--to", tmp_path)
    first = (tmp_path / f"{contract}.json").read_bytes()
    run("mapping", "record", "--origin", contract, "--to", tmp_path)
    run("record", "--origin", contract, "--to", tmp_path / "another")

    assert (tmp_path / f"{contract}.json").read_bytes() == first
    assert (tmp_path / "another" / f"{contract}.json").read_bytes() != first


def test_the_same_mapping_over_its_recordings_decides_the_same(contract, tmp_path):
    run("record", "--origin", contract, "--to", tmp_path)

    answer = run("mapping", "replay", "--recordings", tmp_path, "--mapping", MAPPING)

    assert answer.output == "0 decisions differ in 1 recording\n"


def test_a_changed_mapping_lists_each_decision_that_differs(contract, tmp_path):
    run("record", "--origin", contract, "--to", tmp_path)
    other = tmp_path / "other.yaml"
    text = MAPPING.read_text(encoding="utf-8").replace(OLD, NEW)
    other.write_text(text.replace("due: {from: created, business_days: 5}", "due: {from: created, business_days: 6}"))

    answer = run("mapping", "replay", "--recordings", tmp_path, "--mapping", other)

    lines = answer.output.splitlines()
    assert f"{contract} - contract-package|owner-briefing is not wanted any more" in lines
    assert f"{contract} ~ contract-package|legal-review due: 2026-11-30 → 2026-12-01" in lines
    assert any(line.startswith(f"{contract} + contract-package|briefing is wanted") for line in lines)
    assert lines[-1] == "3 decisions differ in 1 recording"


def test_two_mappings_are_compared_with_each_other(contract, changed, tmp_path):
    folder = tmp_path / "recordings"
    run("record", "--origin", contract, "--to", folder)

    there = run("mapping", "replay", "--recordings", folder, "--mapping", changed, "--against", MAPPING)
    same = run("mapping", "replay", "--recordings", folder, "--mapping", changed, "--against", changed)

    assert there.output.endswith("2 decisions differ in 1 recording\n")
    assert same.output == "0 decisions differ in 1 recording\n"


def test_who_was_not_recorded_is_said_to_be_missing(contract, tmp_path):
    run("record", "--origin", contract, "--to", tmp_path)
    other = tmp_path / "other.yaml"
    text = MAPPING.read_text(encoding="utf-8")
    other.write_text(text.replace('assign: "role:Legal"', 'assign: "user:somebody@contoso.example"', 1))

    answer = run("mapping", "replay", "--recordings", tmp_path, "--mapping", other)

    assert f"{contract} ! not recorded, so nobody is found: somebody@contoso.example" in answer.output


def use(started, mapping, contract):
    """Look under the shipped mapping, put another in force, look again."""
    asyncio.run(started.look(contract))
    rules = load_rules(str(mapping))
    started.services = replace(started.services, mapping=rules.mapping, mapping_hash=rules.hash)
    asyncio.run(started.look(contract))


def test_what_a_mapping_released_is_ended_by_this_command_alone(started, contract, changed):
    use(started, changed, contract)
    before = dict(started.world.graph.tasks)
    task = next(key for key, task in before.items() if "brief the stakeholders" in task["title"])
    links = asyncio.run(started.services.origins.find_links(contract))
    assert links["contract-package|owner-briefing"].state is LinkState.RELEASED
    assert before[task]["percentComplete"] == 0

    listed = run("mapping", "apply", "--yes", "--withdraw", "contract-package", "--dry-run")
    answer = run("mapping", "apply", "--yes", "--withdraw", "contract-package")
    again = run("mapping", "apply", "--yes", "--withdraw", "contract-package")

    assert f"{contract} contract-package|owner-briefing task {task}: would be withdrawn" in listed.output
    assert f"{contract} contract-package|owner-briefing task {task}: withdrawn" in answer.output
    assert again.output.startswith("0 of 0 released tasks")
    assert started.world.graph.tasks[task]["percentComplete"] == 100
    assert "withdrawn by an operator" in started.world.graph.details[task]["description"]
    others = [other for key, other in started.world.graph.tasks.items() if key != task]
    assert [other["percentComplete"] for other in others] == [0] * 4


def test_a_withdrawn_task_stands_in_the_history_and_is_not_made_again(started, contract, changed):
    use(started, changed, contract)
    run("mapping", "apply", "--yes", "--withdraw", "contract-package")

    asyncio.run(started.look(contract, "resync"))

    links = asyncio.run(started.services.origins.find_links(contract))
    entries = asyncio.run(started.services.origins.list_entries(contract))
    assert links["contract-package|owner-briefing"].state is LinkState.WITHDRAWN
    assert [entry.event.item for entry in entries if entry.event.what == "withdrawn"] == [
        "contract-package|owner-briefing"
    ]
    assert len(started.world.graph.tasks) == 5


def test_a_fault_of_yaml_names_line_and_column_and_shows_the_place_and_the_cure(tmp_path):
    file = tmp_path / "mapping.yaml"
    file.write_text("version: 1\nrules:\n  - id: a\n    title: Review: now\n", encoding="utf-8")

    answer = run("mapping", "check", file)

    said = 'mapping values are not allowed in this context; a ":" inside text: put the text in quotes'
    assert answer.output.splitlines()[:3] == [
        f"{file}:4:18: no valid YAML: {said}",
        "        title: Review: now",
        "                     ^",
    ]


def test_check_and_the_app_print_one_hash_of_one_file(tmp_path):
    file = tmp_path / "mapping.yaml"
    file.write_bytes(MAPPING.read_bytes())

    answer = run("mapping", "check", file)

    assert f"hash {load_rules(str(file)).hash[:12]}" in answer.output


def test_warnings_are_problems_when_they_are_to_count(tmp_path):
    file = tmp_path / "mapping.yaml"
    file.write_text("version: 1\nrules: []\n", encoding="utf-8")

    assert run("mapping", "check", file).exit_code == 0
    strict = run("mapping", "check", file, "--strict")
    assert (strict.exit_code, "no rules: nothing becomes a task (warning)" in strict.output) == (1, True)


def test_findings_are_written_for_machines_too(tmp_path):
    file = tmp_path / "mapping.yaml"
    file.write_text("version: 1\nmatch: lst\nrules: []\n", encoding="utf-8")

    told = json.loads(run("mapping", "check", file, "--format", "json").output)
    sarif = json.loads(run("mapping", "check", file, "--format", "sarif").output)

    assert (told["usable"], told["findings"][0]["line"], told["findings"][0]["path"]) == (False, 2, "match")
    region = sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 2, "startColumn": 1}
