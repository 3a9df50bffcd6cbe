"""manage.py drift: where OpenText and Planner differ, field by field; and having it looked at."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.app_doors import LARGEST_PAGE, AppDoors, through_app
from commands.plain import moment
from commands.progress import progress_bar
from commands.session import checked, run
from shared.errors import RetryLaterError, ThrottledError
from shared.models.doors import OriginsAnswer
from shared.models.drift import FieldDrift, OriginDrift
from shared.models.wanted import Owner
from shared.operations.chosen import Chosen, find_with_item
from shared.wiring import Wiring

if TYPE_CHECKING:
    from shared.services import Services

DIFFERS = 1
"""Exit code."""
PATIENCE = 5
"""Pauses that a system may ask for at one origin, before that one is passed over."""
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=2)
"""What is waited for: after a longer one somebody comes back."""
LONGEST_TEXT = 300

Origin = Annotated[str, typer.Option("--origin", help="Only this one, by its key.")]
Plan = Annotated[str, typer.Option("--plan", help="Only origins with a task in this plan, by its id.")]
Rule = Annotated[str, typer.Option("--rule", help="Only origins with an item of this rule.")]
Every = Annotated[bool, typer.Option("--all", help="Every origin that was ever looked at.")]
Repair = Annotated[bool, typer.Option("--repair", help="Have what differs looked at now, by the app.")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines: one JSON document.")]


def drift(
    origin: Origin = "",
    plan: Plan = "",
    rule: Rule = "",
    *,
    every: Every = False,
    repair: Repair = False,
    as_json: AsJson = False,
) -> None:
    """
    Compare what OpenText wants with what Planner shows, and with what both agreed on. Writes nothing to either.

    Exit code 1: something differs on which nobody agreed, or could not be read.
    """
    if sum((bool(origin), bool(plan or rule), every)) != 1:
        raise typer.BadParameter("give one of --origin KEY, --plan ID and --rule ID, --all")  # noqa: EM101
    # It brings the Graph SDK, which other commands do without.
    from shared.operations.drift import have_looked_at  # noqa: PLC0415

    async def work(wiring: Wiring) -> list[OriginDrift]:
        services = wiring.services()
        chosen = Chosen(plan=plan or None, rule=rule or None)
        origins = (checked(origin),) if origin else await find_with_item(chosen, services)
        found = await _compared(origins, services)
        if repair:
            await have_looked_at([one.origin for one in found if one.is_open], services)
        return found

    doors = through_app()
    if doors is None:
        found = run(work, asks_storage=True)
    else:
        found = _through(doors, origin=origin, rule=rule, plan=plan)
        if repair:
            for one in (one for one in found if one.is_open):
                doors.post("look", origin=one.origin)
    if as_json:
        typer.echo(json.dumps([one.model_dump(mode="json") for one in found], ensure_ascii=False))
    else:
        _show(found, repair=repair)
    raise typer.Exit(DIFFERS if any(one.is_open for one in found) else 0)


def _through(doors: AppDoors, *, origin: str, rule: str, plan: str) -> list[OriginDrift]:
    """Have the app compare, one origin after another."""
    origins = [origin] if origin else _origins(doors, rule=rule, plan=plan)
    found: list[OriginDrift] = []
    with progress_bar() as bar:
        task = bar.add_task("comparing", total=len(origins))
        for key in origins:
            found.append(doors.get("drift", OriginDrift, key=key))
            bar.advance(task)
    return found


def _origins(doors: AppDoors, *, rule: str, plan: str) -> list[str]:
    found: list[str] = []
    after = ""
    while True:
        page = doors.get("origins", OriginsAnswer, rule=rule, plan=plan, after=after, limit=LARGEST_PAGE)
        found += page.origins
        if not (after := page.after):
            return found


async def _compared(origins: tuple[str, ...], services: "Services") -> list[OriginDrift]:
    found: list[OriginDrift] = []
    with progress_bar() as bar:
        task = bar.add_task("comparing", total=len(origins))
        for origin in origins:
            found.append(await _patiently(origin, services))
            bar.advance(task)
    return found


async def _patiently(origin: str, services: "Services") -> OriginDrift:
    """Compare an origin; a short pause that a system asks for is kept."""
    from shared.operations.drift import compare  # noqa: PLC0415 - see above

    why = ""
    for _ in range(PATIENCE):
        try:
            return await compare(origin, services)
        except ThrottledError as error:
            why = str(error)
            pause = (error.retry_after or SHORTEST_PAUSE).total_seconds()
            if pause > LONGEST_PAUSE.total_seconds():
                break
            await asyncio.sleep(pause)
        except RetryLaterError as error:
            why = str(error)
            break
    return OriginDrift(origin=origin, unread=why)


def _show(found: list[OriginDrift], *, repair: bool) -> None:
    for one in found:
        for line in _lines(one):
            typer.echo(line)
    told = sum(one.is_open for one in found)
    settled = sum(not field.settled for origin in found for item in origin.items for field in item.fields)
    compared = sum(one.compared for one in found)
    typer.echo(
        f"{len(found)} origins, {compared} tasks compared: {told or 'no'} origin{'' if told == 1 else 's'} "
        f"with something to bring together, {settled} field{'' if settled == 1 else 's'}"
    )
    if repair:
        typer.echo(f"{told} queued: the app looks at them now" if told else "nothing to repair")


def _lines(one: OriginDrift) -> Iterator[str]:
    if one.unread:
        yield f"{one.origin}: can't be compared: {one.unread}"
    for item in one.items:
        yield f"{one.origin} {item.item}{f' {item.url}' if item.url else ''}"
        if item.held:
            yield f"  held, so nothing is written now: {item.held}"
        if item.next:
            yield f"  next look: {item.next}"
        for field in item.fields:
            yield from _field(field)


def _field(one: FieldDrift) -> Iterator[str]:
    since = "" if one.agreed_at is None else f", since {moment(one.agreed_at)} at most"
    yield f"  {one.field}: {_winner(one)}{since}"
    yield f"    OpenText wants  {_said(one.wanted)}"
    yield f"    Planner shows   {_said(one.shown)}"
    yield f"    agreed          {_agreed(one)}"


def _winner(one: FieldDrift) -> str:
    if one.settled:
        return "agreed, Planner's stands"
    if one.winner is None:
        return "both sides' changes are taken together"
    return {Owner.OPENTEXT: "OpenText's will be written", Owner.PLANNER: "Planner's will be taken"}.get(
        one.winner, "both sides' changes are taken together"
    )


def _agreed(one: FieldDrift) -> str:
    asked, got = _said(one.asked), _said(one.got)
    return asked if asked == got else f"{asked} was wanted, {got} was there"


def _said(value: Any) -> str:  # noqa: ANN401 - a JSON value
    if isinstance(value, list):
        return ", ".join(map(_said, value)) or "nothing"
    if value is None or value == "":
        return "nothing"
    text = " / ".join(str(value).splitlines())
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}..."
