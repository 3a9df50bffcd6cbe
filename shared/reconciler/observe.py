"""Read everything that one reconcile decides on: the origin, the directory, the places, the tasks."""

import logging
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from shared.decisions.item_view import Policy
from shared.decisions.observed import Place
from shared.errors import UnreadableError
from shared.mapping.evaluation.names import names_of
from shared.mapping.evaluation.values import Remembered
from shared.mapping.evaluation.wanted import Evaluated, evaluated, lookups
from shared.models.holds import HoldCause
from shared.models.item_memory import ItemMemory
from shared.models.keys import OriginKind, split_origin_key
from shared.models.link import Link, LinkState
from shared.models.messages import OriginMessage
from shared.models.opentext import Document, Workspace
from shared.models.origin import Needs, Origin
from shared.models.seen import HOME, MAPPING
from shared.models.wanted import Wanted, WantedTask
from shared.models.words import SCOPES, WAITS, ItemKind, Scope, WaitedFor
from shared.reconciler.actions.write import read_again
from shared.reconciler.decisions_there import with_decisions
from shared.reconciler.documents import has_moved, read_document
from shared.reconciler.movement import as_people_left_it
from shared.reconciler.session import Work
from shared.reconciler.step_forms import ask_forms
from shared.reconciler.workspaces import read_workspace
from shared.services import Services
from shared.store.origins import Held
from shared.targets.plans_by_title import PlaceError

log = logging.getLogger(__name__)
_AT_WORK = frozenset({LinkState.OPEN, LinkState.RESERVED, LinkState.HELD})


async def read_work(held: Held, message: OriginMessage, services: Services) -> Work:
    """Read an origin, compute what it wants, and read its tasks. Errors as the two parts of it."""
    return await work_on(await read_record(held, message, services), held, message, services)


async def read_record(held: Held, message: OriginMessage, services: Services) -> Origin:
    """
    Read an origin: all that OpenText is asked before it is known what is wanted.

    Raises:
        UnreadableError, NotFoundError: the origin can't be read; nothing is decided.
        RetryLaterError: something did not answer.
    """
    # A workflow's record is its first: another workspace's document may be attached later, and be listed before.
    stays = split_origin_key(held.origin)[0] is OriginKind.WORKFLOW
    home = held.seen.get(HOME) if stays or not SCOPES[message.scope].anew else None
    origin = await read_origin(held.origin, services, home=home, seen=held.seen)
    # Before any rule is evaluated: what the bridge itself wrote on the record is no movement to it.
    if services.needs[origin.kind].movement:
        origin = await as_people_left_it(origin, held.seen, services)
    return await with_decisions(origin, held.links, services)


async def work_on(origin: Origin, held: Held, message: OriginMessage, services: Services) -> Work:
    """
    Compute what an origin wants, and read its tasks.

    Raises:
        RetryLaterError: something did not answer.
        NoSlotError: OpenText bears no more looks just now.
    """
    wanted = await ask_forms(await compute_wanted(origin, services, held.links), held.links, services)
    places, lost, wanted = await _resolve_places(wanted, held.links, services)
    policy = Policy(
        settle=timedelta(seconds=services.settings.settle_seconds),
        grace=timedelta(seconds=services.settings.outcome_grace_seconds),
        act_as=services.settings.opentext_act_as,
        rule_hashes=services.mapping.rule_hashes,
        mapping_hash=services.mapping_hash,
        bridge=services.settings.bridge,
        orphaned=held.orphaned,
        voids_waits=WAITS[message.waited_for].voids_waits,
        frees=message.frees,
    )
    work = Work(services, held, origin, wanted, policy, places, lost)
    if wanted.look_again is not None:
        work.look_again(wanted.look_again, WaitedFor.THRESHOLD)
    # Under another mapping than the last look's every task may be wanted otherwise.
    is_same = held.seen.get(MAPPING) == services.mapping_hash
    await read_tasks(work, message.scope, only=message.tasks if is_same else ())
    return work


async def read_origin(
    key: str,
    services: Services,
    *,
    home: dict[str, int] | None = None,
    need: Needs | None = None,
    seen: Mapping[str, Any] | None = None,
) -> Origin:
    """
    Read one origin with what the mapping needs of it. Errors as the OpenText client's.

    Args:
        key: of the origin.
        services: the clients and the mapping.
        home: {"node", "workspace"} as they were found before; a document seldom moves. None: look.
        need: what is read of it. None: what the mapping needs.
        seen: what the last look saw of it. None: nothing is remembered.
    """
    kind, number = split_origin_key(key)
    need = need or services.needs[kind]
    opentext = services.opentext
    if kind is OriginKind.WORKSPACE:
        return Origin(kind=kind, workspace=await read_workspace(number, services, need, seen or {}))
    if kind is OriginKind.DOCUMENT:
        document = await read_document(number, services, need, seen or {})
        home = None if has_moved(document, seen or {}) else home
        return Origin(kind=kind, document=document, workspace=await _workspace_of(document, services, home, need))
    workflow = await opentext.workflows.read(number, need)
    nodes = [document.node_id for document in workflow.documents]
    try:
        workspace = await _record_of(nodes, services, home, need) if need.workspace else None
    except UnreadableError:
        if workflow.current and not workflow.ended:
            raise
        # What is over is over, whatever became of its record: no rule has anything to ask of that.
        workspace = None
    return Origin(kind=kind, workflow=workflow, workspace=workspace)


async def compute_wanted(origin: Origin, services: Services, links: Mapping[str, Link]) -> Wanted:
    """Compute the wanted tasks; remember the names, and log what is not known."""
    found = (await evaluate(origin, services, links)).wanted
    # Each look keeps the ids that names have now: one that is gone later can be told as renamed.
    await services.names.remember(sorted(names_of(services.mapping, origin)))
    for gap in found.unknown:
        log.warning("%s: rule %s: not known: %s", origin.key, gap.rule_id or "(the mapping)", gap.why)
    return found


async def evaluate(origin: Origin, services: Services, links: Mapping[str, Link]) -> Evaluated:
    """Evaluate the rules with what the directory answered lately; ask it first where that is not enough. Reads only."""
    now = services.now()
    names = await services.names.list_all(now)
    found = await _evaluate(origin, services, links, names)
    # The worker that made the task may have learnt the id of a name since this one read them: to this one a name that
    # was changed meanwhile is another name, and its "no" would end what was only renamed.
    if _ends_one(found.wanted, links) and (anew := await services.names.list_all(now, anew=True)) != names:
        return await _evaluate(origin, services, links, anew)
    return found


def _ends_one(wanted: Wanted, links: Mapping[str, Link]) -> bool:
    return any(link.is_at_work and wanted.why_not(key) for key, link in links.items())


async def _evaluate(origin: Origin, services: Services, links: Mapping[str, Link], names: Remembered) -> Evaluated:
    mapping, now, act_as = services.mapping, services.now(), services.settings.opentext_act_as
    completed, memory = _completed(links), _memory(links)
    # By what is remembered first: most looks then cost the directory no call.
    know = services.directory.remembered()
    found = evaluated(mapping, origin, know, now, completed=completed, act_as=act_as, remembered=names, memory=memory)
    if found.wanted.is_certain:
        return found
    know = await services.directory.answer(lookups(mapping, origin, now, act_as, memory=memory))
    return evaluated(mapping, origin, know, now, completed=completed, act_as=act_as, remembered=names, memory=memory)


async def read_tasks(work: Work, scope: Scope, *, only: Collection[str] = ()) -> None:
    """
    Read the tasks that may have to be decided on, and their details.

    Args:
        only: ids of those that a read of their plan saw changed; what is not read is left as it is. Empty: all.
    """
    wanted_items = {task.item_key for task in work.wanted.tasks}
    items = [
        item
        for item, link in sorted(work.held.links.items())
        if link.task_id
        and (not only or link.task_id in only)
        # While the outcome of a send-on settles, the task does not matter; once that takes long, it shows why.
        and (link.sending is None or link.hold is not None)
        and _is_read(link, wanted=item in wanted_items, full=SCOPES[scope].finished)
    ]
    if not items:
        return
    await read_again(work, items)


def _is_read(link: Link, *, wanted: bool, full: bool) -> bool:
    # A released one may have lost its step, or its task, or be asked for again.
    if link.state in (LinkState.OPEN, LinkState.RELEASED) or full:
        return True
    # Wanted although it is over: its date may have moved, or people opened it in Planner. A step does not come back:
    # its next visit is another item.
    return wanted and link.kind is not ItemKind.STEP and link.state in (LinkState.COMPLETED, LinkState.CLOSED)


def _memory(links: Mapping[str, Link]) -> dict[str, ItemMemory]:
    return {
        item: ItemMemory(
            known_since=link.known_since,
            made_at=link.reserved_at if link.task_id else None,
            completed_at=link.completed_at if link.state is LinkState.COMPLETED else None,
            is_open=link.state in _AT_WORK and link.hold is not HoldCause.DELETED,
            level=link.level,
            pauses=link.pauses,
            due=link.base.get("due"),
        )
        for item, link in links.items()
    }


def _completed(links: Mapping[str, Link]) -> frozenset[str]:
    return frozenset(item for item, link in links.items() if link.state is LinkState.COMPLETED)


async def _resolve_places(
    wanted: Wanted, links: Mapping[str, Link], services: Services
) -> tuple[dict[str, Place], dict[str, PlaceError], Wanted]:
    """
    Resolve the places of tasks that are or may be made.

    Returns:
        The places; why others have none; and what is wanted: a task without a place waits.
    """
    linked = {item for item, link in links.items() if link.task_id}
    wanted_now = [
        task
        for task in wanted.tasks
        if (task.held is None or task.item_key in linked) and not _is_over(links.get(task.item_key), task)
    ]
    # A bucket that people renamed or deleted is made again for nothing that stands, only for what the rule moves.
    arranged = {task.item_key for task in wanted_now if not _is_moved_by_rule(links.get(task.item_key), task)}
    found = await services.places.find_all(wanted_now, made=linked, arranged=linked & arranged)
    lost = {item: place for item, place in found.items() if isinstance(place, PlaceError)}
    tasks = tuple(
        task.held_for(HoldCause.TARGET, str(lost[task.item_key])) if task.item_key in lost else task
        for task in wanted.tasks
    )
    return {item: place for item, place in found.items() if isinstance(place, Place)}, lost, wanted.with_tasks(tasks)


def _is_over(link: Link | None, task: WantedTask) -> bool:
    """Tell whether an item has no task and will get none: no plan is made for it."""
    is_done = link is not None and link.state in (LinkState.COMPLETED, LinkState.WITHDRAWN) and not link.task_id
    return is_done and not task.reopen_when_moved


def _is_moved_by_rule(link: Link | None, task: WantedTask) -> bool:
    return link is not None and link.wished is not None and link.wished.bucket != task.bucket


def home_of(origin: Origin) -> dict[str, int] | None:
    """Say in which workspace the origin's first document was found."""
    if origin.workspace is None or not (origin.documents or origin.workflow):
        return None
    node = origin.documents[0].node_id if origin.documents else 0
    return {"node": node, "workspace": origin.workspace.node_id}


async def _record_of(
    nodes: list[int], services: Services, home: dict[str, int] | None, need: Needs
) -> Workspace | None:
    """Read the workspace that a workflow belongs to: the one found first, of the first document that lies in any."""
    if home is not None:
        return await services.opentext.workspaces.read(home["workspace"], need)
    for node in nodes:
        if (number := await services.opentext.workspaces.find_workspace_of(node)) is not None:
            return await services.opentext.workspaces.read(number, need)
    return None


async def _workspace_of(
    document: Document, services: Services, home: dict[str, int] | None, need: Needs
) -> Workspace | None:
    number = home["workspace"] if home is not None and home["node"] == document.node_id else None
    if number is None and not document.gone:
        number = await services.opentext.workspaces.find_workspace_of(document.node_id)
    if number is None:
        return None
    return await services.opentext.workspaces.read(number, need)
