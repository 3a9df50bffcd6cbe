"""What all writes have in common: read the changes, check the version, take the new one, answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from local.in_process.transport import Answer
from local.simulators.graph.failures import GraphError, Json, json_answer, no_content, refuse
from local.simulators.graph.request import Request
from local.simulators.graph.resource import Resource
from local.simulators.graph.state import State


@dataclass(frozen=True)
class Write:
    """Who writes what into which service."""

    state: State
    actor: Json
    """The identity set that the service signs with."""


Reader: TypeAlias = Callable[[object, object, Write], object]
"""Takes the value sent, the value held and the write; returns the value to hold. Raises GraphError."""


def merged(held: Json, changes: Json, *, readers: Mapping[str, Reader], write: Write) -> Json:
    """
    Merge changes into a representation; annotations and `details` are dropped without a word.

    Raises:
        GraphError: 400, a property that can't be written, or a value that can't be taken.

    Source: https://learn.microsoft.com/graph/api/resources/plannertask (details: read-only)
    """
    body = dict(held)
    for name, value in changes.items():
        if name.startswith("@") or "@odata." in name or name == "details":
            continue
        if name not in readers:
            refuse(f"The property '{name}' can't be set.")
        body[name] = readers[name](value, held.get(name), write)
    return body


def check_etag(state: State, resource: Resource, request: Request, paths: list[tuple[str, ...]] | None) -> None:
    """
    Check If-Match; paths None: the whole resource is to go.

    Raises:
        GraphError: 412 or 409.
    """
    if request.if_match is None and not state.believed("planner-if-match-required"):
        return
    resource.check(request.if_match, paths, conflict=state.conflict_status())


def check_unchanged(state: State, resource: Resource, request: Request, belief: str) -> None:
    """
    Refuse a change to an older version, whatever it changes, where it is not believed to be let through.

    Raises:
        GraphError: 412 or 409.
    """
    if not state.believed(belief):
        check_etag(state, resource, request, None)


def changed(state: State, resource: Resource, request: Request) -> Answer:
    """
    Answer a PATCH: 204, or the new representation if the client asked for it.

    Source: https://learn.microsoft.com/graph/api/plannertask-update
    """
    if not request.wants_representation or not state.believed("planner-representation"):
        return no_content()
    return json_answer(resource.text(), headers={"preference-applied": "return=representation"})


def check_archived(state: State, plan_id: str, task_id: str = "") -> None:
    """
    Refuse writes to what is archived: v1.0 shows no flag.

    Raises:
        GraphError: 403.

    Source: https://learn.microsoft.com/graph/api/resources/plannertask (beta, isArchived)
    """
    if plan_id in state.archived or task_id in state.archived:
        raise GraphError(403, "The item is archived and read-only.")
