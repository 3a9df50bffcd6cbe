"""Send notifications over HTTP: the way out of the simulator."""

from collections.abc import Mapping

import httpx

from local.simulators.graph.state import Deliver


def over_http(client: httpx.AsyncClient, *, timeout: float = 10.0) -> Deliver:
    """
    Post through an httpx client, which a test may give a transport of its own.

    Args:
        timeout: seconds that an endpoint has to answer.

    Source: https://learn.microsoft.com/graph/change-notifications-delivery-webhooks (ten seconds for the handshake)
    """

    async def deliver(url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        try:
            answer = await client.post(url, headers=dict(headers), content=body, timeout=timeout)
        except httpx.HTTPError as error:
            message = f"no answer from {httpx.URL(url).host}"
            raise ConnectionError(message) from error
        return answer.status_code, answer.headers, answer.content

    return deliver
