"""
The names behind the keys of categories: what an attribute, a set or a category is called. Pure.

Keys are `{category}_{attribute}`, in a set `{category}_{set}_{row}_{attribute}` (rows from 1; the description
of such an attribute has `x` for the row). `{category}_1` is the category itself.

Source: OTCS REST, v2/nodes/{id}/categories.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shared.clients.opentext.answers import Json, at, flag, many, obj, text
from shared.models.opentext import AttributeDefinition, AttributeType

KEY = re.compile(r"^(\d+)(?:_(\d+)(?:_(\d+|x)_(\d+))?)?$")

ROW = re.compile(r"^(.+)\[([1-9][0-9]{0,3})\]\.(.+)$")


@dataclass(frozen=True)
class Definition:
    """What an attribute, a set or a category is called."""

    name: str
    multi: bool = False
    type: AttributeType = AttributeType.UNKNOWN

    @property
    def user(self) -> bool:
        """Its values are ids of users."""
        return self.type is AttributeType.USER


@dataclass(frozen=True)
class Named:
    """What a value's key stands for."""

    name: str
    """Full: "Category.Attribute"; the key itself where two attributes have one name."""
    type: AttributeType
    multi: bool


class Schema:
    """The names behind the keys of some categories."""

    def __init__(self, definitions: Mapping[str, Definition]) -> None:
        self._by_key = dict(definitions)
        self._by_name: dict[str, str] = {}
        for key in self._by_key:
            if (name := self._full_name(key)) is not None:
                # The first one counts: of two categories with one name the one that was read last stands first.
                self._by_name.setdefault(name, key)

    @classmethod
    def of(cls, *answers: object) -> "Schema":
        """Collect the descriptions that stand in an answer's `metadata`, wherever this server put them."""
        found: dict[str, Definition] = {}
        for answer in answers:
            _collect(at(answer, "metadata"), found)
        return cls(found)

    def __or__(self, other: "Schema") -> "Schema":
        """Join two. The other's come first, where two categories have one name: it was read later."""
        joined = dict(other.definitions)
        for key, definition in self._by_key.items():
            joined.setdefault(key, definition)
        return Schema(joined)

    @property
    def definitions(self) -> Mapping[str, Definition]:
        """What each key is called, the ones read last first."""
        return self._by_key

    def __bool__(self) -> bool:
        """Tell whether anything is described."""
        return bool(self._by_key)

    def category_of(self, name: str) -> int | None:
        """Find the category that an attribute's full name begins with. None: it is not known."""
        if self._full_name(name) is not None:
            return int(name.partition("_")[0])
        named = [(definition.name, key) for key, definition in self._by_key.items() if "_" not in key]
        fitting = [(known, key) for known, key in named if name.startswith(f"{known}.")]
        # The longest: one category may be called as the name of another begins.
        return int(max(fitting, key=lambda pair: len(pair[0]))[1]) if fitting else None

    def key_of(self, name: str) -> str | None:
        """Find the key of "Category.Attribute" or "Category.Set[2].Attribute". None: it is not known."""
        if name in self._by_name:
            return self._by_name[name]
        if self._full_name(name) is not None:
            return name
        if (match := ROW.match(name)) is None:
            return None
        key = self._by_name.get(f"{match[1]}[x].{match[3]}")
        return None if key is None else key.replace("_x_", f"_{match[2]}_")

    def named(self, raw: Mapping[str, Any]) -> list[tuple[Named, Any]]:
        """Name values by their keys. What is no attribute, or not described, can't be named, and is left out."""
        found: list[tuple[Named, Any]] = []
        for key, value in raw.items():
            name, definition = self._full_name(key), self._definition(key)
            if name is not None and definition is not None:
                told_apart = key if generic(name) in self.ambiguous else name
                found.append((Named(told_apart, definition.type, definition.multi), value))
        return found

    def lacks(self, raw: Mapping[str, Any]) -> bool:
        """Tell whether a value could not be named."""
        # `{category}_1` is the category itself, which nothing describes.
        keys = (key for key in raw if key.count("_") in (1, 3) and not key.endswith("_1"))
        return any(self._full_name(key) is None for key in keys)

    def type_of(self, key: str) -> AttributeType:
        """Tell what the attribute of a key holds, as its category declares it."""
        definition = self._definition(key)
        return AttributeType.UNKNOWN if definition is None else definition.type

    def holds_users(self, name: str) -> bool:
        """Tell whether an attribute's values are ids of users."""
        key = self.key_of(name)
        definition = None if key is None else self._definition(key)
        return definition is not None and definition.user

    @property
    def categories(self) -> frozenset[int]:
        """The ids of the categories that are described."""
        return frozenset(int(key) for key in self._by_key if key.isdigit())

    def of_categories(self, ids: Iterable[int]) -> "Schema":
        """Keep what belongs to some categories: the names of a node are those of the categories that it has."""
        kept = {str(number) for number in ids}
        return Schema({key: one for key, one in self._by_key.items() if key.partition("_")[0] in kept})

    @cached_property
    def attributes(self) -> tuple[AttributeDefinition, ...]:
        """Every attribute, by key."""
        named = ((key, self._full_name(key), one) for key, one in sorted(self._by_key.items()))
        return tuple(
            AttributeDefinition(name=name, key=key, type=one.type, multi=one.multi)
            for key, name, one in named
            if name is not None
        )

    @cached_property
    def ambiguous(self) -> frozenset[str]:
        """Names that two attributes have: they are told apart by their keys alone."""
        counted = Counter(one.name for one in self.attributes)
        return frozenset(name for name, count in counted.items() if count > 1)

    def _definition(self, key: str) -> Definition | None:
        return self._by_key.get(key) or self._by_key.get(_pattern(key))

    def _full_name(self, key: str) -> str | None:
        match = KEY.match(key)
        if match is None or match[2] in (None, "1"):
            return None
        category, attribute = self._by_key.get(match[1]), self._definition(key)
        if category is None or attribute is None:
            return None
        if match[3] is None:
            return f"{category.name}.{attribute.name}"
        rows = self._by_key.get(f"{match[1]}_{match[2]}")
        return None if rows is None else f"{category.name}.{rows.name}[{match[3]}].{attribute.name}"


def _collect(found: object, into: dict[str, Definition]) -> None:
    for part in many(found):
        for key, value in obj(part).items():
            # Servers wrap descriptions in as many layers as they like; only what holds something can be one.
            if not isinstance(value, (dict, list)):
                continue
            described = value if isinstance(value, dict) else obj(value)
            if KEY.match(key) and "name" in described:
                into[key] = _definition(described)
            else:
                _collect(value, into)


def _definition(described: Json) -> Definition:
    multi = described.get("multi_value", False)
    return Definition(
        name=name if isinstance(name := described["name"], str) else text(name),
        multi=bool(multi) and flag(multi),
        type=_type(described),
    )


_TYPES = (
    ("user", AttributeType.USER),
    ("date", AttributeType.DATE),
    ("integer", AttributeType.INTEGER),
    ("boolean", AttributeType.BOOLEAN),
    ("flag", AttributeType.BOOLEAN),
    ("real", AttributeType.NUMBER),
    ("decimal", AttributeType.NUMBER),
    ("string", AttributeType.TEXT),
    ("text", AttributeType.TEXT),
)


def _type(described: Json) -> AttributeType:
    """Read what an attribute holds; servers call it by their own words ("Date", "Date Field", ...)."""
    if described.get("persona") == "user":
        return AttributeType.USER
    said = str(described.get("type_name")).lower()
    return next((kind for word, kind in _TYPES if word in said), AttributeType.UNKNOWN)


def generic(name: str) -> str:
    """Name the attribute of a set for all of its rows."""
    return ROW.sub(r"\1[x].\3", name)


def _pattern(key: str) -> str:
    parts = key.split("_")
    return "_".join([*parts[:2], "x", parts[3]]) if len(parts) == 4 else key
