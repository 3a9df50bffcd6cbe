"""Templates: sandboxed, strict, checked when the file is read."""

from typing import Any

import pytest

from shared.errors import MappingError
from shared.mapping.evaluation.scope import Scene
from shared.mapping.evaluation.values import Row, Value
from shared.mapping.language.templates import RenderError, Template
from shared.mapping.language.vocabulary import CONTEXT
from shared.models.opentext import MissingDocument
from shared.models.origin import Origin
from tests.narrowing import sure
from tests.unit.mapping.mapping_world import (
    NOW,
    mapping_of,
    of_document,
    of_workflow,
    of_workspace,
    step,
    step_rule,
    task_of,
    tasks_of,
    workspace_rule,
)

CALENDAR = mapping_of(calendars={"default": {"timezone": "Asia/Kolkata"}}).calendar("default")


def scene(origin, **changes):
    return Scene(origin=origin, now=NOW, calendar=CALENDAR, **changes)


RENDERED = {
    "plain text": ("100 % of {x}", "100 % of {x}"),
    "a name": ("{{ workspace.name }}", "Contract 4600000044"),
    "an attribute": ("{{ attributes['Contract.Region'] }}", "EMEA"),
    "an empty attribute": ("[{{ attributes['Contract.Nothing'] }}]", "[]"),
    "an empty attribute with a default": ("{{ attributes['A.None'] or 'none' }}", "none"),
    "nothing": ("[{{ workspace.rm_status }}]", "[]"),
    "several": ("{{ step.performers }}", "Dfoxhoven"),
    "a time in the rule's zone": ("{{ now }}", "2026-11-23 17:30"),
    "a date": ("{{ today }}", "2026-11-23"),
    "a part of a date": ("{{ today.year }}", "2026"),
    "a date in a pattern": ("{{ step.started|date('%d.%m.%Y') }}", "19.11.2026"),
    "a date that is not there": ("[{{ step.due|date }}]", "[]"),
    "a loop": ("{% for d in documents %}{{ loop.index }}:{{ d.name }} {% endfor %}", "1:Contract.docx"),
    "a condition": ("{% if document.version > 1 %}again{% endif %}", "again"),
    "a variable of its own": ("{% set n = document.name %}{{ n|upper }}", "CONTRACT.DOCX"),
    "a link": ("{{ links.workspace }}", "https://otcs.example/cs/cs/app/nodes/28866"),
    "arithmetic": ("{{ document.version * 2 }}", "6"),
    "markup stays text": ("{{ '<b>' }}", "<b>"),
}


@pytest.mark.parametrize(("source", "text"), RENDERED.values(), ids=RENDERED)
def test_templates_render(source, text):
    assert Template(source).render(scene(of_workflow(), step=step()).words) == text


# As the clients hand dates of attributes on: text. The zone is Kolkata's, 5:30 ahead of UTC.
DATES = {
    "a day": ("2027-06-30", "30.06.2027 00:00"),
    "blanks around it": (" 2027-06-30 ", "30.06.2027 00:00"),
    "a day that a server keeps as midnight": ("2027-06-30T00:00:00", "30.06.2027 00:00"),
    "a time of the record's own clock": ("2027-06-30T17:45:00", "30.06.2027 17:45"),
    "a moment is a day of the rule's zone": ("2027-06-30T20:00:00Z", "01.07.2027 01:30"),
    "a moment with an offset": ("2027-06-30T00:30:00+14:00", "29.06.2027 16:00"),
    "empty": (None, ""),
    "blank": (" ", ""),
    "a date that means none": ("1899-12-30T00:00:00", ""),
    "no end": ("9999-12-31", ""),
    "several": (("2027-06-30", "1899-12-30", "2027-07-01"), "30.06.2027 00:00, 01.07.2027 00:00"),
}


@pytest.mark.parametrize(("value", "text"), DATES.values(), ids=DATES)
def test_a_date_of_an_attribute_is_written_in_a_pattern(value, text):
    origin = of_workspace(attributes={"C.Ends": value})

    assert Template("{{ attributes['C.Ends']|date('%d.%m.%Y %H:%M') }}").render(scene(origin).words) == text


def test_a_date_is_written_in_a_loop_over_values_and_in_a_row():
    source = "{% for one in attributes['C.Days'] %}{{ one|date('%d %b') }};{% endfor %}{{ row.value|date('%d %b') }}"
    origin = of_workspace(attributes={"C.Days": ("2027-06-30", "2027-07-01")})
    words = scene(origin, row=Row("a", "", Value("2027-07-02"))).words

    assert Template(source).render(words) == "30 Jun;01 Jul;02 Jul"


@pytest.mark.parametrize("value", ["soon", "30.06.2027", 20270630, True, ("2027-06-30", "soon")], ids=str)
def test_what_is_no_date_is_never_left_out_without_a_word_and_holds_its_task_alone(value):
    tasks = ({"title": "Ends {{ attributes['C.Ends']|date('%d.%m.%Y') }}"}, {"title": "Other"})

    ends, other = tasks_of(workspace_rule(*tasks), origin=of_workspace(attributes={"C.Ends": value}))

    assert "is no date" in sure(ends.held)
    assert other.held is None


@pytest.mark.parametrize(
    "source", ["{{ workspace.name[:10]|date }}", "{{ attributes['C.Ends']|date }}", "{{ step.due|date }}"]
)
def test_a_template_that_may_meet_a_date_is_accepted(source):
    assert mapping_of(step_rule(task={"title": source})).rules


@pytest.mark.parametrize("source", ["{{ workspace.id|date }}", "{{ links.workspace|date }}", "{{ 'soon'|date }}"])
def test_a_template_that_never_meets_a_date_is_refused_when_the_file_is_read(source):
    with pytest.raises(MappingError, match=r"can only fail: .* is no date"):
        mapping_of(workspace_rule({"title": source}))


ESCAPES = {
    "a class": "{{ ''.__class__ }}",
    "a function's globals": "{{ [today][0].__init__.__globals__ }}",
    "a format string": "{{ '{0.__class__}'.format(1) }}",
    "text times a billion": "{{ 'x' * 1000000000 }}",
    "a list times a billion": "{{ [1] * 1000000000 }}",
    "text by a format": "{{ '%01000000000d' % 1 }}",
    "text by a method": "{{ 'x'.ljust(1000000000) }}",
    "a tower of powers": "{{ 9 ** 9 ** 9 }}",
    "a long range": "{% for n in range(1000000000) %}x{% endfor %}",
    "too much text": "{% for n in range(50000) %}x{% endfor %}",
    "changing what it is given": "{{ [workspace][0].__setattr__('name', 'x') }}",
    "division by zero": "{{ 1 / 0 }}",
    "a missing member": "{{ workspace.created.nothing }}",
}


@pytest.mark.parametrize("source", ESCAPES.values(), ids=ESCAPES)
def test_what_leaves_the_sandbox_or_fails_is_a_reason_never_a_crash(source):
    with pytest.raises(RenderError):
        Template(source).render(scene(of_workspace()).words)


@pytest.mark.parametrize("source", ["{{ 'x'|center(1000000000) }}", "{{ 'x'|indent(1000000000) }}", "{{ lipsum(9) }}"])
def test_what_makes_text_without_end_does_not_exist(source):
    with pytest.raises(ValueError, match=r"no valid template|not known here"):
        Template(source)


@pytest.mark.parametrize("source", ["{{ ''.__class__ }}", "{{ '{0.__class__}'.format(1) }}"])
def test_an_escape_is_refused_or_holds_the_item(source):
    try:
        held = task_of(workspace_rule({"title": source})).held
    except MappingError as error:
        held = str(error)

    assert held is not None
    assert "can't be filled in" in held or "can only fail" in held


ORIGINS: dict[str, tuple[Origin, dict[str, Any]]] = {
    "workspace": (of_workspace(), {}),
    "step": (of_workflow(), {"step": step()}),
    "document": (of_document(), {}),
    "missing_document": (of_workspace(), {"missing": MissingDocument(node_id=8, name="Permit")}),
}


@pytest.mark.parametrize("kind", ORIGINS)
def test_every_documented_name_is_there(kind):
    """The table that checks and documents templates is what they are given."""
    origin, changes = ORIGINS[kind]
    words = scene(origin, **changes, occurrence=NOW.date(), row=Row("a", "", Value("A"))).words

    for name, word in CONTEXT.items():
        if kind in word.kinds:
            assert name in words, name
            assert [member for member in word.members if not hasattr(words[name], member)] == []
