"""What the next looks at some origins would come to, summed up. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from shared.models.events import EventKind
from shared.models.holds import HOLDS, HoldCause
from shared.models.link_parts import MailOutcome
from shared.models.wanted import WantedTask
from shared.preview.preview import Preview
from shared.preview.render import items, sign_of

_SUMS = {"+": "made", "~": "changed", "x": "ended", "?": "released", "=": "as_they_should_be", "!": "held"}


@dataclass
class Summary:
    """Tasks by what would become of them."""

    origins: int = 0
    unreadable: list[str] = field(default_factory=list)
    """Origins that can't be read, each with the reason."""
    made: int = 0
    changed: int = 0
    ended: int = 0
    released: int = 0
    held: int = 0
    as_they_should_be: int = 0
    held_by: Counter[HoldCause] = field(default_factory=Counter)
    """By cause: those that are held without a task, and those whose task is hindered."""
    overdue_at_once: int = 0
    """Of those that would be made: due before today."""
    mails: int = 0
    not_known: Counter[str] = field(default_factory=Counter)
    """What could not be answered: why → origins."""

    def add(self, shown: Preview, rule: str | None, today: date) -> None:
        """
        Add one origin.

        Args:
            shown: its preview.
            rule: only tasks of this rule. None: all.
            today: what is due before it is overdue.
        """
        self.origins += 1
        wanted = {task.item_key: task for task in shown.wanted.tasks}
        for item in items(shown):
            if rule in (None, _rule_of(shown, item, wanted.get(item))):
                self._add_item(shown, item, wanted.get(item), today)
        whys = {one.why for one in shown.wanted.unknown if rule is None or one.rule_id in ("", rule)}
        self.not_known.update(whys)

    def _add_item(self, shown: Preview, item: str, task: WantedTask | None, today: date) -> None:
        sign = sign_of(shown, item)
        setattr(self, _SUMS[sign], getattr(self, _SUMS[sign]) + 1)
        if (cause := _cause(shown, item, task)) is not None:
            self.held_by[cause] += 1
        if sign == "+" and task is not None and task.due is not None and task.due < today:
            self.overdue_at_once += 1
        told = (event for event in shown.events if event.item == item and event.what is EventKind.TOLD)
        self.mails += sum(event.detail.get("mail") == MailOutcome.SENT for event in told)

    def as_json(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            **asdict(self),
            "held_by": {cause.value: count for cause, count in self.held_by.items()},
            "not_known": dict(self.not_known),
        }

    def lines(self) -> Iterator[str]:
        """Tell it to people."""
        yield f"{self.origins} origin{'' if self.origins == 1 else 's'} looked at; nothing was written"
        yield from (f"  can't be read: {one}" for one in self.unreadable)
        late = f", {self.overdue_at_once} of them overdue at once" if self.overdue_at_once else ""
        yield f"  {self.made} to make{late}"
        yield f"  {self.changed} to change, {self.ended} to end, {self.as_they_should_be} as they should be"
        yield f"  {self.released} released: left alone, since the file no longer asks for them"
        yield f"  {self.held} held without a task"
        yield from (f"    {count} by {cause}: {HOLDS[cause].heals}" for cause, count in self.held_by.most_common())
        yield f"  {self.mails} mail{'' if self.mails == 1 else 's'} to send"
        yield from (f"  not known in {count}: {why}" for why, count in self.not_known.most_common())


def _rule_of(shown: Preview, item: str, task: WantedTask | None) -> str:
    link = shown.after.get(item) or shown.before.get(item)
    return task.rule_id if task is not None else (link.rule_id if link is not None else "")


def _cause(shown: Preview, item: str, task: WantedTask | None) -> HoldCause | None:
    link = shown.after.get(item)
    if link is not None:
        return link.hold
    return task.held_by if task is not None and task.held is not None else None
