"""
The recycle bin: what was deleted, and could be restored.

Source: OTCS REST 2.0.2, v2/volumes/recyclebin/nodes.
"""

from collections.abc import AsyncIterator

from shared.clients.opentext.answers import Json, at, is_last, number_or_none, obj, properties, rows, text
from shared.clients.opentext.server import Site, list_pages
from shared.clients.opentext.transport import Query

BIN = "v2/volumes/recyclebin/nodes"
ROWS, PAGES = 500, 4
"""Rows of a page, and how many pages are turned over: a bin holds tens of thousands, and many nodes may ask for it."""
# Unasked, the bin shows what the integration user itself deleted: nothing.
_ANYBODYS: Query = (("mode", "anyone_deleted"), ("fields", "properties{id,name}"))


async def find_recycled(site: Site, node_id: int, name: str | None, *, is_container: bool) -> str | None:
    """
    Find a node by its name, then by its id alone among what was deleted last: it may have been renamed before.

    Args:
        name: as it was last seen. None: not known.
        is_container: it is a folder or workspace.

    Returns:
        Its name in the bin. None: it was not found there, which does not say that it was not deleted.
    """
    if name and (found := await _find(_first_pages(site, (*_ANYBODYS, ("where_name", name))), node_id)) is not None:
        return found
    # In whatever order the rest is, containers stand before it. The newest are listed first, unless asked otherwise.
    newest = _first_pages(site, _ANYBODYS) if is_container else _last_pages(site, _ANYBODYS)
    return await _find(newest, node_id)


async def _find(pages: AsyncIterator[list[Json]], node_id: int) -> str | None:
    async for page in pages:
        for row in map(properties, page):
            if number_or_none(row.get("id")) == node_id:
                return text(row.get("name"))
    return None


async def _first_pages(site: Site, query: Query) -> AsyncIterator[list[Json]]:
    turned = 0
    async for page in list_pages(site, BIN, query, limit=ROWS):
        yield page
        turned += 1
        if turned == PAGES:
            return


async def _last_pages(site: Site, query: Query) -> AsyncIterator[list[Json]]:
    """Turn over the end of the list, the oldest first: the first page tells where that is."""
    oldest: Query = (*query, ("sort", "asc_deleted_date"), ("limit", ROWS))
    first = await site.get(BIN, (*oldest, ("page", 1)))
    yield rows(first)
    if is_last(first, sent=len(rows(first)), asked=ROWS):
        return
    last = _number_of_pages(first)
    for page in range(last, max(1, last - PAGES), -1):
        yield rows(await site.get(BIN, (*oldest, ("page", page))))


def _number_of_pages(answer: Json) -> int:
    """Tell of how many pages a list is, by the limit that the server kept. 1: it does not say."""
    paging = obj(at(answer, "collection", "paging"))
    total, limit = number_or_none(paging.get("total_count")), number_or_none(paging.get("limit"))
    return -(-(total or 1) // (limit or ROWS))
