"""
What both systems show at rest, field by field, against who owns the field.

The engine's own bases are not asked: only what OpenText wants, what Planner shows, and what people did.
"""

from collections.abc import Collection, Iterator
from datetime import datetime

from shared.decisions.description_block import split_description
from shared.models.holds import HoldCause
from shared.models.link import Link, LinkState
from shared.models.wanted import WantedTask
from tests.simulation.looking import links
from tests.simulation.people import Log
from tests.simulation.wanting import Wanted
from tests.simulation.world import World


def disagreements(world: World, wanted: Wanted, log: Log, *, since: datetime) -> Iterator[str]:
    """
    Name every open task that does not show what OpenText wants, and every end that Planner does not show.

    Args:
        since: when the tables were lost last, or the beginning: nobody is taken off a task that is older.
    """
    for key, link in links(world).items():
        if link.task_id not in world.graph.tasks:
            continue
        # What is held for the moment is left as it is: what is wanted of it is not to be believed.
        is_to_agree = key in wanted and wanted[key].held is None
        # What Planner refused is told field by field, and tried again.
        is_to_agree = is_to_agree and link.hold is not HoldCause.REFUSED and not _is_kept(world, link)
        if link.state is LinkState.OPEN and link.sending is None and is_to_agree:
            forgotten = {field for *whose, field in world.forgotten if (*whose,) == key}
            yield from (f"{key} {problem}" for problem in _shown_wrong(world, wanted[key], link, log, forgotten))
            yield from (f"{key} {problem}" for problem in _assigned_wrong(world, wanted[key], link, log, since))
        # Nor can it be ended while Planner refuses to.
        is_to_end = link.sending is None and link.hold is not HoldCause.REFUSED
        if link.state is LinkState.OPEN and is_to_end and key not in wanted and key[0] in world.origins:
            yield f"{key} is open, and nothing asks for it"
        if link.state is LinkState.CLOSED and not _looks_ended(world, link.task_id, log):
            yield f"{key} is closed, and its task is open"


def _is_kept(world: World, link: Link) -> bool:
    """Tell a decision that waits for OpenText: its task stays as it was decided."""
    return link.hold is HoldCause.SUSPENDED and bool(world.graph.tasks[str(link.task_id)]["percentComplete"] == 100)


def _shown_wrong(world: World, wanted: WantedTask, link: Link, log: Log, forgotten: Collection[str]) -> Iterator[str]:
    """
    Check each field that OpenText owns; what a person set instead is theirs until OpenText changes it.

    Args:
        forgotten: fields that the bridge wrote since the backup that was restored: they count as people's.
    """
    task_id = str(link.task_id)
    task, details = world.graph.tasks[task_id], world.graph.details[task_id]
    edited = {act.field for act in log.acts if act.task == task_id and act.what == "edited"} | set(forgotten)
    dropped = {act.value for act in log.acts if act.task == task_id and act.what == "dropped"}
    if task["title"] != wanted.title.strip() and "title" not in edited:
        yield f"has the title {task['title']!r} instead of {wanted.title!r}"
    due = wanted.due.isoformat() if wanted.due is not None else ""
    if str(task["dueDateTime"] or "")[:10] != due and "due" not in edited:
        yield f"is due {task['dueDateTime']} instead of {due}"
    block = split_description(details["description"]).block.splitlines()
    # One line a value: whatever it holds, it can't look like another line of the block.
    yield from (f"does not show {line!r}" for line in wanted.context if " ".join(line.split()) not in block)
    lines = {line["title"] for line in details["checklist"].values()}
    outcomes = {outcome.title for outcome in wanted.outcomes}
    expected = outcomes | ({line.title for line in wanted.checklist} - dropped)
    if missing := expected - lines:
        yield f"lacks the lines {sorted(missing)}"
    if len(details["references"]) < len(wanted.references):
        yield f"lacks references: it has {len(details['references'])} of {len(wanted.references)}"


def _assigned_wrong(world: World, wanted: WantedTask, link: Link, log: Log, since: datetime) -> Iterator[str]:
    task = world.graph.tasks[str(link.task_id)]
    assigned, asked = set(task["assignments"]), set(wanted.assignees)
    # Whoever meant to bend it may have been made the performer just before, who may ask for help.
    acts = [*log.of("edited"), *(act for act in log.of("bent") if world.users.get(act.who) in asked)]
    if any(act.task == link.task_id and act.field == "assignees" for act in acts):
        return
    may_keep = datetime.fromisoformat(task["createdDateTime"]) <= since
    if asked - assigned or (assigned - asked and not may_keep):
        yield f"is assigned to {sorted(assigned)} instead of {sorted(asked)}"


def _looks_ended(world: World, task_id: str, log: Log) -> bool:
    opened = any(act.task == task_id for act in log.of("reopened", "progressed"))
    return opened or bool(world.graph.tasks[task_id]["percentComplete"] == 100)


def unrecorded(world: World, wanted: Wanted, log: Log, *, since: datetime) -> Iterator[str]:
    """
    Name completed tasks of which the record does not know, although the rule has it told, and nothing says why.

    A task may be completed at the very moment at which its rule asks for it no more: the record is told once it does.

    Args:
        since: as above: what was completed before is found completed, and nobody is told again.
    """
    for (origin, item), link in links(world).items():
        if item != "package|legal-review" or link.state is not LinkState.COMPLETED or link.hold == "record":
            continue
        number = int(origin.partition("-")[2])
        if (origin, item) not in wanted:
            continue
        is_known = any(act.task == link.task_id and act.at >= since for act in log.of("completed"))
        if is_known and world.content.attribute(number, "Contract.Review") != "Done":
            yield f"{origin} {item} is completed, and the record does not say so"
