"""One page of an ordered list. Pure."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from shared.models.asked import LONGEST_PLACE, PageAsked

T = TypeVar("T")


def page_of(ordered: Sequence[T], place: Callable[[T], str], asked: PageAsked) -> tuple[tuple[T, ...], str]:
    """
    Return a page, and what to ask with for the next one; "" after the last.

    What came or went since the page before moves nothing: a page begins after a place, and not at a number.

    Args:
        ordered: by their places.
        place: of one, as text; unlike that of any other.
    """
    # Cut here as it was cut when it was given out: a longer place would come after itself, and stand on every page.
    rest = [one for one in ordered if place(one)[:LONGEST_PLACE] > asked.after] if asked.after else ordered
    page = tuple(rest[: asked.limit])
    return page, place(page[-1])[:LONGEST_PLACE] if len(rest) > len(page) else ""
