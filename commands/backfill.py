"""manage.py backfill: make the tasks of what existed before its rule did."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

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
    console = Console()

    async def work(wiring: Wiring) -> None:
        services = wiring.services()
        found = await _find(scope, services, console)
        if dry_run:
            await _tell_sample(found, services, console, most=sample)
        else:
            await _hand_on(found, scope, services, console)

    run(work)


async def _find(scope: Scope, services: Services, console: Console) -> Found:
    with _progress(console) as progress:
        task = progress.add_task("looking", total=None)
        found = await find(scope, services, lambda count: progress.update(task, completed=count))
    console.print(f"{len(found.numbers)} {found.kind.value}s since {scope.since:%Y-%m-%d} concern rule {scope.rule}")
    return found


async def _hand_on(found: Found, scope: Scope, services: Services, console: Console) -> None:
    progress = await resume(scope, services)
    before = sum(number <= progress.last for number in found.numbers)
    if before:
        console.print(f"going on after {before} that an earlier run handed on")
    with _progress(console) as bar:
        task = bar.add_task("handing on", total=len(found.numbers), completed=before)
        async for count in hand_on(found, scope, progress, services):
            bar.advance(task, count)
    console.print(
        f"{len(found.numbers) - before} handed on. They are looked at while hardly anything else waits;"
        " `status` counts what is left."
    )


async def _tell_sample(found: Found, services: Services, console: Console, *, most: int) -> None:
    """Look into some origins, evenly spread, and say what the whole would come to."""
    keys = found.keys[:: max(1, len(found.keys) // most)][:most] if most else ()
    new: list[int] = []
    unreadable = 0
    for key in keys:
        try:
            preview = await preview_origin(key, services)
        except NeverError as error:
            unreadable += 1
            console.print(f"  {key}: can't be read: {error}", highlight=False)
            continue
        made = [item for item in preview.after if item not in preview.before]
        new.append(len(made))
        console.print(f"  {key}: {len(made)} new tasks, {len(preview.before)} known", highlight=False)
    if new:
        total = round(sum(new) / len(new) * len(found.numbers))
        console.print(
            f"about {total} new tasks in all, by {len(new)} that were looked into; {unreadable} can't be read"
        )
    console.print("nothing was written")


@contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=not console.is_terminal) as progress:
        yield progress
