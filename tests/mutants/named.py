"""Changes that once went unnoticed: each is tried at every run, beside the sample."""

from collections.abc import Iterator
from typing import NamedTuple

from tests.mutants.sampling import Mutant
from tests.repository import ROOT


class _Change(NamedTuple):
    file: str
    old: str
    new: str


CHANGES = {
    "settling ignores claims": _Change(
        "shared/reconciler/actions/settle.py",
        "claimed=frozenset({*plan.index.tasks, *plan.claims, *plan.anothers}),",
        "claimed=frozenset(),",
    ),
    "a candidate may be claimed": _Change("shared/decisions/settle.py", "if task.id not in claimed", "if True"),
    "the guard timer goes though not all was made": _Change(
        "shared/reconciler/actions/create.py",
        "if not any(work.held.links[link.item].state is LinkState.RESERVED for link in links):",
        "if True:",
    ),
    "a plan with open reservations is quiet": _Change(
        "shared/watchers/read_plan.py",
        "quiet = not origins and not loose and not index.reservations",
        "quiet = not origins and not loose",
    ),
    "the earliest gate counts": _Change(
        "shared/store/gates.py", "return max(closed, default=None)", "return min(closed, default=None)"
    ),
    "nobody wrote who only completed": _Change(
        "shared/reconciler/actions/write.py",
        "return after.task.percent_complete != (before.task.percent_complete if sent is None else sent)",
        "return False",
    ),
    "a look never runs out of time": _Change(
        "shared/reconciler/session.py", "        must_have_time()\n", "        pass\n"
    ),
    "a completion during a rebinding counts for the new version": _Change(
        "shared/reconciler/actions/write.py", "        link = link.bound_to(old.bound)\n", "        pass\n"
    ),
}


def named() -> Iterator[Mutant]:
    """
    Yield each of them.

    Raises:
        ValueError: the place of one is not there once: the entry is out of date.
    """
    for name, (file, old, new) in CHANGES.items():
        code = (ROOT / file).read_text("utf-8")
        if code.count(old) != 1:
            message = f"{name}: {file} has {code.count(old)} times {old!r}"
            raise ValueError(message)
        line = code[: code.index(old)].count("\n") + 1
        yield Mutant(file, name, 0, line, line, code.replace(old, new))
