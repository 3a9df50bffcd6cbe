"""Mapping files of both kinds: what `check` takes, and what it refuses. Each changes one place of a whole file."""

from typing import Any

PLAN = "xqQg5FS2LkCp935s-FIFm2QAFkHM"
GROUP = "11111111-1111-4111-8111-111111111111"


def _file(**head: Any) -> dict[str, Any]:
    return {"version": 1, "plans": {"contracts": {"id": PLAN}}, "rules": [_rule()], **head}


def _rule(**changes: Any) -> dict[str, Any]:
    return {"id": "package", "on": "workspace", "plan": "contracts", "tasks": [_task()], **changes}


def _task(**changes: Any) -> dict[str, Any]:
    return {"key": "review", "title": "Review", **changes}


def _step(**changes: Any) -> dict[str, Any]:
    return {"id": "approval", "on": "step", "plan": "contracts", "task": {"title": "Approve"}, **changes}


def _of_task(**changes: Any) -> dict[str, Any]:
    return _file(rules=[_rule(tasks=[_task(**changes)])])


def _when(**condition: Any) -> dict[str, Any]:
    return _file(rules=[_rule(when=condition)])


def _test(test: Any) -> dict[str, Any]:
    return _when(attributes={"Contract.Value": test})


GOOD_TESTS: tuple[Any, ...] = (
    *("EMEA", 5, 2.5, True, ["EMEA", "DACH"], [1, 2], {"is": "EMEA"}, {"is": ["a", "b"]}, {"not": "Void"}),
    *({"not": ["Void", 5]}, {"exists": True}, {"exists": False}, {"min": 5}, {"max": 2.5}, {"min": 1, "max": 2}),
    *({"min": "today"}, {"max": {"today": 90}}, {"min": {"today": -30}, "max": "today"}, {"max": "2027-06-01"}),
    *({"max": {"today": {"months": 3}}}, {"min": "100000"}, {"exists": True, "min": 1}),
)
BAD_TESTS: tuple[Any, ...] = (
    *({}, [], {"min": "> 50000"}, {"max": "<= 5"}, {"min": "500,000"}, {"min": "5 Mio"}, {"max": "01.01.2026"}),
    *({"max": "tomorrow"}, {"min": True}, {"min": [1]}, {"min": {"now": 5}}, {"min": {"today": "x"}}, {"is": []}),
    *({"exists": "yes"}, {"like": "x"}, {"min": "EUR 5"}, {"not": {}}, {"min": "1.000.000,00"}, {"max": "today + 5"}),
)
GOOD_CONDITIONS: tuple[Any, ...] = (
    *({"workspace_type": "Contract"}, {"workspace_type": ["A", "B*"]}, {"template": 15615}, {"template": [1, 2]}),
    *({"folder": 2000}, {"workspace": "46*"}, {"classification": "Secret"}, {"created": {"min": "2026-01-01"}}),
    *({"created": {"max": "today"}}, {"role": {"Legal": {"exists": True}}}, {"any": [{"workspace": "A"}]}),
    *({"not": {"workspace": "A"}}, {"any": [{"not": {"any": [{"folder": 5}]}}, {"workspace": "B"}]}, {}),
    {"attributes": {"9830_2": "x"}},
)
BAD_CONDITIONS: tuple[Any, ...] = (
    *({"workspace_type": []}, {"workspace_type": ""}, {"template": "15615a"}, {"folder": "Home"}, {"any": []}),
    *({"any": {"workspace": "A"}}, {"created": {}}, {"created": "today"}, {"role": "Legal"}, {"role": {"Legal": True}}),
    *({"role": {"Legal": {}}}, {"wrkspace": "A"}, {"workspace": "{{ x }}"}, {"attributes": {"Value": 5}}, {"not": []}),
    *({"template": []}, {"attributes": ["Contract.Value"]}, {"workspace": {"is": "A"}}),
)
GOOD_TASKS: tuple[Any, ...] = (
    *(
        {"bucket": "Review"},
        {"labels": ["Legal"]},
        {"priority": "urgent"},
        {"assign": "role:Legal"},
        {"due": "2027-06-01"},
    ),
    *({"assign": ["user:a@b.example", "group:" + GROUP]}, {"assign": {"first": ["role:A", "role:B"]}}),
    *({"due": {"from": "created", "business_days": 5}}, {"due": {"on": "2027-06-01", "adjust": "next"}}),
    *({"start": {"from": "due", "days": -5}, "due": {"from": "created"}}, {"checklist": ["One", "Two"]}),
    *({"checklist": [{"key": "one", "title": "One"}]}, {"references": ["workspace", {"link": "workflow"}]}),
    *({"progress": "Contract.Progress"}, {"progress": {"category": 9830, "attribute": 2}}, {"context": ["workspace"]}),
    *({"when_deleted": "hold"}, {"owners": {"due": "planner"}}, {"on_complete": {"set": {"Contract.Review": "Done"}}}),
    *({"plan": {"id": PLAN}}, {"plan": {"group": GROUP, "title": "T"}}, {"plan": {"per": "workspace", "group": GROUP}}),
    *({"plan": {"id": {"setting": "PLAN_CONTRACTS"}}}, {"plan": {"group": {"setting": "GROUP_A"}, "title": "T"}}),
    {"plan": {"per": "workspace", "group": {"setting": "GROUP_LEGAL_2"}}},
    {"plan": {"group": GROUP, "title": "T", "make": True, "labels": ["Legal", "Urgent"]}},
    *({"due": {"from": "created", "business_hours": 4}}, {"due": {"on": "2027-06-01", "repeat": "FREQ=YEARLY"}}),
    *(
        {"title": "{{ workspace.name }}"},
        {"assign": "manager:user:a@b.example"},
        {"due": {"on": "2027-06-01", "days": 2}},
    ),
)
BAD_TASKS: tuple[Any, ...] = (
    *({"bucket": "{{ workspace.name }}"}, {"labels": ["{{ x }}"]}, {"labels": "Legal"}, {"bucket": ""}, {"bucket": 5}),
    *({"priority": "high"}, {"priority": 1}, {"assign": "legal"}, {"assign": 5}, {"assign": ["roles:Legal"]}),
    *({"due": {"days": 5}}, {"due": {"on": "2027-06-01", "from": "created"}}, {"due": 5}, {"due": "soon"}),
    *({"due": {"from": "created", "at": "17:00"}}, {"due": {"from": "created", "business_hours": -1}}),
    *(
        {"due": {"from": "created", "days": 1.5}},
        {"due": {"from": "created", "days": 5000}},
        {"title": 5},
        {"title": ["a"]},
    ),
    *({"checklist": "One"}, {"checklist": [5]}, {"checklist": [{"title": "One"}]}, {"references": "workspace"}),
    *({"references": ["folder"]}, {"references": [{}]}, {"references": [{"link": "workspace", "url": "https://a"}]}),
    *({"progress": "Progress"}, {"progress": {"category": 9830}}, {"when_deleted": "never"}, {"owners": {"due": "me"}}),
    *({"owners": {"colour": "planner"}}, {"on_complete": {"put": {}}}, {"plan": {"id": "not-an-id"}}, {"plan": {}}),
    *(
        {"plan": {"group": GROUP}},
        {"plan": {"group": "contracts", "title": "T"}},
        {"key": "Review"},
        {"asign": "role:A"},
    ),
    *(
        {"plan": {"id": {"setting": "OPENTEXT_PASSWORD"}}},
        {"plan": {"id": {"setting": "GROUP_A"}}},
        {"plan": {"id": {}}},
    ),
    *({"plan": {"group": {"setting": "PLAN_A"}, "title": "T"}}, {"plan": {"id": {"setting": "PLAN_A"}, "title": "T"}}),
    *({"plan": {"id": PLAN, "make": True}}, {"depends_on": 5}, {"due": {"from": "created", "adjust": "later"}}),
)
GOOD_CHOICES: tuple[Any, ...] = (
    *(
        {"priority": {"by": "attribute:Contract.Country", "map": {"AT": "urgent"}, "else": "low"}},
        {"bucket": {"by": "attribute:C.A", "map": {"x": "Review"}}},
    ),
    *(
        {"labels": {"by": "attribute:C.A", "map": {"x": ["Late"]}, "else": []}},
        {"due": {"from": "appeared", "days": 5}},
    ),
    *({"plan": {"by": "attribute:C.A", "map": {"x": "contracts"}}}, {"appears": {"from": "due", "days": -90}}),
)
BAD_CHOICES: tuple[Any, ...] = (
    *({"priority": {"by": "attribute:C.A", "map": {"x": "high"}}}, {"bucket": {"by": "C.A", "map": {"x": "Review"}}}),
    *({"bucket": {"by": "attribute:C.A"}}, {"bucket": {"by": "attribute:C.A", "map": {}}}, {"appears": 90}),
    *({"labels": {"by": "attribute:C.A", "map": {"x": "Late"}}}, {"bucket": {"map": {"x": "Review"}}}),
    {"bucket": {"by": "attribute:C.A", "map": {"x": "{{ y }}"}}},
)
GOOD_FILES: tuple[Any, ...] = (
    *(_file(match="first"), _file(limits={"closings": 5}), _file(calendars={"default": {"timezone": "Europe/Berlin"}})),
    *(
        _file(calendars={"c": {"hours": "00:00-24:00", "workdays": "mon-sun"}}),
        _file(people={"domain": "contoso.example"}),
    ),
    *(_file(people={"unknown_performer": "task"}), _file(rules=[_step(outcomes={"Approve": "Approve"})])),
    *(_file(rules=[_step(outcomes={"Reject": {"comment": "required"}}, four_eyes=True, reassign="nobody")]),),
    *(_file(rules=[_step(when={"map": ["Contract Approval", 24711], "step": "Approver"})]), _file(rules=[])),
    *(_file(rules=[_step(escalate=[{"after": {"business_days": 1, "at": "09:00"}, "remind": True}])]),),
)
BAD_FILES: tuple[Any, ...] = (
    *(
        _file(version="1"),
        _file(version=2),
        _file(match="last"),
        _file(rules={}),
        _file(rule=[]),
        _file(limits={"closings": 0}),
    ),
    *(_file(calendars={"c": {"hours": "09:00Z-17:00"}}), _file(calendars={"c": {"hours": "9-17"}})),
    *(_file(calendars={"c": {"workdays": "mon-fry"}}), _file(calendars={"c": {"days_off": "2026-12-24"}})),
    *(_file(calendars={"c": {"days_off": ["24.12.2026"]}}), _file(people={"fallback": "lead"}), _file(people=[])),
    *(_file(people={"nobody": "skip"}), _file(plans={"p": {"id": "x"}}), _file(plans=[{"id": PLAN}])),
    *(_file(rules=[_rule(tasks=[])]), _file(rules=[_rule(on="folder")]), _file(rules=[_rule(id="Package")])),
    *(_file(rules=[_step(outcomes={"Reject": {"comment": "yes"}})]), _file(rules=[_step(reassign="all")])),
    *(_file(rules=[_step(task=[])]), _file(rules=[_step(four_eyes="yes")]), _file(rules=[_rule(task={"title": "x"})])),
    *(
        _file(rules=[_step(escalate=[{"after": {"at": "9"}, "remind": True}])]),
        {"version": 1, "rules": [_rule(tasks=None)]},
    ),
)

GOOD = (
    *map(_test, GOOD_TESTS),
    *(_when(**one) for one in GOOD_CONDITIONS),
    *(_of_task(**one) for one in (*GOOD_TASKS, *GOOD_CHOICES)),
    *GOOD_FILES,
)
BAD = (
    *map(_test, BAD_TESTS),
    *(_when(**one) for one in BAD_CONDITIONS),
    *(_of_task(**one) for one in (*BAD_TASKS, *BAD_CHOICES)),
    *BAD_FILES,
)
