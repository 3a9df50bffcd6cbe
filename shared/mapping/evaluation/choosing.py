"""What an attribute of the record chooses."""

from typing import Any

from shared.errors import NeverError
from shared.mapping.evaluation.scope import Scene
from shared.mapping.language.choices import By
from shared.mapping.language.text import folded


class NoChoiceError(NeverError):
    """The attribute holds a value that the mapping gives nothing for; the message tells people."""


def chosen(value: Any, scene: Scene) -> Any:  # noqa: ANN401 - whatever the field holds
    """
    Return a value as it stands in the rule, or the one that the record chooses.

    Raises:
        NotKnownError: the record does not tell the attribute.
        NoChoiceError: nothing is given for its value, and there is no `else`.
    """
    if not isinstance(value, By):
        return value
    options = {folded(key): option for key, option in value.map.items()}
    parts = scene.values.read(value.name).parts
    # Truths as the file writes them: Python would write "True".
    for part in parts:
        if (found := options.get(folded(str(part).lower() if isinstance(part, bool) else str(part)))) is not None:
            return found
    if value.else_ is not None:
        return value.else_
    shown = ", ".join(map(str, parts)) or "empty"
    message = f"{value.name} is {shown}: the rule gives nothing for it, and no else"
    raise NoChoiceError(message)
