"""A mapping file that is wrong is refused whole, and every fault is named with its line."""

from datetime import date

import pytest

from shared.errors import MappingError
from shared.mapping.language.load import read_mapping, read_with_warnings
from tests.narrowing import sure
from tests.repository import ROOT
from tests.unit.mapping.mapping_world import mapping_of, step_rule, text_of, workspace_rule

TEN_FAULTS = """\
version: 1
calendars:
  default: {timezone: Europe/Berlinn}
  late: {holidays: DE-XX}
people: {fallbak: a@contoso.example}
plans:
  contracts: {id: xqQg5FS2LkCp935s-FIFm2QAFkHM}
rules:
  - id: contract-package
    on: workspace
    plan: contract
    calendar: lat
    tasks:
      - key: Review
        title: "{{ workspace.nam }}"
      - key: sign
        title: Sign
        due: {from: createt, business_days: 5}
        depends_on: [reviw]
        asign: ["role:Legal"]
"""


def problems(text: str) -> list[str]:
    with pytest.raises(MappingError) as caught:
        read_mapping(text)
    return [str(problem) for problem in caught.value.problems]


def test_the_shipped_mapping_is_read_without_a_warning():
    mapping, warnings = read_with_warnings((ROOT / "mapping.yaml").read_text(encoding="utf-8"))

    assert warnings == ()
    assert [rule.id for rule in mapping.rules] == ["contract-package", "contract-approval", "contract-countersign"]


def test_ten_seeded_faults_are_named_with_ten_lines():
    """All at once: an administrator mends a file in one go."""
    found = problems(TEN_FAULTS)

    lines = [int(problem.split(":")[1].split()[0]) for problem in found]
    assert lines == [3, 4, 5, 11, 12, 14, 15, 18, 19, 20]


@pytest.mark.parametrize(
    ("fragment", "place"),
    [
        ("did you mean 'Europe/Berlin'?", "mapping.yaml:3 calendars.default.timezone"),
        ("DE has no region 'XX'", "mapping.yaml:4 calendars.late.holidays"),
        ("unknown key 'fallbak'; did you mean 'fallback'?", "mapping.yaml:5 people.fallbak"),
        ("no such plan: 'contract'; did you mean 'contracts'?", "mapping.yaml:11 rules[0].plan"),
        ("no such calendar: 'lat'; did you mean 'late'?", "mapping.yaml:12 rules[0].calendar"),
        ("lower-case letters, digits and hyphens", "mapping.yaml:14 rules[0].tasks[0].key"),
        ("did you mean 'name'?", "mapping.yaml:15 rules[0].tasks[0].title"),
        ("'createt' is not known here; did you mean 'created'?", "mapping.yaml:18 rules[0].tasks[1].due.from"),
        ("no task has the key 'reviw'", "mapping.yaml:19 rules[0].tasks[1].depends_on"),
        ("unknown key 'asign'; did you mean 'assign'?", "mapping.yaml:20 rules[0].tasks[1].asign"),
    ],
)
def test_a_problem_names_its_place_and_what_was_probably_meant(fragment, place):
    assert any(problem.startswith(f"{place}: ") and fragment in problem for problem in problems(TEN_FAULTS))


HOSTILE = {
    "alias bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", "anchors and aliases are refused"),
    "alias": ("a: *nowhere", "anchors and aliases are refused"),
    "python tag": ("a: !!python/object/apply:os.system [echo]", "the tag tag:yaml.org,2002:python/object"),
    "own tag": ("a: !secret x", "the tag !secret is refused"),
    "binary": ("a: !!binary aGk=", "the tag tag:yaml.org,2002:binary is refused"),
    "tag on a list": ("a: !x [1]", "the tag !x is refused"),
    "merge": ("a: &base {b: 1}\nc: {<<: *base}", "anchors and aliases are refused"),
    "depth": ("[" * 100_000, "nested deeper than 30 levels"),
    "size": ("#" * 2_000_001, "longer than 2000000 characters"),
    "control character": ("a: \x00", "no valid YAML"),
    "unclosed": ("a: [1\nb: 2", "no valid YAML"),
    "two documents": ("version: 1\n---\nversion: 1", "a second document"),
    "key that is a list": ("? [a]\n: b", "a key must be plain text"),
    "empty": ("", "an empty mapping"),
    "a list": ("- a", "an empty mapping"),
}


@pytest.mark.parametrize(("text", "fragment"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_and_broken_yaml_is_refused(text, fragment):
    assert any(fragment in problem for problem in problems(text))


def test_yaml_1_1_traps_are_defused():
    """`on`, `no`, 09:00 and 007 mean what they look like; a bare date is a date."""
    rule = workspace_rule({"due": "DATE"}, when={"attributes": {"A.b": "NORWAY", "A.c": "ID"}})
    text = text_of(rule).replace("DATE", "2026-12-31").replace("NORWAY", "no").replace("ID", "007")

    read = read_mapping(text).rules[0]

    assert read.on == "workspace"
    assert read.when.attributes["A.b"].is_ == ("no",)
    assert read.when.attributes["A.c"].is_ == ("007",)
    assert sure(read.specs[0].due).on == date(2026, 12, 31)


def test_a_key_that_stands_twice_is_named_with_both_lines():
    text = "version: 1\nplans: {}\nversion: 1\n"

    assert "mapping.yaml:3: the key 'version' stands twice: first in line 1" in problems(text)


def _with(**changes):
    return text_of(workspace_rule(**changes))


def _task(**changes):
    return text_of(workspace_rule(changes))


def _step(**changes):
    return text_of(step_rule(**changes))


REFUSED = {
    "duplicate rule": (text_of(workspace_rule(), workspace_rule()), "the rule id 'package' stands twice"),
    "duplicate task": (text_of(workspace_rule({"key": "a"}, {"key": "a"})), "the task key 'a' stands twice"),
    "duplicate line": (_task(checklist=["Same", "Same"]), "the checklist key 'same' stands twice"),
    "same slug": (_task(checklist=["Same!", "same"]), "the checklist key 'same' stands twice"),
    "cycle": (
        text_of(workspace_rule({"key": "a", "depends_on": "b"}, {"key": "b", "depends_on": ["a"]})),
        "these wait for each other: a → b → a",
    ),
    "depends on itself": (_task(depends_on="task-0"), "these wait for each other: task-0 → task-0"),
    "depends on a recurring task": (
        text_of(workspace_rule({"due": {"from": "created", "repeat": "FREQ=YEARLY"}}, {"depends_on": "task-0"})),
        "'task-0' recurs: nothing can depend on it",
    ),
    "no version": ("rules: []", "the key 'version' is missing"),
    "newer version": ("version: 2", "2 is not allowed; allowed: 1"),
    "unknown kind": (_with(on="workspce"), "did you mean 'workspace'?"),
    "no kind": (text_of({"id": "a", "plan": "contracts"}), "the key 'on' is missing"),
    "no tasks": (_with(tasks=[]), "at least 1 must stand here"),
    "no plan": (text_of({**workspace_rule(), "plan": None}), "give the rule a `plan`, or each of its tasks"),
    "plan without a place": (text_of(plans={"x": {"group": "1" * 8}}), "plans.x"),
    "plan by id and title": (
        text_of(plans={"x": {"id": "xqQg5FS2LkCp935s-FIFm2QAFkHM", "title": "b"}}),
        "takes no `title`",
    ),
    "step in a workspace rule": (_with(when={"step": "Approver"}), "is for rules with `on: step`, not for workspace"),
    "step template in a workspace rule": (_task(title="{{ step.name }}"), "'step' is not known here"),
    "performer in a workspace rule": (_task(assign="performer"), "performer is for rules with `on: step`"),
    "step date in a workspace rule": (_task(due={"from": "step_due"}), "'step_due' is not known here"),
    "version line in a workspace rule": (_task(context=["version"]), "'version' is not known here"),
    "template syntax": (_task(title="{{ workspace.name "), "no valid template"),
    "unknown filter": (_task(title="{{ workspace.name|uper }}"), "no valid template"),
    "include": (_task(title="{% include 'x' %}"), "include is not allowed in a template"),
    "name that does not exist": (_task(title="{{ worspace.name }}"), "did you mean 'workspace'?"),
    "task in a plain template": (_task(title="{{ task.title }}"), "'task' is not known here"),
    "title that is a number": (_task(title=2026), "must be text: put it in quotes"),
    "unknown person": (_task(assign="rol:Legal"), "'rol:Legal' names nobody; did you mean 'role'?"),
    "login without override": (_task(assign="user:lwhite"), "people.overrides does not hold it"),
    "attribute without category": (_task(assign="attribute:Owner"), "attribute:Category.Attribute"),
    "group that is no id": (_task(assign="group:Legal"), "wants the id of an Entra group"),
    "manager of a group": (_task(assign=f"manager:group:{'1' * 8}"), "manager: wants a person"),
    "due from itself": (_task(due={"from": "due"}), "a due date can't be counted from `due`"),
    "start from an escalation": (_task(start={"from": "raised"}), "`start` can't be counted from `raised`"),
    "date without a start": (_task(due={"business_days": 5}), "give either `from`"),
    "date with two starts": (_task(due={"from": "created", "on": "2026-01-01"}), "give either `from`"),
    "no recurrence rule": (_task(due={"from": "created", "repeat": "every year"}), "FREQ must be"),
    "hourly": (_task(due={"from": "created", "repeat": "FREQ=HOURLY"}), "FREQ must be one of YEARLY"),
    "a recurrence that never comes": (
        _task(due={"from": "created", "repeat": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}),
        "this recurrence never comes",
    ),
    "wrong part of a recurrence": (_task(due={"from": "created", "repeat": "FREQ=YEARLY;BYMONTH=x"}), "RFC 5545"),
    "part that is not for it": (_task(due={"from": "created", "repeat": "FREQ=DAILY;BYMONTHDAY=3"}), "DAILY takes"),
    "start in a recurrence": (_task(due={"from": "created", "repeat": "DTSTART=20260101;FREQ=DAILY"}), "not DTSTART"),
    "escalation without effect": (_step(escalate=[{"after": {"days": 1}}]), "give either `remind: true` or `to`"),
    "escalation with both": (
        _step(escalate=[{"after": {"days": 1}, "remind": True, "to": "performer"}]),
        "give either `remind: true` or `to`",
    ),
    "two outcomes alike": (_step(outcomes={"A": "Yes", "B": "Yes"}), "two outcomes have the same checklist line"),
    "reference to nowhere": (_task(references=[{"alias": "x"}]), "give either `link` or `url`"),
    "an empty test": (_with(when={"attributes": {"A.b": {}}}), "an empty test"),
    "attribute test without category": (_with(when={"attributes": {"Region": "x"}}), "Category.Attribute"),
    "fallback without one": (text_of(people={"guest": "fallback"}), "wants people.fallback"),
    "hours that end before": (text_of(calendars={"c": {"hours": "17:00-09:00"}}), "hours must end after"),
    "hours that are none": (text_of(calendars={"c": {"hours": "early"}}), "are no business hours: written"),
    "days that are none": (text_of(calendars={"c": {"workdays": "mo-fr"}}), "days are written"),
    "country without holidays": (text_of(calendars={"c": {"holidays": "DX"}}), "no holidays are known for 'DX'"),
    "zone that is a folder": (text_of(calendars={"c": {"timezone": "Europe"}}), "no such time zone"),
    "condition on the history's head": (
        _with(when={"attributes": {"A.Head": "x"}}, evidence={"head_attribute": "A.Head"}),
        "holds the head of the history",
    ),
    "zone that is a path": (text_of(calendars={"c": {"timezone": "../etc/passwd"}}), "no such time zone"),
}


@pytest.mark.parametrize(("text", "fragment"), REFUSED.values(), ids=REFUSED)
def test_what_can_not_work_is_refused_when_the_file_is_read(text, fragment):
    found = problems(text)

    assert any(fragment in problem for problem in found), found
    assert all(problem.startswith("mapping.yaml:") for problem in found)


def test_a_fault_in_a_section_hides_none_in_a_rule():
    found = problems(text_of(workspace_rule({"title": "{{ x }}"}), people={"fallback": "nobody"}))

    assert ["people.fallback" in found[0], "rules[0].tasks[0].title" in found[1]] == [True, True]


WARNED = {
    "checklist": ({"checklist": [f"Line {number}" for number in range(21)]}, "21 lines with the outcomes"),
    "references": ({"references": [{"url": f"https://a/{number}"} for number in range(11)]}, "11 references"),
    "title": ({"title": "x" * 300}, "300 characters; limits.title is 255"),
    "assign": ({"assign": [f"user:u{number}@a.example" for number in range(21)]}, "21 entries"),
}


@pytest.mark.parametrize(("task", "fragment"), WARNED.values(), ids=WARNED)
def test_what_planner_will_not_take_is_a_warning_with_its_line(task, fragment):
    people = {"fallback": "lead@contoso.example"}
    _, (warning,) = read_with_warnings(text_of(workspace_rule(task), people=people))

    assert fragment in warning.message
    assert "rules[0].tasks[0]" in warning.field


def test_a_rules_hash_tells_what_was_written_and_nothing_else():
    """Comments, order of keys and of other rules change nothing; a title does."""
    plain = mapping_of(workspace_rule()).rules[0].hash

    assert mapping_of(step_rule(), dict(reversed(workspace_rule().items()))).rules[1].hash == plain
    assert mapping_of(workspace_rule({"title": "Other"})).rules[0].hash != plain


def test_the_files_hash_tells_any_change():
    assert mapping_of(workspace_rule()).hash == mapping_of(workspace_rule()).hash
    assert mapping_of(workspace_rule(), match="first").hash != mapping_of(workspace_rule()).hash


CALENDARS = {"calendars": {"default": {"days_off": ["2026-12-24"]}}}
DECIDES = {
    "the rule itself": ([workspace_rule({"title": "Other"}), step_rule()], {}),
    "its calendar": ([workspace_rule(), step_rule()], CALENDARS),
    "people": ([workspace_rule(), step_rule()], {"people": {"nobody": "hold"}}),
    "whether the first rule counts": ([workspace_rule(), step_rule()], {"match": "first"}),
}


@pytest.mark.parametrize(("rules", "more"), DECIDES.values(), ids=DECIDES)
def test_whatever_decides_about_a_rules_items_is_in_its_hash(rules, more):
    rule = workspace_rule()["id"]
    plain = mapping_of(workspace_rule(), step_rule()).rule_hashes

    assert mapping_of(*rules, **more).rule_hashes[rule] != plain[rule]


def test_the_order_of_rules_counts_where_the_first_takes_all_and_nowhere_else():
    one, two = workspace_rule(), {**workspace_rule(), "id": "two"}
    for match, is_same in (("all", True), ("first", False)):
        before = mapping_of(one, two, match=match).rule_hashes
        after = mapping_of(two, one, match=match).rule_hashes
        assert (before == after) is is_same


def test_what_another_rule_makes_is_not_in_a_rules_hash():
    one, other = workspace_rule(), {**workspace_rule(), "id": "other"}
    edited = {**workspace_rule({"title": "Other"}), "id": "other"}
    before = mapping_of(other, one, match="first").rule_hashes[one["id"]]

    assert mapping_of(edited, one, match="first").rule_hashes[one["id"]] == before


def test_a_mapping_has_one_hash_whatever_was_computed_with_it_before():
    rule = workspace_rule({"assign": "role:Legal", "on_complete": {"set": {"Contract.Signed": True}}})
    used = mapping_of(rule)

    assert (used.rules[0].names, sure(used.rules[0].specs[0].assign).written) == (
        frozenset(),
        '{"all":["role:Legal"],"first":[]}',
    )
    assert used.hash == mapping_of(rule).hash
