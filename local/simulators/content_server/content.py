"""Answer about versions and their content."""

from local.in_process.transport import Answer
from local.simulators.content_server.exchange import UNSEEN, Call, RefusedCall, answer, results
from local.simulators.content_server.model import Node, Version
from local.simulators.content_server.nodes import DOCUMENT, add_version, version_properties
from local.simulators.content_server.state import State


def list_versions(state: State, call: Call) -> Answer:
    """Answer `GET v2/nodes/{id}/versions`."""
    node = state.visible(call.number(0), call.user)
    return results([{"data": {"versions": version_properties(state, node, item)}} for item in node.versions])


def create_version(state: State, call: Call) -> Answer:
    """Answer `POST v2/nodes/{id}/versions` (style C, plain fields beside the file)."""
    node = state.changeable(state.visible(call.number(0), call.user), call.user)
    if node.type != DOCUMENT:
        raise RefusedCall(400, "Could not process object, invalid action 'addversion'")
    upload = call.upload()
    description = call.form().get("description", [""])[0]
    version = add_version(
        state, node, upload.content, name=upload.name, mime=upload.mime_type, user=call.user, description=description
    )
    return results({"data": {"versions": version_properties(state, node, version)}})


def _version(state: State, call: Call) -> tuple[Node, Version]:
    node = state.visible(call.number(0), call.user, status=500)
    number = call.number(1, "version_number")
    found = next((item for item in node.versions if item.number == number), None)
    if found is None:
        raise RefusedCall(500, f"Could not locate node: {node.id}, The version is not found")
    return node, found


def read_version(state: State, call: Call) -> Answer:
    """Answer `GET v2/nodes/{id}/versions/{number}`."""
    node, version = _version(state, call)
    return results({"data": {"versions": version_properties(state, node, version)}})


def lock_version(state: State, call: Call) -> Answer:
    """Answer `POST v2/nodes/{id}/versions/{number}/lock`: it can no more be changed or deleted."""
    node, version = _version(state, call)
    version.locked = True
    return results({"data": {"versions": version_properties(state, node, version)}})


def delete_version(state: State, call: Call) -> Answer:
    """Answer `DELETE v2/nodes/{id}/versions/{number}`."""
    node, version = _version(state, call)
    state.changeable(node, call.user)
    if version.locked:
        raise RefusedCall(400, f"Version {version.number} is locked.")
    node.versions.remove(version)
    return answer({})


def read_content(state: State, call: Call) -> Answer:
    """Answer `GET v2/nodes/{id}/content`: the newest version's bytes."""
    node = state.visible(call.number(0), call.user, status=500)
    if not node.versions:
        raise RefusedCall(500, UNSEEN)
    return _download(node.versions[-1])


def read_version_content(state: State, call: Call) -> Answer:
    """Answer `GET v2/nodes/{id}/versions/{number}/content`."""
    return _download(_version(state, call)[1])


def _download(version: Version) -> Answer:
    disposition = f'attachment; filename="{version.file_name}"'
    return 200, {"content-type": version.mime_type, "content-disposition": disposition}, version.content
