"""The kinds of model: our own, what others send, and what we keep."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A model of our own: it takes no unknown field, and never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Foreign(BaseModel):
    """Another system's answer: what we do not know is passed over, and no part of it stands in an error."""

    # By our own names too: a preview makes such answers itself, for what it does not send.
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True)


class Stored(BaseModel):
    """Ours, as rows and messages keep it: what a newer release wrote beside is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def find_stored(name: str, among: type[Stored] = Stored) -> type[Stored] | None:
    """Find the model of this name. None: this release has none, or has not loaded it."""
    for model in among.__subclasses__():
        if model.__name__ == name:
            return model
        if (found := find_stored(name, model)) is not None:
            return found
    return None
