"""
Put back on the record what became of its tasks: attributes that link back, and the evidence document.

It comes last in a reconcile: what is recorded has happened. What can't be recorded (a held, reserved or finalised
node) is said in the history and at the link, and tried again by the resync, or when there is something new to record.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from shared.clients.opentext.transport import Upload
from shared.decisions import record as decisions
from shared.decisions.record import DOCUMENT, PREFIX, Due
from shared.errors import NeverError, StaleError
from shared.evidence.document import (
    JSON_TYPE,
    PDF_TYPE,
    anchor,
    continues,
    file_name,
    head_of,
    read_entries,
    read_head,
    render_json,
)
from shared.models.events import EventKind
from shared.models.evidence import Event
from shared.models.link import FieldBase, Link
from shared.models.opentext import AttributeValue
from shared.models.wanted import EvidencePolicy
from shared.models.words import WaitedFor
from shared.reconciler.actions.upload import Placed, Shelf, find_file, put_file
from shared.reconciler.session import Work
from shared.reconciler.walls import NOT_ITS_OWN, wall

log = logging.getLogger(__name__)
AGAIN = timedelta(minutes=5)
NO_WORKSPACE = "the origin lies in no workspace"


async def record(work: Work, *, anew: bool) -> None:
    """
    Put on the record what is due. At rest this costs nothing: no call, no read, no write.

    Args:
        work: the reconcile at work, with its decisions carried out.
        anew: also try again what was refused.

    Raises:
        RetryLaterError: OpenText did not answer; what was put there is recognised by the next look.
        LeaseLostError: another worker owns the origin now.
    """
    for item in sorted(work.held.links):
        with wall(work, [item], "record"):
            await record_attributes(work, item, again=anew)
    for folder in _folders(work, again=anew):
        await _record_documents(work, folder)


async def record_attributes(work: Work, item: str, *, again: bool) -> None:
    """
    Link a record's attributes back to one task. Errors as `record`.

    Args:
        work: the reconcile at work.
        item: key of the item.
        again: also what was refused before.
    """
    link = work.held.links[item]
    due = decisions.attributes_due(link)
    attempt = [[one.attribute, one.value] for one in due]
    if not due or (not again and decisions.was_refused(link, "attributes", attempt)):
        return
    try:
        values = await _set(work, due)
    except StaleError as error:
        log.info("%s %s: %s", work.origin.key, item, error)
        work.look_again(work.now + AGAIN, WaitedFor.RECORD)
    except NeverError as error:
        after, events = decisions.refused(link, "attributes", attempt, str(error))
        if after != link:
            await work.commit([after], events)
    else:
        after = decisions.accepted(link, "attributes", {PREFIX + one.name: one.base for one in due})
        told = Event(what=EventKind.RECORDED, item=item, actor={"bridge": "bridge"}, detail={"attributes": values})
        await work.commit([after], [told])


async def _set(work: Work, due: tuple[Due, ...]) -> dict[str, AttributeValue]:
    values = {one.attribute: await _shown(work, one) for one in due}
    work.ensure_time()
    await work.services.opentext.workspaces.set_attributes(_workspace_id(work), values)
    return values


async def _shown(work: Work, due: Due) -> AttributeValue:
    """Return what is set: people as OpenText or the directory knows them."""
    if due.name != "responsible" or due.value is None:
        return None if due.value is None else str(due.value)
    return ", ".join([await _person(work, entra_id) for entra_id in due.value])


async def _person(work: Work, entra_id: str) -> str:
    people = (who for task in work.wanted.tasks for who in task.people)
    login = next((who.person for who in people if who.entra_id == entra_id and who.person), None)
    if login is not None:
        return login
    try:
        user = await work.services.directory.user(entra_id)
    except NeverError:
        # Gone from the directory: the id still says who it was.
        return entra_id
    return user.mail or user.user_principal_name or entra_id


def _workspace_id(work: Work) -> int:
    if work.origin.workspace is None:
        raise NeverError(NO_WORKSPACE)
    return work.origin.workspace.node_id


@dataclass(frozen=True)
class _Folder:
    """One place for the document, with the outcomes that are to be in it."""

    folder_id: int | None
    """None: the workspace."""
    marks: dict[str, str]
    """By item key."""
    policies: tuple[EvidencePolicy, ...]

    @property
    def rm_class(self) -> int | None:
        return next((policy.rm_class for policy in self.policies if policy.rm_class is not None), None)

    @property
    def heads(self) -> list[str]:
        return sorted({policy.head_attribute for policy in self.policies if policy.head_attribute})


def _folders(work: Work, *, again: bool) -> list[_Folder]:
    found: dict[int | None, list[tuple[Link, str]]] = {}
    for _, link in sorted(work.held.links.items()):
        mark = decisions.document_due(link)
        if mark is None or link.evidence is None or (not again and decisions.was_refused(link, "document", mark)):
            continue
        found.setdefault(link.evidence.folder_id, []).append((link, mark))
    return [
        _Folder(
            folder_id,
            {link.item: mark for link, mark in due},
            tuple(link.evidence for link, _ in due if link.evidence is not None),
        )
        for folder_id, due in found.items()
    ]


async def _record_documents(work: Work, folder: _Folder) -> None:
    try:
        got = await _put_documents(work, folder)
    except StaleError as error:
        log.info("%s: %s", work.origin.key, error)
        work.look_again(work.now + AGAIN, WaitedFor.RECORD)
    except NOT_ITS_OWN:
        raise
    except Exception as error:  # a wall: a document that can't be made stops nothing else
        unforeseen = not isinstance(error, NeverError)
        log.warning("%s: the evidence could not be recorded: %s", work.origin.key, error, exc_info=unforeseen)
        said = [
            decisions.refused(work.held.links[item], "document", mark, str(error))
            for item, mark in folder.marks.items()
        ]
        events = [event for _, told in said for event in told]
        if any(link != work.held.links[link.item] for link, _ in said):
            await work.commit([link for link, _ in said], events)
    else:
        head = work.held.head
        links = [
            decisions.accepted(work.held.links[item], "document", {DOCUMENT: FieldBase(asked=mark, got=got)})
            for item, mark in folder.marks.items()
        ]
        await work.commit([link.on_record(head.hash) for link in links])


async def _put_documents(work: Work, folder: _Folder) -> dict[str, int | str]:
    """Write the documents from the history as it stands; return where they lie now."""
    from shared.evidence.pdf import render_pdf  # noqa: PLC0415 - a third of a cold start, for what few origins ask

    folder_id = folder.folder_id if folder.folder_id is not None else _workspace_id(work)
    shelf = Shelf(folder_id, lock=any(policy.lock for policy in folder.policies), rm_class=folder.rm_class)
    origin = work.origin.key
    node = await find_file(work, folder_id, file_name(origin, "json"), _known(work, folder, "json"))
    lines = await _lines(work, node)
    content = render_json(origin, lines)
    files = {
        "json": Upload(file_name(origin, "json"), content, JSON_TYPE),
        "pdf": Upload(file_name(origin, "pdf"), render_pdf(content), PDF_TYPE),
    }
    placed: dict[str, Placed] = {"json": await put_file(work, shelf, files["json"], node)}
    known = await find_file(work, folder_id, files["pdf"].name, _known(work, folder, "pdf"))
    placed["pdf"] = await put_file(work, shelf, files["pdf"], known)
    head = head_of(read_entries(lines[-1:]))
    if folder.heads:
        work.ensure_time()
        held = dict.fromkeys(folder.heads, anchor(origin, head, files["pdf"].content))
        await work.services.opentext.workspaces.set_attributes(_workspace_id(work), held)
    return {**{kind: put.node_id for kind, put in placed.items()}, "version": placed["json"].version, "head": str(head)}


async def _lines(work: Work, node: int | None) -> tuple[str, ...]:
    """Read the history; say in it when it does not go on from what lies on the record."""
    lines = await work.services.origins.list_lines(work.origin.key)
    if node is None:
        return lines
    work.ensure_time()
    there = read_head(await work.services.opentext.records.newest_content(node))
    if continues(read_entries(lines), there):
        return lines
    log.error("%s: the history is not the one on the record", work.origin.key)
    told = Event(what=EventKind.HISTORY_REPLACED, actor={"bridge": "bridge"}, detail={"head": str(there)})
    await work.commit([], [told])
    return await work.services.origins.list_lines(work.origin.key)


def _known(work: Work, folder: _Folder, kind: str) -> int | None:
    for item in folder.marks:
        base = work.held.links[item].base.get(DOCUMENT)
        if base is not None and isinstance(base.got, dict) and kind in base.got:
            return int(base.got[kind])
    return None
