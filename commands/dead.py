"""manage.py dead: messages that failed for good."""

import json
from collections.abc import Sequence
from typing import Annotated

import typer

from commands.app_doors import LARGEST_PAGE, AppDoors, through_app
from commands.asking_first import Yes, ask_first
from commands.plain import moment
from commands.session import operator, run
from shared.errors import InputError, Problem
from shared.models.doors import Done, LettersAnswer, LetterShown
from shared.operations.interventions import choose_letters, drop_letters, replay_letters
from shared.store.agenda import Dead
from shared.wiring import Wiring

app = typer.Typer(no_args_is_help=True, help="Messages that failed for good.")

Key = Annotated[str | None, typer.Argument(help="Key of one letter, as `dead list` shows it.")]
Every = Annotated[bool, typer.Option("--all", help="All of them.")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines: one JSON document.")]


@app.command("list")
def list_letters(*, as_json: AsJson = False) -> None:
    """Show the letters, oldest first, with the error and the command that helps."""

    async def work(wiring: Wiring) -> tuple[Dead, ...]:
        return await wiring.storage().agenda.list_dead()

    if (doors := through_app()) is not None:
        _list_through(doors, as_json=as_json)
        return
    found = run(work)
    if as_json:
        typer.echo(json.dumps([{"key": one.key, **one.letter.model_dump(mode="json")} for one in found]))
        return
    for one in found:
        letter = one.letter
        typer.echo(one.key)
        typer.echo(f"  {moment(letter.at)} queue {letter.queue}: {letter.reason}")
        typer.echo(f"  {letter.body[:200]}\n  {letter.replay.replace('KEY', one.key)}")
    typer.echo(f"{len(found)} dead letters")


def _list_through(doors: AppDoors, *, as_json: bool) -> None:
    found: list[LetterShown] = []
    after = ""
    while True:
        page = doors.get("dead-letters", LettersAnswer, after=after, limit=LARGEST_PAGE)
        found += page.letters
        if not (after := page.after):
            break
    if as_json:
        typer.echo(json.dumps([one.model_dump(mode="json") for one in found]))
        return
    for one in found:
        typer.echo(f"{one.key}\n  {moment(one.at)} queue {one.queue}: {one.reason}")
        typer.echo(f"  {one.about}\n  python manage.py dead {'replay' if one.can_replay else 'drop'} {one.key}")
    typer.echo(f"{len(found)} dead letters")


@app.command("replay")
def replay_dead(key: Key = None, *, every: Every = False, yes: Yes = False) -> None:
    """Send messages again and take their letters away. Exit code 1: one holds none that could be sent, and stays."""

    async def work(wiring: Wiring) -> tuple[list[str], list[str]]:
        storage = wiring.storage()
        letters = await choose_letters(_one_or_all(key, every=every), storage)
        return await replay_letters(letters, operator(), storage)

    if (doors := through_app()) is not None:
        _tell(_post(doors, "replay", key, every=every, yes=yes))
        return
    queued, left = run(work)
    for one in queued:
        typer.echo(f"{one} is queued")
    if not queued and not left:
        typer.echo("there are no letters")
    _tell_left(left)


@app.command("drop")
def drop_dead(key: Key = None, *, every: Every = False, yes: Yes = False) -> None:
    """Take letters away. Their origins are still looked at in their turn."""

    async def work(wiring: Wiring) -> tuple[Dead, ...]:
        storage = wiring.storage()
        letters = await choose_letters(_one_or_all(key, every=every), storage)
        await drop_letters(letters, operator(), storage)
        return letters

    ask_first("Take all dead letters away?", yes=yes or not every)
    if (doors := through_app()) is not None:
        _tell(_post(doors, "drop", key, every=every, yes=True))
        return
    gone = run(work)
    for one in gone:
        typer.echo(f"{one.key} is gone")
    if not gone:
        typer.echo("there are no letters")


def _post(doors: AppDoors, door: str, key: str | None, *, every: bool, yes: bool) -> Done:
    if (key is None) == (not every):
        raise typer.BadParameter("give the key of one letter, or --all")  # noqa: EM101
    return doors.post(door, key=key) if key is not None else doors.post(door, yes=yes, all=True)


def _tell(done: Done) -> None:
    typer.echo(done.sentence)
    _tell_left(done.left)


def _tell_left(left: Sequence[str]) -> None:
    for why in left:
        typer.echo(f"{why}: it stays", err=True)
    if left:
        raise typer.Exit(1)


def _one_or_all(key: str | None, *, every: bool) -> str | None:
    """
    Return the key of the letter that a command is about; None: all of them.

    Raises:
        InputError: neither a key nor --all, or both.
    """
    if (key is None) == (not every):
        raise InputError([Problem("KEY", "give the key of one letter, or --all")])
    return key
