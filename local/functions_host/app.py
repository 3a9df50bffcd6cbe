"""
The function app, indexed and called by Microsoft's worker library. One app a process: the library's state is global.

`azure_functions_runtime.native_invocation` is not documented: its version is pinned.
"""

import json
import logging
import os
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import azure_functions_runtime as worker
from azure_functions_runtime.bindings.datumdef import Datum
from azure_functions_runtime.native_invocation import invocation_request_native

from local.functions_host.errors import HostError, InvocationFailedError, NotServedError
from local.functions_host.function import Function

log = logging.getLogger(__name__)

SERVED = {"httptrigger", "http", "timertrigger", "queuetrigger"}


class App:
    """A loaded function app."""

    def __init__(self, functions: Sequence[Function]) -> None:
        self.functions = tuple(functions)

    async def invoke(
        self,
        function: Function,
        value: Datum,
        *,
        metadata: Mapping[str, Datum] | None = None,
        trace: str | None = None,
    ) -> Datum | None:
        """
        Call a function and return its `$return` value, None when it has none.

        Args:
            metadata: the trigger's own values (id and dequeue count of a message).
            trace: W3C traceparent of the caller. None: the invocation begins a trace.

        Raises:
            InvocationFailedError: it raised, or answered with what its binding refuses.
        """
        inputs = [(function.trigger["name"], value)]
        parent = trace or f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
        began = time.perf_counter()
        done, returned, _outputs, error, _traceback = await invocation_request_native(
            str(uuid4()), function.id, inputs, dict(metadata or {}), trace_parent=parent
        )
        if not done:
            # The worker has logged the traceback already.
            message = f"{function.name}: {error}"
            raise InvocationFailedError(message)
        log.info("%s: done in %.0f ms", function.name, (time.perf_counter() - began) * 1000)
        return returned


async def load_app(folder: Path) -> App:
    """
    Import `function_app.py` of a folder and index its functions. The folder becomes the working directory, as in Azure.

    Raises:
        HostError: the worker refuses the app (one wrong signature refuses it whole).
        NotServedError: a binding is not served here.
    """
    sys.path.insert(0, str(folder))
    os.chdir(folder)
    started = await worker.worker_init_request(_init_request(folder))
    if not started.result.status:
        refusal = started.result.exception
        message = f"{refusal.message}\n{refusal.stack_trace}"
        raise HostError(message)
    indexed = (await worker.functions_metadata_request(None)).function_metadata_results
    if not indexed:
        message = f"{folder}: holds no function_app.py with functions"
        raise HostError(message)
    return App([_function(item) for item in indexed])


def _init_request(folder: Path) -> SimpleNamespace:
    init = SimpleNamespace(capabilities={}, function_app_directory=str(folder))
    return SimpleNamespace(
        properties={"protos": _wire(), "host": "127.0.0.1"}, request=SimpleNamespace(worker_init_request=init)
    )


class _Message(SimpleNamespace):
    """Any message of the worker's protocol: keeps what it is given and has None for the rest."""

    def __getattr__(self, name: str) -> None:
        return None


def _wire() -> SimpleNamespace:
    """Give the names of its protocol that the worker uses while it indexes: plain classes in place of protobuf's."""
    names = (
        "WorkerInitResponse",
        "WorkerMetadata",
        "RpcException",
        "RpcFunctionMetadata",
        "FunctionMetadataResponse",
        "RpcRetryOptions",
        "FunctionLoadResponse",
    )
    wire = {name: type(name, (_Message,), {}) for name in names}
    wire["StatusResult"] = type("StatusResult", (_Message,), {"Failure": 0, "Success": 1})
    wire["BindingInfo"] = type("BindingInfo", (_Message,), {"undefined": None, "out": 1, "inout": 2})
    return SimpleNamespace(**wire)


def _function(item: Any) -> Function:  # noqa: ANN401 - one of the classes above
    bindings = [json.loads(text) for text in item.raw_bindings]
    if unserved := [binding["type"] for binding in bindings if binding["type"].lower() not in SERVED]:
        message = f"{item.name}: the binding {', '.join(unserved)} is not served by this host stand-in"
        raise NotServedError(message)
    trigger = next(binding for binding in bindings if binding["type"].lower().endswith("trigger"))
    return Function(item.name, item.function_id, trigger)
