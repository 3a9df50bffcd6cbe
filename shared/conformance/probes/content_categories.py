"""
Categories: what their keys are called, and what becomes of values.

They need a category on the sandbox workspace. Its values there are not touched: a folder of the run's own takes them.
"""

import json
from dataclasses import dataclass
from uuid import uuid4

from shared.conformance.observed import CannotTellError, Observed, judged
from shared.conformance.registry import probe
from shared.conformance.sandbox import Sandbox
from shared.conformance.systems import Json, Reply, shown


@dataclass(frozen=True)
class _Field:
    """An attribute of the workspace's category."""

    category: int
    key: str


@probe("content-keys-named")
async def named(box: Sandbox) -> Observed:
    """See what the keys of a category are called."""
    described, raw = await _described(box)
    unnamed = [key for key in raw if "_" in key and key not in described and len(key.split("_")) == 2]
    odd = [key for key in described if not described[key].get("name")]
    return judged(
        bool(described) and not odd and not unnamed, f"{len(odd) + len(unnamed)} of {len(raw)} keys without a name"
    )


@probe("content-put-needs-post")
async def unassigned(box: Sandbox) -> Observed:
    """Write to a category that a folder has not."""
    field = (await _fields(box, "String", 1))[0]
    await _assigned(box, field.category, {field.key: "value"})
    reply = await _put(box, await box.folder("unassigned"), field.category, {field.key: "value"})
    return judged(not reply.is_success, f"a category that is not assigned: {reply.status}")


@probe("content-put-named-keys")
async def named_keys(box: Sandbox) -> Observed:
    """Write one of two values."""
    one, two = await _fields(box, "String", 2)
    folder = await _assigned(box, one.category, {one.key: "first", two.key: "second"})
    await _put(box, folder, one.category, {one.key: "changed"})
    values = await _values(box, folder, one.category)
    kept = (values.get(one.key), values.get(two.key))
    return judged(kept == ("changed", "second"), f"the other value is {shown(kept[1])}")


@probe("content-empty-clears")
async def emptied(box: Sandbox) -> Observed:
    """Write nothing over a value."""
    field = (await _fields(box, "String", 1))[0]
    folder = await _assigned(box, field.category, {field.key: "value"})
    await _put(box, folder, field.category, {field.key: ""})
    left = (await _values(box, folder, field.category)).get(field.key)
    return judged(not left, f"left: {shown(left)}")


@probe("content-edit-conflict")
async def conflict(box: Sandbox) -> Observed:
    """Write twice with the token of one reading."""
    field = (await _fields(box, "String", 1))[0]
    folder = await _assigned(box, field.category, {field.key: "value"})
    query = (("fields", "properties{id}"), ("fields", "categories"), ("state", None))
    state = ((await box.content("GET", f"v2/nodes/{folder}", query=query)).results or {}).get("state") or {}
    token = (state.get("categories") or {}).get(f"{field.category}_1")
    if not token:
        raise CannotTellError("this server gives no token with a node's categories")  # noqa: EM101 - a sentence
    mine = {f"{field.category}_1": json.dumps(token)}
    await _put(box, folder, field.category, {**mine, field.key: "first"})
    reply = await _put(box, folder, field.category, {**mine, field.key: "second"})
    return judged(reply.status == 409, f"the token of before: {reply.status}")


@probe("content-integers-numbers")
async def integers(box: Sandbox) -> Observed:
    """Write a number, and read it."""
    return await _written(box, "Integer", "5", 5)


@probe("content-dates-iso")
async def dates(box: Sandbox) -> Observed:
    """Write a date, and read it."""
    return await _written(box, "Date", "2031-03-05", "2031-03-05T00:00:00")


@probe("content-multi-repeated")
async def several(box: Sandbox) -> Observed:
    """Write two values of one attribute."""
    field = (await _fields(box, "String", 1, is_multi=True))[0]
    folder = await _assigned(box, field.category, {field.key: ["one", "two"]})
    value = (await _values(box, folder, field.category)).get(field.key)
    return judged(value == ["one", "two"], f"two values came back as {shown(value)}")


async def _written(box: Sandbox, type_name: str, sent: str, wanted: object) -> Observed:
    field = (await _fields(box, type_name, 1))[0]
    folder = await _assigned(box, field.category, {field.key: sent})
    value = (await _values(box, folder, field.category)).get(field.key)
    return judged(type(value) is type(wanted) and value == wanted, f"{sent} came back as {shown(value)}")


async def _described(box: Sandbox) -> tuple[dict[str, Json], Json]:
    """Read what keys mean on the workspace, and its values."""
    reply = await box.content("GET", f"v2/nodes/{box.workspace}/categories", query=(("metadata", None),))
    rows = reply.results if isinstance(reply.results, list) else [reply.results or {}]
    described: dict[str, Json] = {}
    raw: Json = {}
    for row in rows:
        described |= (row.get("metadata") or {}).get("categories") or {}
        raw |= (row.get("data") or {}).get("categories") or {}
    if not raw:
        raise CannotTellError("the workspace has no category")  # noqa: EM101 - a sentence
    return described, raw


async def _fields(box: Sandbox, type_name: str, number: int, *, is_multi: bool = False) -> list[_Field]:
    """Choose attributes of one type and one category. Raises CannotTellError: there are not as many."""
    by_category: dict[int, list[_Field]] = {}
    for key, entry in (await _described(box))[0].items():
        parts = key.split("_")
        if len(parts) == 2 and entry.get("type_name") == type_name and bool(entry.get("multi_value")) is is_multi:
            by_category.setdefault(int(parts[0]), []).append(_Field(int(parts[0]), key))
    for found in by_category.values():
        if len(found) >= number:
            return found[:number]
    several = "several values" if is_multi else "one value"
    message = f"no category of the workspace has {number} attribute(s) of type {type_name} with {several}"
    raise CannotTellError(message)


async def _assigned(box: Sandbox, category: int, values: dict[str, str | list[str]]) -> int:
    # A name of its own: a container takes no second folder of one name, and several probes make one.
    folder = await box.folder(f"category {uuid4().hex[:6]}")
    form = {"category_id": str(category), **values}
    reply = await box.content("POST", f"v2/nodes/{folder}/categories", form=form)
    if not reply.is_success:
        message = f"the category could not be assigned: {reply.said}"
        raise CannotTellError(message)
    return folder


async def _put(box: Sandbox, folder: int, category: int, values: dict[str, str]) -> Reply:
    return await box.content("PUT", f"v2/nodes/{folder}/categories/{category}/", form=values)


async def _values(box: Sandbox, folder: int, category: int) -> Json:
    reply = await box.content("GET", f"v2/nodes/{folder}/categories")
    rows = reply.results if isinstance(reply.results, list) else [reply.results or {}]
    found: Json = {}
    for row in rows:
        found |= (row.get("data") or {}).get("categories") or {}
    return {key: value for key, value in found.items() if key.startswith(f"{category}_")}
