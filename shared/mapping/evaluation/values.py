"""Attributes of a record under the names that the mapping gives them: a value, empty, or not known."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TypeAlias

from shared.mapping.evaluation.verdict import Gap, NotKnownError
from shared.mapping.language.scalars import ROW
from shared.models.opentext import AttributeDefinition, AttributeType, AttributeValue, Document, Part, Scalar, Workspace
from shared.models.wanted import NameKind

Remembered: TypeAlias = Mapping[tuple[NameKind, str], frozenset[str]]
"""The ids that a name of the mapping meant when it was last there."""
KEY = re.compile(r"^\d+_\d+(_(\d+|x)_\d+)?$")
"""An attribute named by its ids."""
_ROW = re.compile(r"\[\d+\]\.")
_EMPTY = (None, "", ())


@dataclass(frozen=True)
class Value:
    """What an attribute holds, and of which type it is."""

    value: AttributeValue
    type: AttributeType = AttributeType.UNKNOWN

    @property
    def parts(self) -> tuple[Scalar, ...]:
        """The values; none: empty."""
        value = self.value
        if isinstance(value, tuple):
            return tuple(one for one in value if one != "")
        return () if value is None or value == "" else (value,)


EMPTY = Value(None)


@dataclass(frozen=True)
class Row:
    """A row of a set, or one of several values, that a task is made for."""

    name: str
    """For good: part of the task's key."""
    place: str
    """Where it stands now: `Contract.Milestones[2]`. Empty: it is a value."""
    value: Value = EMPTY


@dataclass(frozen=True)
class Values:
    """The attributes of a document, then those of its workspace."""

    nodes: tuple[Workspace | Document, ...]
    """Whose value wins comes first."""
    remembered: Remembered = field(default_factory=dict)
    row: Row | None = None
    """What `row.` means."""

    @cached_property
    def filled(self) -> dict[str, AttributeValue]:
        """Every value by name; what is empty is left out."""
        both: dict[str, AttributeValue] = {}
        # Reversed: what is put in last stands where both nodes have a value.
        for node in reversed(self.nodes):
            both |= {name: value for name, value in node.attributes.items() if value not in _EMPTY}
        return both

    _found: dict[str, Value | Gap] = field(default_factory=dict, init=False, repr=False, compare=False)

    def find(self, name: str) -> Value | Gap:
        """Find an attribute's value, or say why it is not known."""
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def unread(self, name: str) -> Gap | None:
        """Say why the attributes can't be read at all; None: they can."""
        why = next((node.not_known[Part.ATTRIBUTES] for node in self.nodes if Part.ATTRIBUTES in node.not_known), None)
        return None if why is None else Gap(NameKind.ATTRIBUTE, name, f"{name} can't be read: {why}")

    def rows(self, name: str) -> tuple[str, ...] | None:
        """List where the rows of a set stand, in order, blank ones too; None: it is no set here."""
        begin = re.compile(rf"^(?:{Part.ATTRIBUTES}:)?{re.escape(name)}\[(\d+)\]\.")
        told = (begin.match(one) for node in self.nodes for one in (*node.attributes, *node.not_known))
        numbers = sorted({int(one[1]) for one in told if one is not None})
        if not numbers and not any(one.name.startswith(f"{name}[x].") for one in self.definitions):
            return None
        return tuple(f"{name}[{number}]" for number in numbers)

    def is_blank(self, place: str) -> bool:
        """Tell whether nothing stands in a row: Content Server shows one such where a set is empty."""
        begin = f"{place}."
        unread = any(one.startswith(Part.ATTRIBUTES.of(begin)) for node in self.nodes for one in node.not_known)
        # A flag that nobody ticked says nothing.
        told = (one for one, value in self.filled.items() if value is not False)
        return not unread and not any(one.startswith(begin) for one in told)

    def _find(self, name: str) -> Value | Gap:
        if name.startswith(ROW):
            return self._in_row(name.removeprefix(ROW))
        for node in self.nodes:
            if (value := node.attributes.get(name)) not in _EMPTY:
                return Value(value, self._types.get(generic_name(name), AttributeType.UNKNOWN))
            # Before the next node: what this one may hold would stand in front of that one's.
            if (why := node.not_known.get(Part.ATTRIBUTES.of(name)) or node.not_known.get(Part.ATTRIBUTES)) is not None:
                return Gap(NameKind.ATTRIBUTE, name, f"{name} can't be read: {why}")
        found = (self._on(node, name) for node in self.nodes)
        return next((one for one in found if one is not None), None) or self._gap(name)

    def _in_row(self, column: str) -> Value | Gap:
        row = self.row
        if row is not None and row.place:
            return self.find(f"{row.place}.{column}")
        if row is not None and column == "value":
            return row.value
        why = "there is no row here: the task has no for_each" if row is None else "a value has `row.value` alone"
        return Gap(NameKind.ATTRIBUTE, f"{ROW}{column}", f"{ROW}{column} is not there: {why}")

    def read(self, name: str) -> Value:
        """
        Read an attribute's value.

        Raises:
            NotKnownError: the record does not tell it.
        """
        found = self.find(name)
        if isinstance(found, Gap):
            raise NotKnownError(found)
        return found

    @cached_property
    def definitions(self) -> tuple[AttributeDefinition, ...]:
        """Every attribute that the nodes have."""
        return tuple(one for node in self.nodes for one in node.definitions)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every name that may be used here."""
        told = (name for node in self.nodes for name in node.attributes if not KEY.match(name))
        return tuple(dict.fromkeys((*(one.name for one in self.definitions), *told)))

    @cached_property
    def _types(self) -> dict[str, AttributeType]:
        # Backwards, as above: of two nodes that have it, the first one's type stands.
        return {one.name: one.type for one in reversed(self.definitions)}

    def _on(self, node: Workspace | Document, name: str) -> Value | Gap | None:
        """Say what one node tells of a name that has no value; None: nothing."""
        # Nothing is described here: that a name was sent at all is what shows that there is such an attribute.
        if not node.definitions:
            return EMPTY if name in node.attributes else None
        generic = generic_name(name)
        if KEY.match(name):
            return self._by_key(node, name)
        meant = [one for one in node.definitions if one.name == generic]
        if not meant:
            return None
        if len(meant) > 1:
            keys = ", ".join(one.key for one in meant)
            why = f"{len(meant)} attributes are called {name} ({keys}): name the one that is meant by its key"
            return Gap(NameKind.ATTRIBUTE, name, why)
        if name in node.attributes or generic != name:
            # Rows of a set are as many as there are.
            return Value(None, meant[0].type)
        return Gap(NameKind.ATTRIBUTE, name, f"the answer holds no value of {name}: it may not be readable")

    def _by_key(self, node: Workspace | Document, key: str) -> Value | None:
        generic = re.sub(r"^(\d+_\d+)_\d+_", r"\1_x_", key)
        meant = next((one for one in node.definitions if one.key == generic), None)
        if meant is None:
            return None
        row = key.split("_")[2] if generic != key else ""
        return Value(node.attributes.get(meant.name.replace("[x]", f"[{row}]")), meant.type)

    def _gap(self, name: str) -> Gap:
        category = name.partition(".")[0]
        if (now := self._renamed(name)) is not None:
            why = f"{name} is not there; the same id is now called {now}"
            return Gap(NameKind.ATTRIBUTE, name, why, renamed_to=now)
        near = nearest(name, self.names)
        known = any(one.startswith(f"{category}.") for one in self.names)
        why = f"{name} is not there" if known or KEY.match(name) else f"the record has no category {category!r}"
        return Gap(NameKind.ATTRIBUTE, name, why + _or_meant(near), nearest=near)

    def _renamed(self, name: str) -> str | None:
        ids = self.remembered.get((NameKind.ATTRIBUTE, generic_name(name)), frozenset())
        return next((one.name for one in self.definitions if one.key in ids and one.name != name), None)


class Shown(dict[str, AttributeValue]):
    """Attributes as templates see them: empty ones are "", unknown ones stop the template."""

    def __init__(self, values: Values) -> None:
        """Show the values of a record."""
        super().__init__(values.filled)
        self._values = values

    def __missing__(self, name: str) -> str:
        # Raises where the record does not tell it: only what is known to be empty is shown as empty.
        self._values.read(name)
        return ""


class RowWords:
    """The row as templates see it: row.Column, row["Two Words"]; of a value row.value."""

    def __init__(self, values: Values) -> None:
        """Show the row of a scene."""
        self._values = values

    # For row.Column too: Jinja2 asks for the item where there is no attribute of that name.
    def __getitem__(self, column: str) -> AttributeValue:
        value = self._values.read(f"{ROW}{column}").value
        return "" if value is None or value == () else value


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Name what was probably meant; None: nothing is near."""
    return _nearest(name, tuple(known))


@lru_cache(maxsize=1024)
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    """Compare once: records of one kind lack the same names at every look."""
    found = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return found[0] if found else None


def _or_meant(near: str | None) -> str:
    return f"; did you mean {near!r}?" if near is not None else ""


def generic_name(name: str) -> str:
    """Name the attribute of a set for all rows."""
    return _ROW.sub("[x].", name) if "[" in name else name
