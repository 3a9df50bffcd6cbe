"""What a rebuild restores: an item whose task says whose it is has that task again, and stands where it stood."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from shared.decisions.description_block import find_reference
from shared.models.link import Link, LinkState
from tests.simulation.looking import is_ours, links
from tests.simulation.world import OLD, World

Links = Mapping[tuple[str, str], Link]
_OVER = frozenset({LinkState.COMPLETED, LinkState.CLOSED, LinkState.WITHDRAWN})


def changed_by_rebuild(world: World, before: Links, left: Sequence[str], worked_on: Collection[str]) -> Iterator[str]:
    """
    Name what stands elsewhere than before, without a stated reason.

    Args:
        before: every link as the tables were lost.
        left: what the rebuild said that it left alone, and why.
        worked_on: tasks at which people worked since the tables were lost: the rebuild may have read them in between.
    """
    after = links(world)
    for (origin, item), link in before.items():
        task_id = link.task_id
        if (
            task_id is None
            or task_id in worked_on
            or any(task_id in line for line in left)
            or not _says_whose(world, task_id, origin, item)
        ):
            continue
        found = after.get((origin, item))
        if found is None or found.task_id != task_id:
            yield f"a rebuild lost the task of {origin} {item}: {task_id}"
        elif found.state is LinkState.OPEN and _is_unproven(world, origin, item):
            continue
        elif found.state not in _expected(link, is_completed=_is_completed(world, task_id)):
            yield f"a rebuild has {origin} {item} {found.state}, and it was {link.state}"


def _is_unproven(world: World, origin: str, item: str) -> bool:
    """Tell what no record shows then: steps of a purged workflow, and a completion whose attribute was renamed."""
    if int(origin.partition("-")[2]) in world.purged:
        return True
    words: list[Any] = [word for one in world.content.state.categories.values() for word in (one, *one.attributes)]
    return item == "package|legal-review" and any(word.name.endswith(OLD) for word in words)


def _expected(link: Link, *, is_completed: bool) -> frozenset[LinkState]:
    """Say where an item may stand after a rebuild: people may have completed its task, or opened it again."""
    if link.state in _OVER:
        return frozenset({link.state} if is_completed else {link.state, LinkState.OPEN})
    return frozenset({LinkState.OPEN, LinkState.COMPLETED} if is_completed else {LinkState.OPEN})


def _says_whose(world: World, task_id: str, origin: str, item: str) -> bool:
    task = world.graph.tasks.get(task_id)
    if task is None or not is_ours(task):
        return False
    reference = find_reference(str(world.graph.details[task_id]["description"]))
    return reference is not None and (reference.origin, reference.item) == (origin, item)


def _is_completed(world: World, task_id: str) -> bool:
    return bool(world.graph.tasks[task_id]["percentComplete"] == 100)
