"""
Answer about records management and classifications.

Records management is a module: a server without it does not know these addresses.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from local.in_process.transport import Answer
from local.simulators.content_server.exchange import UNMAPPED, Call, RefusedCall, answer, as_number, results
from local.simulators.content_server.model import Applied, Hold, Node, RecordState
from local.simulators.content_server.state import State

Endpoint = Callable[[State, Call], Answer]
CLASSIFIED = 264


def _of_the_module(endpoint: Endpoint) -> Endpoint:
    @wraps(endpoint)
    def guarded(state: State, call: Call) -> Answer:
        if not state.records_module:
            raise RefusedCall(400, UNMAPPED)
        return endpoint(state, call)

    return guarded


def _installed(state: State, belief: str) -> None:
    if not state.believed(belief):
        raise RefusedCall(400, UNMAPPED)


def apply_hold(state: State, node: Node, hold: Hold, user: int) -> Applied:
    """Put a node under a hold; twice changes nothing."""
    if hold.id not in node.holds:
        node.holds[hold.id] = Applied(state.next_id(), hold, state.now(), user)
    return node.holds[hold.id]


def classify(state: State, node: Node, class_id: int, user: int) -> None:
    """Make a node a record of a class, or move it to another class."""
    number = f"{class_id}-{node.id}"
    if node.record is None:
        node.record = RecordState(class_id, number, status_date=state.now())
    else:
        node.record.class_id, node.record.file_number = class_id, number
        node.record.revision += 1
    state.note(node, CLASSIFIED, user)


def _hold_row(state: State, applied: Applied) -> dict[str, Any]:
    return {
        "id": applied.id,
        "hold_id": applied.hold.id,
        "hold_name": applied.hold.name,
        "hold_type": applied.hold.type,
        "active": True,
        "date_applied": state.zoneless(applied.at),
        "applied_by": state.users[applied.by].login,
        "removable": True,
    }


@_of_the_module
def list_holds(state: State, call: Call) -> Answer:
    """Answer `GET v1/nodes/{id}/holds`."""
    _installed(state, "content-holds-told")
    node = state.visible(call.number(0), call.user)
    return answer({"data": [_hold_row(state, applied) for applied in node.holds.values()]})


@_of_the_module
def add_hold(state: State, call: Call) -> Answer:
    """Answer `POST v1/nodes/{id}/holds` (style B, `hold_id`)."""
    node = state.visible(call.number(0), call.user)
    hold = state.holds.get(as_number(str(call.json_field().get("hold_id", "")), "hold_id"))
    if hold is None:
        raise RefusedCall(400, "One or more parameters are invalid")
    return answer({"data": _hold_row(state, apply_hold(state, node, hold, call.user))})


@_of_the_module
def remove_hold(state: State, call: Call) -> Answer:
    """Answer `DELETE v1/nodes/{id}/holds/{hold}`."""
    node = state.visible(call.number(0), call.user)
    if node.holds.pop(call.number(1, "hold_id"), None) is None:
        raise RefusedCall(400, "One or more parameters are invalid")
    return answer({})


@_of_the_module
def find_hold(state: State, call: Call) -> Answer:
    """Answer `GET v2/hold?holdname=`."""
    name = call.first("holdname")
    return results([{"hold_id": hold.id, "hold_name": hold.name} for hold in state.holds.values() if hold.name == name])


def token(node: Node) -> str:
    """Write the token that a change of an existing classification must bring."""
    return f"{node.id:08x}{node.record.revision if node.record else 0:08x}"


def _record_row(state: State, record: RecordState) -> dict[str, Any]:
    return {
        "rmclassification_id": record.class_id,
        "file_number": record.file_number,
        "rsi": None,
        "record_date": state.zoneless(record.status_date),
        "file_status": record.status,
        "status_date": state.zoneless(record.status_date),
        "essential": record.essential,
        "official": record.official,
    }


@_of_the_module
def list_records(state: State, call: Call) -> Answer:
    """Answer `GET v1/nodes/{id}/rmclassifications`."""
    _installed(state, "content-records-told")
    node = state.visible(call.number(0), call.user)
    rows = [] if node.record is None else [_record_row(state, node.record)]
    can = {"canRMClassify": True, "canFinalize": True, "canRemoveClass": True}
    return answer({"data": rows, **can, "rm_metadataToken": token(node), "definitions": {}})


@_of_the_module
def add_record(state: State, call: Call) -> Answer:
    """Answer `POST v1/nodes/{id}/rmclassifications` (style B): the token is needed to change one."""
    node, given = state.visible(call.number(0), call.user), call.json_field()
    state.changeable(node, call.user)
    if node.record is not None and given.get("rm_metadataToken") != token(node):
        raise RefusedCall(409, "Could not update metadata (edit conflict).")
    classify(state, node, as_number(str(given.get("class_id", "")), "class_id"), call.user)
    return answer({"rm_metadataToken": token(node)})


@_of_the_module
def change_record(state: State, call: Call) -> Answer:
    """Answer `PUT v1/nodes/{id}/rmclassifications` (style B): status, official, essential."""
    node, given = state.visible(call.number(0), call.user), call.json_field()
    if node.record is None:
        raise RefusedCall(400, "The item is not a record.")
    if given.get("rm_metadataToken") != token(node):
        raise RefusedCall(409, "Could not update metadata (edit conflict).")
    state.changeable(node, call.user)
    record = node.record
    record.status = str(given.get("file_status", given.get("status", record.status)))
    record.status_date = state.now()
    record.essential = str(given.get("essential", record.essential))
    record.official = bool(given.get("official", record.official))
    record.revision += 1
    return answer({"rm_metadataToken": token(node)})


@_of_the_module
def finalize(state: State, call: Call) -> Answer:
    """Answer `PUT v1/rmclassifications/finalizerecords` (style A, `ids`): nothing changes them afterwards."""
    for text in call.form().get("ids") or [call.field("ids")]:
        node = state.visible(as_number(text, "ids"), call.user)
        if node.record is None:
            raise RefusedCall(400, "The item is not a record.")
        node.record.official = True
        node.record.revision += 1
    return answer({})


def list_classifications(state: State, call: Call) -> Answer:
    """Answer `GET v1/nodes/{id}/classifications`: the plain ones, which every server has."""
    _installed(state, "content-classes-told")
    node = state.visible(call.number(0), call.user)
    rows = [{"id": number, "name": state.nodes[number].name, "type": 199} for number in node.classifications]
    return answer({"data": rows, "canModify": True, "definitions": {}})
