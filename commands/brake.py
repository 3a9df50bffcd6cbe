"""manage.py brake: which rules would end many tasks at once, and letting them."""

from datetime import UTC

import typer

from commands.session import operator, run
from shared.operations.interventions import find_braked, release_brake
from shared.wiring import Wiring

app = typer.Typer(no_args_is_help=True, help="Rules that would end many tasks at once.")


@app.command("list")
def list_() -> None:
    """List the rules whose endings are held; ends with 1 if there is one."""

    async def work(wiring: Wiring) -> list[str]:
        rows = (await wiring.storage().brakes.list_all()).items()
        return [
            f"{rule}: held since {row.tripped_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
            for rule, row in sorted(rows)
            if row.tripped_at is not None
        ]

    lines = run(work)
    typer.echo("\n".join(lines) or "no rule is held")
    if lines:
        raise typer.Exit(1)


@app.command()
def release(rule: str) -> None:
    """Let a rule end what its condition says no to, for an hour; what was held is looked at at once."""

    async def work(wiring: Wiring) -> int:
        storage = wiring.storage()
        origins = await find_braked(rule, storage)
        await release_brake(rule, origins, operator(), storage)
        return len(origins)

    found = run(work)
    typer.echo(f"released; {found} origin{'' if found == 1 else 's'} will be looked at")
