"""
Send patches, many in one call, and take apart what Planner refuses: what may be written is written.

What a write returns is a read: it is kept as one.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from shared.decisions.actions import Write
from shared.decisions.item_view import updated
from shared.decisions.observed import Found
from shared.decisions.pieces import Piece, asked_by, of_what_changes, pieces
from shared.errors import NotFoundError, RetryLaterError, StaleError
from shared.models.holds import HoldCause
from shared.models.planner import PlannerDetails, PlannerTask
from shared.models.planner_writes import DetailsChange, TaskChange
from shared.reconciler.session import Work
from shared.reconciler.walls import stop

log = logging.getLogger(__name__)
REFUSED = "Planner refused a change: "


@dataclass
class Sent:
    """What became of patches."""

    failed: set[str] = field(default_factory=set)
    """Items whose write did not happen, or is not known to have."""
    partly: dict[str, dict[bool, list[Piece]]] = field(default_factory=dict)
    """By item, then for its details or not: what was written of a refused patch."""

    def add(self, other: "Sent") -> None:
        """Take over what became of further patches of the same writes."""
        self.failed |= other.failed
        for item, written in other.partly.items():
            self.partly.setdefault(item, {}).update(written)


async def patch(work: Work, writes: Sequence[Write], *, in_details: bool) -> Sent:
    """Send one of the two patches of each write; what is refused is taken apart."""
    sent = Sent()
    patches = [write for write in writes if (write.details if in_details else write.task) is not None]
    if not patches:
        return sent
    for write, answer in zip(patches, await _send_all(work, patches, in_details=in_details), strict=True):
        if _took(work, write.link.item, answer):
            continue
        if isinstance(answer, RetryLaterError | StaleError | NotFoundError):
            sent.failed.add(_failed(work, write, answer))
        else:
            written = await _apart(work, write, answer, in_details=in_details)
            sent.partly[write.link.item] = {in_details: written}
    return sent


async def _send_all(work: Work, writes: Sequence[Write], *, in_details: bool) -> Sequence[object]:
    planner = work.services.planner
    work.ensure_time()
    if in_details:
        return await planner.update_details([_details_change(work, write) for write in writes])
    return await planner.update_tasks([_task_change(work, write) for write in writes])


def _took(work: Work, item: str, answer: object) -> bool:
    """Keep what a write returned, which is a read. False: it was not made."""
    found = work.seen[item]
    if not isinstance(found, Found):
        return False
    if isinstance(answer, PlannerTask):
        work.seen[item] = Found(answer, found.details)
    elif isinstance(answer, PlannerDetails):
        work.seen[item] = Found(found.task, answer)
    else:
        return False
    return True


async def _apart(work: Work, write: Write, answer: object, *, in_details: bool) -> list[Piece]:
    """Write what may be written of a refused write, piece by piece, and say what may not; return what was."""
    item, written, refused = write.link.item, list[Piece](), list[str]()
    left = pieces(changing(work, write), in_details=in_details)
    # A single piece that can't be parted is what was refused: sending it again would bring the same answer.
    is_whole = len(left) == 1 and not left[0].finer()
    while left:
        piece = left.pop(0)
        if not is_whole:
            changed = (
                replace(write, task=None, details=piece.details) if in_details else replace(write, task=piece.task)
            )
            (answer,) = await _send_all(work, [changed], in_details=in_details)
        if not is_whole and _took(work, item, answer):
            written.append(piece)
        elif isinstance(answer, RetryLaterError | StaleError | NotFoundError):
            # What is left is decided anew, by what the next read shows.
            _failed(work, write, answer)
            break
        elif finer := piece.finer():
            left = finer + left
        else:
            refused.append(piece.field)
            log.warning("%s %s: Planner refused a change of %s: %s", work.origin.key, item, piece.field, answer)
            fields = ", ".join(dict.fromkeys(refused))
            work.refused[item] = f"{REFUSED}{fields}: {answer}"[:500]
    return written


def changing(work: Work, write: Write) -> Write:
    """Return a write that Planner refused in part, without what its task shows already."""
    found = work.seen[write.link.item]
    return of_what_changes(write, found.details) if isinstance(found, Found) else write


def _failed(work: Work, write: Write, answer: object) -> str:
    """Sort a write that was not made: a stale one is decided again, one without an answer waits."""
    item = write.link.item
    if isinstance(answer, RetryLaterError):
        work.left.later.append(answer)
        stop(work, [item], HoldCause.UNAVAILABLE, f"a change of its task was not answered: {answer}")
    return item


def as_sent(work: Work, write: Write, sent: Sent) -> Write:
    """Return a write as it was carried out: one that was refused in parts changes no more than was written."""
    if (partly := sent.partly.get(write.link.item)) is None:
        return write
    old = work.held.links[write.link.item]
    patches = (partly.get(side, pieces(write, in_details=side)) for side in (False, True))
    written = [piece for patch in patches for piece in patch]
    asked = asked_by(written, write, old.base)
    # What was written is told with this. Of the rest, what had no answer may have been carried out: it shows.
    left = {name: sent for name, sent in old.announced.items() if name not in asked}
    progress = next((piece.task for piece in written if piece.name == "percent_complete"), None)
    return Write(old.announcing(left), write.target, task=progress, asked=asked, events=updated(old, asked))


def _task_change(work: Work, write: Write) -> TaskChange:
    found = work.seen[write.link.item]
    assert isinstance(found, Found) and write.task is not None  # noqa: S101, PT018 - a write is decided on a read
    return TaskChange(task_id=found.task.id, etag=found.task.etag, patch=write.task)


def _details_change(work: Work, write: Write) -> DetailsChange:
    found = work.seen[write.link.item]
    assert isinstance(found, Found) and found.details is not None and write.details is not None  # noqa: S101, PT018
    return DetailsChange(task_id=found.task.id, etag=found.details.etag, patch=write.details)
