"""Attributes of a record under the names that the mapping gives them: a value, empty, or not known."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TypeAlias

from shared.mapping.evaluation.verdict import Gap, NotKnownError
from shared.models.opentext import AttributeDefinition, AttributeType, AttributeValue, Document, Part, Scalar, Workspace
from shared.models.wanted import NameKind

Remembered: TypeAlias = Mapping[tuple[NameKind, str], frozenset[str]]
"""The ids that a name of the mapping meant when it was last there."""
KEY = re.compile(r"^\d+_\d+(_(\d+|x)_\d+)?$")
"""An attribute named by its ids."""
_ROW = re.compile(r"\[\d+\]\.")


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
class Values:
    """The attributes of a document, then those of its workspace."""

    nodes: tuple[Workspace | Document, ...]
    """Whose value wins comes first."""
    remembered: Remembered = field(default_factory=dict)

    @cached_property
    def filled(self) -> dict[str, AttributeValue]:
        """Every value by name; what is empty is left out."""
        both: dict[str, AttributeValue] = {}
        for node in reversed(self.nodes):
            both |= {name: value for name, value in node.attributes.items() if value not in (None, "", ())}
        return both

    _found: dict[str, Value | Gap] = field(default_factory=dict, init=False, repr=False, compare=False)

    def find(self, name: str) -> Value | Gap:
        """Find an attribute's value, or say why it is not known."""
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> Value | Gap:
        if (value := self.filled.get(name)) is not None:
            return Value(value, self._types.get(_generic(name), AttributeType.UNKNOWN))
        for node in self.nodes:
            if (why := node.not_known.get(Part.ATTRIBUTES.of(name)) or node.not_known.get(Part.ATTRIBUTES)) is not None:
                return Gap(NameKind.ATTRIBUTE, name, f"{name} can't be read: {why}")
            if (found := self._on(node, name)) is not None:
                return found
        return self._gap(name)

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
        return {one.name: one.type for one in reversed(self.definitions)}

    def _on(self, node: Workspace | Document, name: str) -> Value | Gap | None:
        """Say what one node tells of a name that has no value; None: nothing."""
        if not node.definitions:
            return EMPTY if name in node.attributes else None
        generic = _generic(name)
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
        ids = self.remembered.get((NameKind.ATTRIBUTE, _generic(name)), frozenset())
        return next((one.name for one in self.definitions if one.key in ids and one.name != name), None)


class Shown(dict[str, AttributeValue]):
    """Attributes as templates see them: empty ones are "", unknown ones stop the template."""

    def __init__(self, values: Values) -> None:
        """Show the values of a record."""
        super().__init__(values.filled)
        self._values = values

    def __missing__(self, name: str) -> str:
        self._values.read(name)
        return ""


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


def _generic(name: str) -> str:
    """Name the attribute of a set for all rows."""
    return _ROW.sub("[x].", name) if "[" in name else name
