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

from tests.repository import ROOT

COPIED = ("shared", "local", "tests", "functions", "mapping.yaml", "local.settings.example.json", "pyproject.toml")
CHUNK = 20
UNJUST = "unjust: "
"""So begins what the judge of approvals says."""


@dataclass(frozen=True)
class Sabotage:
    """One safeguard, taken out."""

    file: str
    old: str
    new: str
    options: tuple[str, ...] = ()
    """Of the command that plays the seeds."""


SABOTAGES = {
    "any person's completion counts": Sabotage(
        "shared/decisions/outcome.py",
        "    decider = wanted.decider(by)\n",
        "    decider = wanted.decider(by) or (wanted.deciders[0] if wanted.deciders else None)\n",
    ),
    "any person's tick counts": Sabotage(
        "shared/decisions/choice.py",
        "    if wanted.decider(user) is None or at is None:\n        return RefusalReason.FOREIGN_TICK\n",
        "",
    ),
    "a tick from before the versions were shown counts": Sabotage(
        "shared/decisions/choice.py",
        "    if completion.shown is not None and at < completion.shown:\n",
        "    if False:\n",
    ),
    "a tick from after the completion counts": Sabotage(
        "shared/decisions/choice.py", "return RefusalReason.STALE_TICK if at > latest else None", "return None"
    ),
    "a line counts whatever it reads": Sabotage(
        "shared/decisions/choice.py",
        "if line is None or _as_read(line.title) != _as_read(outcome.title):",
        "if line is None:",
    ),
    "several ticks count, the first of them": Sabotage(
        "shared/decisions/outcome.py",
        "if reason is None and len(chosen) == min(len(wanted.outcomes), 1):",
        "if reason is None and (chosen or not wanted.outcomes):",
    ),
    "any versions count": Sabotage(
        "shared/decisions/outcome.py",
        "return RefusalReason.NEW_VERSION if wanted.documents != link.bound else None",
        "return None",
    ),
    "a completion from before the versions were shown counts": Sabotage(
        "shared/decisions/outcome.py",
        " or (shown is not None and at < shown)",
        "",
    ),
    "a completion within the second in which it is shown counts": Sabotage(
        "shared/decisions/outcome.py", "link.shown_at + CLOCK_STEP", "link.shown_at"
    ),
    "new versions are bound although the read after their write failed": Sabotage(
        "shared/reconciler/actions/write.py",
        "return link if old is None or not write.rebinds else link.bound_to(old.bound)",
        "return link",
    ),
    "opening a task again binds it to nothing": Sabotage(
        "shared/decisions/open_task.py", "        rebinds=rebinds(link, wanted, found),\n", ""
    ),
    "who started the workflow decides where four eyes are asked for": Sabotage(
        "shared/decisions/outcome.py",
        "return RefusalReason.FOUR_EYES if wanted.four_eyes and decider.started else None",
        "return None",
    ),
    "versions are not read again before the intent": Sabotage(
        "shared/reconciler/actions/send.py",
        "    if shown and await",
        "    if not shown and await",
    ),
    "anybody hands a step on": Sabotage(
        "shared/decisions/reassignment.py",
        "    if giver is None or not giver.is_performer or gone != {giver.entra_id}:\n        return PutBack()\n",
        "    giver = giver or wanted.deciders[0]\n",
    ),
    "no intent is written before the call": Sabotage(
        "shared/reconciler/actions/send.py",
        "    await work.commit([sending], [told])\n",
        "",
    ),
    "a send-on is repeated while the step is current": Sabotage(
        "shared/decisions/outcome.py",
        "    is_on_record = any(intent.id in activity.comment for activity in activities)\n",
        "    is_on_record = False\n",
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
        print(f"| {name} | {' | '.join(map(str, found)) if found is not None else '**not caught** | '} |", flush=True)
    return 0 if chosen and is_caught else 1


def first_failure(sabotage: Sabotage, seeds: int, *, telling: str = "") -> tuple[int, str] | None:
    """
    Play a sabotaged copy; return the first seed that fails, and what fails in it. None: none of so many.

    Args:
        telling: how the failure begins that is looked for; empty: any.

    Raises:
        ValueError: the place that is to be changed is not there once: the entry is out of date.
        RuntimeError: it could not be played.
    """
    failing = re.compile(rf"^seed (\d+) fails.*\n(?:  .*\n)*?  {re.escape(telling)}(.*)$", re.MULTILINE)
    with tempfile.TemporaryDirectory(prefix="sabotage-") as folder:
        for name in COPIED:
            source, to = ROOT / name, Path(folder) / name
            if source.is_dir():
                shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, to)
        apply(sabotage, Path(folder))
        for start in range(1, seeds + 1, CHUNK):
            command = [sys.executable, "-m", "tests.simulation", "--seeds", str(CHUNK), "--start", str(start)]
            command += sabotage.options
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - ours
            if found := failing.search(done.stdout):
                return int(found[1]), found[2]
            if done.stderr:
                raise RuntimeError(done.stderr[-2000:])
    return None


def apply(sabotage: Sabotage, folder: Path) -> None:
    """Change the one place; a place that is not there once is an error."""
    file = folder / sabotage.file
    text = file.read_text(encoding="utf-8")
    if text.count(sabotage.old) != 1:
        message = f"{sabotage.file} has {text.count(sabotage.old)} times: {sabotage.old!r}"
        raise ValueError(message)
    file.write_text(text.replace(sabotage.old, sabotage.new), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
