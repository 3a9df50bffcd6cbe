"""The functions of the app, for tests that call them in their own process."""

import functools
from collections.abc import Callable
from typing import Any


@functools.cache
def list_functions() -> dict[str, Callable[..., Any]]:
    """Return each function by its name. Built once a process: the library takes a second time for names used twice."""
    from function_app import app  # noqa: PLC0415 - the app is global to a process

    return {str(one.get_function_name()): one.get_user_function() for one in app.get_functions()}
