"""Description, checklist and references of a task."""

from uuid import UUID

from shared.conformance.observed import CannotTellError, Observed, judged
from shared.conformance.registry import probe
from shared.conformance.sandbox import Sandbox
from shared.conformance.systems import Json, Reply, shown

LINK = "https%3A//contoso%2Eexample/otcs/cs%2Eexe/app/nodes/2000"
ONE, TWO = (str(UUID(int=number, version=4)) for number in (1, 2))
TEXT = "First line\n\nThird line: é, \U0001f600, [x] <b>\n-- end"


@probe("planner-details-at-once")
async def at_once(box: Sandbox) -> Observed:
    """Read a new task's details directly after it was made."""
    task = await box.task("at once")
    reply = await box.graph("GET", f"planner/tasks/{task['id']}/details")
    return judged(reply.is_success, f"details directly after the POST: {reply.status}")


@probe("planner-references-keep-key")
async def reference_kept(box: Sandbox) -> Observed:
    """Add a link, and look at its key."""
    reply = await _changed(box, {"references": {LINK: link("Record")}})
    return judged(list(reply.json.get("references") or {}) == [LINK], _entries(reply, "references"))


@probe("planner-references-encoded")
async def reference_raw(box: Sandbox) -> Observed:
    """Add a link whose key is not encoded."""
    reply = await _changed(box, {"references": {"https://contoso.example/x": link("Raw")}})
    return judged(reply.status == 400, f"a key that is not encoded: {reply.status}")


@probe("planner-checklist-merges")
async def checklist_merges(box: Sandbox) -> Observed:
    """Make two lines, and tick one."""
    made = await _changed(box, {"checklist": {ONE: line(title="one"), TWO: line(title="two")}})
    reply = await box.patch_details(made.json, {"checklist": {ONE: line(isChecked=True)}})
    lines = reply.json.get("checklist") or {}
    kept = {key: (entry.get("title"), entry.get("isChecked")) for key, entry in lines.items()}
    return judged(kept == {ONE: ("one", True), TWO: ("two", False)}, shown(sorted(map(str, kept.values()))))


@probe("planner-checklist-removed")
async def checklist_removed(box: Sandbox) -> Observed:
    """Make a line, and remove it by null."""
    made = await _changed(box, {"checklist": {ONE: line(title="one")}})
    reply = await box.patch_details(made.json, {"checklist": {ONE: None}})
    return judged(reply.json.get("checklist") == {}, _entries(reply, "checklist"))


@probe("planner-lines-signed")
async def lines_signed(box: Sandbox) -> Observed:
    """See who made a line of ours, and when."""
    task = await box.task("signed")
    details = await box.details(task)
    entry = _line(await box.patch_details(details, {"checklist": {ONE: line(title="one")}}), ONE)
    by_us = entry.get("lastModifiedBy") is not None and entry.get("lastModifiedBy") == task.get("createdBy")
    timed = bool(entry.get("lastModifiedDateTime"))
    return judged(by_us and timed, f"signed as its task: {shown(by_us)}, with a time: {shown(timed)}")


@probe("planner-lines-stamped-alone")
async def lines_stamped(box: Sandbox) -> Observed:
    """Make two lines, tick one, and see whose time moves."""
    made = await _changed(box, {"checklist": {ONE: line(title="one"), TWO: line(title="two")}})
    ticked = await box.patch_details(made.json, {"checklist": {ONE: line(isChecked=True)}})
    name = "lastModifiedDateTime"
    moved = [key for key in (ONE, TWO) if _line(made, key).get(name) != _line(ticked, key).get(name)]
    said = {(): "neither line's time", (ONE,): "the ticked line's time", (TWO,): "the other line's time"}
    return judged(moved == [ONE], f"{said.get(tuple(moved), 'both times')} moved")


@probe("planner-description-verbatim")
async def description_kept(box: Sandbox) -> Observed:
    """Write a text of several lines, and read it."""
    reply = await _changed(box, {"description": TEXT})
    text = reply.json.get("description")
    return judged(text == TEXT, "as it was sent" if text == TEXT else f"came back as {shown(text)}")


@probe("planner-description-cleared")
async def description_cleared(box: Sandbox) -> Observed:
    """Take a description away by null."""
    made = await _changed(box, {"description": "text"})
    reply = await box.patch_details(made.json, {"description": None})
    return judged(reply.is_success and not reply.json.get("description"), f"{reply.status}, {_text(reply)}")


@probe("planner-limit-checklist")
async def many_lines(box: Sandbox) -> Observed:
    """Make one line more than a task may have."""
    lines = {str(UUID(int=number, version=4)): line(title=f"line {number}") for number in range(21)}
    return _limited(await _changed(box, {"checklist": lines}), "MaximumChecklistItemsOnTask", "21 lines")


@probe("planner-limit-references")
async def many_references(box: Sandbox) -> Observed:
    """Add one link more than a task may have."""
    links = {f"https%3A//contoso%2Eexample/{number}": link(f"link {number}") for number in range(11)}
    return _limited(await _changed(box, {"references": links}), "MaximumReferencesOnTask", "11 links")


@probe("planner-hints-recalculated")
async def hints(box: Sandbox) -> Observed:
    """Give a line a place, and see what is made of it."""
    entry = _line(await _changed(box, {"checklist": {ONE: line(title="one", orderHint=" !")}}), ONE)
    hint = str(entry.get("orderHint", ""))
    return judged(bool(hint) and hint != " !", f"' !' became {shown(hint[:20])}")


@probe("planner-hints-not-sent-back")
async def hint_sent_back(box: Sandbox) -> Observed:
    """Send a place back as it was returned."""
    made = await _changed(box, {"checklist": {ONE: line(title="one", orderHint=" !")}})
    hint = _line(made, ONE).get("orderHint")
    if hint in (None, " !"):
        raise CannotTellError("this service returns no place of its own")  # noqa: EM101 - a sentence
    reply = await box.patch_details(made.json, {"checklist": {ONE: line(orderHint=hint)}})
    return judged(reply.status == 400, f"a returned place sent back: {reply.status}")


@probe("planner-entries-typed")
async def untyped(box: Sandbox) -> Observed:
    """Make a line without its type."""
    reply = await _changed(box, {"checklist": {ONE: {"title": "untyped"}}})
    return judged(reply.status == 400, f"a line without @odata.type: {reply.status}")


@probe("planner-list-with-details")
async def expanded(box: Sandbox) -> Observed:
    """List the plan with details, and look for those of a task of ours."""
    task = await box.task("expanded")
    made = await box.patch_details(await box.details(task), {"description": "expanded"})
    reply = await box.graph("GET", f"planner/plans/{box.plan}/tasks?$expand=details")
    rows = reply.json.get("value") or []
    row: Json = next((one for one in rows if one.get("id") == task["id"]), {})
    if reply.is_success and not row:
        raise CannotTellError("the task is not on the list's first page: the plan holds too many")  # noqa: EM101
    shows = made.is_success and (row.get("details") or {}).get("description") == "expanded"
    return judged(shows, "details stand in the list" if shows else f"{reply.status}, without details")


def line(**parts: object) -> Json:
    """Write a line of a checklist."""
    return {"@odata.type": "microsoft.graph.plannerChecklistItem", **parts}


def link(alias: str) -> Json:
    """Write a link."""
    return {"@odata.type": "microsoft.graph.plannerExternalReference", "alias": alias, "type": "Other"}


async def _changed(box: Sandbox, changes: Json) -> Reply:
    return await box.patch_details(await box.details(await box.task("details")), changes)


def _line(reply: Reply, key: str) -> Json:
    entry = (reply.json.get("checklist") or {}).get(key)
    if not isinstance(entry, dict):
        message = f"no line could be made: {reply.said}"
        raise CannotTellError(message)
    return entry


def _limited(reply: Reply, code: str, what: str) -> Observed:
    seen = f"{what}: taken" if reply.is_success else f"{what}: {reply.status} {reply.code}"
    return judged(reply.status == 403 and reply.code == code, seen)


def _entries(reply: Reply, name: str) -> str:
    return f"{reply.status}, {name}: {shown(sorted(reply.json.get(name) or {}))}"


def _text(reply: Reply) -> str:
    return f"the description is {shown(reply.json.get('description'))}"
