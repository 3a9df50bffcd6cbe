"""A hint: what OpenText's sender tells us. It says where to look, and is believed in nothing else."""

import re
from typing import Annotated, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from shared.models.base import Foreign
from shared.models.keys import OriginKind, origin_key
from shared.models.text import whole

LONGEST_TEXT = 200
"""Characters of free text that are kept for the log."""
_ID = re.compile(r"0*[1-9][0-9]{0,18}", re.ASCII)


def _number(value: object) -> int | None:
    # Senders write numbers as strings, and "" where they have none.
    text = value.strip() if isinstance(value, str) else value
    if text is None or text == "":
        return None
    if isinstance(text, bool) or not isinstance(text, str | int) or _ID.fullmatch(str(text)) is None:
        message = "must be a positive whole number of at most 19 digits"
        raise ValueError(message)
    return int(text)


def _text(value: object) -> str:
    # Whole first: a cut, or a sender, may leave half of a pair, which no message can be written with.
    return "" if value is None else whole(whole(str(value))[:LONGEST_TEXT])


NodeNumber = Annotated[int | None, BeforeValidator(_number)]
FreeText = Annotated[str, BeforeValidator(_text)]


class Hint(Foreign):
    """One hint. Unknown keys are passed over: each customer builds a sender of its own."""

    model_config = ConfigDict(hide_input_in_errors=True)

    process_id: NodeNumber = Field(default=None, description="A workflow. None: not about one.")
    node_id: NodeNumber = Field(default=None, description="A workspace, document or anything in it. None: not told.")
    event: FreeText = Field(default="", description="The sender's own word, for the log.")
    occurred: FreeText = Field(default="", description="As the sender wrote it, for the log: never a time to trust.")
    id: FreeText = Field(default="", description="The sender's id of this hint, for the log.")

    @model_validator(mode="after")
    def _points_somewhere(self) -> Self:
        if self.process_id is None and self.node_id is None:
            message = "process_id or node_id is needed"
            raise ValueError(message)
        return self

    @property
    def origins(self) -> tuple[str, ...]:
        """Where to look: the workflow, the node, or both."""
        named = ((OriginKind.WORKFLOW, self.process_id), (OriginKind.NODE, self.node_id))
        return tuple(origin_key(kind, number) for kind, number in named if number is not None)
