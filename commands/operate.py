"""manage.py replay, dead, rebuild: what an operator does."""

from typing import Annotated

import typer

from commands.plain import moment
from commands.session import operator, run
from shared.errors import InputError, Problem
from shared.models.holds import HoldCause
from shared.models.keys import split_origin_key
from shared.operations.interventions import (
    Chosen,
    choose_letters,
    drop_letters,
    find_held,
    look_again,
    read_plan,
    replay_letters,
    retry,
)
from shared.operations.rebuild import Rebuilt
from shared.operations.rebuild import rebuild as rebuild_tables
from shared.operations.standstill import must_stand_still
from shared.services import Storage
from shared.store.agenda import Dead
from shared.wiring import Wiring

dead = typer.Typer(no_args_is_help=True, help="Messages that failed for good.")

Key = Annotated[str | None, typer.Argument(help="Key of one letter, as `dead list` shows it.")]
Stopped = Annotated[
    bool, typer.Option("--stopped", help="No app runs on these tables: none is deployed, or it is stopped.")
]
Every = Annotated[bool, typer.Option("--all", help="All of them.")]
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
) -> None:
    """Have an origin looked at now, completely; or what is held; or a plan."""
    if sum((origin is not None, held, plan is not None and not held)) != 1:
        raise typer.BadParameter("give one of --origin KEY, --held, --plan ID")  # noqa: EM101
    if (cause is not None or rule is not None) and not held:
        raise typer.BadParameter("--cause and --rule go with --held")  # noqa: EM101

    async def work(wiring: Wiring) -> tuple[str, ...]:
        storage = wiring.storage()
        if held:
            return await _retry(Chosen(cause, plan, rule), storage)
        if plan is not None:
            await read_plan(plan, operator(), storage)
            return (f"plan {plan}",)
        await look_again(_checked(str(origin)), operator(), storage)
        return (str(origin),)

    queued = run(work)
    for one in queued:
        typer.echo(f"{one} is queued")
    if not queued:
        typer.echo("nothing is held so")


async def _retry(chosen: Chosen, storage: Storage) -> tuple[str, ...]:
    if origins := await find_held(chosen, storage):
        await retry(chosen, origins, operator(), storage)
    return origins


def _checked(origin: str) -> str:
    try:
        split_origin_key(origin)
    except ValueError as error:
        raise InputError([Problem("--origin", str(error))]) from error
    return origin


def rebuild(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; say what would be linked.")] = False,
    gone: Annotated[
        list[str] | None, typer.Option(help="Id or title of a plan, or id of a group, that was deleted. Repeatable.")
    ] = None,
    stopped: Stopped = False,
) -> None:
    """
    Find the bridge's tasks again after its tables were lost. Pause the app first (BRIDGE_PAUSED=true).

    Ends with 0: the app may start; 1: it may not, or something went wrong.
    """
    say = typer.echo

    async def work(wiring: Wiring) -> Rebuilt:
        if not dry_run:
            await must_stand_still(wiring.storage(), is_stopped=stopped)
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


@dead.command("list")
def list_letters() -> None:
    """Show the letters, oldest first."""

    async def work(wiring: Wiring) -> tuple[Dead, ...]:
        return await wiring.storage().agenda.list_dead()

    found = run(work)
    for one in found:
        letter = one.letter
        typer.echo(one.key)
        typer.echo(f"  {moment(letter.at)} queue {letter.queue}: {letter.reason}")
        typer.echo(f"  {letter.body[:200]}\n  {letter.replay.replace('KEY', one.key)}")
    typer.echo(f"{len(found)} dead letters")


@dead.command("replay")
def replay_dead(key: Key = None, *, every: Every = False) -> None:
    """Send messages again and take their letters away."""

    async def work(wiring: Wiring) -> tuple[list[str], list[str]]:
        storage = wiring.storage()
        letters = await choose_letters(_one_or_all(key, every=every), storage)
        return await replay_letters(letters, operator(), storage)

    queued, left = run(work)
    for one in queued:
        typer.echo(f"{one} is queued")
    for why in left:
        typer.echo(f"{why}: it stays", err=True)


@dead.command("drop")
def drop_dead(key: Key = None, *, every: Every = False) -> None:
    """Take letters away. Their origins are still looked at in their turn."""

    async def work(wiring: Wiring) -> tuple[Dead, ...]:
        storage = wiring.storage()
        letters = await choose_letters(_one_or_all(key, every=every), storage)
        await drop_letters(letters, operator(), storage)
        return letters

    for one in run(work):
        typer.echo(f"{one.key} is gone")


def _one_or_all(key: str | None, *, every: bool) -> str | None:
    """
    Return the key of the letter that a command is about; None: all of them.

    Raises:
        InputError: neither a key nor --all, or both.
    """
    if (key is None) == (not every):
        raise InputError([Problem("KEY", "give the key of one letter, or --all")])
    return key
