"""What went wrong with storage, in our own words. The one place where azure's errors are translated."""

from azure.core.exceptions import AzureError

from shared.errors import BridgeError, RefusedError, StaleError, TooLargeError, UnavailableError

_TOO_LARGE = ("EntityTooLarge", "PropertyValueTooLarge", "RequestBodyTooLarge", "TooManyProperties")


def is_missing_table(error: AzureError) -> bool:
    """Tell whether the table itself is not there. A refused insert carries no code, but only this gives it a 404."""
    return _status(error) == 404 and _code(error) in ("TableNotFound", "")


def is_missing_row(error: AzureError) -> bool:
    """Tell whether the row, or its table, is not there."""
    return _status(error) == 404


def is_missing_queue(error: AzureError) -> bool:
    """Tell whether the queue is not there."""
    return _status(error) == 404 and _code(error) == "QueueNotFound"


def unread(error: AzureError, what: str) -> BridgeError:
    """Choose the error for a read that failed."""
    # The question itself is wrong: asked again, it would be refused again.
    if _status(error) == 400:
        return RefusedError(f"{what}: {_code(error)}", code=_code(error))
    return UnavailableError(f"{what} can't be read: {_cause(error)}")


def unwritten(error: AzureError, what: str) -> BridgeError:
    """Choose the error for a write of which a second look showed nothing."""
    status, code = _status(error), _code(error)
    if status == 413 or code in _TOO_LARGE:
        return TooLargeError(f"{what}: {code or status}")
    # 404: the row that was to be replaced is gone, so somebody deleted it.
    # A table that is being deleted answers 409 as well, but nobody wrote: that passes.
    if status in (404, 409, 412) and code != "TableBeingDeleted":
        return StaleError(f"{what}: somebody wrote first")
    if status == 400:
        return RefusedError(f"{what}: {code}", code=code)
    # Refused permissions too: a role that was just given takes minutes to spread.
    return UnavailableError(f"{what} can't be written: {_cause(error)}")


def _status(error: AzureError) -> int | None:
    status: int | None = getattr(error, "status_code", None)
    return status


def _code(error: AzureError) -> str:
    code = getattr(error, "error_code", None)
    # An enum in single calls, a plain string in transactions.
    return str(getattr(code, "value", code or ""))


def _cause(error: AzureError) -> str:
    """Name the failure without its text, which may quote the request."""
    return f"{type(error).__name__} {_status(error) or ''} {_code(error)}".rstrip()
