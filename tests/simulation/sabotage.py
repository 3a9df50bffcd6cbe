"""
`python -m tests.simulation.sabotage [NAME ...] [--seeds N]`: take one safety away, and name the first seed that tells.

Each entry changes one place of a copy of the product, as those of `safeguards` do, which are about approvals. One that
no seed tells is a hole in the simulation: exit code 1. What is printed is the table of docs/simulation.md.
"""

import argparse
import sys

from tests.simulation.safeguards import SABOTAGES as OF_APPROVALS
from tests.simulation.safeguards import UNJUST, Change, Sabotage, first_failure, told

SABOTAGES = {
    "no wall round items": Sabotage(
        "shared/reconciler/walls.py",
        "        stop(work, items, HoldCause.UNREADABLE, str(error))\n",
        "        raise\n",
        "damaged",
        behind=(
            Change(
                "shared/reconciler/walls.py",
                "    except Exception as error:  # this is the wall\n",
                "    except LookupError as error:\n",
            ),
        ),
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
        "changing",
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
        "timed",
    ),
    "no heartbeat after the first": Sabotage(
        "shared/store/hands.py",
        "            await asyncio.sleep(pause.total_seconds())\n            try:\n",
        "            await asyncio.sleep(1e9)\n            try:\n",
        "timed",
    ),
    "nobody buries the dead": Sabotage(
        "shared/store/grip.py",
        "        return self.says.buried or self.age > DEAD_AFTER\n",
        "        return self.says.buried\n",
        "harsh",
        behind=(
            Change(
                "shared/store/hands.py",
                "        if sign.worker == self.worker or not (sign.age > DEAD_AFTER):\n",
                "        if sign.worker:\n",
            ),
        ),
    ),
    "a lease without its etag": Sabotage(
        "shared/store/table.py",
        '        first = ("update", entity, {"mode": UpdateMode.REPLACE, **_as_read(guard.etag)})\n',
        '        first = ("update", entity, {"mode": UpdateMode.REPLACE})\n',
        "timed",
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
        "lossy",
    ),
    "the guard's timer goes although not all was made": Sabotage(
        "shared/reconciler/actions/create.py",
        "    if not any(work.held.links[link.item].state is LinkState.RESERVED for link in links):\n",
        "    if links:\n",
        "lossy",
        behind=(
            Change(
                "shared/reconciler/actions/create.py",
                "        work.look_again(work.now + work.policy.settle, WaitedFor.SETTLE)\n        return\n",
                "        return\n",
            ),
        ),
    ),
    "a plan with tasks of ours that no item has counts as quiet": Sabotage(
        "shared/watchers/read_plan.py",
        "not origins and not loose and not index.reservations\n",
        "not origins\n",
        "timed",
    ),
    "a plan with open reservations counts as quiet": Sabotage(
        "shared/watchers/read_plan.py",
        "not origins and not loose and not index.reservations\n",
        "not origins and not loose\n",
        "timed",
    ),
    "the earliest of the closed gates counts": Sabotage(
        "shared/store/gates.py",
        "        return max(closed, default=None)\n",
        "        return min(closed, default=None)\n",
        "timed",
    ),
    "calls begin whatever time is left": Sabotage(
        "shared/reconciler/session.py", "        must_have_time()\n", "        return\n", "timed"
    ),
    "what a changed file lets go is ended": Sabotage(
        "shared/decisions/decide.py",
        "    if isinstance(why, MappingChanged):\n"
        "        released = link.moved(found.task).agreed(found.task, found.details).released(why.reason)\n",
        "    if isinstance(why, MappingChanged):\n        why = Ended(why.reason)\n"
        "    if False:\n        released = link\n",
        "changing",
    ),
    "what a changed file asks no more stays as it was": Sabotage(
        "shared/decisions/decide.py",
        "    if isinstance(why, MappingChanged):\n"
        "        released = link.moved(found.task).agreed(found.task, found.details).released(why.reason)\n",
        "    if isinstance(why, MappingChanged):\n        return None\n        released = link\n",
        "changing",
    ),
    "a changed file ends what it asks no more": Sabotage(
        "shared/decisions/ending.py",
        "        return MappingChanged(_why_changed(link, rule_hashes))\n",
        "        return Ended(_why_changed(link, rule_hashes))\n",
        "changing",
    ),
    "a person's copy of a task is taken for it": Sabotage(
        "shared/operations/rebuild_tasks.py",
        '    if not maker.startswith("application:") and maker not in await run.services.creators.list_all():\n',
        "    if False:\n",
        "rebuilt",
    ),
    "an own first write is told as people's": Sabotage(
        "shared/decisions/merge.py",
        "base or _standing(wanted, read)",
        "base or FieldBase(asked={}, got={})",
        behind=(
            Change(
                "shared/decisions/merge.py",
                "taken or (theirs and not (mine and wanted.get(key) == read.get(key)))",
                "taken or theirs",
            ),
        ),
    ),
    "the step after one completed in OpenText is not looked for": Sabotage(
        "shared/reconciler/session.py", "        is_left = any(", "        is_left = False and any(", "heard"
    ),
    "a changed task has a hidden record looked for": Sabotage(
        "shared/reconciler/back_off.py",
        "    return trouble.tries > 1 and now < trouble.next_try",
        "    return False and now < trouble.next_try",
        "changing",
    ),
}

ENTRIES = {**SABOTAGES, **OF_APPROVALS}
"""All of them."""


def main(arguments: list[str]) -> int:
    """Try what was asked for, and print a table: 0 when each was caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.sabotage", description=__doc__)
    parser.add_argument("names", nargs="*", help="entries, or parts of their names; none: all, those of approvals too")
    parser.add_argument("--seeds", type=int, default=1000, help="how many are played at most")
    given = parser.parse_args(arguments)
    chosen = {
        name: one for name, one in ENTRIES.items() if not given.names or any(part in name for part in given.names)
    }
    is_whole = bool(chosen)
    print("| taken away | first seed that tells | what it says |\n|---|---|---|")
    for name, one in chosen.items():
        found = first_failure(one, given.seeds, telling=UNJUST if name in OF_APPROVALS else "")
        is_whole = is_whole and found is not None
        print(told(name, one, found, given.seeds), flush=True)
    return 0 if is_whole else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
