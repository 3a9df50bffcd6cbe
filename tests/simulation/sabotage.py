"""
`python -m tests.simulation.sabotage [NAME ...] [--seeds N]`: take one safety away, and name the first seed that tells.

Each entry changes one place of a copy of the product, as those of `safeguards` do, which are about approvals. One that
no seed tells is a hole in the simulation: exit code 1. What is printed is the table of docs/simulation.md.
"""

import argparse
import sys

from tests.simulation.safeguards import SABOTAGES as OF_APPROVALS
from tests.simulation.safeguards import Sabotage, first_failure

HARSH = ("--harsh",)
"""Workers freeze, die and are slow more often than in life."""
SABOTAGES = {
    "no wall round items": Sabotage(
        "shared/reconciler/walls.py",
        "        stop(work, items, HoldCause.UNREADABLE, str(error))\n",
        "        raise\n",
    ),
    "timers by message": Sabotage(
        "shared/reconciler/wake.py",
        "    if old is not None and old != new and time_of(old) > stamp(now):\n",
        "    if False:\n",
    ),
    "what is not known ends": Sabotage(
        "shared/decisions/ending.py",
        "    if is_undecided:\n        return NotStated()\n",
        '    if is_undecided:\n        return Ended("it is not there")\n',
    ),
    "rows with a field more are refused": Sabotage(
        "shared/models/base.py",
        'frozen=True, extra="ignore")\n\n\ndef',
        'frozen=True, extra="forbid")\n\n\ndef',
    ),
    "no fence: whoever was buried goes on writing": Sabotage(
        "shared/store/hands.py",
        "        if grip is None:\n            return\n        if grip.is_void:\n",
        "        if True:\n            return\n        if grip.is_void:\n",
        HARSH,
    ),
    "no heartbeat after the first": Sabotage(
        "shared/store/hands.py",
        "            await asyncio.sleep(pause.total_seconds())\n            try:\n",
        "            await asyncio.sleep(1e9)\n            try:\n",
        HARSH,
    ),
    "nobody buries the dead": Sabotage(
        "shared/store/grip.py",
        "        return self.says.buried or self.age > DEAD_AFTER\n",
        "        return self.says.buried\n",
        HARSH,
    ),
    "a lease without its etag": Sabotage(
        "shared/store/table.py",
        '        first = ("update", entity, {"mode": UpdateMode.REPLACE, **_as_read(guard.etag)})\n',
        '        first = ("update", entity, {"mode": UpdateMode.REPLACE})\n',
        HARSH,
    ),
    "a settling that ignores claims": Sabotage(
        "shared/reconciler/actions/settle.py",
        "        claimed=frozenset({*plan.index.tasks, *plan.claims, *plan.anothers}),\n",
        "        claimed=frozenset(),\n",
    ),
    "a lost POST is settled at once, without a wait": Sabotage(
        "shared/decisions/decide.py",
        "    if now < due:\n        return LookAgain(link.item, due, WaitedFor.SETTLE)\n    return None",
        "    return None",
    ),
    "the guard's timer goes although not all was made": Sabotage(
        "shared/reconciler/actions/create.py",
        "    if not any(work.held.links[link.item].state is LinkState.RESERVED for link in links):\n",
        "    if links:\n",
    ),
    "a plan with open reservations counts as quiet": Sabotage(
        "shared/watchers/read_plan.py",
        "not origins and not loose and not index.reservations\n",
        "not origins and not loose\n",
    ),
    "the earliest of the closed gates counts": Sabotage(
        "shared/store/gates.py",
        "        return max(closed, default=None)\n",
        "        return min(closed, default=None)\n",
    ),
    "calls begin whatever time is left": Sabotage(
        "shared/reconciler/session.py", "        must_have_time()\n", "        return\n", HARSH
    ),
    "what a changed file lets go is ended": Sabotage(
        "shared/decisions/decide.py",
        "    if isinstance(why, MappingChanged):\n        released = link.released(why.reason)\n",
        "    if False:\n        released = link.released(why.reason)\n",
    ),
    "a changed file ends what it asks no more": Sabotage(
        "shared/decisions/ending.py",
        "        return MappingChanged(_why_changed(link, rule_hashes))\n",
        "        return Ended(_why_changed(link, rule_hashes))\n",
    ),
    "a person's copy of a task is taken for it": Sabotage(
        "shared/operations/rebuild_tasks.py",
        '    if not maker.startswith("application:") and maker not in await run.services.creators.list_all():\n',
        "    if False:\n",
    ),
    "an own first write is told as people's": Sabotage(
        "shared/decisions/merge.py", "base or _standing(wanted, read)", "base or FieldBase(asked={}, got={})"
    ),
    "the step after one completed in OpenText is not looked for": Sabotage(
        "shared/reconciler/next_looks.py", "    return work.left.is_moving_on and ", "    return False and "
    ),
    "a changed task has a hidden record looked for": Sabotage(
        "shared/reconciler/back_off.py",
        "    return trouble.tries > 1 and now < trouble.next_try",
        "    return False and now < trouble.next_try",
    ),
}


def main(arguments: list[str]) -> int:
    """Try what was asked for, and print a table: 0 when each was caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.sabotage", description=__doc__)
    parser.add_argument("names", nargs="*", help="entries, or parts of their names; none: all, those of approvals too")
    parser.add_argument("--seeds", type=int, default=1000, help="how many are played at most")
    given = parser.parse_args(arguments)
    known = {**SABOTAGES, **OF_APPROVALS} if not given.names else SABOTAGES
    chosen = {name: one for name, one in known.items() if not given.names or any(part in name for part in given.names)}
    is_whole = bool(chosen)
    print("| taken away | in | first seed that tells |\n|---|---|---|")
    for name, one in chosen.items():
        found = first_failure(one, given.seeds)
        is_whole = is_whole and found is not None
        said = f"none of {given.seeds}" if found is None else " ".join([str(found[0]), *one.options])
        print(f"| {name} | `{one.file}` | {said} |", flush=True)
    return 0 if is_whole else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
