"""What is left out of the deployed packages, and why nobody misses it. Tests run from what stays."""

from pathlib import PurePath

LEFT_OUT = {
    "pillow": "fpdf2 uses it for images; the evidence has none",
    "rich": "the operator's command line, which stays on the operator's machine",
    "typer": "the same",
    "annotated-doc": "of typer",
    "markdown-it-py": "of rich",
    "mdurl": "of rich",
    "pygments": "of rich",
    "shellingham": "of typer",
    "msrest": "asked for by Azure's exporter of telemetry, which has a serializer of its own",
    "oauthlib": "of msrest",
    "requests-oauthlib": "of msrest",
    "pycparser": "of cffi, to make bindings",
    **{
        f"opentelemetry-instrumentation-{one}": "instruments what is not here; passed over where it is missing"
        for one in ("asgi", "dbapi", "django", "fastapi", "flask", "psycopg2", "wsgi")
    },
    "asgiref": "of opentelemetry-instrumentation-asgi",
}
"""Distributions, by canonical name, that the lock holds and the function app does without."""
UNREACHED = {
    "aiohttp/pytest_plugin.py": "for tests",
    "aiohttp/test_utils.py": "for tests",
    "aiohttp/web": "the server; Azure's clients take the client",
    "aiohttp/worker.py": "of the server",
    "anyio/_backends/_trio.py": "of another event loop",
    "cffi/": "makes bindings; those of cryptography are made, and need `_cffi_backend` alone",
    "dateutil/zoneinfo/": "time zones of its own; ours are the system's",
    "fontTools/feaLib/builder.py": "for font editors",
    "fontTools/feaLib/lexer.py": "for font editors",
    "fontTools/feaLib/parser.py": "for font editors",
    "fontTools/merge/": "the evidence takes letters out of one font",
    "fontTools/mtiLib/": "a format of font editors",
    "fontTools/qu2cu/": "for font editors",
    "fontTools/ufoLib/": "a format of font editors",
    "fontTools/varLib/avar": "for font editors",
    "fontTools/varLib/interpol": "for font editors",
    "fontTools/varLib/plot.py": "for font editors",
    "fontTools/voltLib/": "a format of font editors",
    "fontpkg_open_sans/files/OpenSans-Italic": "the evidence has upright letters",
    "holidays/locale/": "names of holidays; the calendar asks for dates",
    "psutil/_psaix.py": "of another system",
    "psutil/_psbsd.py": "of another system",
    "psutil/_psosx.py": "of another system",
    "psutil/_pssunos.py": "of another system",
    "psutil/_pswindows.py": "of another system",
    "pydantic/mypy.py": "for type checkers",
    "pydantic/v1/": "the release before, for those who have not moved yet",
    "urllib3/contrib/emscripten/": "of another system",
    "werkzeug/debug/": "a page with a console; the Functions library takes headers and forms",
    "werkzeug/middleware/": "of servers",
    "werkzeug/routing/": "of servers",
}
"""Beginnings of paths in what is deployed, and why nothing there is reached."""
_SOURCES = (".c", ".h", ".pxd", ".pyi", ".pyx")
"""Of modules that are compiled already, and for type checkers."""
_TESTS = ("multidict/_testcapi", "uharfbuzz/_harfbuzz_test")
"""Compiled for the tests of those who publish them."""

_GENERATED = "msgraph/generated/"
_WHOLE = (
    "planner/",
    "subscriptions/",
    "users/item/manager/",
    "users/item/send_mail/",
    "groups/item/members/",
    "groups/item/planner/",
    "groups/item/transitive_members/",
)
"""Kept with all that is below."""
_MODULES = ("users", "users/item", "groups", "groups/item")
"""Kept are the modules in them, not the folders."""


def is_needed(path: PurePath) -> bool:
    """Tell whether a file is deployed, given relative to site-packages."""
    # As text: there are twenty thousand, and paths compare slowly.
    text = path.as_posix()
    if text.startswith(_GENERATED):
        return _is_reached(text.removeprefix(_GENERATED))
    # fpdf2's fontTools has each of its compiled modules in Python as well: 12 MB that only save time with large fonts.
    is_twin = text.startswith("fontTools/") and text.endswith(".so")
    return not is_twin and not text.endswith(_SOURCES) and not text.startswith((*_TESTS, *UNREACHED))


def _is_reached(inner: str) -> bool:
    """
    Tell whether our code reaches a module of the Graph SDK, which has one for each of Graph's thousands of paths.

    Its models are left out too: our clients read raw bytes with models of their own.
    """
    folder, _, name = inner.rpartition("/")
    if not folder:
        # The others are the generator's own notes, 37 MB of them.
        return name == "base_graph_service_client.py"
    return folder in _MODULES or inner.startswith(_WHOLE)
