"""
The tree that documents lie in: what a node is, what lies in a container, what was deleted.

Source: OTCS REST 2.0.2, v2/nodes/{id}, v2/nodes/{id}/nodes.
"""

from collections.abc import AsyncIterator
from datetime import datetime

from shared.clients.opentext.answers import Json as Row
from shared.clients.opentext.answers import each, flag, number, obj, properties, required, text
from shared.clients.opentext.children import find_child
from shared.clients.opentext.recycle_bin import find_recycled
from shared.clients.opentext.server import Site, list_pages
from shared.clients.opentext.shortcuts import follow, original_of
from shared.clients.opentext.transport import Query
from shared.errors import RefusedError, SignInRefusedError, UnreadableError
from shared.models.evidence_files import is_evidence_file
from shared.models.opentext import NodeStub

PROPERTIES: Query = (("fields", "properties"),)
FOLDER = 0
LONG = 100
"""Rows of a page: a shorter one is the last."""
DEEPEST, MOST = 3, 200
"""Levels of folders, and documents in them, that one hint about a folder reaches."""


class Tree:
    """Reads what nodes are and where they lie. Every method raises what `Session` raises."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def read_stub(self, node_id: int) -> NodeStub:
        """
        Read what a node is; a shortcut's original in its place.

        Raises:
            UnreadableError: it, or its original, is gone or hidden; or a shortcut leads nowhere.
        """

        async def read(node: int) -> Row:
            return obj((await self._site.get(f"v2/nodes/{node}", PROPERTIES)).get("results"))

        return self._stub(properties(await follow(node_id, read)))

    async def list_changed(self, container: int, since: datetime) -> AsyncIterator[NodeStub]:
        """
        List of a container what was changed since a time, and every folder in it.

        Newest first, down to a page on which nothing was changed; of a longer list the folders are read apart. A row
        that can't be read costs itself: a hint or its next change finds that node.
        """
        newest: Query = (*PROPERTIES, ("sort", "desc_modify_date"))
        path = f"v2/nodes/{container}/nodes"
        folders: list[NodeStub] = []
        is_whole = True
        async for page in list_pages(self._site, path, newest):
            stubs = each(map(properties, page), self._stub)
            changed = [stub for stub in stubs if stub.has_changed_since(since)]
            for stub in changed:
                if not stub.is_container:
                    yield stub
            folders += [stub for stub in stubs if stub.is_container]
            if len(page) >= LONG and not changed:
                is_whole = False
                break
        if not is_whole:
            apart: Query = (*PROPERTIES, ("where_type", FOLDER))
            listed = [row async for page in list_pages(self._site, path, apart) for row in map(properties, page)]
            folders = list(each(listed, self._stub))
        for folder in folders:
            yield folder

    async def list_documents_below(self, folder: int) -> tuple[int, ...]:
        """List the documents in a folder and below it, shortcuts' originals, by id; as many as one hint reaches."""
        found: set[int] = set()
        level, depth = [folder], 0
        while level and depth < DEEPEST and len(found) < MOST:
            below: list[int] = []
            for container in level:
                async for page in list_pages(self._site, f"v2/nodes/{container}/nodes", PROPERTIES):
                    for stub in each(map(properties, page), self._stub):
                        if stub.is_container and not stub.is_workspace:
                            below.append(stub.node_id)
                        elif not stub.is_container:
                            found.add(stub.original or stub.node_id)
            level, depth = below, depth + 1
        return tuple(sorted(found)[:MOST])

    async def find_child(self, parent: int, name: str) -> int | None:
        """Find which node has a name in a container. None: none that can be seen, or the container can't be read."""
        try:
            return await find_child(self._site, parent, name)
        except SignInRefusedError:
            raise
        except (UnreadableError, RefusedError):
            return None

    async def find_recycled(self, node_id: int, name: str | None, *, is_container: bool) -> str | None:
        """Find a deleted node's name in the recycle bin, as `find_recycled` does. None: nothing is stated of it."""
        try:
            return await find_recycled(self._site, node_id, name, is_container=is_container)
        except SignInRefusedError:
            raise
        except (UnreadableError, RefusedError):
            # Whoever may not look into the bin can't state that something lies there: then nothing ends.
            return None

    def _stub(self, row: Row) -> NodeStub:
        return NodeStub(
            node_id=required(row, "id"),
            name=text(row.get("name")),
            type=number(row.get("type")) or 0,
            original=original_of(row),
            is_container=flag(row.get("container")),
            is_evidence=is_evidence_file(text(row.get("name")), text(row.get("description"))),
            created=self._site.instant(row.get("create_date")),
            modified=self._site.instant(row.get("modify_date")),
        )
