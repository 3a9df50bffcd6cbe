"""A preview as lines for people: each item with its sign, its task, and the calls as a diff. Pure."""

import difflib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from shared.mapping.evaluation.preview import preview
from shared.models.events import EventKind
from shared.models.evidence import Event
from shared.models.link import Link, LinkState
from shared.models.wanted import Wanted, WantedTask
from shared.preview.noted_calls import Call
from shared.preview.preview import Preview

_WORDS = {
    "+": "to make",
    "~": "to change",
    "x": "to end",
    "=": "as they should be",
    "!": "held",
    "?": "released: left alone",
}
_UNTOLD = frozenset(
    {"about", "details_etag", "etag", "kind", "mapping", "names", "people", "plan", "rule", "task", "url", "versions"}
)
"""Details of the history that stand in the preview already, or say nothing to people."""


def preview_text(shown: Preview) -> str:
    """Show one origin."""
    blocks = [_head(shown)]
    if shared := [call for call in shown.calls if not call.item]:
        blocks.append(
            "\n".join(["for several items", *_indented(line for call in shared for line in call_lines(call))])
        )
    wanted = {task.item_key: task for task in shown.wanted.tasks}
    blocks += ["\n".join(_item(shown, item, wanted.get(item))) for item in items(shown)]
    if recurring := list(_recurring(shown)):
        blocks.append("\n".join(recurring))
    if unknown := shown.wanted.unknown:
        blocks.append("\n".join(f"? {one.covers or 'the mapping'}: not known: {one.why}" for one in unknown))
    if shown.looks:
        blocks.append("\n".join(f"looked at again: {at:%Y-%m-%d %H:%M:%S} UTC ({why})" for why, at in _sorted(shown)))
    blocks.append(_foot(shown))
    return "\n\n".join(blocks) + "\n"


def items(shown: Preview) -> list[str]:
    """List every item that is wanted or remembered, by key."""
    return sorted({task.item_key for task in shown.wanted.tasks} | shown.after.keys())


def sign_of(shown: Preview, item: str) -> str:
    """
    Choose an item's sign.

    + is made, ~ changed, x ended, = as it should be, ! held with its reason, ? released: the mapping dropped it.
    """
    after, before = shown.after.get(item), shown.before.get(item)
    calls = [call for call in shown.calls if call.item == item]
    if any(call.method == "POST" and call.path == "/planner/tasks" for call in calls):
        return "+"
    if after is None or after.state is LinkState.HELD:
        return "!"
    if after.state is LinkState.RELEASED:
        return "?"
    if after.state in (LinkState.CLOSED, LinkState.WITHDRAWN) and before != after:
        return "x"
    return "~" if calls else "="


def call_lines(call: Call) -> Iterator[str]:
    """Write one call: what is sent, and for a change what stands there now."""
    condition = f"  If-Match: {call.etag}" if call.etag else ""
    yield f"{call.system} {call.method} {call.path}{condition}"
    for name, value in call.body.items():
        yield from (f"  {line}" for line in _field(name, value, call.before))


def _head(shown: Preview) -> str:
    origin = shown.origin
    name = (origin.workflow or origin.document or origin.workspace or origin).__dict__.get("name", "")
    return f"{origin.key}  {name}\nmapping {shown.mapping_hash[:12]}"


def _item(shown: Preview, item: str, task: WantedTask | None) -> Iterator[str]:
    before, after = shown.before.get(item), shown.after.get(item)
    about = preview(Wanted(tasks=(task,))).rstrip("\n").split("\n") if task is not None else [f"{item} (not wanted)"]
    yield f"{sign_of(shown, item)} {about[0]}"
    yield from _indented(line.removeprefix("  ") for line in about[1:])
    yield from _indented(_standing(before, after))
    if labels := shown.lacking.get(item):
        yield from _indented(iter([f"labels:    the plan has no {', '.join(map(repr, labels))}: left out"]))
    yield from _indented(line for event in shown.events if event.item == item for line in _event_lines(shown, event))
    if (folder := shown.documents.get(item)) is not None:
        yield from _indented(iter([f"evidence:  a new version of the document is due in folder {folder}"]))
    yield from _indented(line for call in shown.calls if call.item == item for line in call_lines(call))


def _recurring(shown: Preview) -> Iterator[str]:
    """Show the next dates of what recurs here."""
    for key, dates in sorted(shown.coming.items()):
        if any(item.startswith(f"{key}|") for item in items(shown)):
            yield f"{key} is due next on {', '.join(f'{day:%a %Y-%m-%d}' for day in dates)}"


def _event_lines(shown: Preview, event: Event) -> Iterator[str]:
    values = {key: value for key, value in event.detail.items() if key not in _UNTOLD and value not in (None, "")}
    told = " ".join(f"{key}={_json(value)}" for key, value in values.items())
    yield f"history:   {event.what} {told}".rstrip()
    space = shown.origin.workspace
    if event.what is EventKind.RECORDED and space is not None:
        for name, value in event.detail["attributes"].items():
            yield from (f"- {name}: {_json(space.attributes.get(name))}", f"+ {name}: {_json(value)}")


def _standing(before: Link | None, after: Link | None) -> Iterator[str]:
    if before is not None and before.task_id:
        yield f"task:      {before.task_id}"
    was, will = (link.state.value if link is not None else "nothing" for link in (before, after))
    yield f"link:      {was}" if was == will else f"link:      {was} → {will}"
    if after is not None and after.reason:
        yield f"reason:    {after.reason}"


def _field(name: str, value: Any, before: Mapping[str, Any]) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Write a field of a body: what is taken away with -, what is put with +."""
    if name == "description" and name in before:
        yield from _text_diff(name, str(before[name]), str(value))
        return
    if name in before and not isinstance(value, Mapping):
        yield f'- "{name}": {_json(before[name])}'
    if isinstance(value, Mapping) and isinstance(before.get(name), Mapping):
        gone = {key: before[name][key] for key in value if key in before[name]}
        yield from (f'- "{name}.{key}": {_json(old)}' for key, old in gone.items())
    yield f'+ "{name}": {_json(value)}'


def _text_diff(name: str, before: str, after: str) -> Iterator[str]:
    yield f'  "{name}":'
    compared = difflib.ndiff(before.splitlines(), after.splitlines())
    yield from (f"  {line}" for line in compared if not line.startswith("?"))


def _json(value: Any) -> str:  # noqa: ANN401 - JSON
    return json.dumps(value, ensure_ascii=False, default=str)


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"    {line}" for line in lines)


def _sorted(shown: Preview) -> list[tuple[str, Any]]:
    return sorted(shown.looks.items(), key=lambda look: (look[1], look[0]))


def _foot(shown: Preview) -> str:
    counted = Counter(sign_of(shown, item) for item in items(shown))
    words = [f"{counted[sign]} {word}" for sign, word in _WORDS.items() if counted[sign]]
    calls = len(shown.calls)
    sent = f"{calls} call{'' if calls == 1 else 's'} would be sent; nothing was"
    return f"{', '.join(words) or 'nothing to do'}; {sent}\nhash {shown.hash}"
