"""Connect the outside systems. Importing this brings the Graph SDK; nothing is sent yet."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import httpx

from shared.clients import opentext
from shared.clients.graph import connection
from shared.clients.graph.directory import DirectoryClient
from shared.clients.graph.mail import Mail
from shared.clients.graph.planner import Planner
from shared.clients.graph.subscriptions import Subscriptions
from shared.clients.opentext import OpenText, SignIn
from shared.errors import Problem, SettingsError
from shared.models.clouds import LOOPBACK
from shared.reconciler.deadline import Deadlines
from shared.reconciler.waiting_room import WaitingRoom
from shared.services import Services, Storage
from shared.settings import Settings, SubscriptionSettings, read_settings
from shared.store.hands import uptime
from shared.store.in_force import InForce
from shared.store.queues import ORIGINS
from shared.targets.resolver import Places
from shared.targets.unproven import Unproven
from shared.wiring.queue_door import identity
from shared.wiring.rules import Rules
from shared.wiring.stores import Stores

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken
    from azure.core.credentials_async import AsyncTokenCredential

    from shared.observability.contact import Contacts

CONNECT_SECONDS = 10.0
OPENTEXT_SECONDS = 60.0
"""For one answer: a busy Content Server takes its time."""
GRAPH_SECONDS = 30.0


@dataclass(frozen=True)
class Outside:
    """The clients."""

    opentext: OpenText
    graph: connection.GraphConnection
    planner: Planner
    directory: DirectoryClient
    subscriptions: Subscriptions
    mail: Mail | None
    opened: AsyncExitStack

    async def close(self) -> None:
        """Close the connections."""
        await self.opened.aclose()


def connect(settings: Settings, storage: Storage) -> Outside:
    """
    Connect OpenText and Graph. Every write to them is asked for the worker's sign of life, at the last moment.

    Raises:
        SettingsError: GRAPH_BASE_URL is neither a Microsoft Graph endpoint nor loopback; OPENTEXT_CA_FILE no PEM file.
    """
    opened, now = AsyncExitStack(), storage.now
    # One for all: making one takes longer than importing httpx.
    tls = httpx.create_ssl_context()
    watched = Watched(storage, settings)
    graph = _connect_graph(settings, tls, watched, opened)
    trusted = tls if settings.opentext_ca_file is None else trusting(settings.opentext_ca_file)
    http = _http(settings.opentext_base_url, trusted, OPENTEXT_SECONDS, watched, opened)
    pause = storage.gates.longest
    return Outside(
        opentext=opentext.connect(
            sign_in_of(settings),
            http,
            zone=settings.opentext_zone,
            now=now,
            longest_pause=pause,
            door=storage.sign_in_gates,
        ),
        graph=graph,
        planner=Planner(graph),
        directory=DirectoryClient(graph, now),
        subscriptions=Subscriptions(graph),
        mail=Mail(graph, settings.notify_from) if settings.notify_from else None,
        opened=opened,
    )


def services_of(
    stores: Stores,
    settings: Settings,
    rules: Rules,
    *,
    outside: Outside,
    rng: Random,
    environment: Mapping[str, str] | None = None,
    ticks: Callable[[], float] = uptime,
) -> Services:
    """
    Put everything together.

    Args:
        environment: where settings are read that concern one timer alone. None: it has none.
        ticks: monotonic seconds.
    """
    # What works without settings and outside systems is the same here: each field of it by its name.
    storage = stores.storage
    return Services(
        **vars(storage),
        settings=settings,
        # No partial: its repr would show the environment.
        subscribing=lambda: read_settings(SubscriptionSettings, environment or {}),
        mapping=rules.mapping,
        mapping_hash=rules.hash,
        in_force=InForce(storage.tables, rules.hash, ticks=ticks),
        opentext=outside.opentext,
        planner=outside.planner,
        places=_places(outside.planner, storage, settings),
        directory=outside.directory,
        subscriptions=outside.subscriptions,
        mail=outside.mail,
        room=WaitingRoom(
            storage.slots,
            size=settings.opentext_concurrency,
            owner=storage.owner,
            now=storage.now,
            length=partial(storage.queues.length, ORIGINS),
            rng=rng,
        ),
        deadlines=Deadlines(),
        rng=rng,
    )


def _places(planner: Planner, storage: Storage, settings: Settings) -> Places:
    return Places(
        planner,
        storage.plans,
        storage.makings,
        now=storage.now,
        settle=timedelta(seconds=settings.settle_seconds),
        unproven=Unproven(storage.cursors, storage.now),
    )


class Watched:
    """
    Stands before and behind every request to another system, as httpx asks its hooks.

    Before: a write passes only while this worker lives, asked at the last moment, behind all that builds and signs it.
    Behind: what was answered, so that a system that is away is told as a trouble.
    """

    def __init__(self, storage: Storage, settings: Settings) -> None:
        self._hands = storage.hands
        self.contacts = storage.contacts
        self.longest_pause = storage.gates.longest
        self._content = settings.opentext_base_url
        self._graph = settings.graph_base_url

    async def before(self, request: httpx.Request) -> None:
        """
        Let a read pass; ask whether a write may.

        Raises:
            FencedError: others may believe this worker dead.
        """
        # Reads that go by POST (`$batch`, `v2/nodes/list`) are held to the same: from here they look like writes.
        if request.method not in ("GET", "HEAD"):
            self._hands.must_be_alive()
        self.contacts.asked(self._system(request.url))

    async def behind(self, response: httpx.Response) -> None:
        """Take note of an answer."""
        self.contacts.heard(self._system(response.request.url), response.status_code)

    def _system(self, url: httpx.URL) -> str:
        """Name who is asked: OTDS may be well while Content Server is not."""
        if str(url).startswith(self._graph):
            return "graph"
        return "opentext" if str(url).startswith(self._content) else "otds"


class TellingCredential:
    """A credential that tells whether Entra gave a token: without one no request is even sent."""

    def __init__(self, inner: AsyncTokenCredential, contacts: Contacts) -> None:
        self._inner = inner
        self._contacts = contacts

    async def get_token(self, *scopes: str, **how: Any) -> AccessToken:  # noqa: ANN401 - as the SDK says it
        """Get a token. Raises what the credential raises."""
        self._contacts.asked("entra")
        # Heard only after it: a credential that raises leaves its request without an answer, as an outage does.
        token = await self._inner.get_token(*scopes, **how)
        self._contacts.heard("entra", 200)
        return token

    async def close(self) -> None:
        """Close what it holds."""
        await self._inner.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _connect_graph(
    settings: Settings, tls: ssl.SSLContext, watched: Watched, opened: AsyncExitStack
) -> connection.GraphConnection:
    http = _http(settings.graph_base_url, tls, GRAPH_SECONDS, watched, opened)
    # A simulator on this machine is no place for a token of Entra's.
    if urlsplit(settings.graph_base_url).hostname in LOOPBACK:
        return connection.connect(settings.graph_base_url, http, None, longest_pause=watched.longest_pause)
    credential = TellingCredential(identity(settings.azure_client_id), watched.contacts)
    opened.push_async_callback(credential.close)
    return connection.connect(settings.graph_base_url, http, credential, longest_pause=watched.longest_pause)


def trusting(file: str) -> ssl.SSLContext:
    """
    Return a context that trusts a private CA besides the public ones.

    Raises:
        SettingsError: the file can't be read, or holds no certificate.
    """
    # A context of its own: connections to Graph are not to trust the customer's private CA.
    context = httpx.create_ssl_context()
    try:
        context.load_verify_locations(cafile=file)
    except (OSError, ssl.SSLError) as error:
        message = f"must name a file of certificates in PEM form that the app can read ({type(error).__name__})"
        raise SettingsError([Problem("OPENTEXT_CA_FILE", message)]) from error
    return context


def _http(
    base_url: str, tls: ssl.SSLContext, seconds: float, watched: Watched, opened: AsyncExitStack
) -> httpx.AsyncClient:
    # A proxy of the environment is for the way out, not for this machine's own simulators.
    outward = urlsplit(base_url).hostname not in LOOPBACK
    client = httpx.AsyncClient(
        verify=tls,
        timeout=httpx.Timeout(seconds, connect=CONNECT_SECONDS),
        trust_env=outward,
        follow_redirects=False,
        event_hooks={"request": [watched.before], "response": [watched.behind]},
    )
    opened.push_async_callback(client.aclose)
    return client


def sign_in_of(settings: Settings) -> SignIn:
    """Return how OpenText is signed in to."""
    password, secret = settings.opentext_password, settings.otds_client_secret
    return SignIn(
        base_url=settings.opentext_base_url,
        auth=settings.opentext_auth,
        username=settings.opentext_username or "",
        password=password.get_secret_value() if password else "",
        otds_base_url=settings.otds_base_url or "",
        otds_client_id=settings.otds_client_id or "",
        otds_client_secret=secret.get_secret_value() if secret else "",
        partition=settings.otds_partition,
        impersonation=settings.otds_impersonation,
        act_as=settings.opentext_act_as,
    )
