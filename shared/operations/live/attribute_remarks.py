"""What is to be said of an attribute that a mapping names: is it there, is it one, and does its type fit. Pure."""

import re
from collections.abc import Iterator

from shared.mapping.evaluation.numbers import read_number
from shared.mapping.evaluation.values import KEY, generic_name
from shared.mapping.language.conditions import Test
from shared.mapping.language.named import Named, Use, in_row
from shared.models.opentext import AttributeDefinition, AttributeType, Document, Scalar, Workspace
from shared.operations.live.landscape import Landscape, Topic
from shared.operations.live.remark import Remark, among, doubt, is_about_spaces, note, spaces_of, types_shown, wrong

_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}")
_NUMBERS = frozenset({AttributeType.INTEGER, AttributeType.NUMBER})
_FOREIGN = {
    Use.DATE: _NUMBERS | {AttributeType.BOOLEAN, AttributeType.USER},
    Use.PERSON: _NUMBERS | {AttributeType.BOOLEAN, AttributeType.DATE},
    Use.PROGRESS: frozenset({AttributeType.BOOLEAN, AttributeType.DATE, AttributeType.USER}),
}
"""Types that an attribute can't have for this use."""
_MEANT = {
    Use.DATE: "no date can be counted from it",
    Use.PERSON: "it names nobody",
    Use.PROGRESS: "it is no percentage",
}


def attribute_remarks(named: Named, found: Landscape) -> Iterator[Remark]:
    """Judge one attribute by the samples of what its rule is about."""
    if not found.can_tell(Topic.OPENTEXT, Topic.TYPES) or (asked := in_row(named.name, named.each)) is None:
        return
    spaces, documents = spaces_of(named.rule, found), _documents(named, found)
    nodes: list[Workspace | Document] = [*documents, *spaces]
    if not nodes:
        yield note(named.path, f"nobody can say whether there is {asked}: there is nothing of the kind to look at")
        return
    told = {node.node_id: list(_meant(asked, node, named.use)) for node in nodes}
    meant = [one for some in told.values() for one in some]
    if not meant:
        yield _absent(named, asked, nodes, documents)
        return
    yield from _ambiguous(named, asked, list(told.values()))
    without = [one for one in spaces if not told[one.node_id]]
    if without and is_about_spaces(named.rule) and not any(told[one.node_id] for one in documents):
        types = types_shown(without)
        yield doubt(named.path, f"some workspaces of the type {types} do not have {asked}: it is not known there")
    yield from _type_remarks(named, asked, meant[0])


def _documents(named: Named, found: Landscape) -> list[Document]:
    is_workspace = named.rule is not None and named.rule.on == "workspace"
    return [] if is_workspace else [one for workflow in found.workflows for one in workflow.documents]


def _meant(asked: str, node: Workspace | Document, use: Use) -> Iterator[AttributeDefinition]:
    # Attributes of a set are described once for all rows, with x in the place of the row.
    name = re.sub(r"^(\d+_\d+)_\d+_", r"\1_x_", asked) if KEY.match(asked) else generic_name(asked)
    columns = [one for one in node.definitions if one.name.startswith(f"{name}[x].")]
    if use is Use.ROWS and columns:
        # A set is known by its columns; some servers describe it beside them.
        yield columns[0]
        return
    yield from (one for one in node.definitions if name in (one.name, one.key))


def _absent(named: Named, asked: str, nodes: list[Workspace | Document], documents: list[Document]) -> Remark:
    known = [one.name for node in nodes for one in node.definitions]
    category = asked.partition(".")[0]
    is_known = any(one.startswith(f"{category}.") for one in known)
    why = f"{asked} is not there" if is_known or KEY.match(asked) else f"no category {category!r} is there"
    said = why + among(asked, known, "attributes")
    may_be_elsewhere = named.rule is not None and named.rule.on != "workspace" and not documents
    return (
        doubt(named.path, f"{said}; no document was seen that may have it")
        if may_be_elsewhere
        else wrong(named.path, said)
    )


def _ambiguous(named: Named, asked: str, told: list[list[AttributeDefinition]]) -> Iterator[Remark]:
    for some in told:
        if len(some) > 1:
            keys = ", ".join(one.key for one in some)
            yield wrong(named.path, f"{len(some)} attributes are called {asked} ({keys}): name the one by its key")
            return
    both = sorted({one.key for some in told for one in some if named.use is not Use.ROWS})
    if len(both) > 1:
        yield doubt(named.path, f"{asked} is another attribute here and there ({', '.join(both)}): name one by its key")


def _type_remarks(named: Named, asked: str, meant: AttributeDefinition) -> Iterator[Remark]:
    kind = meant.type
    if kind in _FOREIGN.get(named.use, ()):
        yield wrong(named.path, f"{asked} holds {_said(kind)}: {_MEANT[named.use]}")
    if named.test is not None:
        yield from (wrong(named.path, f"{asked} holds {_said(kind)}: {why}") for why in _unlike(named.test, kind))
    written = named.value if isinstance(named.value, tuple) else (named.value,)
    for value in written if named.use is Use.WRITTEN else ():
        if value is not None and not _fits(value, kind):
            yield wrong(named.path, f"{asked} holds {_said(kind)}: it can't be set to {value!r}")
    if named.use is Use.ROWS and named.each is not None:
        yield from _rows(named, asked, meant)


def _rows(named: Named, asked: str, meant: AttributeDefinition) -> Iterator[Remark]:
    is_set, key = meant.name.startswith(f"{asked}[x]."), named.each.key if named.each is not None else None
    if is_set and key is None:
        yield wrong(named.path, f"{asked} is a set: say which column names its rows, {{of: {asked}, key: COLUMN}}")
    elif not is_set and key is not None:
        yield wrong(named.path, f"{asked} is no set, so it has no column `key`: its values name themselves")
    elif not is_set and not meant.multi:
        yield doubt(named.path, f"{asked} holds one value at most")


def _unlike(test: Test, kind: AttributeType) -> Iterator[str]:
    """Say what can never be compared with values of a type."""
    bounds = [bound for bound in (test.min, test.max) if bound is not None]
    if bounds and not test.wants_dates and kind in {AttributeType.DATE, AttributeType.BOOLEAN, AttributeType.USER}:
        yield f"it can't be compared with {test.asked}"
    if test.wants_dates and kind in _FOREIGN[Use.DATE]:
        yield f"it can't be compared with {test.asked}"
    for value in (*(test.is_ or ()), *(test.not_ or ())):
        if not _fits(value, kind):
            yield f"no value is ever {value!r}"


def _fits(value: Scalar, kind: AttributeType) -> bool:
    if kind in _NUMBERS:
        return read_number(value, kind) not in (None, "ambiguous")
    if kind is AttributeType.BOOLEAN:
        return isinstance(value, bool) or str(value).strip().lower() in ("true", "false", "1", "0")
    if kind is AttributeType.DATE:
        return isinstance(value, str) and _DAY.match(value.strip()) is not None
    return True


def _said(kind: AttributeType) -> str:
    words = {
        AttributeType.INTEGER: "a whole number",
        AttributeType.NUMBER: "a number",
        AttributeType.DATE: "a date",
        AttributeType.BOOLEAN: "true or false",
        AttributeType.USER: "a user",
    }
    return words.get(kind, "text")
