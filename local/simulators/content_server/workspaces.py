"""
Answer about business workspaces, their types, roles and members.

Their dates come without a zone. A list without `expanded_view` holds only what the caller opened lately.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from local.in_process.transport import Answer
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
from local.simulators.content_server.members import brief
from local.simulators.content_server.model import Node, Role, Workspace, WorkspaceType
from local.simulators.content_server.nodes import assign_given, drop, properties
from local.simulators.content_server.state import ROOT, State

WORKSPACE = 848
SECTIONS = ("properties", "categories", "workspace_references", "business_properties")


def workspace_properties(state: State, node: Node, workspace: Workspace) -> dict[str, Any]:
    """Write the node part; dates in the server's zone, which they do not name."""
    return {
        **properties(state, node),
        "create_date": (
            state.zoneless(node.created)
            if state.believed("content-workspace-dates-local")
            else node.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        ),
        "modify_date": state.zoneless(node.modified),
        "rm_enabled": state.records_module,
        "wksp_type_name": workspace.type.name if state.believed("content-workspace-type") else None,
        "wnf_wksp_type_id": workspace.type.id,
        "wnf_wksp_template_id": workspace.type.template,
    }


def add_workspace(
    state: State, kind: WorkspaceType, name: str, *, owner: int, parent: int = ROOT, created: datetime | None = None
) -> Workspace:
    """Make a workspace of a type, as yet without roles."""
    node = state.add_node(name=name, kind=WORKSPACE, parent=parent, owner=owner, created=created)
    workspace = state.workspaces[node.id] = Workspace(node.id, kind)
    return workspace


def add_role(state: State, workspace: Workspace, name: str, members: Sequence[int]) -> Role:
    """Add a role; the first one leads."""
    role = Role(state.next_id(), name, leader=not workspace.roles, members=list(members))
    workspace.roles.append(role)
    state.roles[role.id] = role
    return role


def _found(state: State, call: Call) -> tuple[Node, Workspace]:
    node = state.visible(call.number(0, "bw_id"), call.user)
    workspace = state.workspaces.get(node.id)
    if workspace is None:
        raise RefusedCall(400, UNSEEN)
    return node, workspace


def read_workspace(state: State, call: Call) -> Answer:
    """
    Answer `GET v2/businessworkspaces/{id}`.

    Categories come by category id, and so does what they mean: two levels, unlike those of a node.
    """
    node, workspace = _found(state, call)
    seen = state.accessed.setdefault(call.user, [])
    if node.id in seen:
        seen.remove(node.id)
    seen.insert(0, node.id)
    return results(_written(state, node, workspace, call))


def _written(state: State, node: Node, workspace: Workspace, call: Call) -> dict[str, Any]:
    wanted = fields_wanted(call.every("fields")) or {"properties": ()}
    data: dict[str, Any] = {}
    if "properties" in wanted:
        data["properties"] = chosen(workspace_properties(state, node, workspace), wanted["properties"])
    if "categories" in wanted:
        data["categories"] = {str(number): assigned.values for number, assigned in node.categories.items()}
    if "workspace_references" in wanted:
        data["workspace_references"] = workspace.references
    if "business_properties" in wanted:
        data["business_properties"] = workspace.references[0] if workspace.references else {}
    result: dict[str, Any] = {"data": data}
    if call.has("metadata") and "categories" in wanted:
        meanings = {str(number): schema(state.categories[number]) for number in node.categories}
        result["metadata"] = {"categories": meanings}
        result["metadata_order"] = {"categories": [str(number) for number in node.categories]}
    return result


def list_workspaces(state: State, call: Call) -> Answer:
    """Answer `GET v2/businessworkspaces`: paging stands at the top, the end shows by a missing `next`."""
    expanded = call.first("expanded_view").lower() == "true"
    expanded_numbers = list(state.workspaces) if state.believed("content-workspaces-expanded") else []
    numbers = expanded_numbers if expanded else state.accessed.get(call.user, [])
    found = [state.nodes[number] for number in numbers if number in state.workspaces]
    found = [node for node in found if state.can_see(call.user, node) and _matches(state, node, call)]
    if expanded:
        _sort(found, call.first("sort", "asc_name"))
    page = Page.of(call, len(found), default=500, most=500)
    rows = [_written(state, node, state.workspaces[node.id], call) for node in found[page.start : page.stop]]
    return answer({"links": {"data": {}}, "paging": page.paging(), "results": rows})


def _matches(state: State, node: Node, call: Call) -> bool:
    kind = state.workspaces[node.id].type
    number, prefix = call.first("where_workspace_type_id"), call.first("where_workspace_type_name").casefold()
    if number not in ("", str(kind.id)) or not kind.name.casefold().startswith(prefix):
        return False
    how, _, text = call.first("where_name").casefold().partition("_")
    name = node.name.casefold()
    if how == "contains" and text:
        return text in name
    if how == "startswith" and text:
        return name.startswith(text)
    return call.first("where_name").casefold() in ("", name)


def _sort(found: list[Node], order: str) -> None:
    direction, _, column = order.partition("_")
    keys = {"name": "name", "create_date": "created", "modify_date": "modified", "id": "id"}
    attribute = keys.get(column, "name")
    found.sort(key=lambda node: (getattr(node, attribute), node.id), reverse=direction == "desc")


def create_workspace(state: State, call: Call) -> Answer:
    """Answer `POST v2/businessworkspaces` (style B)."""
    given = call.json_field()
    kind = state.types.get(as_number(str(given.get("wksp_type_id", "")), "wksp_type_id"))
    if kind is None or str(given.get("template_id")) != str(kind.template):
        raise RefusedCall(400, "One or more parameters are invalid")
    parent = as_number(str(given.get("parent_id", ROOT)), "parent_id")
    workspace = add_workspace(state, kind, str(given.get("name", "")), owner=call.user, parent=parent)
    try:
        values = given.get("roles", {}).get("categories", {})
        assign_given(state, state.nodes[workspace.id], values, call.user)
    except RefusedCall:
        drop(state, state.nodes[workspace.id], call.user)
        raise
    if "bo_id" in given:
        workspace.references.append(_reference(given, kind))
    return results({"id": workspace.id, "sub_folder_id": 0, "direct_open": True})


def _reference(given: dict[str, Any], kind: WorkspaceType) -> dict[str, str | int]:
    return {
        "business_object_id": str(given["bo_id"]),
        "business_object_type": str(given.get("bo_type", "")),
        "external_system_id": str(given.get("ext_system_id", "")),
        "workspace_type_id": kind.id,
    }


def list_types(state: State, call: Call) -> Answer:
    """Answer `GET v2/businessworkspacetypes`."""
    rows: list[dict[str, Any]] = []
    for kind in state.types.values():
        row: dict[str, Any] = {"wksp_type_id": kind.id, "wksp_type_name": kind.name}
        if call.first("expand_templates").lower() == "true":
            row["templates"] = [{"id": kind.template, "name": kind.name, "subType": WORKSPACE}]
        rows.append({"data": {"properties": row}})
    return results(rows)


def list_roles(state: State, call: Call) -> Answer:
    """Answer `GET v2/businessworkspaces/{id}/roles`."""
    _, workspace = _found(state, call)
    return results([{"data": {"properties": _role(role)}} for role in workspace.roles])


def _role(role: Role) -> dict[str, Any]:
    return {"id": role.id, "name": role.name, "leader": role.leader, "description": "", "type": WORKSPACE, "perms": 0}


def list_members(state: State, call: Call) -> Answer:
    """
    Answer `GET v2/businessworkspaces/{id}/members`: roles, the leader first, each with its members.

    Members have no e-mail here, and a role shows ten of them unless `limit_members` says more.
    """
    _, workspace = _found(state, call)
    most = as_number(call.first("limit_members", "10"), "limit_members")
    ordered = sorted(workspace.roles, key=lambda role: (not role.leader, role.name))
    page = Page.of(call, len(ordered), default=100, most=100)
    rows: list[dict[str, Any]] = []
    for role in ordered[page.start : page.stop]:
        members = [brief(state, member) for member in role.members[:most]]
        told = {"members": members} if state.believed("content-roles-with-members") else {}
        rows.append({"data": {"properties": _role(role), **told}})
    return answer({"links": {"data": {}}, "paging": page.paging(), "results": rows})


def _role_of(state: State, call: Call) -> Role:
    _, workspace = _found(state, call)
    number = call.number(1, "role_id")
    role = next((item for item in workspace.roles if item.id == number), None)
    if role is None:
        raise RefusedCall(400, UNSEEN)
    return role


def list_role_members(state: State, call: Call) -> Answer:
    """Answer `GET v2/businessworkspaces/{id}/roles/{role}/members`."""
    role = _role_of(state, call)
    return results([{"data": {"properties": brief(state, member)}} for member in role.members])


def add_role_member(state: State, call: Call) -> Answer:
    """Answer `POST v2/businessworkspaces/{id}/roles/{role}/members` (style A, `id`)."""
    role, member = _role_of(state, call), as_number(call.field("id"), "id")
    if member not in state.users and member not in state.groups:
        raise RefusedCall(400, "Error getting the specified user")
    if member in role.members:
        raise RefusedCall(400, "The user or group is already a member of the role.")
    role.members.append(member)
    return results({"data": {"properties": brief(state, member)}})


def list_missing(state: State, call: Call) -> Answer:
    """Answer `GET v2/businessworkspaces/{id}/missingdocuments`."""
    _, workspace = _found(state, call)
    if not state.believed("content-missing-told"):
        raise RefusedCall(400, UNMAPPED)
    rows = [{"id": item.id, "name": item.name, "due_date": state.zoneless(item.due)} for item in workspace.missing]
    return results({"data": rows, "total_count": len(rows)})


def list_in_process(state: State, call: Call) -> Answer:
    """Answer `GET v2/businessworkspaces/{id}/inprocessdocuments`: always none here."""
    _found(state, call)
    return results({"data": [], "total_count": 0})


def workspace_of(state: State, call: Call) -> Answer:
    """Answer `GET v1/nodes/{id}/businessworkspace`: the nearest workspace above a node, or the node itself."""
    start = state.visible(call.number(0), call.user)
    node: Node | None = start
    while node is not None and node.id not in state.workspaces:
        node = state.nodes.get(node.parent)
    if node is None or not state.believed("content-workspace-of-node"):
        raise RefusedCall(400, f"The node {start.id} does not belong to a business workspace.")
    workspace = state.workspaces[node.id]
    linked = bool(workspace.references)
    kind = workspace.type.id
    return answer({"id": node.id, "isLinked": linked, "type": WORKSPACE, "workspace_type_id": kind})
