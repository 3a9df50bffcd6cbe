"""A container's children, found by name."""

from shared.clients.opentext.answers import properties, required, text
from shared.clients.opentext.server import Site, list_pages
from shared.clients.opentext.transport import Query


async def find_child(site: Site, parent_id: int, name: str) -> int | None:
    """
    Find a container's child by its whole name: the server's own filter finds parts of names too.

    To Content Server, names that differ in case alone are the same. Where they are not, the one written alike is meant.
    """
    query: Query = (("where_name", name), ("fields", "properties{id,name,type}"))
    found: int | None = None
    async for page in list_pages(site, f"v2/nodes/{parent_id}/nodes", query):
        for row in map(properties, page):
            called = text(row.get("name"))
            if called == name:
                return required(row, "id")
            if found is None and called.casefold() == name.casefold():
                found = required(row, "id")
    return found
