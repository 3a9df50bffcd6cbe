"""A day of OpenText is the same day in every calendar; only what carries a time of day is a moment."""

from datetime import UTC, date, datetime

import pytest

from shared.models.opentext import MissingDocument
from tests.narrowing import sure
from tests.unit.mapping.mapping_world import mapping_of, of_workflow, of_workspace, step, step_rule, want, workspace

ZONES = ("Europe/Berlin", "Europe/London", "America/New_York", "Pacific/Kiritimati", "Etc/GMT+12")
THE_15TH = date(2026, 12, 15)
LATE = [{"on": "overdue", "to": ["role:Manager"], "subject": "Late"}]
MISSING = {"id": "missing", "on": "missing_document", "plan": "contracts"}


def head(zone):
    return {"calendars": {"default": {"timezone": zone}}}


@pytest.mark.parametrize("zone", ZONES)
def test_the_15th_is_the_15th_wherever_the_rule_counts(zone):
    task = {"title": "Get", "due": {"from": "missing_due"}}
    missing = of_workspace(missing_documents=(MissingDocument(node_id=8, name="Permit", due=THE_15TH),))
    steps = [
        step_rule(id=word.replace("_", "-"), task={"due": {"from": word}}) for word in ("step_due", "workflow_due")
    ]
    workflow = of_workflow(step(due=THE_15TH), due=THE_15TH)

    dues = [task.due for task in want(mapping_of({**MISSING, "task": task}, **head(zone)), missing).tasks]
    dues += [task.due for task in want(mapping_of(*steps, **head(zone)), workflow).tasks]

    assert dues == [THE_15TH] * 3


def test_a_moment_is_the_day_that_it_is_in_the_rules_zone():
    workflow = of_workflow(step(due=datetime(2026, 12, 15, 23, tzinfo=UTC)))
    rule = step_rule(task={"due": {"from": "step_due"}})

    dues = [want(mapping_of(rule, **head(zone)), workflow).tasks[0].due for zone in ZONES]

    assert [sure(due).day for due in dues] == [16, 15, 15, 16, 15]


@pytest.mark.parametrize("zone", ZONES)
def test_a_step_that_is_due_on_a_day_is_late_when_business_closes_on_it(zone):
    ladder = [{"after": {"from": "due"}, "to": "role:Manager"}]
    mapping = mapping_of(step_rule(task={"due": {"from": "step_due"}}, escalate=ladder), **head(zone))
    closes = mapping.calendar("default").closing(THE_15TH)

    waiting = want(mapping, of_workflow(step(due=THE_15TH)))

    assert waiting.look_again == closes
    assert len(want(mapping, of_workflow(step(due=THE_15TH)), closes).tasks) == 2


def test_a_day_is_shown_as_a_day():
    title = "{{ step.due }}, {{ workflow.due|date('%d %b') }}"
    origin = of_workflow(step(due=THE_15TH), due=THE_15TH, space=workspace())

    assert want(mapping_of(step_rule(task={"title": title})), origin).tasks[0].title == "2026-12-15, 15 Dec"
