"""The field tables of docs/mapping.md, made from the models: key, value, default, meaning."""

from collections.abc import Iterator
from typing import Any

from shared.mapping.language.json_schema import mapping_schema
from shared.mapping.language.vocabulary import ANCHORS, CONTEXT, KINDS, LINES, Word
from shared.models.wanted import CommentRule, Owner, Reassign, UnknownPerformer, WhenDeleted

SECTIONS = (
    "Mapping",
    "CalendarSpec",
    "PeopleSpec",
    "PlanSpec",
    "WorkspacePlan",
    "Limits",
    "WorkspaceRule",
    "DocumentRule",
    "MissingDocumentRule",
    "StepRule",
    "OutcomeSpec",
    "Condition",
    "Test",
    "FromToday",
    "Created",
    "RoleTest",
    "TaskSpec",
    "KeyedTask",
    "ForEach",
    "Assign",
    "Date",
    "Due",
    "CheckLine",
    "Reference",
    "OnComplete",
    "Level",
    "After",
    "NotifySpec",
    "EvidenceSpec",
)
"""Models with a table, in the order in which a reader needs them."""

_TITLES = {
    "Mapping": "The file",
    "CalendarSpec": "A calendar",
    "PeopleSpec": "People",
    "PlanSpec": "A plan",
    "WorkspacePlan": "A plan for each workspace",
    "Limits": "Limits",
    "WorkspaceRule": "A rule for workspaces",
    "StepRule": "A rule for workflow steps",
    "OutcomeSpec": "An outcome",
    "DocumentRule": "A rule for documents",
    "MissingDocumentRule": "A rule for missing documents",
    "Condition": "A condition (when, pause)",
    "Test": "A test of an attribute",
    "FromToday": "A day from today",
    "Created": "A test of the creation",
    "RoleTest": "A test of a role",
    "KeyedTask": "A task of a workspace rule",
    "ForEach": "For each",
    "TaskSpec": "A task",
    "Assign": "Assign",
    "Date": "A date",
    "Due": "A due date",
    "CheckLine": "A checklist line",
    "Reference": "A reference",
    "OnComplete": "On completion",
    "Level": "A level of escalation",
    "After": "When a level is raised",
    "NotifySpec": "A mail",
    "EvidenceSpec": "Evidence",
}


_SCALARS = {
    kind.__name__: " or ".join(f"`{word.value}`" for word in kind)
    for kind in (CommentRule, Owner, Reassign, UnknownPerformer, WhenDeleted)
} | {
    "PlanSetting": "`{setting: PLAN_…}`",
    "GroupSetting": "`{setting: GROUP_…}`",
    "Offset": "time to add: `{months: 3}`",
    "AttributeIds": "`{category: …, attribute: …}`",
}
_EXTENDS = {
    "StepRule": "DocumentRule",
    "MissingDocumentRule": "DocumentRule",
    "KeyedTask": "TaskSpec",
    "Due": "Date",
}
"""What is told once and not again."""


def field_tables() -> str:
    """Return all tables as Markdown."""
    schema = mapping_schema()
    models = {**schema["$defs"], "Mapping": schema}
    parts = [_table(name, models) for name in SECTIONS]
    words = (("Names in templates", CONTEXT), ("What a date is counted from", ANCHORS), ("Context lines", LINES))
    return "\n\n".join([*parts, *(_words(title, table) for title, table in words)]) + "\n"


def _table(name: str, models: dict[str, Any]) -> str:
    whole = _whole(models[name])
    base = _EXTENDS.get(name)
    known = _whole(models[base])["properties"] if base is not None else {}
    required = whole.get("required", ())
    rows = [
        f"| `{key}` | {_value(field)} | {_default(field, required=key in required)} | {_told(field)} |"
        for key, field in whole["properties"].items()
        if key not in known or key == "on"
    ]
    also = [f"All of {_reference(base)}, and:", ""] if base is not None else []
    head = ["| key | value | default | meaning |", "|---|---|---|---|"]
    return "\n".join([f"### {_TITLES[name]}", "", *also, *head, *rows])


def _whole(model: dict[str, Any]) -> dict[str, Any]:
    """Return a model as it is written out; its short form is described beside it."""
    whole: dict[str, Any] = next((form for form in model.get("anyOf", ()) if "properties" in form), model)
    return whole


def _told(field: dict[str, Any]) -> str:
    return str(field.get("description", "")).replace("|", "\\|")


def _default(field: dict[str, Any], *, required: bool) -> str:
    if required:
        return "**required**"
    default = field.get("default")
    if default in (None, [], ""):
        return ""
    if isinstance(default, list):
        return f"`{', '.join(default)}`"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _value(field: dict[str, Any]) -> str:
    return " or ".join(dict.fromkeys(_values(field)))


def _values(field: dict[str, Any]) -> Iterator[str]:
    forms = field.get("anyOf") or field.get("oneOf")
    if "$ref" in field:
        yield _reference(field["$ref"].rpartition("/")[2])
    elif forms:
        for form in forms:
            yield from _values(form)
    elif "enum" in field or "const" in field:
        yield from (f"`{word}`" for word in field.get("enum", [field.get("const")]))
    elif field.get("type") == "array":
        yield f"list of {_value(field.get('items', {})) or 'values'}"
    elif field.get("type") == "object":
        inner = next(iter(field.get("patternProperties", {}).values()), field.get("additionalProperties"))
        yield f"map to {_value(inner) if isinstance(inner, dict) else 'values'}"
    elif field.get("type") not in ("null", None):
        yield str(field["type"]).replace("boolean", "`true`, `false`").replace("string", "text")


def _reference(name: str) -> str:
    if name.startswith("By_"):
        return "`{by: attribute:…, map: {value: …}, else: …}`"
    if name not in _TITLES:
        return _SCALARS.get(name, "`user:` `role:` `attribute:` `performer` `initiator` `manager:` `group:`")
    title = _TITLES[name]
    anchor = "".join(c for c in title.lower() if c.isalnum() or c in " -").replace(" ", "-")
    return f"[{title.lower()}](#{anchor})"


def _words(title: str, table: dict[str, Word]) -> str:
    rows = []
    for name, word in table.items():
        where = "all rules" if word.kinds == KINDS else ", ".join(sorted(word.kinds)) or "`escalate`, `notify`"
        parts = f" Parts: {', '.join(word.members)}." if word.members else ""
        rows.append(f"| `{name}` | {where} | {word.meaning}{parts} |")
    return "\n".join([f"### {title}", "", "| word | known in | meaning |", "|---|---|---|", *rows])
