"""The deployed app's doors (docs/operations-api.md): commands through them need no storage, no system and no secret."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import httpx
import typer
from pydantic import BaseModel, ValidationError

from shared.models.doors import Done

M = TypeVar("M", bound=BaseModel)
KEY = "BRIDGE_APP_KEY"
"""Environment variable that holds a key of the function `operations`."""
SECONDS = 120.0
"""For one answer: probes and comparisons take seconds, and the app itself ends after a hundred."""
LARGEST_PAGE = 500
FAILED = 1
"""Exit code."""
_doors: ContextVar["AppDoors | None"] = ContextVar("app_doors", default=None)


def through_app() -> "AppDoors | None":
    """Return the doors of the app that `--app` names. None: the command works for itself."""
    return _doors.get()


@contextmanager
def asking(url: str | None, *, transport: httpx.BaseTransport | None = None) -> Iterator[None]:
    """
    Have commands ask an app.

    Args:
        url: its address, with or without /api/operations. None: they work for themselves.
        transport: stands in the network's place.

    Raises:
        typer.BadParameter: it is no address, or not https while it is not this machine.
    """
    if url is None:
        yield
        return
    parts = urlsplit(url)
    is_here = parts.hostname in ("localhost", "127.0.0.1")
    if not parts.hostname or parts.scheme not in ("http", "https") or (parts.scheme == "http" and not is_here):
        message = f"{url!r} is no address of an app: expected e.g. https://func-bridge.azurewebsites.net"
        raise typer.BadParameter(message)
    base = f"{parts.scheme}://{parts.netloc}/api/operations/"
    with httpx.Client(base_url=base, timeout=SECONDS, transport=transport, trust_env=not is_here) as http:
        token = _doors.set(AppDoors(http))
        try:
            yield
        finally:
            _doors.reset(token)


class AppDoors:
    """The doors of one app. What goes wrong is printed, and ends the command with 1."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self._key = ""

    def get(self, door: str, model: type[M], **query: str | int | None) -> M:
        """Read at a door; fields that are None or empty are left out."""
        given = {name: value for name, value in query.items() if value not in (None, "")}
        return self._read(door, self._send("GET", door, params=given), model)

    def post(self, door: str, *, yes: bool = False, **fields: Any) -> Done:  # noqa: ANN401 - JSON
        """
        Act at a door; what many would feel is asked for first.

        Args:
            yes: it is meant, whatever it comes to.
        """
        given = {name: value for name, value in fields.items() if value not in (None, "")}
        answer = self._send("POST", door, json=given | ({"confirmed": True} if yes else {}))
        if answer.status_code == httpx.codes.CONFLICT and _json(answer).get("needs_confirmation"):
            typer.confirm(f"{_json(answer).get('detail') or 'Many would feel it.'} Go on?", abort=True, err=True)
            answer = self._send("POST", door, json={**given, "confirmed": True})
        return self._read(door, answer, Done)

    def _read(self, door: str, answer: httpx.Response, model: type[M]) -> M:
        if not answer.is_success:
            _refused(answer)
        try:
            return model.model_validate_json(answer.content)
        except ValidationError:
            _fail(f"the app's answer at {door} can't be read: is it of another release?")

    def _send(self, method: str, door: str, **how: Any) -> httpx.Response:  # noqa: ANN401 - httpx's
        self._key = self._key or find_key()
        try:
            return self._http.request(method, door, headers={"x-functions-key": self._key}, **how)
        except httpx.HTTPError as error:
            _fail(f"the app does not answer: {type(error).__name__}")


def find_key() -> str:
    """
    Find the key of the app's doors: in the environment, else by the Azure CLI of whoever is signed in.

    Raises:
        typer.Exit: there is none; it was said what to do.
    """
    if key := os.environ.get(KEY, ""):
        return key
    name, group = os.environ.get("AZURE_FUNCTION_NAME", ""), os.environ.get("AZURE_RESOURCE_GROUP", "")
    if not name or not group:
        _fail(f"set {KEY}, or AZURE_FUNCTION_NAME and AZURE_RESOURCE_GROUP for `az` to find it")
    command = ["az", "functionapp", "function", "keys", "list", "--name", name, "--resource-group", group]
    command += ["--function-name", "operations", "--query", "default", "--output", "tsv"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS)  # noqa: S603 - ours
    except (OSError, subprocess.SubprocessError) as error:
        _fail(f"`az` does not tell the app's key ({type(error).__name__}): az login, or set {KEY}")
    return done.stdout.strip()


def _refused(answer: httpx.Response) -> NoReturn:
    told = _json(answer)
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        _fail(f"the app does not take the key: set {KEY} to one of the function `operations`")
    for problem in told.get("errors") or ():
        typer.echo(f"{problem.get('field')}: {problem.get('detail')}", err=True)
    why = told.get("detail") or told.get("title") or "no reason was given"
    _fail(f"the app answered {answer.status_code}: {why}")


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _fail(why: str) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(FAILED)
