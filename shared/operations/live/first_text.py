"""Write a first mapping, with comments, from what was found. Pure."""

import json
from collections.abc import Iterable, Iterator
from datetime import date

from shared.mapping.language.task_parts import slug
from shared.models.opentext import AttributeDefinition, AttributeType, Workspace
from shared.models.words import ActAs
from shared.models.workflow import Step, StepForm, Workflow
from shared.operations.live.first_mapping import Choice
from shared.operations.live.landscape import Landscape

SHOWN = 3
"""Attributes that the tasks show."""


def first_text(
    choice: Choice, found: Landscape, *, plan: tuple[str, bool], zone: str, act_as: ActAs, today: date
) -> str:
    """
    Write the file.

    Args:
        choice: what was asked for.
        found: as `look_into` saw it.
        plan: its title, and whether it has to be made.
        zone: IANA name, of the calendar.
        act_as: `OPENTEXT_ACT_AS`.
        today: for the first line.
    """
    names = _Names()
    lines = [*_head(choice, plan, zone, today), "rules:"]
    for name in choice.types:
        lines += ["", *_of_type(name, [one for one in found.workspaces if one.workspace_type == name], names)]
    for name in choice.workflows:
        lines += ["", *_of_workflow(name, found, names, act_as)]
    return "\n".join(lines) + "\n"


class _Names:
    """Gives ids, each once."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def of(self, *parts: str) -> str:
        # An id has 60 characters at most: four are left for a hyphen and a number.
        name = slug(" ".join(parts))[:56].strip("-")
        free = next(one for one in (name, *(f"{name}-{number}" for number in range(2, 1000))) if one not in self._given)
        self._given.add(free)
        return free


def _head(choice: Choice, plan: tuple[str, bool], zone: str, today: date) -> Iterator[str]:
    title, is_new = plan
    made = ", make: true" if is_new else ""
    fallback = f"fallback: {choice.fallback}" if choice.fallback else "nobody: unassigned"
    yield f"# A first mapping, written on {today} from what was found. Yours to edit: docs/mapping.md."
    yield "# Every name: python manage.py mapping check --live. What it would do: mapping preview --sample 10."
    yield "version: 1"
    yield ""
    yield "calendars:"
    yield "  # Dates are dates of this zone. With public holidays: holidays: DE, or DE-BE for a region."
    yield f'  default: {{timezone: {zone}, workdays: mon-fri, hours: "09:00-17:00"}}'
    yield ""
    yield "people:"
    yield "  # What nobody else can be given: `fallback: somebody@your.domain`, or `nobody: unassigned`."
    yield f"  {fallback}"
    yield ""
    yield "plans:"
    yield f"  tasks: {{group: {choice.group}, title: {_quoted(title)}{made}}}"
    yield ""


def _of_type(name: str, spaces: list[Workspace], names: _Names) -> Iterator[str]:
    attributes = [one for one in _each_once(one for space in spaces for one in space.definitions) if _is_plain(one)]
    roles = list(dict.fromkeys(role.name for space in spaces for role in space.roles or () if role.name))
    # The leader's role comes first.
    leads = next((role.name for space in spaces for role in space.roles or () if role.members), None)
    shown = ["workspace", *(f"attribute:{one.name}" for one in attributes[:SHOWN])]
    dates = [one for one in attributes if one.type is AttributeType.DATE]
    yield f"  # Workspaces of the type {_comment(name)}; {len(spaces)} of them looked into."
    yield from _listed("attributes", (f"{one.name} ({one.type})" for one in attributes))
    yield from _listed("roles", roles)
    yield f"  - id: {names.of(name)}"
    yield "    on: workspace"
    yield f"    when: {{workspace_type: {_quoted(name)}}}"
    yield "    plan: tasks"
    yield f"    context: [{', '.join(map(_quoted, shown))}]"
    yield "    tasks:"
    yield "      # A task's key is its name for good: change title, people and dates as you like."
    yield "      - key: first-look"
    yield '        title: "{{ workspace.name }}: first look"'
    yield from ([f"        assign: {_quoted(f'role:{leads}')}"] if leads is not None else [])
    yield "        due: {from: created, business_days: 5}"
    for one in dates[:1]:
        yield f"      # Thirty days before {_comment(one.name)}, moved with it; none while it is empty."
        yield "      - key: ahead"
        yield f"        title: {_quoted('{{ workspace.name }}: ahead of ' + one.name.partition('.')[2])}"
        start = _quoted(f"attribute:{one.name}")
        yield f"        due: {{from: {start}, days: -30, adjust: previous, if_missing: hold}}"


def _of_workflow(name: str, found: Landscape, names: _Names, act_as: ActAs) -> Iterator[str]:
    is_map = name in found.maps.values()
    flows = [one for one in found.workflows if name in ((one.map_name, one.name) if is_map else (one.name,))]
    forms = _forms(flows, found)
    steps = list(dict.fromkeys(step.name for flow in flows for step in (*flow.completed, *flow.current)))
    steps += [one for flow in flows for one in flow.next_steps if one not in steps]
    yield f"  # Workflows {'of the map' if is_map else 'with the title'} {_comment(name)}; {len(flows)} looked into."
    yield from _listed("steps", list(dict.fromkeys(steps)))
    if not forms:
        yield "  # None of them waits in a step whose form is shown: start one, and write a rule such as"
        yield f"  #   {{id: {names.of(name)}, on: step, when: {{{_meant(name, is_map=is_map)}}}, plan: tasks,"
        yield '  #    task: {title: "{{ workflow.name }}: {{ step.name }}"}}'
    for step, form in forms.items():
        yield from _of_step(name, step, form, names, is_map=is_map, act_as=act_as)


def _of_step(name: str, step: str, form: StepForm, names: _Names, *, is_map: bool, act_as: ActAs) -> Iterator[str]:
    yield f"  - id: {names.of(name, step)}"
    yield "    on: step"
    yield f"    when: {{{_meant(name, is_map=is_map)}, step: {_quoted(step)}}}"
    yield "    plan: tasks"
    yield "    task:"
    yield '      title: "{{ workflow.name }}: {{ step.name }}"'
    yield "      due: {from: started, business_days: 3}"
    if form.dispositions:
        outcomes = ", ".join(f"{_quoted(one.key)}: {_quoted(one.label)}" for one in form.dispositions)
        yield "    # What the step offers, and the checklist line that chooses it. A reason: comment: required."
        yield f"    outcomes: {{{outcomes}}}"
    if act_as is ActAs.SERVICE:
        yield "    # Whose completion counts: steps belong to the integration user (OPENTEXT_ACT_AS=service)."
        yield "    approvers: [initiator]"
    yield "    context: [version, disposition, workflow_status]"


def _forms(flows: list[Workflow], found: Landscape) -> dict[str, StepForm]:
    """Return what waiting steps offer, by name; what wants a password can't be decided in Planner."""
    waiting: list[Step] = [step for flow in flows for step in flow.current]
    shown = {step.name: found.forms[step.ref] for step in waiting if step.ref in found.forms}
    return {name: form for name, form in shown.items() if not form.wants_password}


def _meant(name: str, *, is_map: bool) -> str:
    return f"{'map' if is_map else 'workflow'}: {_quoted(name)}"


def _is_plain(one: AttributeDefinition) -> bool:
    """Tell whether it can be named outside of a row."""
    return "[" not in one.name and "." in one.name and "{{" not in one.name and "{%" not in one.name


def _each_once(attributes: Iterable[AttributeDefinition]) -> list[AttributeDefinition]:
    """Leave out names that mean two attributes, and sets, which have no value of their own."""
    by_name: dict[str, dict[str, AttributeDefinition]] = {}
    for one in attributes:
        by_name.setdefault(one.name, {})[one.key] = one
    sets = {name.partition("[")[0] for name in by_name if "[" in name}
    plain = [next(iter(some.values())) for name, some in by_name.items() if len(some) == 1 and name not in sets]
    return sorted(plain, key=lambda one: [int(part) for part in one.key.split("_") if part.isdecimal()])


def _listed(what: str, names: Iterable[str]) -> Iterator[str]:
    """Write names into comments, some a line."""
    rest = [_comment(name) for name in names]
    start = f"{what}: "
    while rest:
        yield f"  #   {start}{', '.join(rest[:4])}{',' if len(rest) > 4 else ''}"
        start, rest = " " * len(start), rest[4:]


def _comment(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    """Write a text so that YAML reads it as it is."""
    is_word = text.replace(" ", "").replace("-", "").isascii() and text.replace(" ", "").isalpha()
    return text if is_word and text.lower() not in ("true", "false", "null") else json.dumps(text, ensure_ascii=False)
