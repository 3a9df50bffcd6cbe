"""Answer about nodes: their properties, children, ancestors and audit; make, rename and delete them."""

import json
from typing import Any

from local.in_process.transport import Answer
from local.simulators.content_server.categories import NO_NODE, assign, state_of, store
from local.simulators.content_server.category_schema import schema
from local.simulators.content_server.exchange import (
    UNMAPPED,
    UNSEEN,
    Call,
    Page,
    RefusedCall,
    answer,
    as_number,
    chosen,
    fields_wanted,
    results,
)
from local.simulators.content_server.model import TYPE_NAMES, Node, Version
from local.simulators.content_server.state import State

SHORTCUT, DOCUMENT = 1, 144
BATCH = 250


def properties(state: State, node: Node) -> dict[str, Any]:
    """Write a node; its dates are in UTC and say so."""
    newest = node.versions[-1] if node.versions else None
    written: dict[str, Any] = {
        "id": node.id,
        "name": node.name,
        "type": node.type,
        "type_name": TYPE_NAMES.get(node.type, "Item"),
        "container": node.is_container,
        "parent_id": node.parent,
        "description": node.description,
        "create_date": state.zulu(node.created),
        "create_user_id": node.owner,
        "modify_date": state.zulu(node.modified),
        "modify_user_id": node.modified_by,
        "owner_user_id": node.owner,
        "mime_type": newest.mime_type if newest else None,
        "size": len(newest.content) if newest else 0,
        "reserved": bool(node.reserved_by),
        "reserved_date": state.zulu(node.reserved_at),
        "reserved_user_id": node.reserved_by,
        "status": None,
        "versionable": node.type == DOCUMENT,
        "volume_id": -2000,
    }
    if node.original is not None and state.believed("content-shortcut-names-original"):
        written["original_id"] = node.original
    return written


def version_properties(state: State, node: Node, version: Version) -> dict[str, Any]:
    """Write one version of a document."""
    return {
        "id": node.id,
        "version_number": version.number,
        "version_number_name": str(version.number),
        "file_name": version.file_name,
        "file_size": len(version.content),
        "mime_type": version.mime_type,
        "create_date": state.zulu(version.created),
        "owner_id": version.owner,
        "description": version.description,
        "locked": version.locked,
    }


def written(state: State, node: Node, call: Call) -> dict[str, Any]:
    """
    Write the sections that were asked for; none asked for: properties.

    Categories come as a list, and so does what they mean: one entry a category.
    """
    wanted = fields_wanted(call.every("fields")) or {"properties": ()}
    data: dict[str, Any] = {}
    if "properties" in wanted:
        data["properties"] = chosen(properties(state, node), wanted["properties"])
    if "categories" in wanted:
        data["categories"] = [assigned.values for assigned in node.categories.values()]
    if "versions.element(0)" in wanted and node.versions:
        newest = -1 if state.believed("content-newest-version") else 0
        data["versions"] = version_properties(state, node, node.versions[newest])
    if "versions" in wanted:
        data["versions"] = [version_properties(state, node, item) for item in node.versions]
    result: dict[str, Any] = {"data": data}
    if call.has("metadata") and "categories" in wanted:
        result["metadata"] = {"categories": [schema(state.categories[number]) for number in node.categories]}
        result["metadata_order"] = {"categories": [str(number) for number in node.categories]}
    if call.has("state"):
        result["state"] = state_of(node)
    return result


def read_node(state: State, call: Call) -> Answer:
    """Answer `GET v2/nodes/{id}`."""
    text = NO_NODE if state.believed("content-absent-words") else "One or more parameters are invalid"
    return results(written(state, state.visible(call.number(0), call.user, text=text), call))


def list_children(state: State, call: Call) -> Answer:
    """Answer `GET v2/nodes/{id}/nodes`."""
    parent = state.visible(call.number(0), call.user, status=500, text=NO_NODE)
    types, name = call.every("where_type"), call.first("where_name").casefold()
    found = [node for node in state.children_of(parent.id) if state.can_see(call.user, node)]
    found = [node for node in found if not types or str(node.type) in types]
    if name:
        finds = state.believed("content-children-by-name")
        found = [node for node in found if finds and name in node.name.casefold()]
    sorts = state.believed("content-children-newest-first")
    _sort(found, call.first("sort", "asc_name") if sorts else "asc_name")
    page = Page.of(call, len(found), default=100, most=500)
    rows = [written(state, node, call) for node in found[page.start : page.stop]]
    return results(rows, collection={"paging": page.paging(), "sorting": {}})


def _sort(found: list[Node], order: str) -> None:
    direction, _, column = order.partition("_")
    keys = {"name": "name", "create_date": "created", "modify_date": "modified", "id": "id", "type": "type"}
    if direction not in ("asc", "desc") or column not in keys:
        raise RefusedCall(500, f"Invalid column name ({order}) specified for sorting")
    attribute = keys[column]
    found.sort(key=lambda node: getattr(node, attribute), reverse=direction == "desc")


def list_nodes(state: State, call: Call) -> Answer:
    """Answer `POST v2/nodes/list` (style A): 250 at most; what may not be seen is left out. Older servers lack it."""
    if not (state.has_node_list and state.believed("content-node-list")):
        raise RefusedCall(400, UNMAPPED)
    form = call.form()
    given = form.pop("ids", [])
    # Public clients put `fields` into the form here; arguments of the address count as well.
    call.query = [*call.query, *((name, value) for name, values in form.items() for value in values)]
    if not given:
        raise RefusedCall(400, "The parameter 'ids' is not specified")
    if len(given) > BATCH:
        raise RefusedCall(400, "Too many items specified for parameter 'ids'")
    found = [state.find_visible(as_number(text, "ids"), call.user) for text in given]
    if None in found and not state.believed("content-node-list-whole"):
        raise RefusedCall(400, UNSEEN)
    return results([written(state, node, call) for node in found if node is not None])


def ancestors(state: State, call: Call) -> Answer:
    """Answer `GET v1/nodes/{id}/ancestors`: from the top down, the node itself last."""
    node: Node | None = state.visible(call.number(0), call.user, text=NO_NODE)
    line: list[Node] = []
    while node is not None:
        line.insert(0, node)
        node = state.nodes.get(node.parent)
    names = ("id", "name", "parent_id", "type", "type_name", "volume_id")
    if not state.believed("content-ancestors"):
        line = line[-1:]
    return answer({"ancestors": [chosen(properties(state, item), names) for item in line]})


def create_node(state: State, call: Call) -> Answer:
    """Answer `POST v2/nodes`: style C for documents, style B for the rest. A taken name is 500."""
    given = _given(state, call)
    kind = as_number(str(given.get("type", "")), "type")
    parent = state.visible(as_number(str(given.get("parent_id", "")), "parent_id"), call.user)
    name = str(given.get("name", ""))
    if not name:
        raise RefusedCall(400, "Missing required parameter 'name'")
    needs_file = kind == DOCUMENT and state.believed("content-upload-needs-file")
    upload = call.upload() if needs_file or call.has_upload else None
    node = state.add_node(name=name, kind=kind, parent=parent.id, owner=call.user)
    node.description = str(given.get("description", ""))
    if kind == SHORTCUT:
        node.original = as_number(str(given.get("original_id", "")), "original_id")
    if upload is not None:
        add_version(state, node, upload.content, name=upload.name, mime=upload.mime_type, user=call.user)
    try:
        assign_given(state, node, given.get("roles", {}).get("categories", {}), call.user)
    except RefusedCall:
        drop(state, node, call.user)
        raise
    return results({"data": {"properties": properties(state, node)}})


def _given(state: State, call: Call) -> dict[str, Any]:
    """Read what a new node is to be."""
    if call.form() and "body" not in call.form() and not state.believed("content-create-by-body"):
        return {name: values[0] for name, values in call.form().items()}
    if "json" in call.headers.get("content-type", "") and not state.believed("content-json-not-taken"):
        return dict(json.loads(call.body))
    return call.json_field()


def assign_given(state: State, node: Node, values: dict[str, Any], user: int) -> None:
    """Put on a new node the categories whose keys came with it."""
    for number in dict.fromkeys(key.partition("_")[0] for key in values):
        category = state.categories.get(as_number(number, "categories"))
        if category is None:
            raise RefusedCall(400, "No permissions to access the attribute definition node")
        assign(node, category)
        mine = {key: value for key, value in values.items() if key.startswith(f"{number}_")}
        mine.pop(f"{number}_1", None)
        store(state, node, category, mine, user)


def add_version(
    state: State, node: Node, content: bytes, *, name: str, mime: str, user: int, description: str = ""
) -> Version:
    """Add a version. Numbers go on: one that was deleted is never given again."""
    node.versions_made += 1
    version = Version(node.versions_made, content, name, mime, state.now(), user, description)
    node.versions.append(version)
    state.touch(node, user)
    return version


def update_node(state: State, call: Call) -> Answer:
    """Answer `PUT v2/nodes/{id}` (style B): name and description."""
    node = state.changeable(state.visible(call.number(0), call.user), call.user)
    given = call.json_field()
    name = str(given.get("name", node.name))
    taken = state.named_child(node.parent, name)
    if taken not in (None, node.id):
        raise RefusedCall(500, f"An item with the name '{name}' already exists.")
    del state.children[node.parent][state.folded(node.name)]
    node.name, node.description = name, str(given.get("description", node.description))
    state.children[node.parent][state.folded(name)] = node.id
    state.touch(node, call.user)
    return results({"data": {"properties": properties(state, node)}})


def delete_node(state: State, call: Call) -> Answer:
    """Answer `DELETE v2/nodes/{id}`."""
    node = state.changeable(state.visible(call.number(0), call.user, status=500, text=NO_NODE), call.user)
    drop(state, node, call.user)
    return answer({})


def drop(state: State, node: Node, by: int) -> None:
    """Take a node out of the tree, with all that stands in it. Shortcuts to it stay, and lead nowhere."""
    for child in list(state.children_of(node.id)):
        drop(state, child, by)
    node.deleted_by = by
    state.children.get(node.parent, {}).pop(state.folded(node.name), None)
    state.children.pop(node.id, None)
    state.workspaces.pop(node.id, None)
    state.recycled.append(state.nodes.pop(node.id))


def list_recycled(state: State, call: Call) -> Answer:
    """
    Answer `GET v2/volumes/recyclebin/nodes`: what was deleted and could be restored, names found by how they begin.

    Unless asked for everybody's, a caller sees what it deleted itself. Containers stand first in any order.
    """
    name, is_anyones = call.first("where_name").casefold(), call.first("mode") == "anyone_deleted"
    kept = state.recycled if state.believed("content-recycle-bin") else []
    found = [
        node
        for node in kept
        if node.name.casefold().startswith(name) and not node.hidden and (is_anyones or node.deleted_by == call.user)
    ]
    if call.first("sort", "desc_deleted_date") == "desc_deleted_date":
        found.reverse()
    found.sort(key=lambda node: not node.is_container)
    page = Page.of(call, len(found), default=100, most=100)
    rows = [written(state, node, call) for node in found[page.start : page.stop]]
    return results(rows, collection={"paging": page.paging(), "sorting": {}})


def read_audit(state: State, call: Call) -> Answer:
    """Answer `GET v2/nodes/{id}/audit`: filters by whole days; nothing can be written here."""
    node = state.visible(call.number(0), call.user, text=UNSEEN)
    kind, user, since = call.first("where_type"), call.first("where_user_id"), call.first("where_audit_date_start")
    lines = [line for line in node.audit if kind in ("", str(line.type)) and user in ("", str(line.user))]
    lines = [line for line in lines if since <= state.zoneless(line.at)[:10]]
    if call.first("sort", "desc_audit_date") == "desc_audit_date":
        lines.reverse()
    page = Page.of(call, len(lines), default=100, most=100)
    names = {9: "Permission Changed", 10: "Attribute Value Changed", 264: "Classification Applied"}
    rows = [
        {"id": line.id, "event_type": line.type, "audit_name": names[line.type], "audit_date": state.zulu(line.at)}
        | {"user_id": line.user, "agent_id": None, "target_user_id": None}
        for line in lines[page.start : page.stop]
    ]
    types = [{"id": number, "name": name} for number, name in names.items()]
    return results({"data": {"audit": rows, "audit_event_types": types}}, collection={"paging": page.paging()})
