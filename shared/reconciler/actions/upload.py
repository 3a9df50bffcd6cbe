"""
Put a file on the record: by its name and its content, never twice.

An upload whose answer was lost is found by its name the next time, and what lies there is compared before anything is
added: the same content again makes no version.
"""

from dataclasses import dataclass

from shared.clients.opentext.errors import EXISTS, NO_ENDPOINT
from shared.clients.opentext.transport import Upload
from shared.errors import RefusedError, UnreadableError
from shared.models.evidence_files import description
from shared.reconciler.session import Work


@dataclass(frozen=True)
class Placed:
    """A file on the record."""

    node_id: int
    version: int


async def find_file(work: Work, folder_id: int, name: str, known: int | None) -> int | None:
    """
    Find a file's node: the one that is remembered, if it can still be read, or else by name.

    Args:
        work: the reconcile at work.
        folder_id: where it would lie.
        name: exactly.
        known: node id, remembered. None: nothing is.

    Raises:
        UnreadableError: the folder can't be read.
    """
    work.ensure_time()
    records = work.services.opentext.records
    if known is not None:
        try:
            await records.read_version(known)
        except UnreadableError:
            # Deleted or moved out of sight: looked for like any other.
            return await records.find_child(folder_id, name)
        return known
    return await records.find_child(folder_id, name)


async def put_file(work: Work, folder_id: int, file: Upload, node_id: int | None) -> Placed:
    """
    Have the newest version of a file be this content: upload it, add a version, or leave what is there already.

    Args:
        work: the reconcile at work.
        folder_id: where it is put.
        file: name, content and type.
        node_id: where it lies. None: it is not there.

    Raises:
        RefusedError: it is held, reserved or final, or the name is taken by something that can't be seen.
        UnreadableError: the folder is gone or hidden.
        OutcomeUnknownError: it may have been put there: the next look finds it by its name.
    """
    work.ensure_time()
    records = work.services.opentext.records
    if node_id is not None:
        return await _renew(work, node_id, file)
    try:
        marked = description(work.origin.key)
        return Placed(await records.upload(folder_id, file, description=marked), 1)
    except RefusedError as error:
        if error.code != EXISTS:
            raise
        # Most likely our own upload, whose answer was lost: what lies there is compared before anything is added.
        there = await records.find_child(folder_id, file.name)
        # The name is taken by something that we can't see: nothing is put beside it under another name.
        if there is None:
            raise
    return await _renew(work, there, file)


async def lock(work: Work, placed: Placed) -> None:
    """Lock a version: nobody can change or delete it any more. Errors as `Session`."""
    work.ensure_time()
    await work.services.opentext.records.lock_version(placed.node_id, placed.version)


async def _renew(work: Work, node_id: int, file: Upload) -> Placed:
    """Add a version, unless the newest one is this content already."""
    work.ensure_time()
    records = work.services.opentext.records
    # The same content again would be a version that says nothing new, at each look whose answer was lost.
    if await records.newest_content(node_id) == file.content:
        return Placed(node_id, await records.read_version(node_id))
    return Placed(node_id, await records.add_version(node_id, file))


async def classify(work: Work, node_id: int, rm_class: int) -> None:
    """Give a file its records class, where there are classes to give. Errors as `Session`."""
    work.ensure_time()
    try:
        await work.services.opentext.records.classify(node_id, rm_class)
    except RefusedError as error:
        # Records management is a module: without it there are no classes to give.
        if error.code != NO_ENDPOINT:
            raise
