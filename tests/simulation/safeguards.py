"""
`python -m tests.simulation.safeguards [NAME ...] [--seeds N]`: take one safeguard out, and see the simulation notice.

Each entry changes one place of a copy of the product; seeds are played there until the bridge does what is unjust. A
simulation that lets a broken engine pass proves nothing: an entry that no seed catches exits 1. The rows that it prints
stand in docs/security.md.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.repository import ROOT

COPIED = ("shared", "local", "tests", "functions", "mapping.yaml", "local.settings.example.json", "pyproject.toml")
MOST_SAID = 160
"""Letters of what fails."""
UNJUST = "unjust: "
"""So begins what the judge of approvals says."""


class Change(NamedTuple):
    """One place of the product, written otherwise."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Sabotage:
    """One safeguard, taken out."""

    file: str
    old: str
    new: str
    mix: str = ""
    """By name: in which mix of what goes wrong it is met. Empty: in the one that each seed draws."""
    behind: tuple[Change, ...] = ()
    """Taken out with it: what stands behind it, and would do its work."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every place that is changed."""
        return (Change(self.file, self.old, self.new), *self.behind)


SABOTAGES = {
    "any person's completion counts": Sabotage(
        "shared/decisions/outcome.py",
        "    decider = wanted.decider(by)\n",
        "    decider = wanted.decider(by) or (wanted.deciders[0] if wanted.deciders else None)\n",
        "plotted",
    ),
    "any person's tick counts": Sabotage(
        "shared/decisions/choice.py",
        "    if wanted.decider(user) is None or at is None:\n        return RefusalReason.FOREIGN_TICK\n",
        "",
        "plotted",
    ),
    "a tick from before the versions were shown counts": Sabotage(
        "shared/decisions/choice.py",
        "    if completion.shown is not None and at < completion.shown:\n",
        "    if False:\n",
        "plotted",
    ),
    "a tick from after the completion counts": Sabotage(
        "shared/decisions/choice.py",
        "return RefusalReason.STALE_TICK if at > latest else None",
        "return None",
        "plotted",
    ),
    "a line counts whatever it reads": Sabotage(
        "shared/decisions/choice.py",
        "if line is None or _as_read(line.title) != _as_read(outcome.title):",
        "if line is None:",
        "plotted",
    ),
    "several ticks count, the first of them": Sabotage(
        "shared/decisions/outcome.py",
        "if reason is None and len(chosen) == min(len(wanted.outcomes), 1):",
        "if reason is None and (chosen or not wanted.outcomes):",
        "plotted",
    ),
    "any versions count": Sabotage(
        "shared/decisions/outcome.py",
        "if wanted.documents != link.bound:",
        "if False:",
        "plotted",
    ),
    "a completion from before the versions were shown counts": Sabotage(
        "shared/decisions/outcome.py",
        " or (shown is not None and at < shown)",
        "",
        "plotted",
    ),
    "a completion within the second in which it is shown counts": Sabotage(
        "shared/decisions/outcome.py",
        "link.shown_at + CLOCK_STEP",
        "link.shown_at",
        "plotted",
    ),
    "new versions are bound although the read after their write failed": Sabotage(
        "shared/reconciler/actions/write.py",
        "return link if old is None or not write.rebinds else link.bound_to(old.bound)",
        "return link",
        "timed",
    ),
    "opening a task again binds it to nothing": Sabotage(
        "shared/decisions/open_task.py",
        "        rebinds=rebinds(link, wanted, found),\n",
        "",
        "timed",
    ),
    "who started the workflow decides where four eyes are asked for": Sabotage(
        "shared/decisions/outcome.py",
        "return RefusalReason.FOUR_EYES if wanted.four_eyes and decider.started else None",
        "return None",
        "plotted",
    ),
    "versions are not read again before the intent": Sabotage(
        "shared/reconciler/actions/send.py",
        "    if shown and await",
        "    if not shown and await",
        "plotted",
    ),
    "anybody hands a step on": Sabotage(
        "shared/decisions/reassignment.py",
        "    if giver is None or not giver.is_performer or gone != {giver.entra_id}:\n        return PutBack()\n",
        "    giver = giver or wanted.deciders[0]\n",
        "plotted",
    ),
    "no intent is written before the call": Sabotage(
        "shared/reconciler/actions/send.py",
        "    await work.commit([sending], [told])\n",
        "",
        "plotted",
    ),
    "a send-on is repeated while the step is current": Sabotage(
        "shared/decisions/outcome.py",
        "    is_sent = is_on_record(intent.id, activities)\n",
        "    is_sent = False\n",
        "plotted",
    ),
}


def main(arguments: list[str]) -> int:
    """Try what was asked for: 0 when each was caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.safeguards", description=__doc__)
    parser.add_argument("names", nargs="*", help="entries, or parts of their names; none: all")
    parser.add_argument("--seeds", type=int, default=3000, help="how many are played at most")
    given = parser.parse_args(arguments)
    chosen = {
        name: one for name, one in SABOTAGES.items() if not given.names or any(part in name for part in given.names)
    }
    print("| taken out | first seed | what the simulation says |\n|---|---|---|", flush=True)
    is_caught = True
    for name, one in chosen.items():
        found = first_failure(one, given.seeds, telling=UNJUST)
        is_caught = is_caught and found is not None
        print(told(name, one, found, given.seeds), flush=True)
    return 0 if chosen and is_caught else 1


def told(name: str, one: Sabotage, found: tuple[int, str] | None, seeds: int) -> str:
    """Put a row of a table into words: what was taken out, the first seed that tells in its mix, and what it says."""
    seed, what = found if found is not None else (f"none of {seeds}", "")
    return f"| {name} | {seed}{f' `{one.mix}`' if one.mix else ''} | {what[:MOST_SAID].replace('|', chr(92) + '|')} |"


def first_failure(sabotage: Sabotage, seeds: int, *, telling: str = "") -> tuple[int, str] | None:
    """
    Play a sabotaged copy; return the first seed that fails, and what fails in it. None: none of so many.

    A seed that fails as well while nothing is taken out tells nothing, and is passed over.

    Args:
        telling: how the failure begins that is looked for; empty: any.

    Raises:
        ValueError: the place that is to be changed is not there once: the entry is out of date.
        RuntimeError: it could not be played.
    """
    with tempfile.TemporaryDirectory(prefix="sabotage-") as folder:
        for name in COPIED:
            source, to = ROOT / name, Path(folder) / name
            if source.is_dir():
                shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, to)
        apply(sabotage, Path(folder))
        start = 1
        while start <= seeds:
            # One process plays them all: to begin one takes as long as ten histories.
            found = _played(Path(folder), sabotage.mix, start, seeds - start + 1, telling)
            if found is None or _played(ROOT, sabotage.mix, found[0], 1, "") is None:
                return found
            start = found[0] + 1
    return None


def _played(folder: Path, mix: str, start: int, seeds: int, telling: str) -> tuple[int, str] | None:
    """Play seeds of one copy until one fails; return which, and how. None: none does."""
    command = [sys.executable, "-m", "tests.simulation", "--start", str(start), "--seeds", str(seeds)]
    command += ["--until", telling, *(("--mix", mix) if mix else ())]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if found := re.search(rf"^seed (\d+) fails.*\n(?:  .*\n)*?  {re.escape(telling)}(.*)$", done.stdout, re.MULTILINE):
        return int(found[1]), found[2]
    if done.stderr:
        raise RuntimeError(done.stderr[-2000:])
    return None


def apply(sabotage: Sabotage, folder: Path) -> None:
    """Change each of its places; one that is not there once is an error."""
    for change in sabotage.changes:
        file = folder / change.file
        text = file.read_text(encoding="utf-8")
        if text.count(change.old) != 1:
            message = f"{change.file} has {text.count(change.old)} times: {change.old!r}"
            raise ValueError(message)
        file.write_text(text.replace(change.old, change.new), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
