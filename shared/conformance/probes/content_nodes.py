"""Folders, documents, versions and lists of nodes."""

from shared.clients.opentext.answers import properties
from shared.clients.opentext.errors import EXISTS, error_for
from shared.clients.opentext.transport import Upload
from shared.conformance.observed import CannotTellError, Observed, differs, judged
from shared.conformance.probes.content_server import ABSENT
from shared.conformance.registry import probe
from shared.conformance.sandbox import DOCUMENT, FOLDER, Sandbox
from shared.conformance.systems import Json, Reply
from shared.errors import RefusedError

SHORTCUT, WORKSPACE = 1, 848


@probe("content-create-by-body")
async def plain_form(box: Sandbox) -> Observed:
    """Make a folder by a plain form."""
    # First as it should be done: only then a refusal is one of the form.
    await box.folder("by body")
    reply = await box.content("POST", "v2/nodes", form=_folder(box, "plain form"))
    return judged(not reply.is_success, f"a folder by a plain form: {reply.status}")


@probe("content-json-not-taken")
async def json_body(box: Sandbox) -> Observed:
    """Make a folder by a body of JSON."""
    # First as it should be done: only then a refusal is one of the form.
    await box.folder("no json")
    reply = await box.content("POST", "v2/nodes", plain_json=_folder(box, "json"))
    return judged(not reply.is_success, f"a folder by JSON: {reply.status}")


@probe("content-name-taken")
async def taken(box: Sandbox) -> Observed:
    """Make two folders of one name."""
    await box.folder("taken")
    return _exists(await box.content("POST", "v2/nodes", body=_folder(box, "taken")))


@probe("content-names-fold-case")
async def other_case(box: Sandbox) -> Observed:
    """Make two folders whose names differ in case alone."""
    await box.folder("case")
    return _exists(await box.content("POST", "v2/nodes", body=_folder(box, "CASE")))


@probe("content-children-by-name")
async def by_name(box: Sandbox) -> Observed:
    """Look for a child by its name."""
    child = await box.folder("child")
    query = (("where_name", box.name("child")), ("fields", "properties"))
    reply = await box.content("GET", f"v2/nodes/{box.workspace}/nodes", query=query)
    found = [properties(row).get("id") for row in reply.results or []]
    return judged(child in found, f"{reply.status}, {'found' if child in found else 'not found'}")


@probe("content-children-newest-first")
async def newest_first(box: Sandbox) -> Observed:
    """Change the older one of two nodes, and list them by that."""
    parent = await box.folder("sorted")
    # Named against the order that is expected: a server that sorts by name is not taken for one that sorts by date.
    older = await box.node({"type": str(FOLDER), "name": box.name("b older")}, parent=parent)
    newer = await box.node({"type": str(FOLDER), "name": box.name("a newer")}, parent=parent)
    await box.systems.next_second()
    await box.content("PUT", f"v2/nodes/{older}", body={"description": "changed"})
    query = (("sort", "desc_modify_date"), ("fields", "properties"))
    reply = await box.content("GET", f"v2/nodes/{parent}/nodes", query=query)
    order = [properties(row).get("id") for row in reply.results or []]
    return judged(
        order == [older, newer], f"{reply.status}, the changed one {'first' if order[:1] == [older] else 'not first'}"
    )


@probe("content-node-list")
async def node_list(box: Sandbox) -> Observed:
    """Read two nodes in one call."""
    nodes = [await box.folder("one"), await box.folder("two")]
    return _listed(await _list(box, nodes), nodes)


@probe("content-node-list-whole")
async def node_list_absent(box: Sandbox) -> Observed:
    """Read a node and one that does not exist, in one call."""
    node = await box.folder("one of two")
    reply = await _list(box, [node, ABSENT])
    if "mappings registry" in reply.said:
        raise CannotTellError("this server has no such list")  # noqa: EM101 - a sentence
    return _listed(reply, [node])


@probe("content-newest-version")
async def newest_version(box: Sandbox) -> Observed:
    """Add a version to a document, and read the newest."""
    document = await box.document(await box.folder("versions"))
    file = Upload("conformance.txt", b"second", "text/plain")
    added = await box.content("POST", f"v2/nodes/{document}/versions", form={"description": "second"}, file=file)
    reply = await box.content("GET", f"v2/nodes/{document}", query=(("fields", "versions.element(0)"),))
    version = ((reply.results or {}).get("data") or {}).get("versions") or {}
    number = version.get("version_number") if isinstance(version, dict) else None
    return judged(added.is_success and number == 2, f"after the second upload: {added.status}, version {number}")


@probe("content-upload-needs-file")
async def no_file(box: Sandbox) -> Observed:
    """Make a document without its file."""
    await box.document(box.workspace, "with its file")
    given = {"type": str(DOCUMENT), "parent_id": str(box.workspace), "name": box.name("no file")}
    reply = await box.content("POST", "v2/nodes", body=given)
    return judged(not reply.is_success, f"a document without a file: {reply.status}")


@probe("content-shortcut-names-original")
async def shortcut(box: Sandbox) -> Observed:
    """Make a shortcut, and see what it stands for."""
    folder = await box.folder("shortcuts")
    document = await box.document(folder)
    given = {"type": str(SHORTCUT), "name": box.name("shortcut"), "original_id": str(document)}
    original = (await box.properties(await box.node(given, parent=folder))).get("original_id")
    number = original.get("id") if isinstance(original, dict) else original
    return judged(number == document, "names its original" if number == document else "does not name its original")


@probe("content-workspace-of-node")
async def workspace_of(box: Sandbox) -> Observed:
    """Ask which workspace a folder lies in."""
    reply = await box.content("GET", f"v1/nodes/{await box.folder('inside')}/businessworkspace")
    is_so = reply.json.get("id") == box.workspace
    return judged(is_so, "the workspace is told" if is_so else reply.said)


@probe("content-ancestors")
async def ancestors(box: Sandbox) -> Observed:
    """Ask for what lies above a folder."""
    reply = await box.content("GET", f"v1/nodes/{await box.folder('below')}/ancestors")
    above = reply.json.get("ancestors", reply.json.get("data")) or []
    is_so = any(row.get("id") == box.workspace and row.get("type") == WORKSPACE for row in above)
    return judged(is_so, "with the workspace" if is_so else f"{reply.status}, without the workspace")


@probe("content-recycle-bin")
async def recycled(box: Sandbox) -> Observed:
    """Delete a folder, and look for it in the recycle bin."""
    node = await box.folder("recycled")
    await box.content("DELETE", f"v2/nodes/{node}")
    query = (("mode", "anyone_deleted"), ("where_name", box.name("recycled")), ("fields", "properties"))
    reply = await box.content("GET", "v2/volumes/recyclebin/nodes", query=query)
    there = node in [properties(row).get("id") for row in reply.results or []]
    return judged(there, "in the recycle bin" if there else reply.said)


def _folder(box: Sandbox, text: str) -> dict[str, str]:
    return {"type": str(FOLDER), "name": box.name(text), "parent_id": str(box.workspace)}


def _exists(reply: Reply) -> Observed:
    if reply.is_success:
        return differs("a second one was made")
    error = error_for(reply.status, reply.content, what="POST", wrote=True)
    return judged(isinstance(error, RefusedError) and error.code == EXISTS, f"refused with {reply.status}")


async def _list(box: Sandbox, nodes: list[int]) -> Reply:
    form = {"ids": [str(node) for node in nodes], "fields": ["properties"]}
    return await box.content("POST", "v2/nodes/list", query=(("fields", "properties"),), form=form)


def _listed(reply: Reply, wanted: list[int]) -> Observed:
    rows: list[Json] = reply.results if isinstance(reply.results, list) else []
    found = sorted(str(properties(row).get("id")) for row in rows)
    return judged(found == sorted(map(str, wanted)), f"{reply.status}, {len(rows)} of {len(wanted)} rows")
