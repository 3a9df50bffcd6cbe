"""
What Azurite needs to take tokens in place of keys: HTTPS with a certificate of its own, and tokens that nobody signs.

Source: https://learn.microsoft.com/azure/storage/common/storage-use-azurite (OAuth configuration)
"""

import base64
import ipaddress
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from azure.core.credentials import AccessToken
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

AUDIENCE = "https://storage.azure.com"
_TENANT = "00000000-0000-4000-8000-000000000000"
_DAY = timedelta(days=1)
_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True)
class Certificate:
    """A certificate for this machine and its key, as PEM files."""

    file: Path
    """Its own authority: who trusts this file trusts the server."""
    key: Path


def make_certificate(folder: Path, now: datetime) -> Certificate:
    """Make a certificate for localhost that is good for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    made.file.write_bytes(_signed(key, now).public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return made


class UnsignedCredential:
    """
    Stands in for an identity: Azurite looks at a token's audience, issuer and times, and at no signature.

    Args:
        audience: of its tokens; another one than storage's is refused.
    """

    def __init__(self, now: Callable[[], datetime], audience: str = AUDIENCE) -> None:
        self._now = now
        self._audience = audience

    async def get_token(self, *scopes: str, **kwargs: object) -> AccessToken:  # noqa: ARG002 - the protocol's
        """Return a token that is good for an hour."""
        begin, end = (int((self._now() + away).timestamp()) for away in (-_LIFETIME, _LIFETIME))
        claims = {"aud": self._audience, "iss": f"https://sts.windows.net/{_TENANT}/"}
        payload = {**claims, "iat": begin, "nbf": begin, "exp": end}
        return AccessToken(f"{_encoded({'alg': 'none', 'typ': 'JWT'})}.{_encoded(payload)}.unsigned", end)

    async def close(self) -> None:
        """Nothing was opened."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.close()


def _signed(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    hosts = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _DAY)
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )


def _encoded(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
