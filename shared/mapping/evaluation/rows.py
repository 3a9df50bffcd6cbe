"""The rows that a task is made for: those of a set, or the values of an attribute that holds several."""

import hashlib
from collections import Counter
from dataclasses import dataclass

from shared.mapping.evaluation.values import Row, Value, Values
from shared.mapping.evaluation.verdict import Gap
from shared.mapping.language.for_each import ForEach
from shared.mapping.language.text import folded
from shared.models.wanted import NameKind


@dataclass(frozen=True)
class Rows:
    """What there is of a set: rows that are told apart, and what stands against the others."""

    rows: tuple[Row, ...] = ()
    gaps: tuple[Gap, ...] = ()
    """Why it is not known which rows there are: none of its tasks ends."""
    said: str = ""
    """What was read, for tasks whose row is not there."""


def rows_of(each: ForEach, values: Values) -> Rows:
    """Read the rows, and tell apart those that name themselves; the others are never guessed."""
    if (gap := values.unread(each.of)) is not None:
        return Rows(gaps=(gap,))
    told = values.rows(each.of)
    if told is None:
        return _of_values(each, values)
    if each.key is None:
        return _not_known(each, "it is a set: say which column names its rows, `for_each: {of: ..., key: COLUMN}`")
    if not told:
        return _not_known(each, "the answer holds no row of it: it may not be readable")
    gaps: list[Gap] = []
    rows: list[tuple[str, Row]] = []
    for place in (one for one in told if not values.is_blank(one)):
        key = values.find(f"{place}.{each.key}")
        if isinstance(key, Gap):
            gaps.append(key)
        elif len(key.parts) != 1 or not str(key.parts[0]).strip():
            gaps.append(_gap(each, f"{place} has not one value in {each.key}, which names it: give it one"))
        else:
            text = str(key.parts[0]).strip()
            rows.append((text, Row(name_of(text), place)))
    return _told_apart(each, rows, gaps)


def name_of(text: str) -> str:
    """Name a row for good by the value that tells it; keys stand in logs, and the value may be a person's name."""
    return hashlib.sha256(folded(text).encode()).hexdigest()[:16]


def _of_values(each: ForEach, values: Values) -> Rows:
    found = values.find(each.of)
    if isinstance(found, Gap):
        return Rows(gaps=(found,))
    if each.key is not None:
        return _not_known(each, "it is no set, so it has no column `key`: its values name themselves")
    texts = [(str(part).strip(), part) for part in found.parts]
    rows = [(text, Row(name_of(text), "", Value(part, found.type))) for text, part in texts if text]
    return _told_apart(each, rows, [])


def _told_apart(each: ForEach, rows: list[tuple[str, Row]], gaps: list[Gap]) -> Rows:
    counted = Counter(row.name for _, row in rows)
    twice = {row.name: text for text, row in rows if counted[row.name] > 1}
    # One of them may have been another before somebody copied it.
    unclear = [
        _gap(each, f"{counted[name]} rows are called {text!r}: nobody can say which one is meant")
        for name, text in twice.items()
    ]
    names = ", ".join(text[:60] for text, _ in rows[:20]) or "empty"
    kept = tuple(row for _, row in rows if row.name not in twice)
    return Rows(kept, (*gaps, *unclear), f"{each.of} is {names}")


def _not_known(each: ForEach, why: str) -> Rows:
    return Rows(gaps=(_gap(each, f"{each.of} can't be gone through: {why}"),))


def _gap(each: ForEach, why: str) -> Gap:
    return Gap(NameKind.ATTRIBUTE, each.of, why)
