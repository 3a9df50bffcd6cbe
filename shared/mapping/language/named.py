"""Every name of a mapping that another system must know, with its place in the file and what it is used for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from pydantic import BaseModel

from shared.mapping.language.choices import By
from shared.mapping.language.conditions import Condition, Test
from shared.mapping.language.for_each import ForEach
from shared.mapping.language.rules import BaseRule, EvidenceSpec, Mapping
from shared.mapping.language.scalars import ATTRIBUTE, ROW, Who
from shared.mapping.language.sections import PlanSpec
from shared.mapping.language.task_parts import CheckLine, Level, OnComplete, PlanChoice, WorkspacePlan
from shared.mapping.language.tasks import KeyedTask, TaskSpec
from shared.mapping.language.templates import Template
from shared.mapping.language.yaml_tree import Path
from shared.models.opentext import AttributeValue
from shared.models.wanted import NameKind


class Use(StrEnum):
    """What an attribute is used for: not every type fits."""

    SHOWN = "shown"
    COMPARED = "compared"
    DATE = "date"
    PERSON = "person"
    ROWS = "rows"
    WRITTEN = "written"
    PROGRESS = "progress"


@dataclass(frozen=True)
class Named:
    """A name, where it stands, and what for."""

    kind: NameKind
    name: str
    path: Path
    rule: BaseRule | None = None
    """None: it stands outside of the rules."""
    use: Use = Use.SHOWN
    test: Test | None = None
    """Of an attribute that is compared."""
    value: AttributeValue = None
    """Of an attribute that is written."""
    each: ForEach | None = None
    """What `row.` means here."""
    plans: tuple[PlanSpec, ...] = ()
    """In which a bucket or label is looked for."""
    condition: Condition | None = None
    """The condition that names it: it says which workflows a step belongs to."""


def names_in(mapping: Mapping) -> Iterator[Named]:
    """Yield every name, in the order of the file's sections."""
    yield from _people(mapping)
    for name, spec in mapping.plans.items():
        yield from _plan(spec, ("plans", name))
    for number, rule in enumerate(mapping.rules):
        for one in _in_rule(mapping, rule, ("rules", number)):
            yield replace(one, rule=rule)


def _people(mapping: Mapping) -> Iterator[Named]:
    spec = mapping.people
    if spec.fallback is not None:
        yield Named(NameKind.PERSON, spec.fallback, ("people", "fallback"))
    for section, entries in (("overrides", spec.overrides), ("delegates", spec.delegates)):
        for login, address in entries.items():
            path: Path = ("people", section, login)
            yield Named(NameKind.LOGIN, login, path)
            for number, one in enumerate((address,) if isinstance(address, str) else address):
                yield Named(NameKind.PERSON, one, (*path, number))


def _plan(spec: PlanSpec, path: Path) -> Iterator[Named]:
    if spec.group_id is not None:
        yield Named(NameKind.GROUP, spec.group_id, (*path, "group"), plans=(spec,))
    place = (*path, "id") if spec.id is not None else (*path, "title")
    yield Named(NameKind.PLAN, spec.plan_id or spec.title or "", place, plans=(spec,))


def _in_rule(mapping: Mapping, rule: BaseRule, path: Path) -> Iterator[Named]:
    for place, part, each in _walk(rule, path, None):
        match part:
            case Condition():
                yield from _in_condition(part, place, each)
            case PlanSpec():
                yield from _plan(part, place)
            case WorkspacePlan():
                yield Named(NameKind.GROUP, part.group_id or "", (*place, "group"))
            case Who():
                yield from _who(part, place, each)
            case TaskSpec() | Level():
                yield from _arranged(mapping, rule, part, place)
            case _:
                yield from (replace(one, each=each) for one in _attributes(part, place))


def _walk(value: object, path: Path, each: ForEach | None) -> Iterator[tuple[Path, object, ForEach | None]]:
    """Yield a model and everything inside it with its path; what is not written is passed over."""
    if isinstance(value, KeyedTask | CheckLine):
        each = value.for_each or each
    yield path, value, each
    inner: Iterator[tuple[str | int, object]] = iter(())
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        written = ((name, content) for name, content in value if name in value.model_fields_set)
        inner = ((fields[name].alias or name, content) for name, content in written)
    elif isinstance(value, dict):
        inner = iter(value.items())
    elif isinstance(value, tuple):
        inner = iter(enumerate(value))
    for key, content in inner:
        yield from _walk(content, (*path, key), each)


def _in_condition(condition: Condition, path: Path, each: ForEach | None) -> Iterator[Named]:
    words = {
        "workspace_type": NameKind.WORKSPACE_TYPE,
        "template": NameKind.TEMPLATE,
        "folder": NameKind.FOLDER,
        "workflow": NameKind.WORKFLOW,
        "map": NameKind.MAP,
        "step": NameKind.STEP,
    }
    for word, kind in words.items():
        for number, name in enumerate(getattr(condition, word) or ()):
            yield Named(kind, str(name), (*path, word, number), condition=condition)
    for role in condition.role:
        yield Named(NameKind.ROLE, role, (*path, "role", role))
    for name, test in condition.attributes.items():
        place = (*path, "attributes", name)
        yield Named(NameKind.ATTRIBUTE, name, place, use=Use.COMPARED, test=test, each=each)


def _who(who: Who, path: Path, each: ForEach | None) -> Iterator[Named]:
    match who.kind:
        case "user" if "@" in who.value:
            yield Named(NameKind.PERSON, who.value.lower(), path)
        case "role":
            yield Named(NameKind.ROLE, who.value, path)
        case "attribute":
            yield Named(NameKind.ATTRIBUTE, who.value, path, use=Use.PERSON, each=each)
        case "group":
            yield Named(NameKind.GROUP, who.value.lower(), path, use=Use.PERSON)
        case _:
            return


def _arranged(mapping: Mapping, rule: BaseRule, spec: TaskSpec | Level, path: Path) -> Iterator[Named]:
    """Yield buckets and labels with the plans in which they are looked for, and the attribute that shows progress."""
    plans = tuple(_plans(mapping, spec.plan or rule.plan))
    for choice, kind, word in ((spec.bucket, NameKind.BUCKET, "bucket"), (spec.labels, NameKind.LABEL, "labels")):
        for place, name in _chosen(choice, (*path, word)):
            yield Named(kind, name, place, plans=plans)
    if isinstance(spec, TaskSpec) and spec.progress is not None:
        yield Named(NameKind.ATTRIBUTE, spec.progress, (*path, "progress"), use=Use.PROGRESS)


def _chosen(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield every text that a field may come to, whatever chooses it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, tuple):
        for number, one in enumerate(value):
            yield from _chosen(one, (*path, number))
    elif isinstance(value, By):
        for key, one in value.map.items():
            yield from _chosen(one, (*path, "map", key))
        yield from _chosen(value.else_, (*path, "else"))


def _plans(mapping: Mapping, choice: PlanChoice | None) -> Iterator[PlanSpec]:
    if isinstance(choice, PlanSpec):
        yield choice
    elif isinstance(choice, str | By):
        yield from (mapping.plans[name] for _, name in _chosen(choice, ()) if name in mapping.plans)


def _attributes(part: object, path: Path) -> Iterator[Named]:
    """Yield the attributes of the record, and the nodes, that a part names itself."""
    match part:
        case ForEach():
            yield Named(NameKind.ATTRIBUTE, part.of, (*path, "of"), use=Use.ROWS)
            if part.key is not None:
                yield Named(NameKind.ATTRIBUTE, f"{part.of}[x].{part.key}", (*path, "key"))
        case OnComplete():
            for name, value in part.set.items():
                yield Named(NameKind.ATTRIBUTE, name, (*path, "set", name), use=Use.WRITTEN, value=value)
        case EvidenceSpec():
            yield from _evidence(part, path)
        case Template():
            yield from (Named(NameKind.ATTRIBUTE, name, path) for name in sorted(part.attributes))
        case str() if part.startswith(ATTRIBUTE):
            use = Use.DATE if path[-1] == "from" else Use.SHOWN
            yield Named(NameKind.ATTRIBUTE, part.removeprefix(ATTRIBUTE), path, use=use)
        case _:
            return


def _evidence(spec: EvidenceSpec, path: Path) -> Iterator[Named]:
    if isinstance(spec.folder, int):
        yield Named(NameKind.FOLDER, str(spec.folder), (*path, "folder"))
    if spec.rm_class is not None:
        yield Named(NameKind.NODE, str(spec.rm_class), (*path, "rm_class"))
    if spec.head_attribute is not None:
        yield Named(NameKind.ATTRIBUTE, spec.head_attribute, (*path, "head_attribute"))
    for word, name in spec.attributes.items():
        yield Named(NameKind.ATTRIBUTE, name, (*path, "attributes", word))


def in_row(name: str, each: ForEach | None) -> str | None:
    """Return the name that a column of the row has in its category. None: it names a value, or there is no row."""
    if not name.startswith(ROW):
        return name
    column = name.removeprefix(ROW)
    return None if each is None or (each.key is None and column == "value") else f"{each.of}[x].{column}"
