"""What administrators and the systems themselves do: purge, rename, announce too early."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.simulation.people import Doing, People
from tests.simulation.world import OLD, SERVICE, add_workspace

EARLY = (1.0, 40.0)
"""Seconds by which a hint may come before its change: it is sent inside of OpenText's transaction."""
NAMES = ("category", "attribute", "type", "role")


def purge(people: People) -> str | None:
    """Purge a workflow, or archive one that still runs: nobody can read it any more, and it is never told."""
    world = people.world
    over = [number for number in world.processes if world.content.workflow(number).state in ("stopped", "completed")]
    if not world.processes or (not over and people.rng.random() < 0.7):
        return None
    number = people.rng.choice(over or world.processes)
    state = world.content.workflow(number).state
    world.purged[number] = world.content.state.processes.pop(number)
    world.processes.remove(number)
    del world.documents[number]
    people.note("purged", "Admin", value=number)
    return f"{number} {state}"


def rename_words(people: People) -> str | None:
    """Give a category, an attribute, a workspace type or a role another name: its id and its values stay."""
    kind = people.rng.choice(NAMES)
    found = _named(people, kind)
    if found is None:
        return None
    found.name += OLD
    people.note("renamed", "Admin", value=kind)
    return f"{kind} {found.name}"


def names_back(people: People) -> str | None:
    """Give every name back."""
    state = people.world.content.state
    roles = [role for workspace in state.workspaces.values() for role in workspace.roles]
    categories = list(state.categories.values())
    attributes = [attribute for category in categories for attribute in category.attributes]
    named: list[Any] = [*categories, *attributes, *state.types.values(), *roles]
    for found in named:
        found.name = found.name.removesuffix(OLD)
    return "all"


def empty_a_value(people: People) -> str | None:
    """Empty an attribute."""
    workspace = people.rng.choice(people.world.workspaces)
    path = people.rng.choice(("Contract.Owner", "Contract.End Date", "Contract.Approval"))
    _set(people, workspace, path, "")
    people.hint(f"node-{workspace}")
    return f"{workspace} {path}"


def announce_early(people: People) -> str | None:
    """Announce a change that shows some seconds later."""
    workspace = people.rng.choice(people.world.workspaces)
    path, value = people.rng.choice(
        (
            ("Contract.Approval", "Granted"),
            ("Contract.Region", "APAC"),
            ("Contract.Region", "EMEA"),
            ("Contract.Owner", "nkaur@contoso.example"),
        )
    )
    people.hint(f"node-{workspace}")
    return f"{workspace} {path} {value} in {_soon(people, partial(_set, people, workspace, path, value)):.0f} s"


def announce_unseen(people: People) -> str | None:
    """Announce a contract that nobody sees yet."""
    world = people.world
    if len(world.workspaces) > 3 or not world.has_its_names:
        return None
    workspace = add_workspace(world, len(world.workspaces) + 1)
    world.content.hide(workspace, SERVICE)
    people.hint(f"node-{workspace}")
    return f"{workspace} shows in {_soon(people, partial(world.content.unhide, workspace)):.0f} s"


def _soon(people: People, change: Callable[[], None]) -> float:
    seconds = people.rng.uniform(*EARLY)
    people.later(seconds, change)
    return seconds


def _set(people: People, workspace: int, path: str, value: str) -> None:
    try:
        people.world.content.set_attribute("pwilliams", workspace, path, value)
    except (KeyError, StopIteration):
        return  # it has another name by now
    people.note("attribute", "pwilliams", value=(workspace, path, value))


def _named(people: People, kind: str) -> Any:
    state = people.world.content.state
    found: list[Any]
    if kind == "role":
        workspace = people.rng.choice(people.world.workspaces)
        found = list(state.workspaces[workspace].roles)
    elif kind == "type":
        found = list(state.types.values())
    else:
        found = list(state.categories.values())
        if kind == "attribute":
            found = found[0].attributes
    left = [one for one in found if not one.name.endswith(OLD)]
    return people.rng.choice(left) if left else None


ADMIN: tuple[tuple[int, Doing], ...] = (
    (3, purge),
    (2, rename_words),
    (1, names_back),
    (2, empty_a_value),
    (4, announce_early),
    (2, announce_unseen),
)
