"""
Put the evidence document on the record: from the history as it stands, and never twice.

Nothing here stops a look. What can't be done (locked, held, too large, not drawable, no class to give) is a stated
reason, the rest is done, and it is tried again. What somebody else put under our names is told, and never taken for
ours.
"""

import asyncio
import hashlib
import logging
import re
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

from shared.clients.opentext.transport import Upload
from shared.decisions import record as decisions
from shared.decisions.record import DOCUMENT
from shared.errors import NeverError, StaleError
from shared.evidence.document import (
    JSON_TYPE,
    PDF_TYPE,
    Fit,
    anchor,
    fit,
    head_of,
    read_entries,
    read_head,
    render_json,
    sequence_of,
)
from shared.models.events import EventKind
from shared.models.evidence import Event
from shared.models.evidence_files import file_name
from shared.models.link import FieldBase, Link
from shared.models.wanted import EvidencePolicy
from shared.models.words import WaitedFor
from shared.reconciler.actions.upload import Placed, classify, find_file, lock, put_file
from shared.reconciler.session import Work
from shared.reconciler.walls import NOT_ITS_OWN
from shared.timing import RECORD_AGAIN

log = logging.getLogger(__name__)
NO_WORKSPACE = "the origin lies in no workspace"
DRAWN_FROM = re.compile(rb"/Subject \(([0-9]{1,12}):[0-9a-f]{64}\)")
"""The PDF says which entry was its last."""
OTHERS = "a file named {name} lies there that is none of ours: it is left alone"


@dataclass
class _Folder:
    """One place for the document, with the outcomes that are to be in it."""

    folder_id: int | None
    """None: the workspace."""
    marks: dict[str, str]
    """By item key."""
    policies: tuple[EvidencePolicy, ...]
    known: dict[str, Any]
    """What is remembered of what was put there."""
    left: list[str] = field(default_factory=list)
    """Why not all could be done."""

    @property
    def rm_class(self) -> int | None:
        return next((policy.rm_class for policy in self.policies if policy.rm_class is not None), None)

    @property
    def heads(self) -> list[str]:
        return sorted({policy.head_attribute for policy in self.policies if policy.head_attribute})

    def node(self, part: str) -> int | None:
        """Return where the document lay when it was put there last. None: nothing is remembered."""
        return int(self.known[part]) if part in self.known else None


async def record_documents(work: Work, *, again: bool) -> None:
    """
    Put the documents there whose outcomes are new, or that were refused and whose time has come.

    Args:
        work: the reconcile at work.
        again: also what was refused, whenever.

    Raises:
        RetryLaterError: OpenText did not answer; what was put there is recognised by the next look.
        LeaseLostError: another worker owns the origin now.
    """
    for folder in _folders(work, again=again):
        try:
            async with work.services.room.turn():
                got = await _put_documents(work, folder)
        except StaleError as error:
            log.info("%s: %s", work.origin.key, error)
            work.look_again(work.now + RECORD_AGAIN, WaitedFor.RECORD)
        except NOT_ITS_OWN:
            raise
        except Exception as error:  # a wall: a document that can't be made stops nothing else
            if not isinstance(error, NeverError):
                log.exception("%s: the evidence could not be made", work.origin.key)
            await _say(work, folder, [str(error)], None)
        else:
            await _say(work, folder, folder.left, got)


def _folders(work: Work, *, again: bool) -> list[_Folder]:
    found: dict[int | None, list[tuple[Link, str]]] = {}
    for _, link in sorted(work.held.links.items()):
        mark = decisions.document_due(link) or decisions.unfinished(link)
        if mark is None or link.evidence is None:
            continue
        if again or not decisions.was_refused(link, "document", mark, work.now):
            found.setdefault(link.evidence.folder_id, []).append((link, mark))
    return [
        _Folder(
            folder_id,
            {link.item: mark for link, mark in due},
            tuple(link.evidence for link, _ in due if link.evidence is not None),
            next((base.got for link, _ in due if (base := link.base.get(DOCUMENT)) and isinstance(base.got, dict)), {}),
        )
        for folder_id, due in found.items()
    ]


async def _say(work: Work, folder: _Folder, left: list[str], got: dict[str, Any] | None) -> None:
    """Remember what lies there, and what could not be done: said once, and tried again."""
    links: list[Link] = []
    events: list[Event] = []
    head = work.held.head
    for item, mark in folder.marks.items():
        link = work.held.links[item]
        if got is not None:
            done = decisions.accepted(link, "document", {DOCUMENT: FieldBase(asked=mark, got=got)}, keep=bool(left))
            link = done.on_record(head.hash)
        if left:
            log.warning("%s: the evidence could not be recorded: %s", work.origin.key, "; ".join(left))
            link, told, again_at = decisions.refused(link, "document", mark, "; ".join(left), work.now)
            events += told
            if again_at is not None:
                work.look_again(again_at, WaitedFor.RECORD)
        links.append(link)
    await work.commit(links, events)


async def _put_documents(work: Work, folder: _Folder) -> dict[str, Any]:
    """Write the documents from the history as it stands; return where they lie now."""
    # 1. What lies there is held against the history first: what it shows goes into the history, and so into the files.
    folder_id = folder.folder_id if folder.folder_id is not None else _workspace_id(work)
    names = {kind: file_name(work.origin.key, kind) for kind in ("json", "pdf")}
    nodes = {kind: await find_file(work, folder_id, name, folder.node(kind)) for kind, name in names.items()}
    is_free = await _tell_what_lies_there(work, folder, nodes, names)
    # 2. The JSON is written before the PDF: without a page there is still the evidence.
    lines = await work.services.origins.list_lines(work.origin.key)
    head = head_of(read_entries(lines[-1:]))
    content = render_json(work.origin.key, lines)
    pdf = await _drawn(work.origin.key, content, folder) if is_free else None
    placed = await _put(work, folder, folder_id, Upload(names["json"], content, JSON_TYPE), nodes["json"])
    got = {**folder.known, "head": str(head), "json": placed.node_id, "version": placed.version}
    if pdf is not None:
        placed = await _put(work, folder, folder_id, Upload(names["pdf"], pdf, PDF_TYPE), nodes["pdf"])
        got |= {"pdf": placed.node_id, "pdf_hash": hashlib.sha256(pdf).hexdigest()}
    if folder.rm_class is not None and not folder.left:
        got["class"] = folder.rm_class
    # 3. The head comes last: it names what stands there already.
    if folder.heads:
        work.ensure_time()
        values = dict.fromkeys(folder.heads, anchor(work.origin.key, head, pdf))
        await _tried(folder, "the head", work.services.opentext.workspaces.set_attributes(_workspace_id(work), values))
    return got


async def _put(work: Work, folder: _Folder, folder_id: int, file: Upload, node: int | None) -> Placed:
    """Put a file there, classify and lock it: what of that is refused does not undo the rest."""
    placed = await put_file(work, folder_id, file, node)
    # A class is given once. Whoever gave another one since had a reason: it is a records manager's to say.
    if folder.rm_class is not None and folder.known.get("class") != folder.rm_class:
        await _tried(folder, f"the class of {file.name}", classify(work, placed.node_id, folder.rm_class))
    if any(policy.lock for policy in folder.policies):
        await _tried(folder, f"the lock of {file.name}", lock(work, placed))
    return placed


async def _tried(folder: _Folder, what: str, act: Awaitable[object]) -> None:
    try:
        await act
    except NeverError as error:
        folder.left.append(f"{what}: {error}")


async def _drawn(origin: str, content: bytes, folder: _Folder) -> bytes | None:
    """Draw the PDF beside the loop: it takes a second for a long history. None: it can't be drawn."""
    from shared.evidence.pdf import render_pdf  # noqa: PLC0415 - a third of a cold start, for what few origins ask

    try:
        return await asyncio.to_thread(render_pdf, content)
    except Exception as error:  # the wall: a library draws what people wrote, and nothing of that stops a look
        log.exception("%s: the evidence PDF could not be drawn", origin)
        folder.left.append(f"the PDF could not be drawn ({type(error).__name__})")
        return None


async def _tell_what_lies_there(
    work: Work, folder: _Folder, nodes: dict[str, int | None], names: dict[str, str]
) -> bool:
    """
    Hold what lies on the record against what was put there, and tell what does not fit.

    Returns:
        Whether the PDF can be put there: somebody else's file of its name is left alone.

    Raises:
        NeverError: a JSON of our name lies there that nobody remembers to have put there.
    """
    told, is_free = [], True
    if (node := nodes["json"]) is not None:
        told += await _fit(work, folder, node, names["json"])
    if (node := nodes["pdf"]) is not None and await _is_foreign(work, folder, node):
        if "pdf" in folder.known:
            told.append(_foreign(names["pdf"]))
        else:
            folder.left.append(OTHERS.format(name=names["pdf"]))
            is_free = False
    if told := await _news(work, folder, told):
        log.error("%s: %s", work.origin.key, ", ".join(event.what for event in told))
        await work.commit([], told)
    return is_free


async def _news(work: Work, folder: _Folder, told: list[Event]) -> list[Event]:
    """Leave out what was told since something was put there last: a refused document is tried again and again."""
    if not told:
        return []
    number, _, _ = str(folder.known.get("head", "")).partition(":")
    placed = int(number) if number.isdecimal() else 0
    entries = await work.services.origins.list_entries(work.origin.key)
    since = [entry.event for entry in entries if entry.sequence > placed]
    return [one for one in told if not any(_says(known, one) for known in since)]


def _says(known: Event, told: Event) -> bool:
    """Tell whether an entry says the same; what the look added to it is no matter."""
    return known.what is told.what and told.detail.items() <= known.detail.items()


async def _fit(work: Work, folder: _Folder, node: int, name: str) -> list[Event]:
    work.ensure_time()
    content = await work.services.opentext.records.newest_content(node)
    match fit(content, await work.services.origins.list_entries(work.origin.key)):
        case Fit.OURS:
            return []
        case Fit.REPLACED:
            head = str(read_head(content))
            return [Event(what=EventKind.HISTORY_REPLACED, actor={"bridge": "bridge"}, detail={"head": head})]
        case Fit.FOREIGN:
            if "json" not in folder.known:
                raise NeverError(OTHERS.format(name=name))
            return [_foreign(name)]


async def _is_foreign(work: Work, folder: _Folder, node: int) -> bool:
    """Tell whether a PDF is none that we drew. One whose answer was lost is drawn again, and compared."""
    work.ensure_time()
    content = await work.services.opentext.records.newest_content(node)
    if hashlib.sha256(content).hexdigest() == folder.known.get("pdf_hash"):
        return False
    named = DRAWN_FROM.search(content)
    lines = await work.services.origins.list_lines(work.origin.key)
    rows = [line for line in lines if named is not None and sequence_of(line) <= int(named[1])]
    if named is None or not rows:
        return True
    drawn = await _drawn(work.origin.key, render_json(work.origin.key, rows), folder)
    return drawn != content


def _foreign(name: str) -> Event:
    """Tell of a version that the bridge did not write; ours will stand above it."""
    return Event(what=EventKind.FOREIGN_VERSION, actor={"bridge": "bridge"}, detail={"reason": name})


def _workspace_id(work: Work) -> int:
    if work.origin.workspace is None:
        raise NeverError(NO_WORKSPACE)
    return work.origin.workspace.node_id
