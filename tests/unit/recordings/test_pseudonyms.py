"""A recording names nobody, and a mapping decides over it as it did over the truth."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decisions.differences import differences
from shared.mapping.evaluation.preview import computed
from shared.mapping.evaluation.wanted import lookups
from shared.models.recording import Recording
from shared.recordings.pseudonymise import named_in, redacted, unanswered
from shared.recordings.pseudonyms import Pseudonyms, Redactor
from tests.unit.mapping.mapping_world import (
    NOW,
    answers,
    mapping_of,
    of_workflow,
    of_workspace,
    person,
    step,
    step_rule,
    workspace_rule,
)

KEY = b"a key of the folder"
PEOPLE = {"fallback": "desk@contoso.example", "overrides": {"lwhite": "liz@contoso.example"}}
TASKS = (
    {"assign": ["role:Legal", "attribute:Contract.Owner"], "context": ["attribute:Contract.Region"]},
    {"assign": "manager:role:Manager", "title": "Ask {{ workspace.name }}"},
    {"assign": "user:lwhite"},
)


def mapping(*rules):
    return mapping_of(*(rules or (workspace_rule(*TASKS),)), people=PEOPLE)


def recorded(chosen, origin):
    directory = answers(lookups(chosen, origin, NOW))
    return Recording(origin=origin, directory=directory, now=NOW)


def redactor(*names, logins=(), kept=()):
    return Redactor(Pseudonyms(KEY, frozenset(kept)), logins, names)


def test_names_logins_and_addresses_are_gone_from_a_recording():
    text = redacted(recorded(mapping(), of_workspace()), mapping(), KEY).model_dump_json()

    for word in ("nkaur", "Nkaur", "pwilliams", "Pwilliams"):
        assert word not in text


def test_whom_the_mapping_names_stays_for_it_to_be_found():
    assert {"lwhite", "liz@contoso.example", "desk@contoso.example"} <= named_in(mapping())

    text = redacted(recorded(mapping(), of_workspace()), mapping(), KEY).model_dump_json()
    assert "liz@contoso.example" in text


@pytest.mark.parametrize(
    ("rules", "origin"),
    [
        pytest.param((workspace_rule(*TASKS),), of_workspace(), id="workspace"),
        pytest.param(
            (step_rule(task={"title": "Approve {{ document.name }}"}, approvers=["role:Legal"]),),
            of_workflow(),
            id="step",
        ),
        pytest.param(
            (step_rule(escalate=[{"after": {"days": 1}, "to": "manager:performer"}]),),
            of_workflow(step()),
            id="escalation",
        ),
    ],
)
def test_a_mapping_decides_over_the_redacted_as_over_the_truth(rules, origin):
    """As many people, found for the same reasons, the same dates and titles."""
    chosen = mapping(*rules)
    truth = recorded(chosen, origin)

    plain = redacted(truth, chosen, KEY)

    assert unanswered(chosen, plain) == unanswered(chosen, truth) == ()
    assert plain.wanted == computed(chosen, plain)
    outcomes = [
        [[one.outcome for one in task.people] for task in wanted.tasks] for wanted in both(chosen, truth, plain)
    ]
    shapes = [
        [(task.item_key, task.due, task.title, len(task.assignees), task.held) for task in wanted.tasks]
        for wanted in both(chosen, truth, plain)
    ]
    assert outcomes[0] == outcomes[1]
    assert shapes[0] == shapes[1]


def both(chosen, truth, plain):
    return computed(chosen, truth), computed(chosen, plain)


def test_the_same_person_is_the_same_pseudonym_wherever_it_stands():
    found = redactor("Liz White", logins=["lwhite"])

    login = found.text("lwhite")
    assert found.text("For Liz White (lwhite@contoso.example), LWHITE") == (
        f"For {found.text('Liz White')} ({login}@contoso.example), {login}"
    )


def test_another_key_gives_other_pseudonyms():
    assert Pseudonyms(KEY).login("lwhite") != Pseudonyms(b"another").login("lwhite")


def test_a_login_that_is_a_word_is_replaced_only_where_it_stands_alone():
    found = redactor(logins=["it", "anna"])

    assert found.text("ask it or anna") == f"ask it or {found.text('anna')}"
    assert found.text("IT") != "IT"
    assert found.text("Hannah") == "Hannah"


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_address_passes(before, after):
    text = redactor().text(f"{before} somebody@contoso.example {after}")

    assert "somebody@" not in text


@given(st.from_regex(re.compile(r"[A-Z][a-z]{1,8} [A-Z][a-z]{1,8}"), fullmatch=True), st.text(max_size=20))
def test_no_known_name_passes(name, around):
    assert name.lower() not in redactor(name).text(f"{around} {name} {around}").lower()


def test_what_differs_is_said_item_by_item_and_field_by_field():
    origin = of_workspace()
    old, new = mapping(), mapping(workspace_rule({**TASKS[0], "due": "2026-12-31"}, TASKS[1]))
    truth = recorded(old, origin)

    told = [str(one) for one in differences(computed(old, truth), computed(new, truth))]

    assert told == ["~ package|task-0 due: none → 2026-12-31", "- package|task-2 is not wanted any more"]


def test_a_mapping_that_asks_for_somebody_else_is_told_that_nobody_was_recorded():
    truth = recorded(mapping(), of_workspace())
    other = mapping(workspace_rule({"assign": ["user:new@contoso.example", "manager:user:new@contoso.example"]}))

    assert unanswered(other, truth) == ("new@contoso.example", "manager of new@contoso.example")


def test_a_person_without_anything_on_record_is_no_reason_to_fail():
    blank = person("x").model_copy(update={"login": "", "name": "", "email": None})
    flow = of_workflow(step(performers=(blank,)))

    redacted(recorded(mapping(step_rule()), flow), mapping(step_rule()), KEY)
