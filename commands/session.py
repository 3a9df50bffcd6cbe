"""Run one command with this environment's services, and say what went wrong in words."""

import asyncio
import getpass
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import typer

from commands.app_doors import through_app
from shared import wiring
from shared.errors import BridgeError, InputError, Problem, UnavailableError
from shared.models.intervention import OPERATOR
from shared.models.keys import split_origin_key
from shared.operations.health import probe_storage
from shared.wiring import Wiring

T = TypeVar("T")


STORAGE_SECONDS = 4.0
"""For its first answer: nobody looks at a silent screen for a minute and a half."""


def run(work: Callable[[Wiring], Awaitable[T]], *, asks_storage: bool = False, for_itself: bool = True) -> T:
    """
    Do a command's work and close its connections.

    Args:
        work: is given this environment's wiring.
        asks_storage: see first, within seconds, whether storage answers at all.
        for_itself: it does its work here. False: it asks the app that `--app` names.

    Raises:
        typer.BadParameter: `--app` names an app, and this command does not go through one.
        typer.Exit: with 1: something that is expected went wrong; it was printed, one line a problem.
    """
    if for_itself and through_app() is not None:
        message = "this command does its work here, by this machine's settings: leave --app out"
        raise typer.BadParameter(message)

    async def all_of_it() -> T:
        current = wiring.current()
        try:
            if asks_storage:
                await _answering(current)
            return await work(current)
        finally:
            await current.close()

    try:
        return asyncio.run(all_of_it())
    except InputError as error:
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        raise typer.Exit(1) from error
    except BridgeError as error:
        typer.echo(f"{type(error).__name__}: {error}", err=True)
        raise typer.Exit(1) from error


def checked(origin: str) -> str:
    """
    Return what `--origin` named, if it is a key.

    Raises:
        InputError: it is none.
    """
    try:
        split_origin_key(origin)
    except ValueError as error:
        raise InputError([Problem("--origin", str(error))]) from error
    return origin


def operator() -> str:
    """Say who acts: what the history and the list of interventions tell."""
    try:
        return f"{OPERATOR} {getpass.getuser()}"
    except (OSError, KeyError):
        return OPERATOR


async def _answering(current: Wiring) -> None:
    """
    Ask storage one thing.

    Raises:
        UnavailableError: it did not answer in time.
    """
    try:
        async with asyncio.timeout(STORAGE_SECONDS):
            await probe_storage(current.storage())
    except TimeoutError as error:
        message = f"storage did not answer within {STORAGE_SECONDS:g} seconds"
        raise UnavailableError(message) from error


@contextmanager
def settings_of(file: Path | None) -> Iterator[None]:
    """
    Take the settings from a file such as local.settings.json, in place of the environment.

    Args:
        file: None: the environment it is.

    Raises:
        typer.BadParameter: it is no such file.
    """
    if file is None:
        yield
        return
    try:
        values = json.loads(file.read_text(encoding="utf-8-sig"))["Values"]
        environment = {str(name): str(value) for name, value in values.items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        message = f'{file} is no JSON file with an object "Values"'
        raise typer.BadParameter(message) from error
    with wiring.use(Wiring(environment)):
        yield
