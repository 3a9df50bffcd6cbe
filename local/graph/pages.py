"""Single resources and lists: `$select`, `$expand=details`, pages, and the odd stale replica."""

import json
from collections.abc import Sequence
from typing import TypeAlias

from local.direct import Answer
from local.graph.failures import Json, json_answer, refuse
from local.graph.request import Request
from local.graph.resource import Resource
from local.graph.rules import Option
from local.graph.state import State

METADATA = "https://graph.microsoft.com/v1.0/$metadata#"

_Shape: TypeAlias = tuple[frozenset[str], bool]
"""Names to select (empty: all), and whether details are expanded."""


def single(state: State, request: Request, resource: Resource, *, context: str, details: Resource | None) -> Answer:
    """
    Answer with one resource.

    Args:
        details: what `$expand=details` would show; None: the resource has none.

    Raises:
        GraphError: 400, a query option that the rules refuse.
    """
    shape = _shape(state, request)
    text = resource.text() if shape is None else json.dumps(_shaped(resource.view(), shape, details))
    return json_answer(f'{{"@odata.context":"{METADATA}{context}/$entity",{text[1:]}')


def page(state: State, request: Request, resources: Sequence[Resource], *, context: str) -> Answer:
    """
    Answer with one page; the rest is behind `@odata.nextLink`.

    Planner's page size is its own: `$top`, `$filter` and `$orderby` are not obeyed.

    Raises:
        GraphError: 400, a query option that the rules refuse, or a foreign page token.
    """
    after = request.page_token
    rest = [resource for resource in resources if resource.order > after]
    shown = rest[: state.rules.page_size]
    shape = _shape(state, request)
    texts = [text for resource in shown if (text := _listed(state, resource, shape)) is not None]
    more = len(rest) > len(shown)
    link = f',"@odata.nextLink":{json.dumps(request.link(str(shown[-1].order)))}' if more else ""
    head = f'{{"@odata.context":"{METADATA}{context}","@odata.count":{len(texts)}{link}'
    return json_answer(f'{head},"value":[{",".join(texts)}]}}')


def _listed(state: State, resource: Resource, shape: _Shape | None) -> str | None:
    """Render a resource as a list shows it; None: this replica does not know it yet."""
    view = _replica(state, resource)
    if view is None:
        return None
    if shape is None:
        return resource.text() if view is resource else json.dumps(view)
    plain = resource.view() if isinstance(view, Resource) else view
    return json.dumps(_shaped(plain, shape, state.details.get(resource.id)))


def _replica(state: State, resource: Resource) -> Resource | Json | None:
    """
    Read from a replica that may lag behind, once, where a test asked for it.

    Source: https://learn.microsoft.com/graph/api/resources/planner-overview (which etag is newer)
    """
    task_id = str(resource.body["id"])
    if state.missing[task_id] > 0:
        state.missing[task_id] -= 1
        return None
    if state.stale[task_id] > 0 and resource.previous is not None:
        state.stale[task_id] -= 1
        return resource.previous
    return resource


def _shape(state: State, request: Request) -> _Shape | None:
    names = _option(request, "$select", state.rules.select)
    expanded = _option(request, "$expand", state.rules.expand)
    if not names and not expanded:
        return None
    return frozenset(names), "details" in expanded


def _option(request: Request, name: str, rule: Option) -> list[str]:
    value = request.query.get(name, "")
    if not value or rule == "ignored":
        return []
    if rule == "refused":
        refuse(f"The query option '{name}' is not supported.")
    return [part.strip() for part in value.split(",")]


def _shaped(view: Json, shape: _Shape, details: Resource | None) -> Json:
    names, expanded = shape
    kept = {name: value for name, value in view.items() if not names or name in names or name[0] == "@" or name == "id"}
    if expanded and details is not None:
        kept["details"] = details.view()
    return kept
