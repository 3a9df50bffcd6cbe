"""
Bind a decision to the versions that a task shows.

A link names them, and since when the task shows them by Planner's clock: what was decided earlier is not about them.
"""

from shared.decisions.fields import Target, outcome_lines
from shared.decisions.item_view import event
from shared.decisions.observed import Found
from shared.models.events import EventKind
from shared.models.evidence import Event
from shared.models.link import Link
from shared.models.planner_writes import ChecklistLine, DetailsPatch
from shared.models.wanted import WantedTask


def rebinds(link: Link, wanted: WantedTask, found: Found) -> bool:
    """Tell whether the task shows from now on other versions; one whose details were not read can't be made to."""
    return found.details is not None and wanted.documents != link.bound


def rebound(link: Link, wanted: WantedTask, found: Found) -> tuple[Event, ...]:
    """Tell which versions the task shows from now on; nothing where they are the same."""
    if not rebinds(link, wanted, found):
        return ()
    return (event(EventKind.REBOUND, link, versions=[version.model_dump() for version in wanted.documents]),)


def bound(link: Link, wanted: WantedTask, found: Found) -> Link:
    """
    Return the link bound to what is wanted, as far as the task shows it or is about to.

    It may show it already: who wrote it died before that was remembered, and nobody knows when it was. Then it is shown
    by the time of this read; a write that follows is later, and says so itself.
    """
    if not rebinds(link, wanted, found) or found.details is None:
        return link
    return link.bound_to(wanted.documents).shown(found.details.answered)


def unticked(target: Target, found: Found, details: DetailsPatch | None) -> DetailsPatch | None:
    """
    Add to a patch that no outcome is ticked.

    Lines that nobody ticked are written too: a tick that is made between our read and this write then overlaps with it,
    and Planner refuses the write instead of leaving the tick to stand for versions that nobody saw.
    """
    checklist = found.details.checklist if found.details is not None else {}
    lines = {key: ChecklistLine(is_checked=False) for key in outcome_lines(target.wanted) if key in checklist}
    if not lines:
        return details
    given = {} if details is None else {name: getattr(details, name) for name in details.model_fields_set}
    return DetailsPatch(**(given | {"checklist": lines | given.get("checklist", {})}))
