"""Replace people, hosts and ids in what a report says."""

import re
from collections.abc import Iterable
from functools import partial
from urllib.parse import urlsplit

from shared.conformance.sandbox import Sandbox
from shared.errors import BridgeError
from shared.recordings.pseudonyms import Pseudonyms, Redactor
from shared.settings import Settings

_URL_HOST = re.compile(r"(https?://)[^/\s:\"']+")
_GUID = re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b")
_PLANNER_ID = re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{28}(?![\w-])")
# From five digits on: statuses and lengths, which a report is about, have fewer.
_NUMBER = re.compile(r"(?<![\w.#-])\d{5,}(?![\w-])")
_ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")


_SHAPES = {"guid": _GUID, "id": _PLANNER_ID, "address": _ADDRESS, "number": _NUMBER}


class Veil:
    """
    Replaces what names somebody or something of the customer's. The same stays the same within one report.

    Args:
        key: secret of the pseudonyms: a new one for each report.
        hosts: addresses of the systems.
        logins, names: of people and things that probes may have met.
    """

    def __init__(self, key: bytes, *, hosts: Iterable[str], logins: Iterable[str], names: Iterable[str]) -> None:
        self._people = Redactor(Pseudonyms(key), logins, [name for name in names if name])
        found = dict.fromkeys(host for url in hosts if (host := urlsplit(url).hostname))
        self._hosts = {host: f"host-{number}.example" for number, host in enumerate(found, 1)}
        self._known: dict[str, str] = {}

    def text(self, text: str) -> str:
        """Return the text as it may be sent."""
        # Hosts first: once a name inside one of them was replaced, the rest of it would not be found any more.
        for host, other in self._hosts.items():
            text = text.replace(host, other)
        text = _URL_HOST.sub(lambda found: found.group(1) + self._named("host", found.group(0)), text)
        text = self._people.text(text)
        for what, pattern in _SHAPES.items():
            text = pattern.sub(partial(self._replaced, what), text)
        return text

    def _replaced(self, what: str, found: re.Match[str]) -> str:
        return self._named(what, found.group(0))

    def _named(self, what: str, value: str) -> str:
        if value not in self._known:
            before = sum(name.startswith(f"{what}-") for name in self._known.values())
            self._known[value] = f"{what}-{before + 1}"
        return self._known[value]


async def veil_over(box: Sandbox, settings: Settings, *, key: bytes) -> Veil:
    """
    Make a veil over what a run may have met: the hosts, the people whom it was pointed at, and the sandbox's names.

    Args:
        key: secret of the pseudonyms.
    """
    performer = box.targets.performer
    people = [performer.login, performer.name] if performer is not None else []
    try:
        await box.systems.turn()
        own = await box.systems.opentext.whoami()
        people += [own.login, own.name]
    except BridgeError:
        # Nobody is let in: then no answer named anybody.
        pass
    hosts = [
        settings.opentext_base_url,
        settings.otds_base_url or "",
        settings.graph_base_url,
        box.targets.notifications,
    ]
    return Veil(key, hosts=hosts, logins=people, names=people)
