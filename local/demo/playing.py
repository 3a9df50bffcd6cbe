"""The stories: what each is about, under which mapping, and how it is played."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from local.demo.narrator import Teller
from local.demo.stories import adversary, contracts, escalation, nothing, onboarding
from local.local_system import ROOT, System


@dataclass(frozen=True)
class Story:
    """One story."""

    name: str
    title: str
    about: str
    """What somebody who takes over can try."""
    mapping: Path
    play: Callable[[System, Teller], Awaitable[None]]
    """Whole; raises DidNotHappenError."""
    begin: Callable[[System, Teller], Awaitable[object]]
    """As far as somebody can take over; raises the same."""


SHIPPED = ROOT / "mapping.yaml"
_TOLD = (
    Story(
        "contracts",
        "A contract",
        "A contract has its tasks, and its document waits for the reviewer.",
        SHIPPED,
        contracts.play,
        contracts.begin,
    ),
    Story(
        "onboarding",
        "A new colleague",
        "Somebody was hired: stage by stage over three plans, by a first day that may move.",
        onboarding.MAPPING,
        onboarding.play,
        onboarding.begin,
    ),
    Story(
        "escalation",
        "An escalation",
        "An approval waits before a long weekend. Let time pass, and see whom the bridge disturbs, and when.",
        escalation.MAPPING,
        escalation.play,
        escalation.begin,
    ),
    Story(
        "adversary",
        "An adversary",
        "An approval waits for its reviewer. Try to bend it as somebody else.",
        SHIPPED,
        adversary.play,
        adversary.begin,
    ),
    Story("nothing", "Empty", "Nothing is there yet: make it yourself.", SHIPPED, nothing.play, nothing.play),
)
STORIES = {story.name: story for story in _TOLD}
