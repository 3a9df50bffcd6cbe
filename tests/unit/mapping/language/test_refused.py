"""What a file can't mean is refused when it is read, with what is allowed; what is odd is warned of."""

from datetime import date
from itertools import islice

import pytest

from shared.mapping.language.load import examine
from shared.mapping.language.recurrence import read_recurrence
from shared.mapping.language.templates import RenderError, Template, context_of
from tests.unit.mapping.language.corpus import PLAN
from tests.unit.mapping.mapping_world import step_rule, text_of, workspace_rule


def refused(*rules, **head):
    return " ".join(one.message for one in examine(text_of(*rules, **head)).findings if one.severity == "error")


def _due(**due):
    return workspace_rule({"due": due})


RECURRENCES = {
    "no step": ("FREQ=WEEKLY;INTERVAL=0", "INTERVAL=0 is no number from 1 to 1000"),
    "backwards": ("FREQ=WEEKLY;INTERVAL=-1", "INTERVAL=-1 is no number"),
    "half a step": ("FREQ=DAILY;INTERVAL=1.5", "INTERVAL=1.5 is no number"),
    "never": ("FREQ=DAILY;COUNT=0", "COUNT=0 is no number"),
    "two ends": ("FREQ=DAILY;COUNT=5;UNTIL=20271231", "COUNT and UNTIL exclude each other"),
    "an end that is no day": ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL=TOMORROW is no day"),
    "an end that the calendar lacks": ("FREQ=DAILY;UNTIL=20270231", "day is out of range"),
    "a week without its day": ("FREQ=YEARLY;BYWEEKNO=20", "say which day, e.g. BYDAY=MO"),
    "a week of a month": ("FREQ=MONTHLY;BYWEEKNO=20;BYDAY=MO", "BYWEEKNO is for FREQ=YEARLY alone"),
    "a day of the year in a month": ("FREQ=MONTHLY;BYYEARDAY=100", "BYYEARDAY is for FREQ=YEARLY alone"),
    "a place in a week": ("FREQ=WEEKLY;BYDAY=2MO", "has a place (1MO, -1FR) in a month or a year"),
    "a place in a set of nothing": ("FREQ=MONTHLY;BYSETPOS=2", "say which, e.g. BYDAY=MO,TU,WE,TH,FR"),
    "a part twice": ("FREQ=DAILY;INTERVAL=1;INTERVAL=2", "INTERVAL stands twice"),
}


@pytest.mark.parametrize(("text", "why"), RECURRENCES.values(), ids=RECURRENCES)
def test_a_recurrence_that_ends_never_or_means_nothing_is_refused(text, why):
    assert why in refused(_due(on="2027-01-01", repeat=text))


@pytest.mark.parametrize("until", ["20270103", "20270103T120000Z", "2027-01-03"])
def test_the_end_of_a_recurrence_is_a_day_however_it_is_written(until):
    days = list(islice(read_recurrence(f"FREQ=DAILY;UNTIL={until}", date(2027, 1, 1)), 10))

    assert [str(day) for day in days] == ["2027-01-01", "2027-01-02", "2027-01-03"]


SECTIONS = {
    "hours with a zone": ({"calendars": {"c": {"hours": "09:00Z-17:00"}}}, "no business hours"),
    "hours that end before they begin": ({"calendars": {"c": {"hours": "17:00-09:00"}}}, "round the clock"),
    "a plan that is no id": ({"plans": {"contracts": {"id": "not-an-id"}}}, "28 letters"),
    "a title of a plan as a template": (
        {"plans": {"contracts": {"group": "11111111-1111-4111-8111-111111111111", "title": "{{ x }}"}}},
        "no template is filled in here",
    ),
    "the version in quotes": ({"version": "1"}, "'1' is text: write 1 without quotes"),
}


@pytest.mark.parametrize(("head", "why"), SECTIONS.values(), ids=SECTIONS)
def test_sections_say_what_is_allowed(head, why):
    assert why in refused(workspace_rule(), **head)


BOUNDS = {
    "a sign": ("> 50000", "write it as min: 50000"),
    "an upper sign": ("<= 5", "write it as max: 5"),
    "thousands": ("500,000", "write the number as 500000"),
    "a German day": ("01.01.2026", "write the day as 2027-06-01"),
    "words": ("5 Mio", "allowed: a number (100000), a day"),
}


@pytest.mark.parametrize(("bound", "why"), BOUNDS.values(), ids=BOUNDS)
def test_a_bound_is_refused_with_its_cure(bound, why):
    assert why in refused(workspace_rule(when={"attributes": {"C.A": {"min": bound}}}))


@pytest.mark.parametrize("written", ["500.000", '"500.000"'])
def test_a_number_with_two_readings_is_no_bound(written):
    text = text_of(workspace_rule(when={"attributes": {"C.A": {"min": 5}}})).replace("min: 5", f"min: {written}")

    assert "500.000 is read in two ways: write 500000 or 500" in " ".join(one.message for one in examine(text).findings)


def test_min_above_max_is_refused():
    assert "nothing can lie between" in refused(workspace_rule(when={"attributes": {"C.A": {"min": 5, "max": 4}}}))


TASKS = {
    "a bucket as a template": ({"bucket": "{{ workspace.name }}"}, "no template is filled in here"),
    "a label as a template": ({"labels": ["{{ workspace.name }}"]}, "no template is filled in here"),
    "a time of day": ({"due": {"from": "created", "at": "17:00"}}, "`at` is for levels of an escalation"),
    "hours backwards": ({"due": {"from": "created", "business_hours": -2}}, "at least 0"),
    "a plan's id": ({"plan": {"id": "x"}}, "28 letters"),
    "a dependency that is a number": ({"depends_on": 5}, "is not allowed"),
}


@pytest.mark.parametrize(("task", "why"), TASKS.values(), ids=TASKS)
def test_a_task_says_what_is_allowed(task, why):
    assert why in refused(workspace_rule(task))


LOOP = "{{% set n = namespace(a={a}) %}}{{% for i in range(100) %}}{{% set n.a = {grown} %}}{{% endfor %}}"
FOR = "{% for a in range(9) %}"
RUNAWAY = {
    "loops in loops in loops": f"{FOR}{FOR}{FOR}x{3 * '{% endfor %}'}",
    "a loop over a million": "{% for a in range(1000000) %}x{% endfor %}",
    "text that doubles": LOOP.format(a="'ab'", grown="n.a ~ n.a"),
    "text that is added": LOOP.format(a="'ab'", grown="n.a + n.a"),
    "a number that grows": LOOP.format(a="9", grown="n.a * n.a"),
    "text that is replaced": LOOP.format(a="'ab'", grown="n.a|replace('a', 'aaaa')"),
    "a recursive loop": "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "a power": "{{ 9 ** 99999999 }}",
}
FAILING = {
    "a division by nothing": "{{ 1 / 0 }}",
    "text less text": "{{ workspace.name - 'x' }}",
    "a round name": "{{ workspace.name|round }}",
}


@pytest.mark.parametrize("source", [*RUNAWAY.values(), *FAILING.values()], ids=[*RUNAWAY, *FAILING])
def test_a_template_that_runs_away_or_can_only_fail_is_refused(source):
    assert refused(workspace_rule({"title": source})) != ""


FINE = {
    "cut short": "{{ workspace.name|truncate(2) }}",
    "a number of an attribute": "{{ attributes['C.A']|int + 5 }}",
    "a part of a text": "{{ attributes['C.A'][:4] }}",
    "the second document's name": "{{ workspace.name.split('-')[1] }}",
    "joined": "{{ workspace.name ~ ' ' ~ today }}",
    "a part that may not be there": "{{ workspace.name.split('|')[7] }}",
}


@pytest.mark.parametrize("source", FINE.values(), ids=FINE)
def test_a_template_that_some_record_fits_is_taken(source):
    assert refused(workspace_rule({"title": source})) == ""


def test_a_template_that_fails_for_one_record_says_so_and_raises_nothing_else():
    template = Template("{{ attributes['C.A'] + 1 }}")

    with pytest.raises(RenderError, match="can't be filled in"):
        template.render(context_of({"attributes": {"C.A": object()}}))


def test_text_that_a_comment_cut_is_warned_of():
    text = (
        "version: 1\npeople: {fallback: lead@contoso.example}\nplans:\n  p:\n    id: "
        + PLAN
        + "\nrules:\n  - id: a\n    on: workspace\n"
        "    plan: p # the plan\n    tasks:\n      - key: k\n        title: Review #1 now\n"
    )
    examined = examine(text)

    assert examined.mapping is not None
    assert [(one.line, one.message) for one in examined.findings] == [
        (12, "the text 'Review' ends before '#1 now': a comment begins there; put it in quotes")
    ]


def test_holidays_that_are_known_for_a_few_years_only_are_warned_of():
    examined = examine(text_of(workspace_rule(), calendars={"default": {"holidays": "LK"}}))

    assert any("holidays of LK are known until 2026 only" in one.message for one in examined.findings)


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        pytest.param(
            workspace_rule(when={"attributes": {"C.A": "> 50000"}}), "rules[0].when.attributes.C.A", id="a rule"
        ),
        pytest.param(
            workspace_rule({"when": {"not": {"attributes": {"C.A": ["x", "<= 5"]}}}}),
            "rules[0].tasks[0].when",
            id="a task, inside of not",
        ),
        pytest.param(
            step_rule(task={"title": "T", "when": {"attributes": {"C.A": {"not": ">5"}}}}),
            "rules[0].task.when.attributes.C.A",
            id="the task of a step",
        ),
    ],
)
def test_a_sign_in_a_value_is_warned_of_with_the_bound_that_was_meant(rule, path):
    (found,) = examine(text_of(rule)).findings

    assert found.path.startswith(path)
    assert "a bound is written {m" in found.message


def test_today_is_a_bound_without_more_words():
    assert examine(text_of(workspace_rule(when={"attributes": {"C.A": {"max": "today"}}}))).findings == ()
