"""
How quickly the stand-in lives, by settings of its own. What is not set is as in Azure.

A demo or a test may be quicker than Azure, and says so here; nothing in the app or in host.json changes it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from local.functions_host.errors import HostError

PREFIX = "LOCAL_HOST_"


def _of_seconds(value: object) -> object:
    """Take seconds as text: pydantic would read "0.5" as a date."""
    return float(value) if isinstance(value, str) else value


Seconds = Annotated[timedelta, BeforeValidator(_of_seconds)]


class Pace(BaseModel):
    """
    Each can be set by an environment variable of its name in upper case, after `LOCAL_HOST_`: plain seconds.

    Sources: QueueListener and QueuePollingIntervals of Microsoft.Azure.WebJobs.Extensions.Storage.Queues,
    SingletonOptions of Microsoft.Azure.WebJobs; the others were measured on the real host.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    message_seconds: Seconds = Field(
        default=timedelta(seconds=600), ge=timedelta(seconds=1), description="A message in hand is hidden so long."
    )
    longest_pause_seconds: Seconds | None = Field(
        default=None, description="Between two looks into an empty queue, where maxPollingInterval allows longer ones."
    )
    refused_seconds: Seconds = Field(
        default=timedelta(seconds=25), description="Storage may refuse connections so long; then the host ends itself."
    )
    lock_seconds: Seconds = Field(
        default=timedelta(seconds=60),
        ge=timedelta(seconds=15),
        le=timedelta(seconds=60),
        description="Lease of a timer's lock; the service allows 15 to 60.",
    )
    lock_renewal_seconds: Seconds = Field(default=timedelta(seconds=30), description="Between two renewals of a lock.")
    lock_look_seconds: Seconds = Field(
        default=timedelta(seconds=60), description="Between two tries for a lock that another host has."
    )
    grace_seconds: Seconds = Field(default=timedelta(seconds=10), description="For what runs when SIGINT comes.")
    orphaned_seconds: Seconds = Field(
        default=timedelta(seconds=5), description="A worker whose host was killed goes on so long."
    )


def read_pace(settings: Mapping[str, str]) -> Pace:
    """
    Read the settings of the stand-in.

    Raises:
        HostError: one is unknown or no number; says which.
    """
    given = {name.removeprefix(PREFIX).lower(): value for name, value in settings.items() if name.startswith(PREFIX)}
    try:
        return Pace.model_validate(given)
    except (ValidationError, ValueError) as error:
        message = f"{PREFIX}*: {error}"
        raise HostError(message) from error
