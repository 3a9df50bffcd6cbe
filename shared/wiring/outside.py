"""Connect the outside systems. Importing this brings the Graph SDK; nothing is sent yet."""

import ssl
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random
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
from shared.reconciler.deadline import Deadlines
from shared.reconciler.waiting_room import WaitingRoom
from shared.services import Services, Storage
from shared.settings import LOOPBACK, Settings
from shared.store.hands import Hands
from shared.store.queues import ORIGINS
from shared.targets.resolver import Places
from shared.wiring.rules import Rules
from shared.wiring.stores import Stores, identity

CONNECT_SECONDS = 10.0
OPENTEXT_SECONDS = 60.0
"""For one answer: a busy Content Server takes its time."""
GRAPH_SECONDS = 30.0


@dataclass(frozen=True)
class Outside:
    """The clients."""

    opentext: OpenText
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
    opened = AsyncExitStack()
    # One for all: making one takes longer than importing httpx.
    tls = httpx.create_ssl_context()
    fence = Fence(storage.hands)
    connection = _connect_graph(settings, tls, fence, opened)
    trusted = tls if settings.opentext_ca_file is None else trusting(settings.opentext_ca_file)
    http = _http(settings.opentext_base_url, trusted, OPENTEXT_SECONDS, fence, opened)
    pause = timedelta(seconds=settings.gate_max_seconds)
    now = storage.now
    return Outside(
        opentext=opentext.connect(
            _sign_in(settings),
            http,
            zone=settings.opentext_zone,
            now=now,
            longest_pause=pause,
            door=storage.sign_in_gates,
        ),
        planner=Planner(connection),
        directory=DirectoryClient(connection, now),
        subscriptions=Subscriptions(connection),
        mail=Mail(connection, settings.notify_from) if settings.notify_from else None,
        opened=opened,
    )


def services_of(stores: Stores, settings: Settings, rules: Rules, *, outside: Outside, rng: Random) -> Services:
    """Put everything together."""
    storage, settle = stores.storage, timedelta(seconds=settings.settle_seconds)
    return Services(
        hands=storage.hands,
        origins=storage.origins,
        tasks=storage.tasks,
        agenda=storage.agenda,
        plans=storage.plans,
        gates=storage.gates,
        sign_in_gates=storage.sign_in_gates,
        troubles=storage.troubles,
        contacts=storage.contacts,
        unread=storage.unread,
        cursors=storage.cursors,
        names=storage.names,
        brakes=storage.brakes,
        nodes=storage.nodes,
        creators=storage.creators,
        makings=storage.makings,
        slots=storage.slots,
        queues=storage.queues,
        now=storage.now,
        owner=storage.owner,
        settings=settings,
        mapping=rules.mapping,
        mapping_hash=rules.hash,
        opentext=outside.opentext,
        planner=outside.planner,
        places=Places(outside.planner, storage.plans, storage.makings, now=storage.now, settle=settle),
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


class Fence:
    """Stands before every request to another system, as httpx asks its hooks: behind all that builds and signs it."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands

    async def __call__(self, request: httpx.Request) -> None:
        """
        Let a read pass; ask whether a write may.

        Raises:
            FencedError: others may believe this worker dead.
        """
        if request.method not in ("GET", "HEAD"):
            self._hands.must_be_alive()


def _connect_graph(
    settings: Settings, tls: ssl.SSLContext, fence: Fence, opened: AsyncExitStack
) -> connection.GraphConnection:
    http = _http(settings.graph_base_url, tls, GRAPH_SECONDS, fence, opened)
    pause = timedelta(seconds=settings.gate_max_seconds)
    if urlsplit(settings.graph_base_url).hostname in LOOPBACK:
        return connection.connect(settings.graph_base_url, http, None, longest_pause=pause)
    credential = identity(settings.azure_client_id)
    opened.push_async_callback(credential.close)
    return connection.connect(settings.graph_base_url, http, credential, longest_pause=pause)


def trusting(file: str) -> ssl.SSLContext:
    """
    Return a context that trusts a private CA besides the public ones.

    Raises:
        SettingsError: the file can't be read, or holds no certificate.
    """
    context = httpx.create_ssl_context()
    try:
        context.load_verify_locations(cafile=file)
    except (OSError, ssl.SSLError) as error:
        message = f"must name a file of certificates in PEM form that the app can read ({type(error).__name__})"
        raise SettingsError([Problem("OPENTEXT_CA_FILE", message)]) from error
    return context


def _http(
    base_url: str, tls: ssl.SSLContext, seconds: float, fence: Fence, opened: AsyncExitStack
) -> httpx.AsyncClient:
    # A proxy of the environment is for the way out, not for this machine's own simulators.
    outward = urlsplit(base_url).hostname not in LOOPBACK
    client = httpx.AsyncClient(
        verify=tls,
        timeout=httpx.Timeout(seconds, connect=CONNECT_SECONDS),
        trust_env=outward,
        follow_redirects=False,
        event_hooks={"request": [fence]},
    )
    opened.push_async_callback(client.aclose)
    return client


def _sign_in(settings: Settings) -> SignIn:
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
