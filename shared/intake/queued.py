"""Messages as they come off the queues: one that is none of ours costs itself alone."""

from pydantic import ValidationError

from shared.models.keys import split_origin_key
from shared.models.messages import OriginMessage, PlanMessage


def read_origin_message(body: bytes | str) -> OriginMessage | None:
    """Read what says at which origin to look. None: it says that of none."""
    try:
        message = OriginMessage.model_validate_json(body)
        split_origin_key(message.origin)
    except ValueError:
        return None
    return message


def read_plan_message(body: bytes | str) -> PlanMessage | None:
    """Read what says which plan to read. None: it says that of none."""
    try:
        return PlanMessage.model_validate_json(body)
    except ValidationError:
        return None
