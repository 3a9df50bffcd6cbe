"""
How often what goes wrong: each seed draws its own mix, so that some histories are calm in one way and wild in another.

Most of what a safety stands against happens in one history of thousands. A mix by name has much of one kind: so each
safety is met often enough to see what is without it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random

PLOTTED = 3
"""Every third history has plots against its approvals; the others are people at work, and who meddles on the way."""
PLAYED = 2
"""How many plots it has."""


@dataclass(frozen=True)
class Mix:
    """How often something goes wrong: of a call, or of a moment before or after one."""

    answers: float = 0.0
    """A wrong answer from OpenText or Graph."""
    broken: float = 0.0
    """A broken connection to them."""
    tables: float = 0.0
    queues: float = 0.0
    kills: float = 0.0
    slow: float = 0.0
    stalls: float = 0.0
    """A whole worker is frozen: some are believed dead meanwhile, some wake in time."""
    replicas: float = 0.0
    """A list or a read that does not show the last change yet."""
    hints: float = 0.0
    """Of hints: lost for good; as many come twice, or late."""
    skew: float = 0.0
    """Seconds by which a worker's clock may be wrong."""
    people: float = 0.0
    """Of calls: a person acts at the very moment."""
    disaster: float = 0.0
    """Of histories: all tables are lost."""
    outages: float = 0.0
    """Of histories: a system is away for minutes, hours or days."""
    clocks: float = 0.0
    """Of histories: a worker's clock jumps by an hour or a day, and is put right later."""
    admin: float = 0.0
    """Of acts: an administrator purges or renames, or a hint comes before its change."""
    arranging: float = 0.0
    """Of acts: people arrange Planner, or another bridge works in their plan."""
    deployments: float = 0.0
    """Of histories: the mapping is edited while things are under way, and maybe put back."""
    releases: float = 0.0
    """Of lives of a process: it is one of the next release."""
    restores: float = 0.0
    """Of histories: the tables are put back as they were some time ago, and rebuilt."""
    odd: float = 0.0
    """Of acts: what people type, or what a service answers, is odd."""
    belated: float = 0.0
    """Of POSTs of tasks: they have their effect only when whoever sent them has given them up."""
    copies: bool = False
    """Before the tables are lost somebody copies a task, and deletes it."""
    damages: float = 0.0
    """Of histories: a row holds what no release ever wrote."""
    plots: int = 0
    """How many are played, one after the other."""
    finer_plots: int = 0
    """How many of those that are over within one look."""


CALM = Mix()


def draw(rng: Random) -> Mix:
    """Draw the mix of a seed."""

    def some(*rates: float) -> float:
        return rng.choice(rates)

    return Mix(
        answers=some(0.0, 0.01, 0.03, 0.08),
        broken=some(0.0, 0.01, 0.03),
        tables=some(0.0, 0.003, 0.01),
        queues=some(0.0, 0.02, 0.05),
        kills=some(0.0, 0.001, 0.004),
        slow=some(0.0, 0.01, 0.03),
        stalls=some(0.0, 0.0, 0.0005, 0.002),
        replicas=some(0.0, 0.02, 0.1),
        hints=some(0.0, 0.2, 0.5),
        skew=some(0.0, 2.0, 8.0),
        people=some(0.0, 0.01, 0.03),
        disaster=some(0.0, 0.0, 0.0, 0.15),
        outages=some(0.0, 0.0, 0.4),
        odd=some(0.0, 0.0, 0.15, 0.5),
        admin=some(0.0, 0.0, 0.15, 0.4),
        arranging=some(0.0, 0.0, 0.2),
        deployments=some(0.0, 0.0, 0.5),
        releases=some(0.0, 0.0, 0.5),
        restores=some(0.0, 0.0, 0.0, 0.15),
        clocks=some(0.0, 0.0, 0.0, 0.3),
    )


def _harsh(mix: Mix) -> Mix:
    """Workers freeze, die and are slow more often than in life."""
    return replace(mix, stalls=0.02, slow=0.05, kills=max(mix.kills, 0.002))


def _plotted(mix: Mix) -> Mix:
    """Every history is full of plots against approvals; little else goes wrong."""
    return replace(CALM, slow=mix.slow, skew=mix.skew, replicas=mix.replicas, plots=6)


def _timed(mix: Mix) -> Mix:
    """Every history is full of what happens between two calls of one look; little else goes wrong."""
    return replace(CALM, slow=mix.slow, skew=mix.skew, replicas=mix.replicas, finer_plots=5)


def _lossy(mix: Mix) -> Mix:
    """Answers to what was posted are lost, and what they made shows late."""
    return replace(mix, answers=0.0, broken=0.0, belated=0.5, replicas=0.3, slow=0.0, stalls=0.0, outages=0.0)


def _heard(mix: Mix) -> Mix:
    """Every hint arrives, and nothing breaks: what is found late was not looked for."""
    return replace(CALM, slow=mix.slow, skew=mix.skew, people=mix.people)


def _changing(mix: Mix) -> Mix:
    """The mapping is edited in every history, and administrators rename, purge and archive."""
    return replace(mix, deployments=1.0, admin=0.5, outages=0.0, stalls=0.0, clocks=0.0)


def _damaged(mix: Mix) -> Mix:
    """In every history a row is damaged; little else goes wrong."""
    return replace(CALM, slow=mix.slow, skew=mix.skew, hints=mix.hints, people=0.02, damages=1.0)


def _rebuilt(mix: Mix) -> Mix:
    """The tables are lost in every history; people copy tasks, and names change."""
    return replace(mix, disaster=1.0, copies=True, admin=0.3, outages=0.0, stalls=0.0, clocks=0.0)


MIXES: Mapping[str, Callable[[Mix], Mix]] = {
    "changing": _changing,
    "damaged": _damaged,
    "harsh": _harsh,
    "heard": _heard,
    "lossy": _lossy,
    "plotted": _plotted,
    "rebuilt": _rebuilt,
    "timed": _timed,
}
"""By name: what becomes of the mix that a seed draws."""


def mix_of(seed: int, name: str = "") -> Mix:
    """
    Draw the mix of a seed.

    Args:
        name: of one in MIXES; empty: as it is drawn.
    """
    drawn = draw(Random(f"{seed}-mix"))  # noqa: S311 - repeatable on purpose
    drawn = replace(drawn, plots=PLAYED if seed % PLOTTED == 0 else 0)
    return MIXES[name](drawn) if name else drawn
