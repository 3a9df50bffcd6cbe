"""Lines for people: whole ones, into terminals and pipes alike, and nothing in them is taken for markup."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import typer

WIDTH = 22


def show(name: str, value: str) -> None:
    """Print one fact."""
    typer.echo(f"{name:<{WIDTH}} {value}")


def section(title: str, lines: Iterable[str]) -> None:
    """Print a titled list; nothing when it is empty."""
    for number, line in enumerate(lines):
        if number == 0:
            typer.echo(f"\n{title}")
        typer.echo(f"  {line}")


def moment(at: datetime | None) -> str:
    """Write a time."""
    return "none" if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"


def ago(span: timedelta) -> str:
    """Write how long something has been so."""
    seconds = max(0, int(span.total_seconds()))
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {name}"
    return f"{seconds} s"
