"""Who may be shown a token for Graph, and what stands in it."""

import base64
import json
from typing import Any
from urllib.parse import urlsplit

from azure.core.credentials_async import AsyncTokenCredential
from kiota_abstractions.authentication import AuthenticationProvider
from kiota_abstractions.request_information import RequestInformation
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider

from shared.errors import Problem, SettingsError
from shared.models.clouds import LOOPBACK

GRAPH_HOSTS = frozenset(
    {"graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"}
)
"""The only hosts that see a token. Source: https://learn.microsoft.com/graph/deployments."""


class _LocalBearer(AuthenticationProvider):  # type: ignore[misc]  # the SDK's types are not followed
    """A simulator is no place for a token."""

    async def authenticate_request(
        self,
        request: RequestInformation,
        additional_authentication_context: dict[str, Any] | None = None,  # noqa: ARG002  # the SDK's signature
    ) -> None:
        request.headers.try_add("Authorization", "Bearer local")


def authentication(base_url: str, credential: AsyncTokenCredential | None) -> AuthenticationProvider:
    """
    Return what signs requests to an endpoint.

    Raises:
        SettingsError: the host is not Microsoft Graph's, so that no token may go there; or there is no identity.
    """
    parts = urlsplit(base_url)
    if parts.hostname in LOOPBACK:
        return _LocalBearer()
    if parts.scheme != "https" or parts.hostname not in GRAPH_HOSTS or parts.path.strip("/"):
        allowed = ", ".join(f"https://{host}" for host in sorted(GRAPH_HOSTS))
        raise SettingsError([Problem("GRAPH_BASE_URL", f"must be one of {allowed}, or on this machine")])
    if credential is None:
        raise SettingsError([Problem("GRAPH_BASE_URL", "needs an identity that Graph knows")])
    host = str(parts.hostname)
    # Without `allowed_hosts` the provider would show the token to any host, a foreign next link's among them.
    return AzureIdentityAuthenticationProvider(credential, scopes=[f"https://{host}/.default"], allowed_hosts=[host])


def roles_in(token: str) -> frozenset[str]:
    """Read the roles of a token, to show them: whether it is genuine is Graph's to judge. Empty: it has none."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return frozenset(str(role) for role in claims.get("roles", ()))
    except (IndexError, ValueError, AttributeError, TypeError):
        return frozenset()
