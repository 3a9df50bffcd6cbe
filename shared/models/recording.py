"""One origin as it stood at a moment, with the directory's answers: enough to compute its tasks again."""

from datetime import datetime

from pydantic import Field

from shared.models.base import Frozen
from shared.models.origin import Origin
from shared.models.people import Directory
from shared.models.wanted import Wanted
from shared.models.words import ActAs


class Recording(Frozen):
    """What `wanted` is given, besides the mapping."""

    origin: Origin
    directory: Directory
    now: datetime = Field(description="Aware.")
    completed: tuple[str, ...] = Field(default=(), description="Keys of completed items, sorted.")
    act_as: ActAs = Field(default=ActAs.PERFORMER, description="OPENTEXT_ACT_AS.")
    wanted: Wanted | None = Field(
        default=None, description="What the mapping made of it when it was recorded. None: not noted."
    )

    def told_of(self, origin: Origin, directory: Directory) -> "Recording":
        """Return the recording about another origin and other people: their pseudonyms, say."""
        return self.model_copy(update={"origin": origin, "directory": directory})

    def noting(self, wanted: Wanted) -> "Recording":
        """Return the recording with what the mapping makes of it."""
        return self.model_copy(update={"wanted": wanted})
