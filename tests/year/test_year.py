"""Some weeks of one company: every due date, level and mail as a model that is written apart has them."""

from datetime import date, timedelta

import holidays
import pytest

from tests.year import calendar
from tests.year.company import company
from tests.year.model import Year
from tests.year.player import Player
from tests.year.rules import WORDS

HOURS = timedelta(hours=2)


async def test_five_weeks_of_a_company_go_as_they_have_to():
    """The whole year: python -m tests.year."""
    made = company(records=5, days=35, seed=1500)

    played = await Player(made, HOURS).play()

    assert played.differences == []
    assert {act.what for act in made.acts} >= {"move", "postpone", "complete", "pause", "resume", "suspend", "approve"}
    assert min(played.dates, *(played.happened[what] for what in WORDS.values())) > 0


@pytest.mark.parametrize("change", ["due", "unknown", "pause"])
async def test_what_goes_otherwise_is_seen(change):
    """The model is told something else than the people are."""
    made = company(records=2, days=28, seed=28)
    item = made.records[1].review
    match change:
        case "due":
            item.dues = [(since, day + timedelta(days=1)) for since, day in item.dues]
        case "pause":
            item.pauses.clear()
        case _:
            made.year = Year([one for one in made.year.items if one is not item], made.year.outages)

    played = await Player(made, HOURS).play()

    assert any(item.name in difference for difference in played.differences)


@pytest.mark.parametrize("year", range(2020, 2040))
def test_the_models_own_holidays_are_those_of_berlin(year):
    known = set(holidays.country_holidays("DE", subdiv="BE", years=year))
    # Berlin made a holiday of each of these once.
    once = {date(2020, 5, 8), date(2025, 5, 8), date(2028, 6, 17)}

    assert calendar.holidays(year) == known - once
