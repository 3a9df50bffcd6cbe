"""manage.py status, gate, doctor: what stands in the way, and what is asked of the systems to find out."""

import json
from pathlib import Path
from typing import Annotated

import typer

from commands.plain import ago, moment, section, show
from commands.session import operator, run
from shared.models.gate import Gate
from shared.models.holds import HOLDS
from shared.models.trouble import Trouble
from shared.operations import interventions
from shared.operations.counted import HeldLink, HoldGroup
from shared.operations.doctor import examine
from shared.operations.findings import Finding, Verdict
from shared.operations.status import Status, read_status
from shared.wiring import Wiring
from shared.wiring.rules import load_rules

SHOWN = 20
"""Held items that `status` names without being asked for all."""
PERSON_NEEDED = 1
"""Exit code."""
gate = typer.Typer(no_args_is_help=True, help="Pauses that systems asked for, and sign-ins that were refused.")

GateName = Annotated[str, typer.Argument(help="As `gate list` shows it, e.g. graph or sign-in-service.")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines: one JSON document.")]


def status(
    *,
    held: Annotated[bool, typer.Option("--held", help="Name every item that is held.")] = False,
    links: Annotated[bool, typer.Option(help="Count links, too: reads the whole table.")] = True,
    as_json: AsJson = False,
) -> None:
    """Say what stands in the way, by cause; then what waits. Exit code 1: something needs a person."""

    async def work(wiring: Wiring) -> Status:
        return await read_status(wiring.storage(), with_links=links or held)

    found = run(work, asks_storage=True)
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        _show(found, found.held if held else found.held[:SHOWN])
    raise typer.Exit(PERSON_NEEDED if found.needs_person else 0)


def _show(found: Status, held: tuple[HeldLink, ...]) -> None:
    timers = found.timers
    section("In the way", [line for trouble in found.troubles for line in _trouble(trouble, found)])
    section("Held, by cause", [line for group in found.holds for line in _group(group)])
    typer.echo("" if found.troubles or found.holds else "Nothing is in the way.\n")
    app = found.app
    show("last sweep", "never" if app is None else f"{moment(app.at)}, or within five minutes after it")
    show("mapping in force", "not known" if app is None else app.mapping_hash)
    show("waiting in queues", ", ".join(f"{name} {length}" for name, length in found.queues.items()))
    show("timers", f"{timers.due} due, {timers.later} later, {timers.bulk} of back-fill")
    show("oldest timer due", moment(found.oldest))
    show("dead letters", f"{timers.dead}{': manage.py dead list' if timers.dead else ''}")
    show("plans", f"{found.plans}; the fullest uses {found.fullest:.0%} of a limit")
    show("next discovery", moment(found.discovery))
    if found.links is not None:
        show("links", ", ".join(f"{state} {count}" for state, count in sorted(found.links.states.items())) or "none")
        released = sorted(found.links.released_by_rule.items())
        section("Released: the mapping asks for them no more", map(_released, released))
    section("Held items", [_held(one) for one in held])
    if len(found.held) > len(held):
        typer.echo(f"  and {len(found.held) - len(held)} more: `status --held` names them all")


def _trouble(trouble: Trouble, found: Status) -> list[str]:
    facts, again = trouble.facts, moment(trouble.next_try) if trouble.next_try else "when something changes"
    stands = f"{trouble.cause}, for {ago(found.now - trouble.since)}, met {trouble.tries} times"
    return [
        f"{trouble.where} {trouble.subject}: {stands}. {facts.sentence}",
        f"    last error: {trouble.text or 'none was told'}",
        f"    next try: {again}; what heals it: {facts.heals}",
    ]


def _group(group: HoldGroup) -> list[str]:
    facts, again = HOLDS[group.cause], moment(group.next_try) if group.next_try else "when something changes"
    return [
        f"{len(group.items)} items, {group.cause}: {facts.sentence}",
        f"    e.g. {group.items[0].reason or 'no reason was kept'}",
        f"    next try: {again}; what heals it: {facts.heals}",
    ]


def _released(of_rule: tuple[str, int]) -> str:
    rule, count = of_rule
    return f"{count} of rule {rule}: put it back, or `mapping apply --withdraw {rule}` ends them"


def _held(one: HeldLink) -> str:
    again = "when it changes" if one.retry_at is None else moment(one.retry_at)
    return f"{one.origin} {one.item}: {one.cause}: {one.reason}; again {again}"


@gate.command("list")
def list_gates(*, as_json: AsJson = False) -> None:
    """Show which systems and sign-ins are left alone, until when and why."""

    async def work(wiring: Wiring) -> dict[str, Gate]:
        storage = wiring.storage()
        now, found = storage.now(), await storage.gates.list_all()
        return {name: gate for name, gate in sorted(found.items()) if gate.until > now}

    closed = run(work, asks_storage=True)
    if as_json:
        typer.echo(json.dumps({name: gate.model_dump(mode="json") for name, gate in closed.items()}))
        return
    for name, one in closed.items():
        typer.echo(f"{name}: until {moment(one.until)}, since {moment(one.since)}: {one.why or 'no reason was kept'}")
    typer.echo(f"{len(closed)} gates are closed")


@gate.command("open")
def open_gate(name: GateName) -> None:
    """Have a system called, or a sign-in tried, again at once. Exit code 1: there is no such gate."""

    async def work(wiring: Wiring) -> None:
        await interventions.open_gate(name, operator(), wiring.storage())

    run(work, asks_storage=True)
    typer.echo(f"{name} is open")


def doctor(
    *,
    mapping: Annotated[Path | None, typer.Option(help="Compare this file with the app's mapping.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask every system what the rules really use. Exit code 1: something fails."""

    async def work(wiring: Wiring) -> tuple[Finding, ...]:
        return await examine(wiring, None if mapping is None else load_rules(str(mapping.resolve())).hash)

    found = run(work)
    if as_json:
        typer.echo(json.dumps([one.as_json() for one in found], ensure_ascii=False))
    else:
        for one in found:
            typer.echo(f"{one.verdict:<4} {one.name}: {one.text}")
            if one.remedy:
                typer.echo(f"     {one.remedy}")
    raise typer.Exit(PERSON_NEEDED if any(one.verdict is Verdict.FAIL for one in found) else 0)
