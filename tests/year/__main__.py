"""
A year of one company in virtual time, against a model that is written apart.

`python -m tests.year [records] [days] [seed]`: with holidays, two outages of a week and a clock that jumps. Every
due date, level and mail is compared; and what it costs is counted.
"""

import asyncio
import logging
import sys
from collections import Counter
from datetime import timedelta

from tests.year.company import company
from tests.year.player import Played, Player


def _say(player: Player, so_far: Played) -> None:
    """Print where it stands: who breaks it off knows what was compared."""
    told = f"{so_far.dates} due dates, {so_far.happened.total()} levels and mails"
    print(f"{player.clock.at:%Y-%m-%d}: {told}, {len(so_far.differences)} differences", flush=True)


def main(records: int = 200, days: int = 365, seed: int = 1) -> int:
    """Play it, and print what came of it."""
    logging.disable(logging.CRITICAL)
    player = Player(company(records=records, days=days, seed=seed), timedelta(minutes=30))
    played = asyncio.run(player.play(lambda so_far: _say(player, so_far)))
    print(f"{records} records in {days} days (seed {seed}): {len(played.differences)} differences")
    acts = Counter(act.what for act in player.company.acts)
    print("people: " + ", ".join(f"{what} {count}" for what, count in sorted(acts.items())))
    happened = ", ".join(f"{what} {count}" for what, count in sorted(played.happened.items()))
    print(f"compared: {played.dates} due dates; levels and mails: {happened}")
    print(f"messages worked at: {player.messages}")
    for name, count in sorted(played.counted.items()):
        if name.split()[0] in ("opentext", "graph", "tables", "queues"):
            print(f"  {name}: {count}")
    print("\n".join(played.differences[:40]))
    return 1 if played.differences else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
