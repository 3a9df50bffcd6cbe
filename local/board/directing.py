"""What is done to the scene itself, and not by anybody in it: another scene, time, trouble and its mending."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any, TypeAlias

from pydantic import Field

from local.board.acts import Given, RefusedActError
from local.board.stage import Stage
from local.board.troubles import Troubles

YEAR = timedelta(days=366).total_seconds()


class SetScene(Given):
    """Begin another scene."""

    name: str


class LetPass(Given):
    """Let time pass; it never goes back."""

    seconds: Annotated[float, Field(gt=0, le=YEAR)]


class MakeTrouble(Given):
    """Break something."""

    name: str


class Mend(Given):
    """Mend all that was broken."""


def set_scene(stage: Stage, asked: SetScene) -> str:
    """Have another scene set."""
    return stage.change(asked.name)


def let_pass(stage: Stage, asked: LetPass) -> str:
    """Let time pass."""
    return stage.forward(timedelta(seconds=asked.seconds))


def make_trouble(stage: Stage, asked: MakeTrouble) -> str:
    """Break something."""
    return _troubles(stage).make(asked.name)


def mend(stage: Stage, _: Mend) -> str:
    """Mend all that was broken."""
    return _troubles(stage).mend()


def _troubles(stage: Stage) -> Troubles:
    stage.ready()
    if stage.troubles is None:
        message = "no scene stands"
        raise RefusedActError(message)
    return stage.troubles


Direction: TypeAlias = tuple[type[Given], Callable[[Stage, Any], str]]
DIRECTIONS: dict[str, Direction] = {
    "scene": (SetScene, set_scene),
    "forward": (LetPass, let_pass),
    "trouble": (MakeTrouble, make_trouble),
    "mend": (Mend, mend),
}


def direct(stage: Stage, name: str, given: Mapping[str, Any]) -> str:
    """
    Do what is asked for to the scene; return what was done as a sentence.

    Raises:
        RefusedActError: it can't be done now; says why.
        pydantic.ValidationError: it is not asked as it should be; names each field.
    """
    asked, do = DIRECTIONS[name]
    said = do(stage, asked.model_validate(given))
    stage.feed.tell("board", said)
    return said
