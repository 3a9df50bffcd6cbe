"""Play a scenario in virtual time, and write down which alert fired when."""

from dataclasses import dataclass, field
from datetime import timedelta

from local.demo.world import create_contract
from shared.observability.gauges import ticks
from tests.outages.alerts import AlertRule, Insights
from tests.outages.app import App, AppLoop, in_app_time
from tests.outages.doors import ask
from tests.outages.exported import Exported
from tests.outages.scenarios import DAYS, Scenario

REST = 5
"""Minutes before anything breaks."""


ASKED = (1, 2, 5, 10, 15)
"""Minutes after it broke at which an operator looks at the doors."""


@dataclass
class Played:
    """What a scenario came to."""

    fired: dict[str, int] = field(default_factory=dict)
    """Alert → minutes after it broke when it first fired."""
    early: list[str] = field(default_factory=list)
    """Alerts that fired, and doors that said something, before anything was broken."""
    last: dict[str, int] = field(default_factory=dict)
    """Alert → minutes after it was mended when it last fired."""
    said: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Door → by which minute it first said something, and what."""
    at_the_end: dict[str, str] = field(default_factory=dict)
    """Door → what it says once all is well again."""


_passed = 0.0
"""Of this process: gauges fade by one clock for all scenarios."""


def play(scenario: Scenario, rules: tuple[AlertRule, ...], exported: Exported) -> Played:
    """Play one; the exporters belong to the process, so what the one before left is dropped first."""
    global _passed  # noqa: PLW0603 - see there
    begun = _passed + 10_000.0

    async def story(loop: AppLoop) -> Played:
        ticks.tell = lambda: begun + loop.time()
        exported.minute(loop.now())
        app, story = App(loop, scenario.environment), _Story(rules, exported)
        with app.deployed():
            await story.play(app, scenario)
        return story.played

    played: Played = in_app_time(story)
    _passed = ticks()
    return played


class _Story:
    """One scenario at play."""

    def __init__(self, rules: tuple[AlertRule, ...], exported: Exported) -> None:
        self.played = Played()
        self._rules = rules
        self._exported = exported
        self._insights = Insights()
        self._begun = 0.0

    async def play(self, app: App, scenario: Scenario) -> None:
        """Let it be well, break it, mend it."""
        create_contract(app.world, "Supply", app.now() + DAYS)
        if not scenario.from_start:
            await app.pass_by(REST, lambda: self._before(app))
        self._begun = app.loop.time()
        await scenario.breaks(app)
        await app.pass_by(scenario.minutes, lambda: self._broken(app))
        self._begun = app.loop.time()
        await scenario.mends(app)
        await app.pass_by(scenario.well_after + 5, lambda: self._mended(app))
        self.played.at_the_end = {door: said for door, said in (await ask(app)).items() if said}

    def _minute(self, app: App) -> int:
        return round((app.loop.time() - self._begun) / 60)

    async def _before(self, app: App) -> None:
        self.played.early += self._firing(app)
        if self._minute(app) == REST:
            self.played.early += [f"{door}: {said}" for door, said in (await ask(app)).items() if said]

    async def _broken(self, app: App) -> None:
        minute = self._minute(app)
        for name in self._firing(app):
            self.played.fired.setdefault(name, minute)
        if minute in ASKED:
            for door, said in (await ask(app)).items():
                if said:
                    self.played.said.setdefault(door, (minute, said))

    async def _mended(self, app: App) -> None:
        for name in self._firing(app):
            self.played.last[name] = self._minute(app)

    def _firing(self, app: App) -> list[str]:
        """Take what is sent in this minute, and evaluate the rules that are due."""
        now = app.now()
        self._insights.add(self._exported.minute(now))
        since = timedelta(seconds=round(app.loop.time()))
        # A new app has no past: what asks for the absence of rows waits for its whole window.
        due = [rule for rule in self._rules if rule.is_due(since) and since >= rule.window]
        return [rule.name for rule in due if self._insights.fires(rule, now)]
