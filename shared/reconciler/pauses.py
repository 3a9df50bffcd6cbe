"""Remember when nobody could act on an item: that time does not count, once it is over."""

from shared.models.link import Link, LinkState
from shared.reconciler.session import Work

_WAITS = frozenset({LinkState.OPEN, LinkState.RESERVED, LinkState.HELD})


async def note_pauses(work: Work) -> None:
    """
    Write down at each item whether it is paused, where that changed.

    Raises:
        LeaseLostError: another worker owns the origin; nothing was written.
    """
    links = work.held.links
    changed = [
        _noted(work, links[task.item_key])
        for task in work.wanted.tasks
        if task.item_key in links
        and task.is_paused != links[task.item_key].is_paused
        and links[task.item_key].state in _WAITS
    ]
    if changed:
        await work.commit(changed)


def _noted(work: Work, link: Link) -> Link:
    return link.resumed(work.now) if link.is_paused else link.paused(work.now)
