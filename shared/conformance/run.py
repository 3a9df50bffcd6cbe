"""Ask for every belief that was chosen, one after the other, and take away what was made for it."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from shared.conformance import probes
from shared.conformance.beliefs import Belief
from shared.conformance.observed import CannotTellError, Observed, Verdict
from shared.conformance.registry import PROBES
from shared.conformance.sandbox import Sandbox
from shared.conformance.taking_away import take_away
from shared.errors import BridgeError

T = TypeVar("T")

__all__ = ["PROBES", "Result", "Teller", "ask", "ask_all", "probes"]


@dataclass(frozen=True)
class Result:
    """How one belief stands."""

    belief: Belief
    observed: Observed


class Teller:
    """Hears of a run while it goes on. Of one that is broken off there is no result to return."""

    def asked(self, result: Result) -> None:
        """Hear of one belief."""

    def taking(self) -> None:
        """Hear that what was made is taken away now."""

    def left(self, left: tuple[str, ...]) -> None:
        """Hear what could not be taken away; empty: nothing is left."""


async def ask(belief: Belief, box: Sandbox) -> Result:
    """Ask for one belief. Whatever hinders it says nothing about the belief."""
    try:
        found = await PROBES[belief.id](box)
    except CannotTellError as error:
        found = Observed(Verdict.CANNOT_TELL, str(error))
    except BridgeError as error:
        found = Observed(Verdict.CANNOT_TELL, f"{type(error).__name__}: {error}")
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        # An answer in a shape that the probe does not know: the others can still be asked.
        found = Observed(Verdict.CANNOT_TELL, f"the answer has another shape: {type(error).__name__} {error}"[:200])
    return Result(belief, found)


async def ask_all(
    beliefs: Sequence[Belief], box: Sandbox, teller: Teller | None = None
) -> tuple[tuple[Result, ...], tuple[str, ...]]:
    """
    Ask for beliefs, and take away what was made, also when it is broken off.

    Args:
        teller: None: nobody is told.

    Returns:
        The results, and what could not be taken away.
    """
    teller = teller or Teller()
    found: list[Result] = []
    left: tuple[str, ...] = ()
    try:
        for belief in beliefs:
            found.append(await ask(belief, box))
            teller.asked(found[-1])
    finally:
        if any(belief.writes for belief in beliefs):
            teller.taking()
            left = await _to_its_end(_taken(box, teller))
    return tuple(found), left


async def _taken(box: Sandbox, teller: Teller) -> tuple[str, ...]:
    left = await take_away(box.systems, box.targets, box.mark)
    teller.left(left)
    return left


async def _to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """
    Do something whole, also when this task is told to end meanwhile.

    Raises:
        CancelledError: it was told so; the work is done.
    """
    doing = asyncio.ensure_future(work)
    told: asyncio.CancelledError | None = None
    while not doing.done():
        try:
            await asyncio.shield(doing)
        except asyncio.CancelledError as error:
            told = error
    if told is not None and not doing.cancelled():
        raise told
    return doing.result()
