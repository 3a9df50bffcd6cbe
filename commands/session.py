"""Run one command with this environment's services, and say what went wrong in words."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import typer

from shared import wiring
from shared.errors import BridgeError, InputError
from shared.wiring import Wiring

T = TypeVar("T")


def run(work: Callable[[Wiring], Awaitable[T]]) -> T:
    """
    Do a command's work and close its connections.

    Raises:
        typer.Exit: with 1: something that is expected went wrong; it was printed, one line a problem.
    """

    async def all_of_it() -> T:
        current = wiring.current()
        try:
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
