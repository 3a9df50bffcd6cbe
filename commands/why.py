"""manage.py why: why an origin has the tasks that it has, and what becomes of it."""

from collections.abc import Iterator
from typing import Annotated

import typer

from commands.app_doors import through_app
from commands.plain import moment, section, show
from commands.session import run
from shared.models.explanation import ConditionAnswer, ItemStanding, RuleAnswer, TaskAnswer, Why
from shared.wiring import Wiring

OriginKey = Annotated[str, typer.Argument(help="E.g. workspace-28866, workflow-159314 or document-5711.")]
ItemKey = Annotated[str, typer.Option("--item", help="Explain one item alone, by its key.")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines: one JSON document.")]


def why(origin: OriginKey, *, item: ItemKey = "", as_json: AsJson = False) -> None:
    """Say why an origin has the tasks that it has: rules, conditions, what was read; then how its items stand."""

    async def work(wiring: Wiring) -> Why:
        # It brings the Graph SDK, which other commands do without.
        from shared.operations.why import explain_origin  # noqa: PLC0415

        return await explain_origin(origin, wiring, item=item)

    doors = through_app()
    found = run(work, asks_storage=True) if doors is None else doors.get("why", Why, key=origin, item=item)
    if as_json:
        typer.echo(found.model_dump_json())
        return
    _show(found)


def _show(found: Why) -> None:
    typer.echo(found.origin)
    for name, value in found.about.items():
        show(f"  {name}", value)
    if found.unread:
        typer.echo(f"\nIts rules can't be answered now: {found.unread}")
    else:
        show("  mapping", found.mapping_hash)
    for rule in found.rules:
        typer.echo(f"\n{_ANSWERS[rule.holds]} rule {rule.rule}{_about(rule)}")
        for line in _rule(rule):
            typer.echo(line)
    section("Items", [line for one in found.items for line in _item(one)])
    _show_looks(found)
    section("History", (f"{moment(one.at)} {one.who}: {one.what}{_of(one.item)}" for one in found.history))
    if found.history_unread:
        typer.echo(f"\nIts history can't be read: {found.history_unread}")


_ANSWERS = {True: "yes      ", False: "no       ", None: "not known"}


def _about(rule: RuleAnswer) -> str:
    return "".join([f", {rule.about}" if rule.about else "", f": {rule.why}" if rule.why else ""])


def _rule(rule: RuleAnswer) -> Iterator[str]:
    yield from _conditions(rule.conditions, depth=1)
    for task in rule.tasks:
        yield f"  {_ANSWERS[task.holds]} task {task.item}{_of_task(task)}"
        yield from _conditions(task.conditions, depth=2)
        yield from (f"            person: {person}" for person in task.people)
        yield from (f"            not known: {gap}" for gap in task.gaps)


def _of_task(task: TaskAnswer) -> str:
    told = [f"{task.title!r}" if task.title else "", f"due {task.due}" if task.due else ""]
    told += [f"held: {task.held}" if task.held else "", task.why]
    told += [f"appears on {task.not_before}" if task.not_before else ""]
    text = ", ".join(one for one in told if one)
    return f": {text}" if text else ""


def _conditions(conditions: tuple[ConditionAnswer, ...], *, depth: int) -> Iterator[str]:
    for one in conditions:
        why_not = f": {one.why}" if one.why else ""
        meant = [f"nearest: {one.nearest}" if one.nearest else "", f"now: {one.renamed_to}" if one.renamed_to else ""]
        read = f"; read: {one.read}" if one.read else ""
        told = "".join(f"; {text}" for text in meant if text)
        yield f"{'  ' * depth}{_ANSWERS[one.holds]} {one.asked}{read}{why_not}{told}"
        yield from _conditions(one.parts, depth=depth + 1)


def _item(one: ItemStanding) -> Iterator[str]:
    task = f", task {one.task} in plan {one.plan}" if one.task else ", no task"
    yield f"{one.item}: {one.state}{task}{'' if one.of_rule else '; the mapping has no such rule any more'}"
    if one.url:
        yield f"    {one.url}"
    if one.hold is not None:
        again = "when it changes" if one.retry_at is None else moment(one.retry_at)
        yield f"    held, {one.hold}: {one.reason or 'no reason was kept'}"
        yield f"    tried {one.tries} times; next try: {again}; what heals it: {one.heals}"
    elif one.reason:
        yield f"    {one.reason}"
    if one.refused:
        yield f"    last refused: {one.refused}"
    if one.sending:
        yield "    its decision is being sent to OpenText, or the answer was lost"


def _show_looks(found: Why) -> None:
    if found.trouble is not None:
        typer.echo(f"\nIts looks fail since {moment(found.trouble.since)}, {found.trouble.tries} times")
        typer.echo(f"  last error: {found.trouble.error}")
    if not found.known:
        typer.echo("\nNobody looked at it yet: `manage.py replay --origin` does")
    section("Next looks", (f"{moment(look.at)} ({look.waited_for})" for look in found.looks))


def _of(item: str) -> str:
    return f" [{item}]" if item else ""
