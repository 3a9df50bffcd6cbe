"""
Forge evidence at random and see that no forgery passes and none breaks the verifier.

    python -m tests.fuzz_evidence --cases 100000 --seed 1

A quick run of it stands among the unit tests. What passes has to say what was written: the same lines up to the head
that the record holds, and of a PDF the very same bytes.
"""

import argparse
import hashlib
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from evidence_verify import VerifyError, attached, verify
from shared.evidence.document import anchor, head_of, render_json
from shared.evidence.pdf import render_pdf
from shared.evidence.retention import checkpoint
from shared.models.evidence import Event, chain
from tests.evidence import ORIGIN, START, document, history

PIECES = (
    *(b"[", b"]", b"{", b"}", b'"', b",", b"\n", b"\r\n", b"\\", b"\x00", b"\xff", b"null", b"true", b"1e999", b"NaN"),
    *(b"<<", b">>", b"(", b")", b"/F 5 0 R", b"4 0 R", b"/EF", b"/Prev 9", b"xref\n", b"stream\n", b"endobj\n"),
    *(b"startxref\n9\n%%EOF\n", b'"what":"checkpoint"', b'"what":"redacted"', b'"sequence":2', b"\xf0\x9f\x98\x80"),
)
Forge = Callable[[random.Random, bytes], bytes]


def begun():
    """One history with everything in it, and the document of another."""
    people = {"people": [{"person": "deke", "entra_id": "u-1"}, {"person": "liz"}], "reason": "Grüße, Дмитрий", "x": {}}
    who = {"entra": "u-1", "opentext": "deke"}
    first = history(*(Event(what="created", item="r|a", actor=who, detail=people) for _ in range(4)))
    less = first[0].model_copy(update={"personal": first[0].personal.without(lambda field: field[1] == "entra")})
    more = [
        checkpoint(first, 10, "operator"),
        Event(what="redacted", detail={"parts": {"1": less.personal.hash}}),
        Event(what="sent_on", item="r|a", actor=who, detail={"disposition": "Approve"}),
    ]
    new, _ = chain(ORIGIN, head_of(first), more, START, salt=lambda: "11" * 16)
    return (less, *first[1:], *new), history(*(Event(what="held", item="r|b", detail=people) for _ in range(9)))


ENTRIES, OTHERS = begun()
JSON, OTHER = document(ENTRIES), document(OTHERS)
PDF, OTHER_PDF = render_pdf(JSON), render_pdf(OTHER)
HEAD = anchor(ORIGIN, head_of(ENTRIES), PDF)
LEFT = {JSON.rstrip(b"\n").replace(b"".join(JSON.splitlines(keepends=True)[1 : 1 + gone]), b"", 1) for gone in range(5)}
"""What a purge leaves that is cut off: the checkpoint stands for the first four."""


def flip(dice, content):
    place = dice.randrange(len(content))
    return content[:place] + bytes([content[place] ^ (1 << dice.randrange(8))]) + content[place + 1 :]


def cut(dice, content):
    start, end = sorted(dice.choices(range(len(content) + 1), k=2))
    return content[:start] if dice.random() < 0.3 else content[:start] + content[end:]


def put_in(dice, content):
    place = dice.randrange(len(content) + 1)
    return content[:place] + dice.choice(PIECES) * dice.choice((1, 1, 2, 50)) + content[place:]


def repeat(dice, content):
    start, end = sorted(dice.choices(range(len(content) + 1), k=2))
    return content[:end] + content[start:end] + content[end:]


def splice(dice, content):
    other = OTHER_PDF if content.startswith(b"%PDF") else OTHER
    return content[: dice.randrange(len(content))] + other[dice.randrange(len(other)) :]


def number(dice, content):
    """Change a number: a place in a table, a reference, a length, a sequence."""
    found = dice.choice(list(re.finditer(rb"[0-9]+|\Z", content)))
    other = str(dice.choice((0, 1, 2, 7, 10**9, dice.randrange(10**5)))).encode()
    return content[: found.start()] + other + content[found.end() :]


def of_lines(change):
    """Make a forgery of a change to the document's lines."""

    def forge(dice, content):
        if content.startswith(b"%PDF") or content.count(b"\n") < 3:
            return flip(dice, content)
        first, *rows, last, end = content.split(b"\n")
        rows = [row.rstrip(b",") for row in rows]
        change(dice, rows)
        return b"\n".join([first, b",\n".join(rows), last, end])

    return forge


def swap(dice, rows):
    one, two = dice.choices(range(len(rows)), k=2)
    rows[one], rows[two] = rows[two], rows[one]


def drop(dice, rows):
    rows.pop(dice.randrange(len(rows)))


def again(dice, rows):
    rows.insert(dice.randrange(len(rows) + 1), dice.choice(rows))


def foreign(dice, rows):
    rows[dice.randrange(len(rows))] = dice.choice(OTHER.split(b"\n")[1:-2]).rstrip(b",")


def restate(dice, rows):
    """Change an entry and put the hash beside it right."""
    place = dice.randrange(len(rows))
    try:
        entry, hidden, _ = json.loads(rows[place])
        entry[dice.choice(sorted(entry))] = dice.choice(["x", 1, None, "0" * 64, {}, True, []])
    except (ValueError, TypeError):
        return
    text = json.dumps(entry, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    part = json.dumps(hidden, ensure_ascii=False, separators=(",", ":"))
    rows[place] = f'[{text},{part},"{hashlib.sha256(text.encode()).hexdigest()}"]'.encode()


def anew(dice, content):
    """Write a whole history anew from some entry on: in itself it is right."""
    kept = dice.randrange(len(ENTRIES))
    events = [Event(what="forged", item="r|a") for _ in range(dice.randrange(1, 9))]
    before = head_of(ENTRIES[:kept])
    new, _ = chain(ORIGIN, before, events, START, salt=lambda: "22" * 16)
    start = dice.choice((0, kept))
    forged = render_json(ORIGIN, [entry.line() for entry in (*ENTRIES[:kept], *new)[start:]])
    return render_pdf(forged) if content.startswith(b"%PDF") and dice.random() < 0.02 else forged


FORGERIES: tuple[Forge, ...] = (
    *(flip, flip, cut, put_in, repeat, splice, number, number, anew),
    *map(of_lines, (swap, drop, again, foreign, restate, restate)),
)


@dataclass
class Result:
    """What came of a run."""

    cases: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    passed: list[bytes] = field(default_factory=list)
    """Forgeries that were called intact."""
    broke: list[tuple[bytes, str]] = field(default_factory=list)
    """What raised something else than the verifier's own errors."""
    slowest: float = 0.0


def is_true(content, *, anchored):
    """Say whether what was called intact is what was written."""
    if content.startswith(b"%PDF"):
        return content == PDF if anchored else attached(content) == JSON
    return content.replace(b"\r\n", b"\n").rstrip(b"\n") in LEFT


def run(cases, seed):
    """Forge so many times."""
    dice, result = random.Random(seed), Result()  # noqa: S311 - the same run again by its seed
    for _ in range(cases):
        content = dice.choice((JSON, PDF))
        forgeries = dice.choices(FORGERIES, k=dice.choice((1, 1, 1, 2, 3)))
        for forge in forgeries:
            content = forge(dice, content) or b"x"
        # A history written anew is right in itself: that it is not the one is the head's to say.
        anchored = anew in forgeries or dice.random() < 0.5
        judge(content, anchored, result)
    return result


def judge(content, anchored, result):
    result.cases += 1
    start = time.perf_counter()
    try:
        verify(content, HEAD if anchored else None)
    except VerifyError as error:
        result.verdicts[error.word] += 1
    except Exception as error:  # noqa: BLE001 - what is looked for
        result.broke.append((content, repr(error)))
    else:
        result.verdicts["intact"] += 1
        if not is_true(content, anchored=anchored):
            result.passed.append(content)
    result.slowest = max(result.slowest, time.perf_counter() - start)


def main():
    """Run, say what came of it, and keep what went wrong for a look."""
    parser = argparse.ArgumentParser(description="Forge evidence at random.")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    result = run(given.cases, given.seed)
    print(f"{result.cases} forgeries: {dict(result.verdicts)}, slowest {result.slowest:.2f} s")
    print(f"{len(result.broke)} broke the verifier, {len(result.passed)} false intact")
    for content, why in [*result.broke[:3], *((content, "passed") for content in result.passed[:3])]:
        print(why, content[:3000])
    return 1 if result.broke or result.passed else 0


if __name__ == "__main__":
    sys.exit(main())
