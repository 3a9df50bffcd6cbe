"""
One worker's parts, each made when it is first asked for.

Storage comes first and alone, so that nothing is lost while the rest is being mended. Modules that bring an SDK are
imported where they are needed: an HTTP function's cold start does without the Graph SDK.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from shared.clock import Clock, system_clock
from shared.errors import InputError, Problem, SettingsError
from shared.intake.graph import Notifications, notifications_over
from shared.intake.opentext import Intake
from shared.observability.tally import EVERY_SECONDS
from shared.operations.health import Probe
from shared.settings import (
    AddressSettings,
    GateSettings,
    HintSettings,
    NotificationSettings,
    PauseSettings,
    Settings,
    StorageSettings,
    problems_of,
    read_settings,
)
from shared.wiring.readiness import probes_of

if TYPE_CHECKING:
    from shared.operations.doors import Doors
    from shared.operations.life import Addresses
    from shared.services import Services, Storage
    from shared.store.tables import Tables
    from shared.wiring.outside import Outside
    from shared.wiring.queue_door import QueueDoor
    from shared.wiring.rules import Rules
    from shared.wiring.stores import Stores

log = logging.getLogger(__name__)

TRY_AGAIN_SECONDS = 30.0


@dataclass(frozen=True)
class _Failure:
    error: InputError
    at: float


class Wiring:
    """
    One worker's parts. Nothing in here waits, so two invocations can't wire at once.

    Args:
        environment: the app's settings.
        clock: CLOCK_FILE moves it where that is set.
        ticks: monotonic seconds, by which a failed wiring is tried again.
        rng: for jitter.
        heeds_signals: it is the worker's own: told to end, its looks end first.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        clock: Clock = system_clock,
        ticks: Callable[[], float] = time.monotonic,
        rng: Random | None = None,
        heeds_signals: bool = False,
    ) -> None:
        self.rng = rng or Random()  # noqa: S311 - jitter is no secret
        self._heeds_signals = heeds_signals
        self._environment = environment
        self._clock = clock
        self._ticks = ticks
        self._began = ticks()
        self._opened = AsyncExitStack()
        self._warming = asyncio.Lock()
        self._door: QueueDoor | None = None
        self._stores: Stores | None = None
        self._services: Services | None = None
        self._outside: Outside | None = None
        self._failure: _Failure | None = None
        self._doors: Doors | None = None

    @property
    def is_young(self) -> bool:
        """Whether this worker is wired for less than a minute: of what it counts there is nothing to write yet."""
        return self._ticks() - self._began < EVERY_SECONDS

    def storage(self) -> Storage:
        """
        Return what works without settings, mapping and the outside systems.

        Raises:
            SettingsError: storage itself is not set up. Without it nothing can start.
        """
        return self._open_stores().storage

    def tables(self) -> Tables:
        """Return the tables themselves, for whoever saves them whole. Raises: as `storage`."""
        return self._open_stores().tables

    async def warm_queues(self) -> None:
        """Open the queues in a thread, for the reason of `warm_storage`: a hint needs no tables."""
        await self._in_thread(lambda: self._door is None, self._open_queues)

    async def warm_storage(self) -> None:
        """Open the stores in a thread: importing their SDK takes a second, in which every other call would wait."""
        await self._in_thread(lambda: self._stores is None, self.storage)

    async def warm(self) -> None:
        """Wire everything in a thread, once. What has to be mended first is said by whoever asks for it."""
        await self.warm_storage()
        await self._in_thread(lambda: self._services is None, self.services)

    async def _in_thread(self, is_missing: Callable[[], bool], open_it: Callable[[], object]) -> None:
        """Open a part, once for all who wait for it. What can't be is said by whoever asks for the part."""
        async with self._warming:
            if is_missing():
                with suppress(InputError):
                    await asyncio.to_thread(open_it)

    def services(self) -> Services:
        """
        Return everything.

        Raises:
            SettingsError, MappingError: what has to be mended first. It is looked at again after 30 seconds.
        """
        if self._services is not None:
            return self._services
        # Not tried at each call: every message would read and check the mapping anew, only to be told the same.
        if self._failure is not None and self._ticks() - self._failure.at < TRY_AGAIN_SECONDS:
            # The same error is raised many times, and each would add its trace to those before.
            raise self._failure.error.with_traceback(None)
        try:
            self._services = self._wire()
        except InputError as error:
            self._failure = _Failure(error, self._ticks())
            raise
        if self._heeds_signals:
            from shared.wiring.ending import heed_signals  # noqa: PLC0415 - see above

            heed_signals(self._services)
        return self._services

    def settings(self) -> Settings:
        """Return the settings of a look. Raises SettingsError: some are missing or malformed."""
        return read_settings(Settings, self._environment)

    def rules(self, file: str) -> Rules:
        """Read another mapping file, with this environment's plans. Raises MappingError."""
        from shared.wiring.rules import load_rules  # noqa: PLC0415 - see above

        return load_rules(file, self._environment)

    def for_mappings(self) -> dict[str, str]:
        """Return the settings that a mapping may refer to, as far as they are set."""
        from shared.mapping.language.from_settings import settings_for_mappings  # noqa: PLC0415 - see above

        return settings_for_mappings(self._environment)

    def public_url(self) -> str:
        """Return where others reach this app. Empty: PUBLIC_BASE_URL is not set."""
        return self._environment.get("PUBLIC_BASE_URL", "").rstrip("/")

    def outside(self) -> Outside:
        """
        Return the clients alone: what asks both systems before there is a mapping.

        Raises:
            SettingsError: storage or the systems are not set up.
        """
        if self._outside is None:
            from shared.wiring.outside import connect  # noqa: PLC0415 - see above

            self._outside = connect(self.settings(), self._open_stores().storage)
            self._opened.push_async_callback(self._outside.close)
        return self._outside

    def intake(self) -> Intake:
        """
        Return the door for hints.

        Raises:
            SettingsError: storage or the webhook's secrets are not set up; nothing else is needed.
        """
        secrets = read_settings(HintSettings, self._environment).webhook_secrets
        return Intake(secrets=secrets, queues=self._open_queues().queues)

    def notifications(self) -> Notifications:
        """
        Return the door for Graph.

        Raises:
            SettingsError: storage or the client state is not set up; nothing else is needed.
        """
        client_state = read_settings(NotificationSettings, self._environment).graph_client_state
        storage = self.storage()
        return notifications_over(storage, client_state)

    def probes(self) -> dict[str, Probe]:
        """Return what readiness asks, by name."""
        return probes_of(self, self._environment, lambda: self._services is not None)

    def doors(self) -> Doors:
        """Return the operator's doors, which remember for a minute what they counted."""
        if self._doors is None:
            from shared.operations.doors import Doors  # noqa: PLC0415 - see above

            self._doors = Doors(self)
        return self._doors

    def addresses(self) -> Addresses:
        """Say where people find both systems; what is not set, or malformed, is not said."""
        from shared.operations.life import Addresses  # noqa: PLC0415 - see above

        try:
            found = read_settings(AddressSettings, self._environment)
        except SettingsError:
            return Addresses()
        return Addresses(found.opentext_base_url or "", found.graph_base_url)

    def is_behind_entra(self) -> bool:
        """Tell whether App Service signs people in before they reach the app, and so says who they are."""
        return self._environment.get("WEBSITE_AUTH_ENABLED", "").lower() == "true"

    def is_paused(self) -> bool:
        """Tell whether timers and queues rest. A value that says neither counts as yes; readiness names it."""
        try:
            return read_settings(PauseSettings, self._environment).paused
        except SettingsError:
            return True

    def problems(self) -> tuple[Problem, ...]:
        """Name what is wrong with the settings, whichever part needs them."""
        return problems_of(self._environment)

    def notes(self) -> tuple[str, ...]:
        """Say what is set and does nothing any more."""
        if self._environment.get("LEASE_SECONDS"):
            return ("LEASE_SECONDS is set and does nothing: a lease ends with its worker",)
        return ()

    async def close(self) -> None:
        """Close every connection that was opened here."""
        await self._opened.aclose()

    def _open_stores(self) -> Stores:
        if self._stores is None:
            settings, door = read_settings(StorageSettings, self._environment), self._open_queues()
            from shared.wiring.stores import open_stores  # noqa: PLC0415 - see above

            self._stores = open_stores(settings, door, self._clock, longest_pause=self._longest_pause())
            self._opened.push_async_callback(self._stores.close)
        return self._stores

    def _open_queues(self) -> QueueDoor:
        if self._door is None:
            settings = read_settings(StorageSettings, self._environment)
            from shared.wiring.queue_door import open_queues  # noqa: PLC0415 - see above

            self._door = open_queues(settings)
            self._opened.push_async_callback(self._door.close)
        return self._door

    def _wire(self) -> Services:
        stores = self._open_stores()
        settings = self.settings()
        if self._environment.get("LEASE_SECONDS"):
            log.warning("LEASE_SECONDS is set and does nothing: a lease ends with its worker; take the setting away")
        from shared.wiring.rules import load_rules  # noqa: PLC0415 - see above

        # Before the outside systems: a wrong mapping is told without importing the Graph SDK for it.
        rules = load_rules(settings.mapping_file, self._environment)
        from shared.wiring.outside import services_of  # noqa: PLC0415 - see above

        outside = self.outside()
        return services_of(stores, settings, rules, outside=outside, rng=self.rng, environment=self._environment)

    def _longest_pause(self) -> timedelta:
        """Read how long a pause is kept. One that is malformed stops nothing: readiness names it."""
        try:
            return timedelta(seconds=read_settings(GateSettings, self._environment).gate_max_seconds)
        except SettingsError:
            return timedelta(seconds=GateSettings.model_fields["gate_max_seconds"].default)
