"""
Ask at the operator's doors what none of them takes, and see that each refuses it: never with 5xx, never with what came.

    python -m tests.fuzz_operations --cases 20000 --seed 1

A quick run of it stands among the integration tests. A mark stands in every request, so hardly one can be right;
it may stand in no answer, and nothing may have been done in the end.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections import Counter

from shared import wiring
from shared.operations.doors import DOORS
from tests.browser import scenes
from tests.operator_door import JSON, Door

MARK = "zq7mark"
NAMES = [name for _, name in DOORS] + ["evidence", "", "..", "%2e%2e", "Status", "status/", MARK, "a" * 3000]
FIELDS = (
    "after",
    "all",
    "before",
    "cause",
    "confirmed",
    "hours",
    "item",
    "key",
    "limit",
    "name",
    "origin",
    "plan",
    "rule",
    "text",
)
TYPES = (
    "application/json",
    "application/json; charset=utf-16",
    "APPLICATION/JSON",
    "text/plain",
    "",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
)
ODD = (
    *("", " ", "0", "-1", "1e9", "9" * 400, "NaN", "null", "true", "[]", "{}", "refused", "graph", "x" * 20_000),
    *("workspace-1", "workspace-0", "workspace-28866\n", "node-5", "../../x", "' or 1=1 --", "{{7*7}}", "${x}"),
    *("\x00", "\u202e", "\ud800", "\U0001f600" * 300, "<script>alert(1)</script>", "%00"),
)
ANYTHING = frozenset({"find", "troubles", "held", "origins", "dead-letters"})
"""A text to look for, and a place in a list, may be anything: nothing is found by it."""
REFUSED = frozenset({400, 404, 405, 409})


def _text(dice):
    return "".join(dice.sample((dice.choice(ODD), MARK, dice.choice(ODD)), 3))


def _value(dice, depth=0):
    if depth > 2 or dice.random() < 0.5:
        return _text(dice)
    kind = dice.randrange(6)
    if kind < 2:
        return [_value(dice, depth + 1) for _ in range(dice.randrange(4))] + [MARK]
    if kind < 4:
        return {_text(dice): _value(dice, depth + 1) for _ in range(dice.randrange(4))} | {MARK: MARK}
    return dice.choice((None, True, -1, 10**30, 1e308)) if depth else MARK


def _fields(dice):
    """Give fields, real and not, of which one at least is marked."""
    fields = {dice.choice(FIELDS): dice.choice(ODD) for _ in range(dice.randrange(4))}
    return fields | {dice.choice((*FIELDS, MARK, _text(dice))): _value(dice)}


def _body(dice):
    kind = dice.randrange(8)
    if kind == 0:
        return dice.randbytes(dice.randrange(200)) + MARK.encode()
    if kind == 1:
        return b"[" * dice.randrange(1, 16_000) + MARK.encode()
    if kind == 2:
        return b'{"a":' * dice.randrange(1, 3000) + MARK.encode()
    content = json.dumps(_fields(dice)).encode()
    if kind == 3:
        return content[: dice.randrange(len(content))] + MARK.encode()
    if kind == 4:
        return content.replace(b"}", b', "confirmed": NaN, "%s": Infinity}' % MARK.encode())
    return content


async def one(dice, door):
    """Ask once; return the status, and what is wrong with the answer."""
    method, name = dice.choice(("GET", "POST")), dice.choice(NAMES)
    headers = {"x-ms-client-principal-name": MARK, "x-extra": _text(dice)[:900]}
    if method == "GET":
        query = {
            field: value if isinstance(value, str) else json.dumps(value) for field, value in _fields(dice).items()
        }
        answer = await door.ask("GET", name, query=query, headers=headers)
    else:
        kind = dice.choice(TYPES) if dice.random() < 0.2 else JSON["content-type"]
        query = {MARK: MARK} if dice.random() < 0.1 else {}
        answer = await door.ask("POST", name, body=_body(dice), headers=headers | {"content-type": kind}, query=query)
    return answer.status_code, _wrong(method, name, answer)


def _wrong(method, name, answer):
    told = f"{answer.get_body().decode()} {dict(answer.headers)}"
    if MARK in told:
        return f"{method} {name}: repeats what came: {told[:300]}"
    if method == "GET" and name in ANYTHING and answer.status_code == 200:
        return ""
    if answer.status_code not in REFUSED or answer.mimetype != "application/problem+json":
        return f"{method} {name}: answered {answer.status_code} {answer.mimetype}: {told[:200]}"
    return ""


async def run(cases, seed):
    """Ask so often; return how often each status came, and everything that is wrong."""
    dice = random.Random(seed)  # noqa: S311 - the same at each run
    statuses: Counter[int] = Counter()
    wrong: list[str] = []
    bridge = await scenes.at_rest(contracts=1)
    door = Door(bridge)
    before = await bridge.services.interventions.list_since(bridge.inside.now() - scenes.HOUR)
    with wiring.use(door.wired):
        for _ in range(cases):
            status, told = await one(dice, door)
            statuses[status] += 1
            wrong += [told] if told else []
    if door.queued() or await bridge.services.interventions.list_since(bridge.inside.now() - scenes.HOUR) != before:
        wrong.append("something was done")
    return statuses, wrong


def main():
    """Print what came; 1 when anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    begun = time.monotonic()
    statuses, wrong = asyncio.run(run(asked.cases, asked.seed))
    print("\n".join(wrong[:20]))
    told = ", ".join(f"{count} times {status}" for status, count in sorted(statuses.items()))
    print(f"{asked.cases} requests in {time.monotonic() - begun:.0f} s: {told}; {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
