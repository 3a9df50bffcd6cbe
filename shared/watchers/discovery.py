"""
Find what no hint announced: workflows whose steps changed, workspaces that were made, documents that were changed.

What is found is queued exactly as if a hint had come. OpenText is asked at an interval of its own; a list that did not
change costs a read of one row, and an origin is handed on again only when its entry in the list changed.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial

from shared.errors import NeverError, RetryLaterError, ThrottledError
from shared.mapping.evaluation.needs import rules_for
from shared.mapping.evaluation.sources import exact_types, is_type_mapped, is_workflow_mapped
from shared.models.hands import Kind
from shared.models.keys import OriginKind, origin_key
from shared.models.messages import AgendaEntry, OriginMessage
from shared.models.troubles import Cause, Where
from shared.models.words import WaitedFor
from shared.models.workflow import StatusRow
from shared.services import Services
from shared.timing import FAILED_SOON, NOT_UNDERSTOOD, OVERLAP
from shared.watchers.document_discovery import CURSOR, find_documents
from shared.watchers.list_digest import compare, digest, remember

log = logging.getLogger(__name__)
NEXT = "discovery/next"
"""Cursor: when OpenText is asked again."""
FAILED = "discovery/failed"
"""Cursor: when it last did not answer."""
MOST_AT_ONCE = 100
"""More than this become bulk rows of the agenda, so that hints do not wait behind them."""


async def discover(services: Services) -> int:
    """
    Look for what no hint announced, when it is time; return how many origins were handed on.

    Raises:
        RetryLaterError: OpenText or storage does not answer. What was not handed on is found by a later run.
    """
    now = services.now()
    due = await services.cursors.find_time(NEXT)
    longest = timedelta(seconds=services.settings.opentext_discovery_seconds)
    # A time that is further off than the interval was set by a clock that is wrong: it counts as due.
    if due is not None and now < due <= now + longest:
        return 0
    gate = await services.gates.find("opentext", now)
    if gate is not None and now < gate:
        return 0
    # In hand, though nobody has to go on with it: a slot is its worker's only while that has anything in hand.
    async with services.hands.holding(Kind.TIMER, "discovery"):
        return await _discover_in_slot(services)


async def _discover_in_slot(services: Services) -> int:
    now, size = services.now(), services.settings.opentext_concurrency
    slot = await services.slots.take("opentext", size=size, owner=f"{services.owner}/discovery", now=now)
    if slot is None:
        return 0
    try:
        # Moved before it is used: a list that kills its reader is not read at every tick.
        interval = timedelta(seconds=services.settings.opentext_discovery_seconds)
        await services.cursors.save(NEXT, (now + interval).isoformat())
        await _check_clock(services)
        return await _all(
            {
                source.__name__.strip("_"): partial(source, services)
                for source in (_workflows, _report, _workspaces, _documents)
            }
        )
    except ThrottledError:
        raise
    except RetryLaterError:
        await _ask_soon(services)
        raise
    finally:
        await services.slots.free(slot)


async def _ask_soon(services: Services) -> None:
    """Ask again within the minute, where it went well the last time: it may have been one lost answer."""
    now, before = services.now(), await services.cursors.find_time(FAILED)
    longest = 2 * timedelta(seconds=services.settings.opentext_discovery_seconds)
    await services.cursors.save(FAILED, now.isoformat())
    if before is None or not before <= now < before + longest:
        await services.cursors.save(NEXT, (now + FAILED_SOON).isoformat())


async def _all(parts: Mapping[str, Callable[[], Awaitable[int]]]) -> int:
    """
    Look into parts one by one: what is refused in one, or does not answer, stops no other.

    Raises:
        RetryLaterError: one did not answer, and the others were looked into. Or two did not, or one asks for a pause:
            then OpenText itself does not answer, and each further part would only take its time.
    """
    found, failed = 0, None
    for name, look in parts.items():
        try:
            found += await look()
        except NeverError as error:
            log.warning("discovery: %s: %s", name, error)
        except RetryLaterError as error:
            if failed is not None or isinstance(error, ThrottledError):
                raise
            failed = error
    if failed is not None:
        raise failed
    return found


async def _check_clock(services: Services) -> None:
    """Tell where Content Server's clock is not that of its zone: what is new by its dates would never be found."""
    try:
        differs = await services.opentext.clock.differs()
    except NeverError as error:
        log.warning("discovery: the clock: %s", error)
        return
    troubles, now = services.troubles, services.now()
    if differs:
        await troubles.tell(Where.SYSTEM, "opentext", Cause.CLOCK, differs, now)
    elif differs is not None:
        await troubles.clear(Where.SYSTEM, "opentext", now, causes=(Cause.CLOCK,))


async def _workflows(services: Services) -> int:
    """Compare the workflows that the integration user manages or initiated; one status a call."""
    if not rules_for(services.mapping, OriginKind.WORKFLOW):
        return 0
    rows: list[StatusRow] = []
    for status in ("ontime", "workflowlate"):
        rows += await services.opentext.workflows.list_status("Both", status)
    return await _hand_on_changed("discovery/workflows", rows, services)


async def _report(services: Services) -> int:
    """Compare what the customer's WebReport shows of all steps."""
    nickname = services.settings.opentext_discovery_report
    if nickname is None or not rules_for(services.mapping, OriginKind.WORKFLOW):
        return 0
    return await _hand_on_changed("discovery/report", await services.opentext.workflows.webreport(nickname), services)


async def _hand_on_changed(name: str, rows: Iterable[StatusRow], services: Services) -> int:
    rules = rules_for(services.mapping, OriginKind.WORKFLOW)
    mapped = [row for row in rows if is_workflow_mapped(rules, row.name)]
    changes = await compare(services.cursors, name, digests(mapped))
    found = [origin_key(OriginKind.WORKFLOW, number) for number in changes.numbers]
    await hand_on(found, services)
    await remember(services.cursors, changes)
    return len(found)


def digests(rows: Iterable[StatusRow]) -> dict[int, str]:
    """
    Make a digest of each listed workflow: its status, and each waiting step with its status and performers.

    A step that is late in a workflow that is on time is seen by its own status.
    """
    lines: dict[int, list[object]] = {}
    for row in rows:
        kept = lines.setdefault(row.process_id, [])
        kept.append(row.status)
        for step in row.steps:
            people = sorted(person.user_id for person in step.performers)
            ref = step.ref
            kept.append([ref.subprocess_id, ref.task_id, ref.visit, step.status, step.due, step.group, people])
    # Rows may come in any order, and one may come twice.
    return {number: digest(*sorted(set(map(digest, kept)))) for number, kept in lines.items()}


async def _workspaces(services: Services) -> int:
    """Look for new workspaces of the mapped types."""
    rules = rules_for(services.mapping, OriginKind.WORKSPACE)
    if not rules:
        return 0
    names = exact_types(rules)
    if names is None:
        listed = await services.opentext.workspaces.types.list_all()
        names = tuple(kind.name for kind in listed if is_type_mapped(rules, kind.name))
    return await _all({f"workspaces of type {name!r}": partial(_new_of_type, name, services) for name in names})


async def _new_of_type(name: str, services: Services) -> int:
    """
    Hand on the new workspaces of a type, down to the watermark less an hour; known ones are skipped.

    The watermark is the newest creation that was listed, in the server's own time, and never passes the clock. It moves
    when all were handed on.
    """
    cursor = f"discovery/workspaces/{name}"
    mark, now = await services.cursors.find_time(cursor), services.now()
    if mark is None and await services.cursors.find(cursor) is not None:
        # It can't be understood: what came since it was written may be new. What is known is skipped.
        mark = now - NOT_UNDERSTOOD
    # A creation in the future, by a wrong clock or an import, would hide all that comes until then.
    watermark = newest = min(mark, now) if mark is not None else now
    found: list[str] = []
    async for workspace in services.opentext.workspaces.list_created(name, watermark - OVERLAP):
        newest = min(max(newest, workspace.created or newest), now)
        key = origin_key(OriginKind.WORKSPACE, workspace.node_id)
        if not await services.origins.is_known(key):
            found.append(key)
    await hand_on(found, services)
    if newest != mark:
        await services.cursors.save(cursor, newest.isoformat())
    return len(found)


async def _documents(services: Services) -> int:
    """Look on for documents that were made or changed."""
    looked = await find_documents(services)
    await hand_on(looked.found, services)
    if looked.place is not None:
        await services.cursors.save(CURSOR, looked.place.model_dump_json())
    if looked.failed is not None:
        raise looked.failed
    return len(looked.found)


async def hand_on(origins: Sequence[str], services: Services) -> None:
    """Have origins looked at: the first hundred as if hints had come, more of them one after another."""
    now = services.now()
    for origin in origins[:MOST_AT_ONCE]:
        await services.queues.send_origin(OriginMessage(origin=origin, waited_for=WaitedFor.DISCOVERED))
    for origin in origins[MOST_AT_ONCE:]:
        await services.agenda.put(AgendaEntry(at=now, origin=origin, waited_for=WaitedFor.DISCOVERED, bulk=True), now)
    if origins:
        log.info("discovery handed on %d origins, from %s on", len(origins), origins[0])
