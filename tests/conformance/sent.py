"""`python -m tests.conformance.sent`: note anew what each probe sends, in docs/conformance-requests.yaml."""

import asyncio
import re

import yaml

from shared.conformance.beliefs import read_beliefs
from shared.conformance.requests import FILE
from shared.conformance.run import ask
from tests.conformance.bench import Bench

HEAD = "# What each probe sends, as noted against the simulators by `python -m tests.conformance.sent`.\n"
_ID = re.compile(r"(?<=/)(?:[\w-]{28}|\d{4,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=/|$)", re.IGNORECASE)
_SIGNING_IN = ("POST /otdsws/", "GET /cs/cs/api/v1/auth", "POST /cs/cs/api/v1/auth")


async def sent() -> dict[str, list[str]]:
    """Run each probe by itself, and note what it sends, without ids."""
    found = {}
    for belief in read_beliefs():
        bench = Bench()
        await ask(belief, bench.box)
        own = [call for call in bench.calls if belief.system == "otds" or not call.startswith(_SIGNING_IN[:1])]
        found[belief.id] = [_plain(call) for call in own]
    return found


def _plain(call: str) -> str:
    method, _, path = call.partition(" ")
    for start in ("/cs/cs/api/", "/v1.0/", "/"):
        path = path.removeprefix(start)
    return f"{method} {_ID.sub('{id}', path)}"


def main() -> None:
    """Write the file."""
    FILE.write_text(HEAD + yaml.safe_dump(asyncio.run(sent()), sort_keys=False, width=120), encoding="utf-8")


if __name__ == "__main__":
    main()
