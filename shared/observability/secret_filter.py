"""
Keep secrets out of every log record and of all that is exported, whoever writes it.

The rule is that nobody tells a secret; this is the net below it.
"""

import logging
from collections.abc import Callable

from shared.observability.exporters import mask_exports
from shared.observability.masking import guarded_exception, redact
from shared.observability.telemetry import FIELDS, log_fields

__all__ = ["CHATTY", "Redaction", "guarded_exception", "install", "redact"]

CHATTY = ("azure", "azure_functions_worker", "azure_functions_runtime", "httpx", "httpcore")
"""Loggers that write several lines a request, or one an invocation: they are heard from WARNING on."""


class Redaction(logging.Filter):
    """Mask secrets in a record's message and traceback, and give it the fields of the work at hand."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record in place; every record passes."""
        _redact_message(record)
        _redact_exception(record)
        fields = log_fields()
        for name in FIELDS:
            # Prefixed: `extra=` of another library may not meet a field of that name.
            setattr(record, f"bridge_{name}", fields.get(name, ""))
        return True


def _redact_message(record: logging.LogRecord) -> None:
    message = _message(record)
    if redact(message) == message:
        return
    if isinstance(record.args, tuple):
        # Some formatters want the arguments one by one: masking them alone is enough more often than not.
        record.args = tuple(redact(value) if isinstance(value, str) else value for value in record.args)
    if redact(_message(record)) != _message(record):
        record.msg, record.args = redact(message), ()


def _redact_exception(record: logging.LogRecord) -> None:
    """Exporters take the exception itself, formatters its text: neither may tell."""
    if isinstance(record.exc_info, tuple) and (error := record.exc_info[1]) is not None:
        guarded = guarded_exception(error)
        record.exc_info = (type(guarded), guarded, record.exc_info[2])
        if not record.exc_text:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
    if record.stack_info:
        record.stack_info = redact(record.stack_info)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        # The handler would complain, and print the arguments as they are.
        record.msg, record.args = f"{record.msg} (its arguments do not fit: left out)", ()
        return str(record.msg)


class _Factory:
    """Makes log records for the whole process, redacted from the start."""

    def __init__(self, inner: Callable[..., logging.LogRecord]) -> None:
        self._inner = inner
        self._redaction = Redaction()

    def __call__(self, *args: object, **kwargs: object) -> logging.LogRecord:
        record = self._inner(*args, **kwargs)
        self._redaction.filter(record)
        return record


def install() -> None:
    """
    Redact every record from now on, once a process.

    Where records are made, not on handlers: the worker and OpenTelemetry add handlers of their own, later.
    """
    factory = logging.getLogRecordFactory()
    if not isinstance(factory, _Factory):
        logging.setLogRecordFactory(_Factory(factory))
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
    mask_exports()
