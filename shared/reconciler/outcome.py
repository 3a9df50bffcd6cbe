"""What an act leaves to be done. What it changed stands in the ledger by then."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.models.words import WaitedFor


@dataclass(frozen=True)
class Outcome:
    """What follows from an act for the rest of its look."""

    is_item_over: bool = False
    """Nothing more is decided on what was read of its item: it is stale, or OpenText is still at work on it."""
    again: bool = False
    """The origin is looked at again at once, with everything read anew."""
    looks: Mapping[WaitedFor, datetime] = field(default_factory=dict)
    """What is waited for → when to look again."""


DONE = Outcome()
"""The ledger says it all."""
STALE = Outcome(is_item_over=True, again=True)
"""What was read of the item is no longer so."""
