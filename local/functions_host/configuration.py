"""What host.json, the settings file and `%NAME%` say to a host."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from local.functions_host.errors import HostError

_SETTING = re.compile(r"%([^%]+)%")


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)


class QueueOptions(_Section):
    """
    How storage queues are read.

    Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue#hostjson-settings
    """

    batch_size: int = Field(default=16, ge=1, le=32, description="Messages taken at once.")
    new_batch_threshold: int = Field(default=8, ge=0, description="More are taken when so many, or fewer, are running.")
    max_dequeue_count: int = Field(default=5, ge=1, description="Tries before a message is poison.")
    visibility_timeout: timedelta = Field(default=timedelta(0), description="Pause after a failed try.")
    max_polling_interval: timedelta = Field(default=timedelta(minutes=1), description="Longest pause when idle.")
    message_encoding: Literal["base64", "none"] = "base64"


class HttpOptions(_Section):
    """Where HTTP functions stand."""

    route_prefix: str = "api"


class Extensions(_Section):
    """Settings by kind of trigger."""

    http: HttpOptions = HttpOptions()
    queues: QueueOptions = QueueOptions()


class HostJson(_Section):
    """
    The part of host.json that the stand-in follows.

    Source: https://learn.microsoft.com/azure/azure-functions/functions-host-json
    """

    function_timeout: timedelta = Field(default=timedelta(minutes=30), description="Longest run of one invocation.")
    extensions: Extensions = Extensions()


class LocalSettings(BaseModel):
    """
    The part of local.settings.json that becomes environment variables.

    Source: https://learn.microsoft.com/azure/azure-functions/functions-develop-local#local-settings-file
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    values: dict[str, str] = Field(default={}, alias="Values")


M = TypeVar("M", bound=BaseModel)


def read_host_json(app: Path) -> HostJson:
    """
    Read the app's host.json.

    Raises:
        HostError: it is missing or wrong.
    """
    return _read(HostJson, app / "host.json")


def read_settings_file(path: Path) -> dict[str, str]:
    """
    Read the variables of a file shaped like local.settings.json.

    Raises:
        HostError: it is missing or wrong.
    """
    return _read(LocalSettings, path).values


def resolve(text: str, settings: Mapping[str, str]) -> str:
    """
    Put settings in the place of `%NAME%`, as the host does in schedules and names of queues.

    Raises:
        HostError: a setting is not there.
    """
    wanted = _SETTING.findall(text)
    if missing := [name for name in wanted if not settings.get(name)]:
        message = f"{text}: the setting {', '.join(missing)} is not set"
        raise HostError(message)
    return _SETTING.sub(lambda match: settings[match[1]], text)


def _read(model: type[M], path: Path) -> M:
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8-sig"))
        return model.model_validate(content)
    except (OSError, ValueError, ValidationError) as error:
        message = f"{path}: {error}"
        raise HostError(message) from error
