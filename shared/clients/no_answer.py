"""Why a request got no answer, with the cure: DNS, a refused connection, TLS, a proxy, time. Pure."""

import socket
import ssl
from dataclasses import dataclass

import httpx

NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
"""Raised before the first byte of a request has left: a write was certainly not carried out."""

_LONGEST = 150


@dataclass(frozen=True)
class Cures:
    """What an operator can set for one system."""

    address: str
    """Name of the setting with its address."""
    certificate: str
    """What to do about a certificate that is not accepted."""


def explain(error: BaseException, url: httpx.URL, cures: Cures) -> str:
    """Say in a sentence what stands in the way, and what to set. Holds the host and no more of the address."""
    where = f"{url.host}:{url.port}" if url.port else url.host
    for cause in _causes(error):
        for kind, sentence in _SENTENCES:
            if isinstance(cause, kind):
                return sentence.format(
                    where=where, host=url.host, address=cures.address, certificate=cures.certificate, said=_said(cause)
                )
    if isinstance(error, TimeoutError):
        return f"{where} did not answer in time"
    return f"the connection to {where} broke ({type(error).__name__})"


_SENTENCES: tuple[tuple[type[BaseException], str], ...] = (
    (socket.gaierror, "the name {host} can't be resolved: check {address} and the app's DNS"),
    (ssl.SSLCertVerificationError, "the certificate of {where} is not accepted ({said}): {certificate}"),
    (ssl.SSLError, "TLS with {where} failed ({said}): check {address}"),
    (ConnectionRefusedError, "{where} refuses the connection: check {address}, and whether it runs"),
    (httpx.ProxyError, "the proxy refused ({said}): check HTTPS_PROXY and NO_PROXY"),
    (httpx.ConnectTimeout, "{where} takes no connection in time: check the firewall between, and {address}"),
    (httpx.PoolTimeout, "all connections are in use"),
    (httpx.TimeoutException, "{where} did not answer in time"),
    (httpx.LocalProtocolError, "the request can't be written ({said})"),
)
"""What the operating system, TLS or httpx said → what people read. The innermost words are found first."""


def _said(cause: BaseException) -> str:
    words = cause.verify_message if isinstance(cause, ssl.SSLCertVerificationError) else str(cause)
    return words[:_LONGEST] or "no reason given"


def redirected(location: str | None, cures: Cures) -> str:
    """Say where an answer leads instead, without its query: that may hold a secret."""
    if not location:
        return "it leads elsewhere without saying where"
    target = httpx.URL(location) if location.isascii() and location.isprintable() else None
    shown = "an address that can't be read" if target is None else str(target.copy_with(query=None, fragment=None))
    return f"it leads to {shown}: set {cures.address} to the address that answers itself"


def _causes(error: BaseException) -> list[BaseException]:
    """List the innermost causes first, and what was raised last; several addresses may have been tried."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop(0)
        if one is None or one in found:
            continue
        found.append(one)
        waiting += [one.__cause__, one.__context__, *(one.exceptions if isinstance(one, BaseExceptionGroup) else ())]
    return found[::-1]
