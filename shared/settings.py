"""Every environment variable, with its unit and default, by whom it concerns. Read by `shared.wiring` alone."""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from shared.errors import Problem, SettingsError
from shared.models.words import ActAs
from shared.setting_forms import Schedule, Url, Zone, check_client_state, check_secrets, split

_CONFIG = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True)
"""An error's text shows no input: it may be a secret. Built when first read: an HTTP function reads one alone."""


class StorageSettings(BaseModel):
    """Where the bridge keeps its state. Wired first, and alone: without it nothing can start."""

    model_config = _CONFIG

    connection_string: SecretStr | None = Field(
        default=None, alias="AzureWebJobsStorage", description="For Azurite and keys."
    )
    # The host's own names, by which it opens its storage with an identity: the bridge keeps its state in the same one.
    table_url: Url | None = Field(default=None, alias="AzureWebJobsStorage__tableServiceUri")
    queue_url: Url | None = Field(default=None, alias="AzureWebJobsStorage__queueServiceUri")
    client_id: str | None = Field(
        default=None, alias="AzureWebJobsStorage__clientId", description="User-assigned identity."
    )
    clock_file: str | None = Field(
        default=None, alias="CLOCK_FILE", description="Local only: holds seconds to add to the clock."
    )

    @model_validator(mode="after")
    def _either(self) -> Self:
        if self.connection_string is None and (self.table_url is None or self.queue_url is None):
            message = "set AzureWebJobsStorage, or AzureWebJobsStorage__tableServiceUri and __queueServiceUri"
            raise ValueError(message)
        return self


class PauseSettings(BaseModel):
    """Whether the bridge rests: the switch for whoever works on its tables."""

    model_config = _CONFIG

    paused: bool = Field(
        default=False, alias="BRIDGE_PAUSED", description="Timers and queues rest; hints are taken, and wait."
    )


class AddressSettings(BaseModel):
    """Where people find both systems: what the operations page links to."""

    model_config = _CONFIG

    opentext_base_url: Url | None = Field(default=None, alias="OPENTEXT_BASE_URL")
    graph_base_url: Url = Field(default="https://graph.microsoft.com", alias="GRAPH_BASE_URL")


class HintSettings(BaseModel):
    """What taking a hint from OpenText needs, and nothing more: it is taken while the rest is being mended."""

    model_config = _CONFIG

    webhook_secrets: Annotated[tuple[SecretStr, ...], BeforeValidator(split), AfterValidator(check_secrets)] = Field(
        alias="OPENTEXT_WEBHOOK_SECRETS", description="One, or two while they are rotated; by comma."
    )


class NotificationSettings(BaseModel):
    """What taking a notification from Graph needs, and nothing more."""

    model_config = _CONFIG

    graph_client_state: Annotated[SecretStr, AfterValidator(check_client_state)] = Field(alias="GRAPH_CLIENT_STATE")


class SubscriptionSettings(NotificationSettings):
    """What keeping Graph's subscriptions needs."""

    public_base_url: Url = Field(alias="PUBLIC_BASE_URL", description="Where Graph reaches this app.")


class TimerSettings(BaseModel):
    """When the timers run. A timer whose schedule the host can't read is switched off, alone and silently."""

    model_config = _CONFIG

    write_back_schedule: Schedule = Field(alias="WRITE_BACK_SCHEDULE", description="When plans are swept.")
    escalation_schedule: Schedule = Field(alias="ESCALATION_SCHEDULE", description="When the agenda is swept.")
    subscription_schedule: Schedule = Field(alias="SUBSCRIPTION_SCHEDULE", description="When subscriptions are kept.")


class GateSettings(BaseModel):
    """How long a system is believed that asks for a pause."""

    model_config = _CONFIG

    gate_max_seconds: int = Field(
        default=1800, ge=1, le=86_400, alias="GATE_MAX_SECONDS", description="Longest pause that is kept."
    )


class Settings(BaseModel):
    """What a look at an origin, or the read of a plan, needs beside storage."""

    model_config = _CONFIG

    opentext_base_url: Url = Field(alias="OPENTEXT_BASE_URL", description="Whole cs URL, e.g. https://host/cs/cs.")
    opentext_auth: Literal["password", "otds"] = Field(default="password", alias="OPENTEXT_AUTH")
    opentext_username: str | None = Field(default=None, alias="OPENTEXT_USERNAME")
    opentext_password: SecretStr | None = Field(default=None, alias="OPENTEXT_PASSWORD")
    otds_base_url: Url | None = Field(default=None, alias="OTDS_BASE_URL", description="e.g. https://host/otdsws.")
    otds_client_id: str | None = Field(default=None, alias="OTDS_CLIENT_ID")
    otds_client_secret: SecretStr | None = Field(default=None, alias="OTDS_CLIENT_SECRET")
    otds_partition: str = Field(default="Content Server Members", alias="OTDS_PARTITION")
    otds_impersonation: Literal["token-exchange", "ticket-for-user", "proxy"] = Field(
        default="token-exchange", alias="OTDS_IMPERSONATION"
    )
    opentext_act_as: ActAs = Field(default=ActAs.SERVICE, alias="OPENTEXT_ACT_AS")
    opentext_ca_file: str | None = Field(
        default=None,
        alias="OPENTEXT_CA_FILE",
        description="PEM file with the private CA that signed OpenText's certificates. None: the public ones.",
    )
    opentext_timezone: Zone = Field(default="UTC", alias="OPENTEXT_TIMEZONE", description="Zone of its workflow dates.")
    opentext_concurrency: int = Field(
        default=4, ge=1, le=64, alias="OPENTEXT_CONCURRENCY", description="Reconciles at once, server-wide."
    )
    bridge_instance: str = Field(
        default="",
        alias="BRIDGE_INSTANCE",
        pattern=r"^[a-z0-9-]{0,32}$",
        description="Names this bridge in its tasks' reference lines. Empty: derived from OPENTEXT_BASE_URL.",
    )
    opentext_discovery_seconds: int = Field(
        default=300,
        ge=10,
        alias="OPENTEXT_DISCOVERY_SECONDS",
        description="How often OpenText is asked for what no hint announced.",
    )
    opentext_discovery_report: str | None = Field(
        default=None,
        alias="OPENTEXT_DISCOVERY_REPORT",
        pattern=r"^[A-Za-z0-9_.-]{1,200}$",
        description="Nickname of a WebReport over all steps. None: only workflows that the service user manages.",
    )
    graph_base_url: Url = Field(default="https://graph.microsoft.com", alias="GRAPH_BASE_URL")
    notify_from: str | None = Field(
        default=None, alias="NOTIFY_FROM", description="Mailbox that notifications are sent from."
    )
    mapping_file: str = Field(default="mapping.yaml", alias="MAPPING_FILE")
    settle_seconds: int = Field(default=120, ge=0, alias="SETTLE_SECONDS")
    outcome_grace_seconds: int = Field(default=60, ge=0, alias="OUTCOME_GRACE_SECONDS")
    azure_client_id: str | None = Field(
        default=None, alias="AZURE_CLIENT_ID", description="User-assigned identity for Graph."
    )

    @model_validator(mode="after")
    def _signs_in(self) -> Self:
        if self.opentext_auth == "password":
            needed = {"OPENTEXT_USERNAME": self.opentext_username, "OPENTEXT_PASSWORD": self.opentext_password}
        else:
            needed = {
                "OTDS_BASE_URL": self.otds_base_url,
                "OTDS_CLIENT_ID": self.otds_client_id,
                "OTDS_CLIENT_SECRET": self.otds_client_secret,
            }
        if missing := [name for name, value in needed.items() if value is None]:
            message = f"OPENTEXT_AUTH={self.opentext_auth} also needs {', '.join(missing)}"
            raise ValueError(message)
        return self

    @property
    def bridge(self) -> str:
        """Name this bridge: of two on one plan (a cloned Content Server, say) each knows its own tasks by it."""
        return self.bridge_instance or hashlib.sha256(self.opentext_base_url.encode()).hexdigest()[:8]

    @property
    def opentext_zone(self) -> ZoneInfo:
        """The zone of dates that Content Server sends without one."""
        return ZoneInfo(self.opentext_timezone)


ALL = (
    StorageSettings,
    PauseSettings,
    HintSettings,
    SubscriptionSettings,
    TimerSettings,
    GateSettings,
    Settings,
)
"""Each part's, for whoever asks whether all is well."""
S = TypeVar("S", bound=BaseModel)
UNRESOLVED = "@Microsoft.KeyVault("
"""Source: https://learn.microsoft.com/azure/app-service/app-service-key-vault-references."""


def read_settings(model: type[S], environment: Mapping[str, str]) -> S:
    """
    Read one part's settings from environment variables. Empty counts as absent; other parts' settings don't matter.

    Raises:
        SettingsError: one problem a variable, each naming it and what is allowed.
    """
    mine = {field.alias for field in model.model_fields.values()}
    given = {name: value for name, value in environment.items() if value != "" and name in mine}
    if unresolved := sorted(name for name, value in given.items() if value.startswith(UNRESOLVED)):
        # Azure hands the reference itself on where it can't be read: it would be taken for a secret.
        raise SettingsError([Problem(name, "is a Key Vault reference that did not resolve") for name in unresolved])
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise SettingsError([_problem(item["loc"], item["type"], item["msg"]) for item in error.errors()]) from error


def problems_of(environment: Mapping[str, str]) -> tuple[Problem, ...]:
    """Name every problem of every part's settings: what the timers alone need, too."""
    problems: list[Problem] = []
    for model in ALL:
        try:
            read_settings(model, environment)
        except SettingsError as error:
            problems += error.problems
    return tuple(dict.fromkeys(problems))


def _problem(loc: tuple[int | str, ...], error_type: str, message: str) -> Problem:
    name = str(loc[0]) if loc else "settings"
    if error_type == "missing":
        return Problem(name, "is not set")
    # pydantic puts these words before what our own checks say.
    return Problem(name, message.removeprefix("Value error, "))
