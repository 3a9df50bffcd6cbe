"""A question before what many feel, or nobody can take back."""

from typing import Annotated

import typer

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking: for scripts.")]


def ask_first(question: str, *, yes: bool) -> None:
    """
    Ask, unless it was said already.

    Raises:
        typer.Abort: no, or nobody is there to answer; nothing was done, and the command ends with 1.
    """
    if not yes:
        typer.confirm(question, abort=True, err=True)
