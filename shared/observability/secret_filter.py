"""
Keep secrets out of every log record, whoever writes it.

The rule is that nobody logs a secret; this is the net below it.
"""

import logging
import re
from collections.abc import Callable

from shared.observability.telemetry import FIELDS, log_fields

MASK = "***"
CHATTY = ("azure", "httpx", "httpcore")
"""Loggers that write several lines a request, with its headers: they are heard from WARNING on."""
_NAMES = (
    "otcsticket|otdsticket|ticket|subject_token|actor_token|access_token|refresh_token|id_token|client_secret|"
    "client_assertion|password|x-webhook-secret|webhook-signature|clientstate|client_state|validationtoken|"
    "x-functions-key|accountkey|sharedaccesskey|sharedaccesssignature|cookie|set-cookie"
)
_VALUE = r"[^\s\"'&;,)}\]]+"
_PATTERNS = (
    # `name: value`, `name=value`, `"name": "value"`: headers, forms, JSON, connection strings
    re.compile(rf"(?i)(?<![\w-])((?:{_NAMES})[\"']?\s*[:=]\s*[\"']?){_VALUE}"),
    # `(b"name", b"value")`: headers as httpcore logs them
    re.compile(rf"(?i)([\"'](?:{_NAMES})[\"'],\s*b?[\"']){_VALUE}"),
    re.compile(rf"(?i)([?&](?:code|sig)=){_VALUE}"),
    re.compile(r"(?i)(\bauthorization[\"']?\s*[:=]\s*[\"']?basic\s+)[A-Za-z0-9+/=]+"),
    re.compile(r"(?i)(\bbearer\s+)[A-Za-z0-9._~+/=-]{4,}"),
    re.compile(r"()\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"),
    re.compile(r"()\bwhsec_[A-Za-z0-9+/=]+"),
)


def redact(text: str) -> str:
    """Mask what looks like a ticket, token, bearer, password or key."""
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<1>{MASK}", text)
    return text


class Redaction(logging.Filter):
    """Mask secrets in a record's message and traceback, and give it the fields of the work at hand."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record in place; every record passes."""
        _redact_message(record)
        if record.exc_info and not record.exc_text:
            # Formatters show exc_text when it is there.
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
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
