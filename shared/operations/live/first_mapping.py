"""Find what a first mapping can be written from: chosen kinds of workspaces and workflows, a group and its plans."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.errors import InputError, NeverError, Problem
from shared.mapping.language.vocabulary import did_you_mean
from shared.models.origin import Needs
from shared.models.words import ActAs
from shared.operations.live.landscape import Landscape
from shared.operations.live.survey import Systems, sample_workflows, sample_workspaces


@dataclass(frozen=True)
class Choice:
    """What an administrator asks a first mapping for."""

    types: tuple[str, ...]
    """Names of workspace types."""
    workflows: tuple[str, ...]
    """Titles of workflows, or names of their maps."""
    group: str
    """Id of the Entra group that owns the plan."""
    plan: str | None
    """Title of the plan. None: the group's only one."""
    fallback: str | None
    """Address of whoever gets what nobody else can be given. None: such tasks are nobody's."""


@dataclass(frozen=True)
class Offer:
    """What there is to choose from."""

    types: tuple[str, ...]
    workflows: tuple[str, ...]


async def offer(systems: Systems, act_as: ActAs) -> Offer:
    """
    List workspace types, and workflows that the integration user sees.

    Raises:
        RetryLaterError, NeverError: OpenText does not tell its workspace types.
    """
    types, found = await systems.opentext.workspaces.types.list_all(), Landscape()
    await sample_workflows(Needs(attributes=False, map=True), systems.opentext, act_as, found)
    return Offer(
        tuple(sorted({one.name for one in types})), tuple(sorted(found.titles | frozenset(found.maps.values())))
    )


async def look_into(choice: Choice, systems: Systems, act_as: ActAs) -> Landscape:
    """
    Look at what was chosen.

    Raises:
        InputError: there is no such type or workflow; names the nearest.
        RetryLaterError, NeverError: OpenText does not answer, or refuses.
    """
    found = Landscape()
    found.types = await systems.opentext.workspaces.types.list_all()
    if choice.workflows:
        await sample_workflows(Needs(map=True), systems.opentext, act_as, found)
    names = [one.name for one in found.types]
    seen = [*found.titles, *found.maps.values()]
    problems = [*_unknown("--type", choice.types, names), *_unknown("--workflow", choice.workflows, seen)]
    if problems:
        raise InputError(problems)
    await sample_workspaces(choice.types, Needs(), systems.opentext, found)
    return found


async def plan_of(choice: Choice, systems: Systems) -> tuple[str, bool]:
    """
    Find the title of the plan, and tell whether it has to be made.

    Raises:
        InputError: the group's plans can't be read, or there are several to choose from.
        RetryLaterError: Graph does not answer.
    """
    try:
        plans = await systems.planner.list_plans(choice.group)
    except NeverError as error:
        raise InputError([Problem("--group", f"the plans of {choice.group} can't be read: {error}")]) from error
    titles = sorted({plan.title for plan in plans})
    if choice.plan is not None:
        return choice.plan, choice.plan not in titles
    if len(titles) > 1:
        raise InputError([Problem("--plan", f"the group has several; choose one: {', '.join(titles)}")])
    return (titles[0], False) if titles else ("OpenText", True)


def _unknown(option: str, asked: Sequence[str], known: Sequence[str]) -> list[Problem]:
    return [
        Problem(option, f"there is no {name!r}{did_you_mean(name, known)}; there are: {', '.join(sorted(set(known)))}")
        for name in asked
        if name not in known
    ]
