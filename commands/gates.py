"""manage.py gate: systems and sign-ins that are left alone, and having them called again."""

import json
from typing import Annotated

import typer

from commands.app_doors import through_app
from commands.plain import moment
from commands.session import operator, run
from shared.models.doors import GatesAnswer, GateShown
from shared.operations import interventions
from shared.wiring import Wiring

app = typer.Typer(no_args_is_help=True, help="Pauses that systems asked for, and sign-ins that were refused.")

GateName = Annotated[str, typer.Argument(help="As `gate list` shows it, e.g. graph or sign-in-service.")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines: one JSON document.")]


@app.command("list")
def list_gates(*, as_json: AsJson = False) -> None:
    """Show which systems and sign-ins are left alone, until when and why."""

    async def work(wiring: Wiring) -> tuple[GateShown, ...]:
        storage = wiring.storage()
        now, found = storage.now(), await storage.gates.list_all()
        return tuple(
            GateShown(name=name, until=gate.until, since=gate.since, why=gate.why, refused=gate.refused)
            for name, gate in sorted(found.items())
            if gate.until > now
        )

    doors = through_app()
    closed = run(work, asks_storage=True) if doors is None else doors.get("gates", GatesAnswer).gates
    if as_json:
        typer.echo(json.dumps({gate.name: gate.model_dump(mode="json") for gate in closed}))
        return
    for one in closed:
        typer.echo(
            f"{one.name}: until {moment(one.until)}, since {moment(one.since)}: {one.why or 'no reason was kept'}"
        )
    typer.echo(f"{len(closed)} gates are closed")


@app.command("open")
def open_gate(name: GateName) -> None:
    """Have a system called, or a sign-in tried, again at once. Exit code 1: there is no such gate."""

    async def work(wiring: Wiring) -> None:
        await interventions.open_gate(name, operator(), wiring.storage())

    if (doors := through_app()) is not None:
        typer.echo(doors.post("gate", name=name).sentence)
        return
    run(work, asks_storage=True)
    typer.echo(f"{name} is open")
