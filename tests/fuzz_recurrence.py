"""
Random recurring dates against a model that is written apart: `python -m tests.fuzz_recurrence 100000`.

Three questions of each rule. Has it the days that RFC 5545 says? Does an occurrence stay the same when the start of its
rule moves? And does every iteration end, or is the rule refused?
"""

import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice, pairwise
from multiprocessing import Pool
from random import Random

from pydantic import ValidationError

from shared.mapping.evaluation.dates import MOST_OCCURRENCES, Known, occurrences
from shared.mapping.evaluation.scope import Scene
from shared.mapping.language.calendar import NoDateError
from shared.mapping.language.date_specs import Due
from shared.mapping.language.recurrence import read_recurrence
from shared.models.keys import OriginKind
from shared.models.origin import Origin
from tests.recurrence_model import DAYS, Rule, days_of
from tests.unit.mapping.mapping_world import mapping_of, workspace_rule

CALENDAR = mapping_of(workspace_rule()).calendar("default")
FAR = timedelta(days=366 * 9)
COMPARED = 6
"""Days of each rule."""
PROCESSES, CHUNK = 2, 200


def random_rule(rng: Random) -> Rule:
    """Make a rule of the kinds that a mapping may have, sensible or not."""
    rule = {"FREQ": rng.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])}
    if rng.random() < 0.5:
        rule["INTERVAL"] = str(rng.choice([1, 2, 2, 3, 4, 5, 12]))
    if rule["FREQ"] in ("DAILY", "WEEKLY"):
        if rng.random() < 0.6:
            rule["BYDAY"] = ",".join(rng.sample(DAYS, rng.randint(1, 4)))
    else:
        _name_days(rng, rule)
    if rng.random() < 0.3:
        rule["WKST"] = rng.choice(DAYS)
    if rng.random() < 0.25:
        rule["COUNT"] = str(rng.randint(1, 8))
    elif rng.random() < 0.3:
        until = (date(2026, 1, 1) + timedelta(days=rng.randint(0, 2500))).strftime("%Y%m%d")
        rule["UNTIL"] = until + rng.choice(["", "", "T000000Z", "T235959"])
    return rule


def _name_days(rng: Random, rule: Rule) -> None:
    if rng.random() < (0.6 if rule["FREQ"] == "YEARLY" else 0.25):
        rule["BYMONTH"] = ",".join(str(month) for month in sorted(rng.sample(range(1, 13), rng.randint(1, 3))))
    if rng.random() < 0.4:
        days = [1, 2, 13, 15, 28, 29, 30, 31, -1, -2, -31]
        rule["BYMONTHDAY"] = ",".join(str(day) for day in rng.sample(days, rng.randint(1, 3)))
    if rng.random() < 0.4:
        places = ["", "", "1", "2", "3", "4", "5", "-1", "-2"]
        if rule["FREQ"] == "YEARLY" and "BYMONTH" not in rule:
            places += ["20", "53", "-10"]
        rule["BYDAY"] = ",".join(rng.choice(places) + day for day in rng.sample(DAYS, rng.randint(1, 3)))
    if rule["FREQ"] == "YEARLY" and rng.random() < 0.15:
        rule["BYYEARDAY"] = ",".join(str(day) for day in rng.sample([1, 60, 100, 366, -1, -60, -366], 2))
    if rule["FREQ"] == "YEARLY" and rng.random() < 0.15:
        rule["BYWEEKNO"] = ",".join(str(week) for week in rng.sample([1, 2, 20, 52, 53, -1, -2], 2))
    if rng.random() < 0.3:
        rule["BYSETPOS"] = ",".join(str(place) for place in rng.sample([1, 2, 3, -1, -2], rng.randint(1, 2)))


def text_of(rule: Rule) -> str:
    """Write a rule as people do."""
    return ";".join(f"{name}={value}" for name, value in rule.items())


@cache
def _read(text: str) -> Due | None:
    try:
        return Due.model_validate({"on": date(2026, 1, 1), "repeat": text})
    except ValidationError:
        return None


def read(rule: Rule) -> Due | None:
    """Read a recurring date as a mapping has it, whatever day it starts on; None: `check` refuses it."""
    return _read(text_of(rule))


def wrong_dates(rng: Random) -> str | None:
    """Compare the first days of a random rule. "": they agree; None: it is refused."""
    rule, start = random_rule(rng), date(2026, 1, 1) + timedelta(days=rng.randint(0, 700))
    if read(rule) is None:
        return None
    end = start + FAR
    mine = list(islice(days_of(rule, start, end), COMPARED))
    found = [day for day in islice(read_recurrence(text_of(rule), start), COMPARED) if day <= end]
    return "" if found == mine else f"{text_of(rule)} from {start}: {found} is not {mine}"


def lost_by_a_move(rng: Random) -> str | None:
    """Move the start of a random rule; see `after_a_move`."""
    rule, start = random_rule(rng), date(2026, 1, 1) + timedelta(days=rng.randint(0, 300))
    rule.pop("UNTIL", None)
    rule.pop("COUNT", None)
    return after_a_move(rule, start, start + timedelta(days=rng.choice([-3, -2, -1, 1, 2, 3, 10, 40])))


def after_a_move(rule: Rule, start: date, moved: date) -> str | None:
    """
    Move the start of a rule while its third occurrence is open, on the day of the second; those before are done.

    "": the open one is still the same, no twin is made, and what was done is not asked again; None: nothing to move.
    """
    if (spec := read(rule)) is None:
        return None
    days = list(islice(days_of(rule, start, start + FAR), 8))
    if len(days) < 4:
        return None
    done, opened = frozenset(days[:2]), days[2]
    now = datetime.combine(days[1], time(12), UTC)
    scene = Scene(Origin(kind=OriginKind.WORKSPACE), now, CALENDAR)
    after, _ = occurrences(spec, moved, scene, Known(done=done, open=frozenset({opened})))
    names = [one.name for one in after]
    what = f"{text_of(rule)} from {start} moved to {moved}, {opened} open: {[(one.name, one.day) for one in after]}"
    if len(names) != len(set(names)):
        return f"twins: {what}"
    if after and opened not in names and after[-1].due <= scene.today:
        return f"lost: {what}"
    gap = min(later - day for day, later in pairwise(days))
    new = [one for one in after if one.name not in done | {opened}]
    again = [one for one in new for day in done if abs(one.day - day) * 4 < gap and one.day > start]
    return f"asked again: {what}" if again else ""


def does_not_end(rng: Random) -> str | None:
    """Read what is wanted of a random rule that began long ago. "": it ends; None: it is refused."""
    rule, start = random_rule(rng), date(rng.choice([1990, 2010, 2026]), 2, 28)
    if (spec := read(rule)) is None:
        return None
    scene = Scene(Origin(kind=OriginKind.WORKSPACE), datetime(2026, 6, 1, 12, tzinfo=UTC), CALENDAR)
    try:
        shown, changes = occurrences(spec, start, scene, Known())
    except NoDateError:
        return ""
    is_sound = len(shown) <= 2 and (changes is None or changes > scene.now)
    return "" if is_sound else f"{text_of(rule)} from {start}: {len(shown)} are shown, the next at {changes}"


def _ask(seed: int) -> tuple[str | None, ...]:
    return tuple(question(Random(seed)) for question in QUESTIONS)  # noqa: S311 - rules, no secret


def main(count: int) -> int:
    """Ask all three of so many rules, and say what came of it."""
    bad = 0
    with Pool(PROCESSES) as pool:
        answered = pool.map(_ask, range(count), chunksize=CHUNK)
    for question, answers in zip(QUESTIONS, zip(*answered, strict=True), strict=True):
        wrong = [answer for answer in answers if answer]
        told = Counter("refused" if answer is None else "wrong" if answer else "right" for answer in answers)
        said = ", ".join(f"{told[word]} {word}" for word in ("right", "wrong", "refused"))
        print(f"{question.__name__}: {count} rules: {said}", flush=True)
        print("\n".join(wrong[:5]), end="\n" if wrong else "")
        bad += len(wrong)
    print(f"the most days that one rule may have had by today: {MOST_OCCURRENCES}")
    return 1 if bad else 0


QUESTIONS: tuple[Callable[[Random], str | None], ...] = (wrong_dates, lost_by_a_move, does_not_end)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
