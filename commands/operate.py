"""manage.py replay and rebuild: what an operator has done again."""

from typing import Annotated

import typer

from commands.app_doors import AppDoors, through_app
from commands.asking_first import Yes, ask_first
from commands.progress import progress_bar
from commands.session import checked, operator, run
from shared.models.doors import Done
from shared.models.holds import HoldCause
from shared.operations.chosen import Chosen, find_held
from shared.operations.interventions import look_again, read_plan, retry
from shared.operations.rebuild import rebuild as rebuild_tables
from shared.operations.rebuild_tasks import Rebuilt
from shared.operations.standstill import must_stand_still
from shared.services import Storage
from shared.wiring import Wiring

Stopped = Annotated[
    bool, typer.Option("--stopped", help="No app runs on these tables: none is deployed, or it is stopped.")
]
OriginKey = Annotated[str | None, typer.Option("--origin", help="E.g. workspace-28866, workflow-159314 or node-5711.")]


def replay(
    origin: OriginKey = None,
    *,
    held: Annotated[bool, typer.Option("--held", help="Every origin with something held.")] = False,
    cause: Annotated[HoldCause | None, typer.Option("--cause", help="With --held: this cause alone.")] = None,
    rule: Annotated[str | None, typer.Option("--rule", help="With --held: items of this rule alone.")] = None,
    plan: Annotated[
        str | None, typer.Option("--plan", help="Read this plan now; with --held: its items alone.")
    ] = None,
    yes: Yes = False,
) -> None:
    """Have an origin looked at now, completely; or what is held; or a plan."""
    _must_say_what(origin, Chosen(cause, plan, rule), held=held)
    if (doors := through_app()) is not None:
        typer.echo(_through(doors, Chosen(cause, plan, rule), origin, held=held, yes=yes).sentence)
        return

    async def work(wiring: Wiring) -> tuple[str, ...]:
        storage = wiring.storage()
        if held:
            return await _retry(Chosen(cause, plan, rule), storage)
        if plan is not None:
            await read_plan(plan, operator(), storage)
            return (f"plan {plan}",)
        await look_again(checked(str(origin)), operator(), storage)
        return (str(origin),)

    queued = run(work)
    for one in queued:
        typer.echo(f"{one} is queued")
    if not queued:
        typer.echo("nothing is held so")


def _must_say_what(origin: str | None, chosen: Chosen, *, held: bool) -> None:
    """Raise BadParameter unless it is one origin, what is held, or a plan."""
    if sum((origin is not None, held, chosen.plan is not None and not held)) != 1:
        raise typer.BadParameter("give one of --origin KEY, --held, --plan ID")  # noqa: EM101
    if (chosen.cause is not None or chosen.rule is not None) and not held:
        raise typer.BadParameter("--cause and --rule go with --held")  # noqa: EM101


def _through(doors: AppDoors, chosen: Chosen, origin: str | None, *, held: bool, yes: bool) -> Done:
    if held:
        return doors.post("retry", yes=yes, cause=chosen.cause, rule=chosen.rule, plan=chosen.plan)
    return doors.post("plan", plan=chosen.plan) if origin is None else doors.post("look", origin=origin)


async def _retry(chosen: Chosen, storage: Storage) -> tuple[str, ...]:
    if origins := await find_held(chosen, storage):
        await retry(chosen, origins, operator(), storage)
    return origins


def rebuild(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; say what would be linked.")] = False,
    gone: Annotated[
        list[str] | None, typer.Option(help="Id or title of a plan, or id of a group, that was deleted. Repeatable.")
    ] = None,
    stopped: Stopped = False,
    yes: Yes = False,
) -> None:
    """
    Find the bridge's tasks again after its tables were lost. Pause the app first (BRIDGE_PAUSED=true).

    Ends with 0: the app may start; 1: it may not, or something went wrong.
    """
    say = typer.echo
    ask_first("Write links anew from what Planner and the record show?", yes=yes or dry_run)

    async def work(wiring: Wiring) -> Rebuilt:
        if not dry_run:
            await must_stand_still(wiring.storage(), is_stopped=stopped)
        with progress_bar() as bar:
            bar.add_task("reading plans and records", total=None)
            return await rebuild_tables(wiring.services(), say, gone=gone or (), dry_run=dry_run)

    found = run(work)
    for line in found.left:
        say(f"left alone: {line}")
    for where, why in sorted(found.unproven.items()):
        say(f"NOT PROVEN: tasks may stand in {where} that were not found: {why}")
    say(
        f"{found.plans} plans, {found.origins} origins: {found.tasks} items {'would be ' if dry_run else ''}linked, "
        f"{found.known} were already; {found.histories} histories put back from the record."
    )
    if not found.is_whole:
        say(
            "Do not let the app go on: mend what is not proven and run this again, or state by --gone what was deleted."
        )
        say("If it goes on all the same, it makes no task there.")
        raise typer.Exit(1)
    say(
        "Nothing was written."
        if dry_run
        else "Let the app go on now (BRIDGE_PAUSED=false): its timers look at each of them."
    )
