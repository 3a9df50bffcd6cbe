"""The simulated Content Server as somebody sees it, as JSON."""

from datetime import datetime
from typing import Any

from local.board.recipes import RECIPES
from local.local_system import System
from local.simulators.content_server import ContentServer
from local.simulators.content_server.model import Node, Role, Workspace
from local.simulators.content_server.nodes import DOCUMENT
from local.simulators.content_server.process import SEND_ON, Process, Visit
from local.simulators.content_server.workflows import attached


def view_opentext(system: System) -> dict[str, Any]:
    """Show workspaces, workflows, and what new ones can be made of."""
    content = system.world.content
    state = content.state
    return {
        "workspaces": [_view_workspace(content, space) for space in state.workspaces.values()],
        "workflows": [_view_workflow(content, content.workflow(number)) for number in state.processes],
        "categories": [{"id": category.id, "name": category.name} for category in state.categories.values()],
        "maps": [plan.name for plan in state.maps.values()],
        "kinds": [
            {"name": kind.name, "day": RECIPES[kind.name].day, "days_ahead": RECIPES[kind.name].days_ahead}
            for kind in state.types.values()
            if kind.name in RECIPES
        ],
    }


def _view_workspace(content: ContentServer, space: Workspace) -> dict[str, Any]:
    node = content.node(space.id)
    documents = [child for child in content.state.children_of(space.id) if child.type == DOCUMENT]
    return {
        "id": space.id,
        "name": node.name,
        "kind": space.type.name,
        "owner": content.state.users[node.owner].login,
        "attributes": _view_attributes(content, node),
        "roles": [{"name": role.name, "members": _view_members(content, role)} for role in space.roles],
        "documents": [_view_document(content, document) for document in documents],
    }


def _view_attributes(content: ContentServer, node: Node) -> list[dict[str, Any]]:
    """Show the values by their names, as people know them; the rows of sets are left out."""
    return [
        {
            "path": f"{category.name}.{attribute.name}",
            "type": attribute.type,
            "value": _written(node.categories[category.id].values.get(f"{category.id}_{attribute.id}")),
        }
        for category in (content.state.categories[number] for number in node.categories)
        for attribute in category.attributes
    ]


def _written(value: object) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _view_members(content: ContentServer, role: Role) -> list[str]:
    state = content.state
    return [state.groups[one].name if one in state.groups else state.users[one].login for one in role.members]


def _view_document(content: ContentServer, node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "name": node.name,
        "versions": [
            {"number": one.number, "by": content.state.users[one.owner].login, "at": one.created.isoformat()}
            for one in node.versions
        ],
        "is_locked": any(one.locked for one in node.versions),
    }


def _view_workflow(content: ContentServer, process: Process) -> dict[str, Any]:
    state = content.state
    return {
        "id": process.id,
        "name": process.name,
        "state": process.state,
        "workspace": process.workspace,
        "initiator": state.users[process.initiator].login,
        "managers": [state.users[number].login for number in sorted(process.managers)],
        "documents": [{"id": node.id, "name": node.name} for node in attached(state, process)],
        "steps": [_view_visit(content, process, visit) for visit in process.visits],
    }


def _view_visit(content: ContentServer, process: Process, visit: Visit) -> dict[str, Any]:
    state = content.state
    group = state.groups.get(visit.group)
    performer = state.users[visit.performer].login if visit.performer else group.name if group else ""
    return {
        "step": visit.task_id,
        "name": visit.step.name,
        "performer": performer,
        "waits": visit in process.current,
        "started": visit.started.isoformat(),
        "due": _moment(visit.due),
        "outcomes": [key for key in visit.step.next if key != SEND_ON],
        "sends_on": SEND_ON in visit.step.next,
        "completed_at": _moment(visit.completed_at),
        "completed_by": state.users[visit.completed_by].login if visit.completed_by else "",
        "disposition": visit.disposition,
        "comment": visit.comment,
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
