"""Reading a large mapping, and computing a large workspace."""

import json
from datetime import UTC, datetime
from typing import Any

import yaml

from shared.mapping.evaluation.wanted import evaluated, lookups
from shared.mapping.language.load import examine, read_mapping
from shared.models.graph import EntraUser
from shared.models.keys import OriginKind
from shared.models.opentext import Person, Role, Workspace
from shared.models.origin import Origin
from shared.models.people import Directory
from tests.benchmarks.ratios import Ratio, cpu, in_turns

RULES, TASKS = 200, 50
LINES = 2_000
"""Of a file that somebody keeps by hand."""
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HEAD: dict[str, Any] = {
    "version": 1,
    "calendars": {"default": {"timezone": "Europe/Berlin", "holidays": "DE-BE"}},
    "people": {"fallback": "lead@contoso.example"},
    "plans": {"contracts": {"group": "11111111-1111-4111-8111-111111111111", "title": "Contracts"}},
}


def measure() -> list[Ratio]:
    """Return the numbers of the mapping."""
    text = mapping_text(RULES, 3)
    by_us, by_yaml = in_turns(lambda: read_mapping(text), lambda: _loaded(text), times=5)
    return [
        Ratio("reading and compiling 200 rules, against yaml.safe_load with the C loader", by_us / by_yaml, 20),
        Ratio("wanted for a workspace of 50 tasks / its rule by the same loader", _wanted(0), 1.4),
        Ratio("the same beside 200 rules that do not apply", _wanted(RULES), 2.25),
        Ratio(f"`mapping check` of a file of {LINES:,} lines, CPU", cpu(_check, times=3), 1, "s"),
    ]


def _loaded(text: str) -> Any:
    return yaml.load(text, Loader=yaml.CSafeLoader)


def _check() -> None:
    """Read a file as `mapping check` does, with all that is wrong or in doubt."""
    assert examine(LONG).mapping is not None


def mapping_text(rules: int, tasks: int) -> str:
    """Write a mapping as large as asked for, with templates, people, dates and checklists in each task."""
    written = json.loads(json.dumps({**HEAD, "rules": [_rule(number, tasks) for number in range(rules)]}))
    return yaml.safe_dump(written, sort_keys=False)


def _rule(number: int, tasks: int) -> dict[str, Any]:
    return {
        "id": f"rule-{number}",
        "on": "workspace",
        "when": {"workspace_type": "Contract", "attributes": {"Contract.Region": ["EMEA", "DACH"]}},
        "plan": "contracts",
        "context": ["attribute:Contract.Region", "attribute:Contract.Approval"],
        "tasks": [_task(place) for place in range(tasks)],
        "escalate": [{"after": {"business_days": 2}, "to": "role:Manager", "title": "Overdue: {{ task.title }}"}],
    }


def _task(place: int) -> dict[str, Any]:
    return {
        "key": f"task-{place}",
        "title": f"{{{{ workspace.name }}}}: task {place}",
        "description": "Region {{ attributes['Contract.Region'] }}",
        "bucket": "Review",
        "assign": ["role:Legal", "attribute:Contract.Owner"],
        "due": {"from": "created", "business_days": 5 + place},
        "checklist": ["Check liability clause", "Check term"],
        "on_complete": {"set": {"Contract.Review": "Done"}},
    }


def _wanted(others: int) -> float:
    """Measure with so many rules beside the one that applies, against loading that one."""
    text = mapping_text(1, TASKS)
    written = _loaded(text)
    elsewhere = {"workspace_type": "Contract", "attributes": {"Contract.Region": "APAC"}}
    written["rules"] += [{**_rule(number, 3), "when": elsewhere} for number in range(1, others + 1)]
    # Through JSON: nothing that stands twice becomes an alias.
    mapping = read_mapping(json.dumps(written))
    origin = _origin()
    asked = lookups(mapping, origin, NOW)
    directory = Directory(users={address: EntraUser(id=address, mail=address) for address in asked.emails})
    assert len(evaluated(mapping, origin, directory, NOW).wanted.tasks) >= TASKS
    ours, least = in_turns(lambda: evaluated(mapping, origin, directory, NOW), lambda: _loaded(text), times=40)
    return ours / least


def _origin() -> Origin:
    people = [
        Person(user_id=number, login=name, name=name, email=f"{name}@contoso.example")
        for number, name in enumerate(("lwhite", "nkaur", "pwilliams"))
    ]
    workspace = Workspace(
        node_id=28866,
        name="Contract 1",
        workspace_type="Contract",
        created=NOW,
        url="https://otcs.example/cs/cs/app/nodes/28866",
        attributes={"Contract.Region": "EMEA", "Contract.Owner": "pwilliams"},
        roles=(Role(name="Legal", members=tuple(people)), Role(name="Manager", members=(people[0],))),
    )
    return Origin(kind=OriginKind.WORKSPACE, workspace=workspace)


def _long() -> str:
    """Write a file of at least as many lines."""
    rules = 1
    while (text := mapping_text(rules, 3)).count("\n") < LINES:
        rules += 5
    return text


LONG = _long()
