"""The kinds of model: our own, what others send, and what we keep."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Ours: nothing unknown gets in, nothing changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Foreign(BaseModel):
    """Another system's answer: what we do not know is passed over, and no part of it stands in an error."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True)


class Stored(BaseModel):
    """Ours, as rows and messages keep it: what a newer release wrote beside is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")
