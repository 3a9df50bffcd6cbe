"""Refusals as Graph words them, and the answers that carry them."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn, TypeAlias

from local.in_process.transport import Answer

Json: TypeAlias = dict[str, Any]

NO_ACCESS = "You do not have the required permissions to access this item."
NOT_FOUND = "The requested item is not found."

JSON_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"


class GraphError(Exception):
    """A request that is answered with an error; nothing was changed."""

    def __init__(self, status: int, message: str, *, code: str = "", headers: Mapping[str, str] | None = None) -> None:
        """
        Keep what the answer will say.

        Args:
            code: Planner's own refusals often carry the empty string.
            headers: None: no more than the usual ones.
        """
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})

    def answer(self, *, date: str, request_id: str, client_request_id: str) -> Answer:
        """
        Render the error.

        Source: https://learn.microsoft.com/graph/errors
        """
        inner = {"date": date, "request-id": request_id, "client-request-id": client_request_id}
        text = json.dumps({"error": {"code": self.code, "message": str(self), "innerError": inner}})
        return self.status, {"content-type": "application/json", **self.headers}, text.encode()


def bad_request(message: str) -> GraphError:
    """Tell that the request is malformed, or that its values break a rule."""
    return GraphError(400, message, code="BadRequest")


def not_found() -> GraphError:
    """Tell that there is no such Planner item."""
    return GraphError(404, NOT_FOUND)


def no_access() -> GraphError:
    """
    Tell that the caller may not: the code is the empty string.

    Source: https://learn.microsoft.com/graph/json-batching (sample of a 403)
    """
    return GraphError(403, NO_ACCESS, headers={"x-tasks-correlationid": "b2f4e0a5-3a4b-4a0e-9c3c-5b8fd0a4a8f1"})


def refuse(message: str) -> NoReturn:
    """
    Refuse a request for its shape or its values.

    Raises:
        GraphError: 400.
    """
    raise bad_request(message)


def exceed(code: str) -> NoReturn:
    """
    Refuse a request that would go over one of Planner's limits.

    Raises:
        GraphError: 403 with the limit's code.

    Source: https://learn.microsoft.com/office365/planner/planner-limits
    """
    raise GraphError(403, f"The request would exceed a limit: {code}.", code=code)


def refuse_etag(message: str) -> NoReturn:
    """
    Refuse a write whose If-Match is missing, malformed, or of another resource.

    Raises:
        GraphError: 412.
    """
    raise GraphError(412, message)


def json_answer(text: str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with a JSON text."""
    return status, {"content-type": JSON_TYPE, **(headers or {})}, text.encode()


def no_content(status: int = 204) -> Answer:
    """Answer without a body."""
    return status, {}, b""
