"""manage.py status: what stands in the way, by cause; what is held; what waits as it should."""

import json
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console

from commands.app_doors import through_app
from commands.app_status import read_app_status
from commands.follow import again_and_again
from commands.plain import ago, moment, section, show
from commands.session import run
from shared.models.doors import HeldItem
from shared.models.holds import HOLDS, HoldCause
from shared.models.trouble import Trouble
from shared.models.troubles import CAUSES
from shared.operations.counted import HoldGroup
from shared.operations.status import FailingOrigins, Status, read_status
from shared.wiring import Wiring

SHOWN = 20
"""Held items that `status` names without being asked for all."""
PERSON_NEEDED = 1
"""Exit code."""
EVERY_SECONDS = 5.0
NORMAL = frozenset({HoldCause.MAPPING, HoldCause.SUSPENDED})
"""What waits as its rule, or its workflow, says."""


def status(
    *,
    held: Annotated[bool, typer.Option("--held", help="Name every item that is held.")] = False,
    links: Annotated[bool, typer.Option(help="Count links, too: reads the whole table.")] = True,
    watch: Annotated[bool, typer.Option("--watch", help="Show it again every five seconds, until Ctrl+C.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: one JSON document.")] = False,
) -> None:
    """Say what stands in the way, by cause; then what waits. Exit code 1: something needs a person."""
    doors, with_links = through_app(), links or held
    seen: list[Status] = []

    async def work(wiring: Wiring) -> None:
        async def tell() -> None:
            if watch and not as_json:
                Console().clear()
            found = (
                await read_status(wiring.storage(), with_links=with_links)
                if doors is None
                else read_app_status(doors, with_links=with_links)
            )
            seen[:] = [found]
            _tell(found, every=held, as_json=as_json)

        await (again_and_again(tell, EVERY_SECONDS) if watch else tell())

    run(work, asks_storage=doors is None, for_itself=doors is None)
    raise typer.Exit(PERSON_NEEDED if any(one.needs_person for one in seen) else 0)


def _tell(found: Status, *, every: bool, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        _show(found, found.held if every else found.held[:SHOWN])


def _show(found: Status, held: tuple[HeldItem, ...]) -> None:
    in_the_way = [group for group in found.holds if group.cause not in NORMAL]
    section("In the way", [line for trouble in found.troubles for line in _trouble(trouble, found)])
    section("Can't be looked at, by cause", [line for group in found.failing for line in _failing(group, found)])
    section("Held, by cause", [line for group in in_the_way for line in _group(group, found)])
    typer.echo("" if found.troubles or found.failing or in_the_way else "Nothing is in the way.\n")
    normal = [group for group in found.holds if group.cause in NORMAL]
    section("Waits as it should", [f"{len(one.items)} items: {HOLDS[one.cause].sentence}" for one in normal])
    _show_app(found)
    if found.links is not None:
        show("links", ", ".join(f"{state} {count}" for state, count in sorted(found.links.states.items())) or "none")
        released = sorted(found.links.released_by_rule.items())
        section("Released: the mapping asks for them no more", map(_released, released))
    section("Held items", [_held(one) for one in held])
    if len(found.held) > len(held):
        typer.echo(f"  and {len(found.held) - len(held)} more: `status --held` names them all")


def _show_app(found: Status) -> None:
    timers, app = found.timers, found.app
    show("last sweep", "never" if app is None else f"{moment(app.at)}, or within five minutes after it")
    show("last plan read", _lately(found.last_plan_read))
    show("last hint", _lately(found.last_hint))
    show("release", "not known" if app is None or not app.release else app.release)
    show("mapping in force", "not known" if app is None else app.mapping_hash)
    show("waiting in queues", ", ".join(f"{name} {length}" for name, length in found.queues.items()))
    show("timers", f"{timers.due} due, {timers.later} later, {timers.bulk} of back-fill")
    show("oldest timer due", moment(found.oldest))
    show("dead letters", f"{timers.dead}{': manage.py dead list' if timers.dead else ''}")
    show("plans", f"{found.plans}; the fullest uses {found.fullest:.0%} of a limit")
    show("next discovery", moment(found.discovery))


def _lately(at: datetime | None) -> str:
    return "not within a day" if at is None else f"{moment(at)}, or within five minutes after it"


def _failing(group: FailingOrigins, found: Status) -> list[str]:
    origin, oldest = group.origins[0]
    return [
        f"{len(group.origins)} origins, {group.cause}, the first for {ago(found.now - oldest.since)}",
        f"    e.g. {origin}: {oldest.error}",
        f"    next try: {moment(group.next_try)}; what heals it: {CAUSES[group.cause].heals}",
    ]


def _trouble(trouble: Trouble, found: Status) -> list[str]:
    facts, again = trouble.facts, moment(trouble.next_try) if trouble.next_try else "when something changes"
    stands = f"{trouble.cause}, for {ago(found.now - trouble.since)}, met {trouble.tries} times"
    return [
        f"{trouble.where} {trouble.subject}: {stands}. {facts.sentence}",
        f"    last error: {trouble.text or 'none was told'}",
        f"    next try: {again}; what heals it: {facts.heals}",
    ]


def _group(group: HoldGroup, found: Status) -> list[str]:
    facts, again = HOLDS[group.cause], moment(group.next_try) if group.next_try else "when something changes"
    return [
        f"{len(group.items)} items, {group.cause}: {facts.sentence}{_oldest(group, found)}",
        f"    e.g. {group.items[0].reason or 'no reason was kept'}",
        f"    next try: {again}; what heals it: {facts.heals}",
    ]


def _oldest(group: HoldGroup, found: Status) -> str:
    return "" if group.oldest is None else f" The oldest waits for {ago(found.now - group.oldest)}."


def _released(of_rule: tuple[str, int]) -> str:
    rule, count = of_rule
    return f"{count} of rule {rule}: put it back, or `mapping apply --withdraw {rule}` ends them"


def _held(one: HeldItem) -> str:
    again = "when it changes" if one.next_try is None else moment(one.next_try)
    return f"{one.origin} {one.item}: {one.cause}: {one.reason}; again {again}"
