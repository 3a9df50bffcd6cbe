"""
Random histories of one item's mails, against a model that counts by itself.

`python -m tests.unit.decisions.mail_histories 10000` plays so many and prints what was told twice or never.
"""

import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from shared.decisions.mails_due import Telling, brought_up, owed, with_mark, without_mark
from shared.models.holds import RefusalReason
from shared.models.link import FieldBase, Link, LinkState, Refusal
from shared.models.link_parts import MailOutcome
from shared.models.notify import Notify
from tests.build import LONG_AGO, NOW, link

PEOPLE = tuple(f"p{number}@contoso.example" for number in range(6))
LEVELS = ("a", "b", "c")
Fact = tuple[str, ...]
"""What somebody is told of: the word, what tells it from the next of its kind, the person."""


@dataclass
class History:
    """One item, who was told of what, and who had to be."""

    rng: Random
    now: datetime = NOW
    turn: int = 0
    """How often the item began anew: counted here, not read from the link."""
    due: int = 0
    notify: list[Notify] = field(default_factory=list)
    told: dict[Fact, int] = field(default_factory=dict)
    lost: set[Fact] = field(default_factory=set)
    """Of these nobody knows whether they arrived: they are not sent again."""

    def __post_init__(self) -> None:
        """Begin with an open item that is known since long ago."""
        base = {"due": FieldBase(got="day 0")}
        self.link: Link = link(known_since=LONG_AGO, told_since=LONG_AGO, base=base)
        self.change_mails()

    def change_mails(self) -> None:
        """Fill and empty roles, add and remove mails, and put all in another order."""
        words = [("completed", ""), ("closed", ""), ("refused", ""), ("overdue", "")]
        words += [("reminded", key) for key in LEVELS]
        chosen = [self.rng.choice(words) for _ in range(self.rng.randint(1, 7))]
        self.notify = [
            Notify(on=on, key=key, to=tuple(self.rng.sample(PEOPLE, self.rng.randint(0, 3))), subject="s", body="")
            for on, key in chosen
        ]
        self.link = self.link.model_copy(update={"notify": tuple(self.notify)})

    def live(self) -> None:
        """Let something happen to the item."""
        self.now += timedelta(minutes=self.rng.randint(1, 90))
        match self.rng.randrange(6):
            case 0 if self.link.state is LinkState.OPEN:
                self.link = self.link.completed(None, self.now)
            case 1 if self.link.state is LinkState.OPEN:
                self.link = self.link.closed("over")
            case 2 if self.link.state in (LinkState.COMPLETED, LinkState.CLOSED):
                self.link, self.turn = self.link.reopened(), self.turn + 1
            case 3 if self.link.state is LinkState.OPEN:
                refusal = Refusal(reason=RefusalReason.NO_OUTCOME, text="", at=self.now)
                self.link = self.link.refused(refusal).asked_again()
            case 4 if self.link.state is LinkState.OPEN:
                self.due += 1
                self.link = self.link.based({"due": FieldBase(got=f"day {self.due}")})
            case _:
                self.change_mails()

    def look(self, *, is_well: bool) -> None:
        """Look once; unless all is well, the mailbox refuses, answers get lost and workers die."""
        self.link = brought_up(self.link, self.now)
        for telling in owed(self.link):
            fate = "sent" if is_well else self.rng.choice(["sent", "sent", "lost", "died", "put off", "no look"])
            if fate == "no look":
                return
            mark = telling.begun(self.now)
            self.link = with_mark(self.link, mark)
            if fate == "put off":
                self.link = without_mark(self.link, mark)
                return
            self._deliver(telling, fate)
            if fate == "died":
                return
            outcome = MailOutcome.SENT if fate == "sent" else MailOutcome.PERHAPS
            self.link = with_mark(self.link, mark.came_to(outcome))

    def _deliver(self, telling: Telling, fate: str) -> None:
        for address in telling.notify.to:
            fact = self._fact(telling.notify, address, telling.occasion)
            if fate == "sent" or self.rng.random() < 0.5:
                self.told[fact] = self.told.get(fact, 0) + 1
            if fate != "sent":
                self.lost.add(fact)

    def _fact(self, notify: Notify, address: str, occasion: str = "") -> Fact:
        match notify.on:
            case "refused":
                return "refused", occasion.partition("@")[2], address
            case "overdue":
                return "overdue", str(self.turn), str(self.due), address
        return notify.on, notify.key, str(self.turn), address

    def due_now(self) -> set[Fact]:
        """Say what has to be known by whom, as things stand."""
        states = {"completed": LinkState.COMPLETED, "closed": LinkState.CLOSED}
        facts = {
            self._fact(one, address)
            for one in self.notify
            for address in one.to
            if one.on != "refused" and states.get(one.on, LinkState.OPEN) is self.link.state
        }
        refused = [one.at.isoformat() for one in self.link.refusals]
        people = {address for one in self.notify if one.on == "refused" for address in one.to}
        return facts | {("refused", at, address) for at in refused for address in people}


def play(rng: Random) -> list[str]:
    """Play one history; return what went wrong."""
    history = History(rng)
    for _ in range(rng.randint(3, 40)):
        history.live()
        if rng.random() < 0.7:
            history.look(is_well=rng.random() < 0.4)
    history.look(is_well=True)
    history.look(is_well=True)
    twice = [f"told {count} times: {fact}" for fact, count in history.told.items() if count > 1]
    never = [f"never told: {fact}" for fact in history.due_now() - history.told.keys() - history.lost]
    return twice + never


def main(count: int) -> int:
    """Play many, and say what came of it."""
    wrong = {seed: found for seed in range(count) if (found := play(Random(seed)))}  # noqa: S311 - histories
    said = [line for lines in wrong.values() for line in lines]
    twice = sum(line.startswith("told") for line in said)
    print(f"{count} histories: {twice} told twice, {len(said) - twice} never told; seeds {list(wrong)[:10]}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
