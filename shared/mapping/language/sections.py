"""The sections of a mapping file beside its rules: calendars, people, plans, limits."""

import re
from datetime import date, time
from functools import cached_property
from typing import Annotated, Literal, TypeAlias
from zoneinfo import ZoneInfo, available_timezones

import holidays
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StrictBool, Tag, model_validator

from shared.mapping.language.calendar import Calendar
from shared.mapping.language.from_settings import PLAN_ID, WRITTEN_OR_SET, GroupSetting, PlanSetting
from shared.mapping.language.scalars import Email, Guid, PlainText
from shared.mapping.language.vocabulary import did_you_mean, refuse
from shared.models.base import Frozen
from shared.models.wanted import UnknownPerformer

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError; a folder's name an OSError
        message = f"no such time zone: {value!r}{did_you_mean(value, available_timezones())}; e.g. Europe/Berlin"
        raise refuse(message) from error
    return value


def _region(value: str) -> str:
    supported = holidays.list_supported_countries()
    country, _, part = value.partition("-")
    if country not in supported:
        message = f"no holidays are known for {country!r}{did_you_mean(country, supported)}; e.g. DE, DE-BE, US-NY"
        raise refuse(message)
    if part and part not in supported[country]:
        near = did_you_mean(part, supported[country])
        message = f"{country} has no region {part!r}{near}; regions: {', '.join(supported[country])}"
        raise refuse(message)
    return value


def _workdays(value: object) -> object:
    if not isinstance(value, str):
        return value
    first, dash, last = (part.strip().lower() for part in value.partition("-"))
    if not dash:
        return [first]
    if first not in DAYS or last not in DAYS:
        message = f"days are written {', '.join(DAYS)}: e.g. mon-fri"
        raise refuse(message)
    # Modulo: `sat-wed` goes on over the end of the week.
    start, length = DAYS.index(first), (DAYS.index(last) - DAYS.index(first)) % 7
    return [DAYS[(start + step) % 7] for step in range(length + 1)]


HOURS = r"^([01][0-9]|2[0-3]):[0-5][0-9] ?- ?(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"


def _hours(value: str) -> str:
    if not re.match(HOURS, value):
        message = (
            f'{value!r} are no business hours: written "09:00-17:00", in the calendar\'s own zone; to midnight: 24:00'
        )
        raise refuse(message)
    opens, closes = _open_and_close(value)
    if closes != time() and opens >= closes:
        message = 'hours must end after they begin, on the same day; round the clock is "00:00-24:00"'
        raise refuse(message)
    return value


def _open_and_close(hours: str) -> tuple[time, time]:
    """Read business hours; 24:00 is 00:00."""
    opens, closes = (time.fromisoformat(part.strip().replace("24:00", "00:00")) for part in hours.split("-"))
    return opens, closes


Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_ONE = f"({'|'.join(DAYS)})"
_DAYS = Annotated[str, Field(pattern=f"^{_ONE}( ?- ?{_ONE})?$")]
Workdays = Annotated[
    tuple[Day, ...],
    BeforeValidator(_workdays, json_schema_input_type=_DAYS | Annotated[tuple[Day, ...], Field(min_length=1)]),
    Field(min_length=1, description="mon-fri, or a list of days."),
]


class CalendarSpec(Frozen):
    """When people work, and where."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    timezone: Annotated[str, AfterValidator(_zone)] = Field(default="UTC", description="IANA name.")
    holidays: Annotated[str, AfterValidator(_region)] | None = Field(
        default=None, description="Country, or country and region: DE, DE-BE. Without: no public holidays."
    )
    workdays: Workdays = ("mon", "tue", "wed", "thu", "fri")
    hours: Annotated[str, AfterValidator(_hours)] = Field(
        default="09:00-17:00",
        description="Business hours; round the clock: 00:00-24:00.",
        json_schema_extra={"pattern": HOURS},
    )
    days_off: tuple[date, ...] = Field(default=(), description="Further days on which nobody works.")
    extra_workdays: tuple[date, ...] = Field(default=(), description="Days on which people work all the same.")

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar itself, made once."""
        opens, closes = _open_and_close(self.hours)
        country, _, region = (self.holidays or "").partition("-")
        return Calendar(
            zone=ZoneInfo(self.timezone),
            workdays=frozenset(DAYS.index(day) for day in self.workdays),
            opens=opens,
            closes=closes,
            holidays=holidays.country_holidays(country, subdiv=region or None) if country else None,
            days_off=frozenset(self.days_off),
            extra_workdays=frozenset(self.extra_workdays),
        )


class PeopleSpec(Frozen):
    """How OpenText's people become Entra's, and what to do when they do not."""

    fallback: Email | None = Field(default=None, description="Who gets what nobody else can be given.")
    overrides: dict[str, Email] = Field(
        default_factory=dict, description="OpenText login or e-mail → Entra address, where they differ."
    )
    delegates: dict[str, tuple[Email, ...]] = Field(
        default_factory=dict, description="Login or e-mail → who may complete approvals in that person's place."
    )
    domain: str | None = Field(
        default=None, description="Completes a login without e-mail on record to an address: login@domain."
    )
    nobody: Literal["fallback", "hold", "unassigned"] = Field(
        default="fallback", description="When nobody can be assigned."
    )
    guest: Literal["allow", "fallback", "hold"] = Field(default="allow", description="When it is a guest.")
    disabled: Literal["skip", "fallback", "hold"] = Field(
        default="fallback", description="When the account is disabled."
    )
    assign_outside: Literal["allow", "fallback", "hold"] = Field(
        default="allow", description="When the person is not a member of the plan's group."
    )

    unknown_performer: UnknownPerformer = Field(
        default=UnknownPerformer.HOLD,
        description="While no performer of a step is found: hold it, or make a plain task to decide in OpenText.",
    )

    @model_validator(mode="after")
    def _has_fallback(self) -> "PeopleSpec":
        asked = [name for name in ("guest", "disabled", "assign_outside") if getattr(self, name) == "fallback"]
        # Only what was written: `disabled` is so by default, and a file need not name a fallback for that.
        explicit = [name for name in asked if name in self.model_fields_set]
        if explicit and self.fallback is None:
            message = f"{', '.join(explicit)}: fallback wants people.fallback"
            raise refuse(message)
        return self


def _plan_id(value: str) -> str:
    if not re.match(PLAN_ID, value):
        message = f"{value!r} is no id of a plan: 28 letters, digits, - and _, as the plan's address shows it"
        raise refuse(message)
    return value


PlanId = Annotated[str, AfterValidator(_plan_id), Field(json_schema_extra={"pattern": PLAN_ID})]

PlanIdOrSetting: TypeAlias = Annotated[
    Annotated[PlanId, Tag("plain")] | Annotated[PlanSetting, Tag("setting")], WRITTEN_OR_SET
]
GuidOrSetting: TypeAlias = Annotated[
    Annotated[Guid, Tag("plain")] | Annotated[GroupSetting, Tag("setting")], WRITTEN_OR_SET
]


class PlanSpec(Frozen):
    """A plan: by id, or by title in a group."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "oneOf": [
                {"required": ["id"], "not": {"anyOf": [{"required": ["title"]}, {"required": ["make"]}]}},
                {"required": ["group", "title"], "not": {"required": ["id"]}},
            ]
        },
    )

    id: PlanIdOrSetting | None = Field(
        default=None, description="Planner's id of the plan, or the setting that holds it."
    )
    group: GuidOrSetting | None = Field(
        default=None, description="Id of the Entra group that owns the plan, or the setting that holds it."
    )
    title: PlainText | None = Field(default=None, max_length=255, description="Title of the plan in the group.")
    make: StrictBool = Field(default=False, description="Make the plan when the group has none of that title.")
    buckets: tuple[PlainText, ...] = Field(
        default=(), max_length=200, description="Buckets of a plan that is made, in order."
    )
    labels: tuple[PlainText, ...] = Field(
        default=(),
        max_length=25,
        description="Labels of a plan that is made, in order; those of tasks come by themselves.",
    )

    @property
    def plan_id(self) -> str | None:
        """The id that is written or set. None: there is none, or its setting is not set."""
        return self.id if isinstance(self.id, str) else None

    @property
    def group_id(self) -> str | None:
        """The group that is written or set. None: there is none, or its setting is not set."""
        return self.group if isinstance(self.group, str) else None

    @property
    def unset(self) -> str | None:
        """Name a setting that is not set, so that the plan can't be found. None: it can."""
        if isinstance(self.id, PlanSetting):
            return self.id.setting
        return self.group.setting if isinstance(self.group, GroupSetting) else None

    @model_validator(mode="after")
    def _found_somehow(self) -> "PlanSpec":
        if self.id is None and (self.group is None or self.title is None):
            message = "give `id`, or `group` and `title`"
            raise refuse(message)
        if self.id is not None and (self.title is not None or "make" in self.model_fields_set):
            message = "a plan given by `id` takes no `title` and no `make`"
            raise refuse(message)
        return self


class Limits(Frozen):
    """Lengths that Planner takes; Graph documents none, so they can be set."""

    title: int = Field(default=255, ge=10, le=400, description="Characters of a task's title.")
    checklist_title: int = Field(default=100, ge=10, le=400, description="Characters of a checklist line.")
    closings: int = Field(
        default=25,
        ge=1,
        le=100_000,
        description="Tasks of a rule that its condition may end within an hour; or a tenth of its open ones.",
    )
    alias: int = Field(default=100, ge=10, le=400, description="Characters of a reference's name.")
