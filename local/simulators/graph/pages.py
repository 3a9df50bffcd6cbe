"""Single resources and lists: `$select`, `$expand=details`, pages, and the odd stale replica."""

import json
from collections.abc import Sequence
from typing import TypeAlias

from local.in_process.transport import Answer
from local.simulators.graph.failures import Json, json_answer, refuse
from local.simulators.graph.request import Request
from local.simulators.graph.resource import Resource
from local.simulators.graph.rules import Option
from local.simulators.graph.state import State

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
    view = state.replica(resource)
    text = (
        resource.text()
        if shape is None and view is None
        else json.dumps(_shaped(view or resource.view(), shape, details))
    )
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
    if state.missing[resource.id] > 0:
        state.missing[resource.id] -= 1
        return None
    view = state.replica(resource)
    if shape is None:
        return resource.text() if view is None else json.dumps(view)
    return json.dumps(_shaped(view or resource.view(), shape, state.details.get(resource.id)))


def _shape(state: State, request: Request) -> _Shape | None:
    names = _option(request, "$select", state.rules.select)
    expand = state.rules.expand if state.believed("planner-list-with-details") else "ignored"
    expanded = _option(request, "$expand", expand)
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


def _shaped(view: Json, shape: _Shape | None, details: Resource | None) -> Json:
    names, expanded = shape or (frozenset(), False)
    kept = {name: value for name, value in view.items() if not names or name in names or name[0] == "@" or name == "id"}
    if expanded and details is not None:
        kept["details"] = details.view()
    return kept
