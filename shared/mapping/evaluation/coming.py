"""The next dates of what recurs, for people to see before a mapping goes live. Pure."""

from datetime import date, datetime
from itertools import islice

from shared.errors import NeverError
from shared.mapping.evaluation.choosing import chosen
from shared.mapping.evaluation.dates import next_dates, unadjusted
from shared.mapping.evaluation.needs import rules_for
from shared.mapping.evaluation.scope import Scene
from shared.mapping.language.rules import BaseRule
from shared.mapping.language.rules import Mapping as Rules
from shared.mapping.language.tasks import KeyedTask, TaskSpec
from shared.models.keys import item_key
from shared.models.origin import Origin

SHOWN = 5


def coming_dates(mapping: Rules, origin: Origin, now: datetime) -> dict[str, tuple[date, ...]]:
    """
    List the next five due dates of each recurring task of an origin, whether its rule applies or not.

    Returns:
        By the key that the items of its occurrences begin with; without those whose dates can't be counted.
    """
    found: dict[str, tuple[date, ...]] = {}
    for rule in rules_for(mapping, origin.kind):
        for spec in rule.specs:
            if spec.due is not None and spec.due.repeat is not None:
                found[_key(rule, spec, origin)] = _dates(
                    mapping, rule, spec, Scene(origin, now, mapping.calendar("default"))
                )
    return {key: dates for key, dates in found.items() if dates}


def _dates(mapping: Rules, rule: BaseRule, spec: TaskSpec, scene: Scene) -> tuple[date, ...]:
    try:
        name = rule.calendar if isinstance(rule.calendar, str) else str(chosen(rule.calendar, scene))
        here = Scene(scene.origin, scene.now, mapping.calendar(name))
        first = unadjusted(spec.due, here) if spec.due is not None else None
        return () if first is None or spec.due is None else tuple(islice(next_dates(spec.due, first, here), SHOWN))
    except NeverError:
        return ()


def _key(rule: BaseRule, spec: TaskSpec, origin: Origin) -> str:
    return item_key(rule.id, spec.key if isinstance(spec, KeyedTask) else origin.number)
