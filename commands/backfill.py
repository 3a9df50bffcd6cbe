"""manage.py backfill: make the tasks of what existed before its rule did."""

from datetime import UTC, datetime, time
from typing import Annotated

import typer

from commands.progress import progress_bar
from commands.session import run
from shared.errors import NeverError
from shared.operations.backfill import Found, Scope, find, hand_on, resume
from shared.preview.preview import preview_origin
from shared.services import Services
from shared.wiring import Wiring

RuleId = Annotated[str, typer.Option("--rule", help="Id of the rule.")]
Since = Annotated[
    datetime, typer.Option(formats=["%Y-%m-%d"], help="Workspaces made, and steps started, from that day on (UTC).")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Count, look at a sample, write nothing.")]
Sample = Annotated[int, typer.Option(min=0, max=1000, help="How many origins a dry run looks into.")]


def backfill(rule: RuleId, since: Since, *, dry_run: DryRun = False, sample: Sample = 10) -> None:
    """Hand on what existed before a rule did, behind everything else. Broken off, it goes on where it stood."""
    scope = Scope(rule, datetime.combine(since.date(), time(), UTC))

    async def work(wiring: Wiring) -> None:
        services = wiring.services()
        found = await _find(scope, services)
        if dry_run:
            await _tell_sample(found, services, most=sample)
        else:
            await _hand_on(found, scope, services)

    run(work)


async def _find(scope: Scope, services: Services) -> Found:
    with progress_bar() as progress:
        task = progress.add_task("looking", total=None)
        found = await find(scope, services, lambda count: progress.update(task, completed=count))
    typer.echo(f"{len(found.numbers)} {found.kind.value}s since {scope.since:%Y-%m-%d} concern rule {scope.rule}")
    return found


async def _hand_on(found: Found, scope: Scope, services: Services) -> None:
    progress = await resume(scope, services)
    before = sum(number <= progress.last for number in found.numbers)
    if before:
        typer.echo(f"going on after {before} that an earlier run handed on")
    with progress_bar() as bar:
        task = bar.add_task("handing on", total=len(found.numbers), completed=before)
        async for count in hand_on(found, scope, progress, services):
            bar.advance(task, count)
    typer.echo(
        f"{len(found.numbers) - before} handed on. They are looked at while hardly anything else waits;"
        " `status` counts what is left."
    )


async def _tell_sample(found: Found, services: Services, *, most: int) -> None:
    """Look into some origins, evenly spread, and say what the whole would come to."""
    keys = found.keys[:: max(1, len(found.keys) // most)][:most] if most else ()
    new: list[int] = []
    unreadable = 0
    for key in keys:
        try:
            preview = await preview_origin(key, services)
        except NeverError as error:
            unreadable += 1
            typer.echo(f"  {key}: can't be read: {error}")
            continue
        made = [item for item in preview.after if item not in preview.before]
        new.append(len(made))
        typer.echo(f"  {key}: {len(made)} new tasks, {len(preview.before)} known")
    if new:
        total = round(sum(new) / len(new) * len(found.numbers))
        typer.echo(f"about {total} new tasks in all, by {len(new)} that were looked into; {unreadable} can't be read")
    typer.echo("nothing was written")
    if unreadable and not new:
        # What it would come to is not known.
        raise typer.Exit(1)
