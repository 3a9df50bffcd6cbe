"""
The states of a link, and the table of its transitions: nothing else changes one.

The diagram in docs/architecture.md is made from this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.errors import ImpossibleError
from shared.models.words import Word


class LinkState(Word):
    """Where an item stands."""

    HELD = "held"
    """No task, and `reason` says why."""
    RESERVED = "reserved"
    """About to be posted, or posted with the answer lost: look before posting."""
    OPEN = "open"
    """Has its task."""
    COMPLETED = "completed"
    """Completed, and OpenText knows."""
    CLOSED = "closed"
    """OpenText ended it: step gone, workflow stopped, workspace no longer matches."""
    WITHDRAWN = "withdrawn"
    """Over for good: its task was deleted and the policy leaves it at that, or an operator withdrew it."""
    RELEASED = "released"
    """The mapping changed and no longer asks for it: left alone."""
    UNKNOWN = "unknown"
    """Written by a newer release: left alone until that is back."""


_HELD, _RESERVED, _OPEN, _COMPLETED = LinkState.HELD, LinkState.RESERVED, LinkState.OPEN, LinkState.COMPLETED
_CLOSED, _WITHDRAWN, _RELEASED = LinkState.CLOSED, LinkState.WITHDRAWN, LinkState.RELEASED


@dataclass(frozen=True)
class Transition:
    """A way from one state to another."""

    before: frozenset[LinkState | None]
    """None: the item was never seen before."""
    after: LinkState
    when: str
    """What has to be so; stands in the diagram."""


TRANSITIONS: Mapping[str, Transition] = {
    "held": Transition(frozenset({None, _HELD, _RESERVED, _OPEN, _CLOSED}), _HELD, "it can't have a task now"),
    "reserved": Transition(frozenset({None, _HELD, _RESERVED, _OPEN, _CLOSED}), _RESERVED, "a POST is announced"),
    "opened": Transition(
        frozenset({_RESERVED, _HELD, _COMPLETED, _CLOSED, _WITHDRAWN, _RELEASED}), _OPEN, "its task is claimed"
    ),
    "completed": Transition(frozenset({_OPEN, _RELEASED}), _COMPLETED, "completed, and OpenText knows"),
    "reopened": Transition(frozenset({_COMPLETED, _CLOSED}), _OPEN, "opened in Planner, or wanted again"),
    "closed": Transition(frozenset({_HELD, _RESERVED, _OPEN, _RELEASED}), _CLOSED, "OpenText ended it"),
    "released": Transition(frozenset({_OPEN}), _RELEASED, "the mapping no longer asks for it"),
    "adopted": Transition(frozenset({_RELEASED}), _OPEN, "the mapping asks for it again"),
    "withdrawn": Transition(
        frozenset({_OPEN, _RELEASED}), _WITHDRAWN, "deleted, and left at that; or an operator's word"
    ),
}


def next_state(name: str, before: LinkState | None) -> LinkState:
    """
    Return the state after a transition.

    Raises:
        ImpossibleError: there is no such way; a mistake of ours, told with both states.
    """
    way = TRANSITIONS[name]
    if before not in way.before:
        message = f"a link that is {before or 'new'} can't become {way.after} ({name})"
        raise ImpossibleError(message)
    return way.after
