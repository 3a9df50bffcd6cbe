"""
Recurrence by brute force: every day is asked whether the rule meets it. Nothing of it comes from dateutil.

`python -m tests.unit.mapping.evaluation.recurrence_model 100000` compares so many random rules, and moves their starts.
"""

import calendar
import sys
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from random import Random

from shared.mapping.evaluation.dates import Known, occurrences
from shared.mapping.evaluation.scope import Scene
from shared.mapping.language.date_specs import Due
from shared.mapping.language.recurrence import read_recurrence
from shared.models.keys import OriginKind
from shared.models.opentext import Origin
from tests.unit.mapping.mapping_world import mapping_of, workspace_rule

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
CALENDAR = mapping_of(workspace_rule()).calendar("default")
LONGEST = 366 * 6
"""Days that are asked."""
Rule = dict[str, str]


def random_rule(rng: Random) -> Rule:
    """Make a rule of the kinds that a mapping may have."""
    freq = rng.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
    rule = {"FREQ": freq}
    if rng.random() < 0.5:
        rule["INTERVAL"] = str(rng.randint(1, 4))
    if freq in ("DAILY", "WEEKLY") and rng.random() < 0.6:
        rule["BYDAY"] = ",".join(rng.sample(DAYS, rng.randint(1, 4)))
    if freq in ("MONTHLY", "YEARLY"):
        rule |= _in_month(rng, freq)
    if rng.random() < 0.3:
        rule["COUNT"] = str(rng.randint(1, 8))
    elif rng.random() < 0.3:
        rule["UNTIL"] = (date(2026, 1, 1) + timedelta(days=rng.randint(0, 1500))).strftime("%Y%m%d")
    return rule


def _in_month(rng: Random, freq: str) -> Rule:
    found: Rule = {}
    if freq == "YEARLY" or rng.random() < 0.3:
        found["BYMONTH"] = ",".join(str(month) for month in sorted(rng.sample(range(1, 13), rng.randint(1, 3))))
    kind = rng.randrange(4)
    if kind == 1:
        found["BYMONTHDAY"] = ",".join(str(rng.choice([1, 15, 28, 29, 30, 31, -1, -2])) for _ in range(2))
    elif kind == 2:
        found["BYDAY"] = f"{rng.choice([1, 2, 3, 4, 5, -1])}{rng.choice(DAYS)}"
    elif kind == 3:
        found |= {"BYDAY": ",".join(rng.sample(DAYS, 5)), "BYSETPOS": rng.choice(["1", "-1", "2"])}
    return found


def days_of(rule: Rule, start: date, most: int) -> list[date]:
    """Ask day by day."""
    found: list[date] = []
    limit = min(most, int(rule.get("COUNT", most)))
    last = datetime.strptime(rule.get("UNTIL", "99991231"), "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    for number in range(LONGEST):
        day = start + timedelta(days=number)
        if len(found) == limit or day > last:
            break
        if _is_met(rule, start, day):
            found.append(day)
    return found


def _is_met(rule: Rule, start: date, day: date) -> bool:
    every = int(rule.get("INTERVAL", "1"))
    match rule["FREQ"]:
        case "DAILY":
            return (day - start).days % every == 0 and _is_weekday(rule, day, start=None)
        case "WEEKLY":
            weeks = (_monday(day) - _monday(start)).days // 7
            return weeks % every == 0 and _is_weekday(rule, day, start)
        case "MONTHLY":
            months = (day.year - start.year) * 12 + day.month - start.month
            return months % every == 0 and _is_month(rule, day, start) and _is_of_month(rule, start, day)
    return (day.year - start.year) % every == 0 and _is_month(rule, day, start) and _is_of_month(rule, start, day)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _is_weekday(rule: Rule, day: date, start: date | None) -> bool:
    if "BYDAY" in rule:
        return DAYS[day.weekday()] in rule["BYDAY"].split(",")
    return start is None or day.weekday() == start.weekday()


def _is_month(rule: Rule, day: date, start: date) -> bool:
    del start
    return "BYMONTH" not in rule or str(day.month) in rule["BYMONTH"].split(",")


def _is_of_month(rule: Rule, start: date, day: date) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    meeting = [one for one in (day.replace(day=n) for n in range(1, last + 1)) if _is_day(rule, start, one, last)]
    if "BYSETPOS" in rule:
        place = int(rule["BYSETPOS"])
        meeting = meeting[place - 1 : place] if place > 0 else meeting[place:][:1]
    return day in meeting


def _is_day(rule: Rule, start: date, day: date, last: int) -> bool:
    if "BYMONTHDAY" in rule:
        wanted = {int(part) for part in rule["BYMONTHDAY"].split(",")}
        return day.day in wanted or day.day - last - 1 in wanted
    if "BYDAY" not in rule:
        return day.day == start.day
    first, back = (day.day - 1) // 7 + 1, -((last - day.day) // 7 + 1)
    names = {DAYS[day.weekday()], f"{first}{DAYS[day.weekday()]}", f"{back}{DAYS[day.weekday()]}"}
    return bool(names & set(rule["BYDAY"].split(",")))


def wrong_dates(rng: Random) -> str:
    """Compare the first days of a random rule; empty: they agree."""
    rule, start = random_rule(rng), date(2026, 1, 1) + timedelta(days=rng.randint(0, 700))
    if rule["FREQ"] == "YEARLY" and "BYSETPOS" in rule and len(rule["BYMONTH"].split(",")) > 1:
        rule["BYMONTH"] = rule["BYMONTH"].split(",")[0]  # the set is the year's then: another reading than the month's
    text = ";".join(f"{name}={value}" for name, value in rule.items())
    mine = days_of(rule, start, 6)
    end = start + timedelta(days=LONGEST)
    found = [day for day in islice(read_recurrence(text, start), 6) if day < end]
    return "" if found == mine else f"{text} from {start}: {found} is not {mine}"


def lost_by_a_move(rng: Random) -> str:
    """Move the start of a random rule while an occurrence is open; empty: it is still the same, and no twin is made."""
    rule, start = random_rule(rng), date(2026, 1, 1) + timedelta(days=rng.randint(0, 300))
    rule.pop("UNTIL", None)
    rule.pop("COUNT", None)
    spec = Due.model_validate({"on": start, "repeat": ";".join(f"{k}={v}" for k, v in rule.items())})
    origin = Origin(kind=OriginKind.WORKSPACE)
    scene = Scene(origin, datetime.combine(start - timedelta(days=5), time(12), UTC), CALENDAR)
    before, _ = occurrences(spec, start, scene, Known())
    if not before:
        return ""
    open_ones = frozenset(one.name for one in before)
    move = rng.choice([-3, -2, -1, 1, 2, 3, 10, 40])
    after, _ = occurrences(spec, start + timedelta(days=move), scene, Known(open=open_ones))
    names = [one.name for one in after]
    if not names:  # from there on the rule never comes
        return ""
    if open_ones & set(names) and len(names) == len(set(names)) and set(names) <= open_ones:
        return ""
    return f"{spec.repeat} from {start} moved by {move}: {open_ones} became {names}"


def main(count: int) -> int:
    """Compare many, and say what came of it."""
    dates = [wrong for seed in range(count) if (wrong := wrong_dates(Random(seed)))]  # noqa: S311 - rules, no secret
    moves = [wrong for seed in range(count) if (wrong := lost_by_a_move(Random(seed)))]  # noqa: S311 - the same
    print(f"{count} rules: {len(dates)} with other dates; {count} moves: {len(moves)} lost")
    print("\n".join([*dates[:5], *moves[:5]]))
    return 1 if dates or moves else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
