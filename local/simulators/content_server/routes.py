"""Which address is answered by what. An address that is not here is not in the mappings registry."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias

from local.in_process.transport import Answer
from local.simulators.content_server import (
    categories,
    content,
    members,
    nodes,
    records,
    running,
    status,
    steps,
    workspaces,
)
from local.simulators.content_server.exchange import UNMAPPED, Call, RefusedCall, answer
from local.simulators.content_server.state import State

Endpoint: TypeAlias = Callable[[State, Call], Answer]


def server_info(state: State, _: Call) -> Answer:
    """Answer `GET v1/serverinfo`."""
    now = state.now() if state.believed("content-clock-in-zone") else state.now() + timedelta(hours=5)
    server = {"version": "24.4", "current_date": state.zoneless(now), "time_zone_offset_enabled": False}
    sessions = {"enabled": True, "expire_after_last_request": True, "session_timeout": 1_800_000}
    return answer({"server": server, "sessions": sessions, "viewer": {}})


TABLE: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "v1/auth", members.who_am_i),
    ("GET", "v1/serverinfo", server_info),
    ("GET", "v2/members", members.list_members),
    ("GET", "v2/members/assignments", status.list_assignments),
    ("GET", "v2/members/*", members.read_member),
    ("GET", "v2/members/*/members", members.list_group),
    ("POST", "v2/nodes", nodes.create_node),
    ("POST", "v2/nodes/list", nodes.list_nodes),
    ("GET", "v2/nodes/*", nodes.read_node),
    ("PUT", "v2/nodes/*", nodes.update_node),
    ("DELETE", "v2/nodes/*", nodes.delete_node),
    ("GET", "v2/nodes/*/nodes", nodes.list_children),
    ("GET", "v2/volumes/recyclebin/nodes", nodes.list_recycled),
    ("GET", "v2/nodes/*/audit", nodes.read_audit),
    ("GET", "v1/nodes/*/ancestors", nodes.ancestors),
    ("GET", "v2/nodes/*/content", content.read_content),
    ("GET", "v2/nodes/*/versions", content.list_versions),
    ("POST", "v2/nodes/*/versions", content.create_version),
    ("GET", "v2/nodes/*/versions/*", content.read_version),
    ("DELETE", "v2/nodes/*/versions/*", content.delete_version),
    ("POST", "v2/nodes/*/versions/*/lock", content.lock_version),
    ("GET", "v2/nodes/*/versions/*/content", content.read_version_content),
    ("GET", "v2/nodes/*/categories", categories.list_categories),
    ("POST", "v2/nodes/*/categories", categories.assign_category),
    ("GET", "v2/nodes/*/categories/*", categories.read_category),
    ("PUT", "v2/nodes/*/categories/*", categories.update_category),
    ("DELETE", "v2/nodes/*/categories/*", categories.remove_category),
    ("GET", "v1/nodes/*/businessworkspace", workspaces.workspace_of),
    ("GET", "v2/businessworkspacetypes", workspaces.list_types),
    ("GET", "v2/businessworkspaces", workspaces.list_workspaces),
    ("POST", "v2/businessworkspaces", workspaces.create_workspace),
    ("GET", "v2/businessworkspaces/*", workspaces.read_workspace),
    ("GET", "v2/businessworkspaces/*/roles", workspaces.list_roles),
    ("GET", "v2/businessworkspaces/*/members", workspaces.list_members),
    ("GET", "v2/businessworkspaces/*/roles/*/members", workspaces.list_role_members),
    ("POST", "v2/businessworkspaces/*/roles/*/members", workspaces.add_role_member),
    ("GET", "v2/businessworkspaces/*/missingdocuments", workspaces.list_missing),
    ("GET", "v2/businessworkspaces/*/inprocessdocuments", workspaces.list_in_process),
    ("GET", "v2/workflows/status", status.list_status),
    ("POST", "v2/workflows/status", steps.reassign),
    ("GET", "v2/workflows/status/active", status.list_active),
    ("GET", "v2/workflows/status/info", status.read_info),
    ("GET", "v2/workflows/status/processes/*", status.read_status),
    ("PUT", "v2/processes/*/status", running.set_status),
    ("DELETE", "v2/processes/*", running.delete_process),
    ("POST", "v2/draftprocesses/startwf", running.start_process),
    ("GET", "v2/processes/*/subprocesses/*/activities", status.list_activities),
    ("PUT", "v2/processes/*/subprocesses/*/tasks/*", steps.act),
    ("GET", "v1/forms/processes/tasks/update", steps.read_form),
    ("GET", "v1/webreports/*", status.read_webreport),
    ("GET", "v1/nodes/*/classifications", records.list_classifications),
    ("GET", "v1/nodes/*/holds", records.list_holds),
    ("POST", "v1/nodes/*/holds", records.add_hold),
    ("DELETE", "v1/nodes/*/holds/*", records.remove_hold),
    ("GET", "v2/hold", records.find_hold),
    ("GET", "v1/nodes/*/rmclassifications", records.list_records),
    ("POST", "v1/nodes/*/rmclassifications", records.add_record),
    ("PUT", "v1/nodes/*/rmclassifications", records.change_record),
    ("PUT", "v1/rmclassifications/finalizerecords", records.finalize),
)


class Routes:
    """Find the endpoint of a path; a literal name goes before an open place."""

    def __init__(self, believed: Callable[[str], bool]) -> None:
        self._believed = believed
        self._tree: dict[str, Any] = {}
        for method, path, endpoint in TABLE:
            self.add(method, path, endpoint)

    def add(self, method: str, path: str, endpoint: Endpoint) -> None:
        """Answer one more address."""
        branch = self._tree
        for part in path.split("/"):
            branch = branch.setdefault(part, {})
        branch[f" {method}"] = endpoint

    def find(self, method: str, path: str) -> tuple[Endpoint, list[str]]:
        """
        Find who answers, and what stands in the open places.

        Raises:
            RefusedCall: 400, nobody does.
        """
        branch, args = self._tree, list[str]()
        for part in path.strip("/").split("/"):
            if part not in branch:
                args.append(part)
                part = "*"  # noqa: PLW2901 - the place it fills
            branch = branch.get(part, {})
        endpoint: Endpoint | None = branch.get(f" {method}")
        if endpoint is None:
            raise RefusedCall(400, UNMAPPED if self._believed("content-unknown-address") else "Bad Request")
        return endpoint, args
