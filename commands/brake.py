"""manage.py brake: which rules would end many tasks at once, and letting them."""

from datetime import UTC

import typer

from commands.app_doors import through_app
from commands.asking_first import Yes
from commands.session import operator, run
from shared.errors import NotFoundError
from shared.models.doors import BrakesAnswer, BrakeShown
from shared.operations.interventions import find_braked, release_brake
from shared.services import Storage
from shared.wiring import Wiring

app = typer.Typer(no_args_is_help=True, help="Rules that would end many tasks at once.")


@app.command("list")
def list_() -> None:
    """List the rules whose endings are held; ends with 1 if there is one."""

    async def work(wiring: Wiring) -> tuple[BrakeShown, ...]:
        storage = wiring.storage()
        now, rows = storage.now(), (await storage.brakes.list_all()).items()
        return tuple(
            BrakeShown(rule=rule, since=row.tripped_at, ended_lately=row.lately(now), waiting=0)
            for rule, row in sorted(rows)
            if row.tripped_at is not None
        )

    doors = through_app()
    braked = run(work) if doors is None else doors.get("brakes", BrakesAnswer).brakes
    lines = [f"{one.rule}: held since {one.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC" for one in braked]
    typer.echo("\n".join(lines) or "no rule is held")
    if lines:
        raise typer.Exit(1)


@app.command()
def release(rule: str, *, yes: Yes = False) -> None:
    """Let a rule end what its condition says no to, for an hour; what was held is looked at at once."""
    if (doors := through_app()) is not None:
        typer.echo(doors.post("brake", rule=rule, yes=yes).sentence)
        return

    async def work(wiring: Wiring) -> int:
        storage = wiring.storage()
        await _must_be_held(rule, storage)
        origins = await find_braked(rule, storage)
        await release_brake(rule, origins, operator(), storage)
        return len(origins)

    found = run(work)
    typer.echo(f"released; {found} origin{'' if found == 1 else 's'} will be looked at")


async def _must_be_held(rule: str, storage: Storage) -> None:
    """Raise NotFoundError unless the rule's endings are held: names those that are."""
    held = sorted(name for name, row in (await storage.brakes.list_all()).items() if row.tripped_at is not None)
    if rule not in held:
        message = f"rule {rule!r} is not held; held: {', '.join(held) or 'none'}"
        raise NotFoundError(message)
