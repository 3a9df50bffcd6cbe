"""Errors of Azure Table storage, as azure-data-tables raises them."""

from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.data.tables import TableErrorCode, TableTransactionError

_CLASSES = {404: ResourceNotFoundError, 409: ResourceExistsError, 412: ResourceModifiedError}


class TableRefusalError(Exception):
    """The service refuses an operation."""

    def __init__(self, status: int, code: str) -> None:
        """Keep what it answers."""
        super().__init__(status, code)
        self.status, self.code = status, code


def failure(status: int, code: str = "") -> HttpResponseError:
    """Return the error of a call as the SDK raises it. For gates, too: `failure(503, "ServerBusy")`."""
    error = _CLASSES.get(status, HttpResponseError)(message=f"{status} {code}")
    error.status_code = status
    if code:
        error.error_code = TableErrorCode(code)  # type: ignore[attr-defined] # set by the SDK in the same way
    return error


def transaction_error(error: TableRefusalError, index: int) -> TableTransactionError:
    """Return the error of a transaction as the SDK raises it, with the place of the operation that was refused."""
    raised = TableTransactionError(message=f"{index}:{error.status} {error.code}", index=index)
    raised.status_code = error.status
    # In transactions the code stays the plain string that the service sent.
    raised.error_code = error.code  # type: ignore[attr-defined]
    return raised
