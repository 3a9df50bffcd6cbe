"""One request, as the simulator's topics see it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from local.simulators.graph.failures import Json, bad_request, refuse

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True)
class Request:
    """A request after routing: path without version, one value a query option."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """By lower-case name."""
    body: bytes = b""

    @property
    def if_match(self) -> str | None:
        """The etag that the client knows; None: it sent none."""
        return self.headers.get("if-match")

    @property
    def wants_representation(self) -> bool:
        """
        Whether the client asked for the changed resource.

        Source: https://learn.microsoft.com/graph/api/plannertask-update
        """
        return "return=representation" in self.headers.get("prefer", "").replace(" ", "").lower()

    @property
    def page_token(self) -> int:
        """
        Where the page that is asked for starts; 0: at the beginning.

        Raises:
            GraphError: 400, a token that this service did not give.
        """
        token = self.query.get("$skiptoken", "0")
        if not token.isdigit():
            refuse("The $skiptoken is not one of this service's.")
        return int(token)

    def read_object(self) -> Json:
        """
        Read the body as one JSON object.

        Raises:
            GraphError: 400, it is none.
        """
        try:
            value = json.loads(self.body)
        except ValueError as error:
            message = "Unable to read JSON request payload."
            raise bad_request(message) from error
        if not isinstance(value, dict):
            refuse("Unable to read JSON request payload: an object was expected.")
        return value

    def link(self, token: str) -> str:
        """Build the absolute link to the next page, keeping the query's other options."""
        host = self.headers.get("host") or "graph.microsoft.com"
        scheme = "http" if host.startswith(LOOPBACK) else "https"
        query = urlencode({**self.query, "$skiptoken": token}, safe="$")
        return f"{scheme}://{host}/v1.0{self.path}?{query}"
