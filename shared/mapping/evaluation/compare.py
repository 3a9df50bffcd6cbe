"""Compare a value with what the mapping asks of it, by type: numbers, dates, truth, text. Never one as another."""

import re
from datetime import date, datetime, timedelta

from shared.mapping.evaluation.numbers import Number, read_number
from shared.mapping.evaluation.scope import Scene
from shared.mapping.evaluation.values import Value
from shared.mapping.evaluation.verdict import YES, Gap, Verdict, no, not_known
from shared.mapping.language.conditions import Bound, FromToday, Range, Test
from shared.mapping.language.text import folded
from shared.models.moments import means_none
from shared.models.opentext import AttributeType, Scalar
from shared.models.wanted import NameKind

_ISO = re.compile(r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?$")


def judge_value(name: str, test: Test, value: Value, scene: Scene) -> Verdict:
    """Test an attribute's value; of several one is enough."""
    if test.wants_dates:
        # A date that stands for none is no value: as a day of 1899 it would be before every bound.
        days = [(one, read_day(one, scene)) for one in value.parts]
        real = tuple(one for one, day in days if day is None or not means_none(day))
        value = Value(real, value.type)
    # What shows nothing is nothing: blanks, and signs that nobody sees.
    value = Value(tuple(one for one in value.parts if not isinstance(one, str) or folded(one)), value.type)
    parts = value.parts
    if test.exists is not None and test.exists != bool(parts):
        return _refused(name, parts)
    answers = [
        _opposite(_among(value, test.not_, scene)) if test.not_ is not None else True,
        _among(value, test.is_, scene) if test.is_ is not None else True,
        _one_within(value, test, scene) if test.min is not None or test.max is not None else True,
    ]
    # One clear no is enough, whatever can't be compared besides.
    if False in answers:
        return _refused(name, parts)
    if None in answers:
        why = f"{name} is {_shown(parts)}, which can't be compared with {test.asked}"
        return not_known(Gap(NameKind.ATTRIBUTE, name, why))
    return YES


def _opposite(answer: bool | None) -> bool | None:  # noqa: FBT001 - it is the answer
    return None if answer is None else not answer


def _one_of(answers: list[bool | None]) -> bool | None:
    """One yes is enough; otherwise nobody can say if one answer is that."""
    return True if True in answers else (None if None in answers else False)


def _one_within(value: Value, test: Test, scene: Scene) -> bool | None:
    return _one_of([_within(one, value.type, test, scene) for one in value.parts])


def _among(value: Value, wanted: tuple[Scalar, ...], scene: Scene) -> bool | None:
    return _one_of([_equal(one, other, value.type, scene) for one in value.parts for other in wanted])


def judge_range(what: str, asked: Range, moment: datetime | None, scene: Scene) -> Verdict:
    """Test a moment of the record by its day."""
    if moment is None:
        return not_known(Gap(NameKind.DATE, what, f"the answer does not say when it was {what}"))
    day = scene.calendar.local_date(moment)
    for bound, at_least in ((asked.min, True), (asked.max, False)):
        if isinstance(bound, date | FromToday) and not _before(day, bound, scene, at_least=at_least):
            return no(f"it was {what} on {day}")
    return YES


def _refused(name: str, parts: tuple[Scalar, ...]) -> Verdict:
    return no(f"{name} is {_shown(parts)}")


def _shown(parts: tuple[Scalar, ...]) -> str:
    return ", ".join(repr(one)[:60] if isinstance(one, str) else str(one) for one in parts) or "empty"


def _equal(value: Scalar, wanted: Scalar, kind: AttributeType, scene: Scene) -> bool | None:
    """Tell whether two are the same; None: nobody can say."""
    # Before numbers: Python counts True as 1, and no box that is ticked is one.
    if isinstance(value, bool) or isinstance(wanted, bool) or kind is AttributeType.BOOLEAN:
        left, right = _truth(value, kind), _truth(wanted, kind)
        # "Yes" may mean what is asked for; a number means no truth.
        is_unclear = left is None and isinstance(value, str) and isinstance(wanted, bool)
        return None if is_unclear else left is not None and left == right
    if isinstance(value, str) and isinstance(wanted, str):
        answers = (
            folded(value) == folded(wanted),
            _same_day(value, wanted, scene),
            _same_number(value, wanted, kind),
        )
        return _one_of(list(answers))
    number = read_number(value, kind)
    # "EUR 100000" may be the number that is asked for, or another: it is neither a yes nor a no.
    return None if number is None and not isinstance(wanted, str) else _equal_numbers(number, read_number(wanted, kind))


def _same_number(value: str, wanted: str, kind: AttributeType) -> bool | None:
    # In a text field what looks like a number is text: file numbers `007` and `7` are two.
    if kind not in (AttributeType.INTEGER, AttributeType.NUMBER):
        return False
    return _equal_numbers(read_number(value, kind), read_number(wanted, kind))


def _equal_numbers(left: Number, right: Number) -> bool | None:
    if left == "ambiguous" or right == "ambiguous":
        return None
    return left is not None and left == right


def _truth(value: Scalar, kind: AttributeType) -> bool | None:
    if isinstance(value, bool):
        return value
    words = {"true": True, "false": False}
    if kind is AttributeType.BOOLEAN:
        words |= {"1": True, "0": False}
    return words.get(str(value).strip().lower())


def _same_day(value: str, wanted: str, scene: Scene) -> bool | None:
    if _ISO.match(wanted.strip()) is None or (day := read_day(wanted, scene)) is None:
        return False
    read = read_day(value, scene)
    return None if read is None else read == day


def _within(value: Scalar, kind: AttributeType, test: Test, scene: Scene) -> bool | None:
    """Tell whether a value lies between the bounds; None: nobody can say."""
    answers = [
        _ordered(value, test.min, kind, scene, at_least=True) if test.min is not None else True,
        _ordered(value, test.max, kind, scene, at_least=False) if test.max is not None else True,
    ]
    if False in answers:
        return False
    return None if None in answers else True


def _ordered(value: Scalar, bound: Bound, kind: AttributeType, scene: Scene, *, at_least: bool) -> bool | None:
    if isinstance(bound, date | FromToday):
        day = read_day(value, scene)
        return None if day is None else _before(day, bound, scene, at_least=at_least)
    number = read_number(value, kind)
    if number is None or number == "ambiguous":
        return None
    return number >= bound if at_least else number <= bound


def _before(day: date, bound: date | FromToday, scene: Scene, *, at_least: bool) -> bool:
    """Compare days; a bound that moves with today notes when it will answer otherwise."""
    if isinstance(bound, date):
        return day >= bound if at_least else day <= bound
    limit = scene.from_today(bound)
    holds = day >= limit if at_least else day <= limit
    if holds == at_least:
        # A lower bound moves up and will pass the day; an upper one has not reached it yet.
        ahead = (day - limit).days + (1 if at_least else 0)
        scene.turns.add(scene.today + timedelta(days=max(1, ahead if isinstance(bound.today, int) else 1)))
    return holds


def read_day(value: Scalar, scene: Scene) -> date | None:
    """Read a date: ISO, with or without a time; a moment with a zone is a day of the rule's calendar."""
    text = str(value).strip() if isinstance(value, str) else ""
    if _ISO.match(text) is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.date() if moment.tzinfo is None else scene.calendar.local_date(moment)
    except (ValueError, OverflowError):
        return None
