"""Real origins to look at: what a rule or a changed file would do to some of them."""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from itertools import chain, zip_longest

from shared.errors import InputError, Problem
from shared.mapping.evaluation.sources import is_type_mapped, is_workflow_mapped
from shared.mapping.language.rules import BaseRule, DocumentRule, Mapping, StepRule
from shared.mapping.language.vocabulary import did_you_mean
from shared.models.keys import OriginKind, origin_key
from shared.services import Services

EVER = datetime.min.replace(tzinfo=UTC)


def rules_of(mapping: Mapping, rule_id: str | None) -> tuple[BaseRule, ...]:
    """
    Return the rules that are asked about.

    Args:
        rule_id: None: all.

    Raises:
        InputError: there is no such rule.
    """
    chosen = tuple(rule for rule in mapping.rules if rule_id in (None, rule.id))
    if not chosen and rule_id is not None:
        known = [rule.id for rule in mapping.rules]
        near = did_you_mean(rule_id, known)
        raise InputError([Problem("--rule", f"there is no rule {rule_id!r}{near}; there are: {', '.join(known)}")])
    return chosen


async def sample(rules: tuple[BaseRule, ...], services: Services, count: int) -> tuple[str, ...]:
    """
    Choose origins: of each kind in turn those that have tasks of the rules, and the newest that OpenText lists.

    Args:
        rules: what is asked about.
        count: as many at most.

    Raises:
        RetryLaterError, NeverError: as OpenText's lists and the tables.
    """
    known = await _known({rule.id for rule in rules}, services, count)
    spaces = [rule for rule in rules if not isinstance(rule, StepRule | DocumentRule)]
    steps = [rule for rule in rules if isinstance(rule, StepRule)]
    listed = [
        await _some(_workspaces(spaces, services), count) if spaces else [],
        await _some(_workflows(steps, services), count) if steps else [],
    ]
    return tuple(dict.fromkeys(_in_turn([known, *listed])))[:count]


def _in_turn(lists: Iterable[list[str]]) -> list[str]:
    """Take one of each list after the other, so that no kind takes all the places."""
    return [one for one in chain.from_iterable(zip_longest(*lists)) if one is not None]


async def _some(source: AsyncIterator[str], count: int) -> list[str]:
    found: list[str] = []
    async for one in source:
        found.append(one)
        if len(found) >= count:
            break
    return found


async def _known(rules: set[str], services: Services, count: int) -> list[str]:
    """Return origins with a task of the rules, spread evenly over all there are."""
    found = sorted({origin async for origin, link in services.origins.list_links() if link.rule_id in rules})
    return found[:: max(1, len(found) // count)][:count]


async def _workspaces(rules: list[BaseRule], services: Services) -> AsyncIterator[str]:
    """Yield workspaces of the types in turn, newest first."""
    listed = await services.opentext.workspaces.types.list_all()
    kinds = [kind.name for kind in listed if is_type_mapped(rules, kind.name)]
    waiting = [services.opentext.workspaces.list_created(kind, EVER) for kind in dict.fromkeys(kinds)]
    while waiting:
        for source in tuple(waiting):
            try:
                yield origin_key(OriginKind.WORKSPACE, (await anext(source)).node_id)
            except StopAsyncIteration:
                waiting.remove(source)


async def _workflows(rules: list[StepRule], services: Services) -> AsyncIterator[str]:
    for status in ("ontime", "workflowlate"):
        for row in await services.opentext.workflows.list_status("Both", status):
            if is_workflow_mapped(rules, row.name):
                yield origin_key(OriginKind.WORKFLOW, row.process_id)
