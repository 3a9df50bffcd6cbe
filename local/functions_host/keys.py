"""
Function keys.

Source: https://learn.microsoft.com/azure/azure-functions/function-keys-how-to
"""

from dataclasses import dataclass
from hmac import compare_digest


@dataclass(frozen=True)
class Keys:
    """What callers prove themselves with, in `x-functions-key` or `?code=`. No secrets: only this machine is served."""

    function: str = "local-function-key"
    """Opens functions of level FUNCTION."""
    master: str = "local-master-key"
    """Opens everything, and `/admin`."""


def may_enter(level: str, keys: Keys, given: str) -> bool:
    """
    Compare a caller's key with what a function's level asks for.

    Args:
        level: anonymous, function or admin.
        given: "" for none.
    """
    accepted = {"anonymous": (), "function": (keys.function, keys.master)}.get(level, (keys.master,))
    return level == "anonymous" or any(compare_digest(given.encode(), key.encode()) for key in accepted)
