"""
One tree of errors, named by what the caller does next.

    BridgeError
    ├── RetryLaterError       the same call may succeed later
    │   ├── ThrottledError        the other side said when
    │   ├── UnavailableError      it did not answer, or not sensibly; nothing was written
    │   └── OutcomeUnknownError   a write was sent and its answer was lost: read before you send again
    ├── NeverError            the same call will fail the same way
    │   ├── NotFoundError         the other side states that it is not there
    │   ├── UnreadableError       gone, hidden or not allowed: the other side does not say which
    │   ├── RefusedError          understood and refused (limits, rules, holds)
    │   │   ├── SignInRefusedError    who we are was refused: too many tries lock the account
    │   │   └── MailboxRefusedError   the mailbox that mails are sent from is refused, whatever is sent
    │   ├── TooLargeError         more than one row can hold
    │   └── DoorError             an operator's door does not open so
    │       ├── OtherMethodError      it does for the other method
    │       └── UnconfirmedError      many would feel it: it has to be confirmed
    ├── ReReadError           what we knew is old
    │   ├── NoSlotError           OpenText bears no more looks just now: another does what is left of this one
    │   ├── StaleError            somebody wrote first; nothing of ours was written
    │   ├── LeaseLostError        another worker owns this origin now; nothing of ours was written
    │   │   └── FencedError           others may believe this worker dead; nothing was sent
    │   └── OutOfTimeError        a look has no time left for another call; what it has is committed
    ├── ImpossibleError       a mistake of ours: a state that can't come after the one before
    └── InputError            what we were given is wrong; each problem names its field
        ├── RejectedError         a hint or a notification
        ├── SettingsError         the environment
        └── MappingError          the mapping file
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


class BridgeError(Exception):
    """Anything that the bridge itself raises."""


class RetryLaterError(BridgeError):
    """The same call may succeed later."""


class ThrottledError(RetryLaterError):
    """The other side asked for a pause."""

    def __init__(self, message: str, *, system: str, retry_after: timedelta | None) -> None:
        """
        Keep who asked for how long.

        Args:
            system: "graph" or "opentext": whose gate closes.
            retry_after: None means that it named no time.
        """
        super().__init__(message)
        self.system = system
        self.retry_after = retry_after


class UnavailableError(RetryLaterError):
    """No sensible answer. For a read, or for a write that certainly was not carried out."""


class OutcomeUnknownError(RetryLaterError):
    """A write was sent, its answer was lost: it may have been done."""


class NeverError(BridgeError):
    """The same call will fail the same way."""


class NotFoundError(NeverError):
    """The other side states positively that the thing does not exist."""

    def __init__(self, message: str, *, answered: datetime | None = None) -> None:
        """
        Keep when it said so.

        Args:
            message: for people.
            answered: by the other side's own clock, in UTC. None: it did not tell.
        """
        super().__init__(message)
        self.answered = answered


class UnreadableError(NeverError):
    """It can't be read, and whether it is gone, hidden or forbidden is not said. Decides nothing."""


class RefusedError(NeverError):
    """Understood and refused."""

    def __init__(self, message: str, *, code: str = "", field: str = "") -> None:
        """
        Keep what the other side said.

        Args:
            message: for people.
            code: its machine-readable code; "" when it gave none.
            field: what people call the one thing that it refused; "" when it does not say.
        """
        super().__init__(message)
        self.code = code
        self.field = field


class SignInRefusedError(RefusedError):
    """A sign-in was refused. Each further try may bring the account nearer to being locked."""

    def __init__(self, message: str, *, identity: str = "service", retry_after: timedelta | None = None) -> None:
        """
        Keep whose sign-in it was.

        Args:
            message: names what was asked, without a secret.
            identity: "service", or "performer-<user id>": whose gate closes.
            retry_after: None: this was asked of the server; otherwise it was not, and may be after that time.
        """
        super().__init__(message, code="sign_in")
        self.identity = identity
        self.retry_after = retry_after


class MailboxRefusedError(RefusedError):
    """The mailbox that mails are sent from is not there, or not allowed: a person mends that. Nothing was sent."""


class TooLargeError(NeverError):
    """More than a table property or row can hold."""


class DoorError(NeverError):
    """There is no such door of the operator's."""


class OtherMethodError(DoorError):
    """The door is there for the other method."""

    def __init__(self, method: str) -> None:
        """Keep for which."""
        super().__init__(f"it is there for {method}")
        self.method = method


class UnconfirmedError(DoorError):
    """Many would feel it: it is done when that is confirmed. Nothing was done."""

    def __init__(self, count: int, what: str) -> None:
        """Keep how many would feel it, and what it is."""
        super().__init__(f"{count:,} {what}: send the same with confirmed: true")
        self.count = count


class ReReadError(BridgeError):
    """What we knew is old: read again, then decide again."""


class NoSlotError(ReReadError):
    """OpenText bears no more looks just now: what is left of this one is done by another."""


class StaleError(ReReadError):
    """The etag that we sent is not the current one; nothing was written."""


class LeaseLostError(ReReadError):
    """Another worker owns the origin now; nothing was written."""


class FencedError(LeaseLostError):
    """Others may believe this worker dead, and do its work; nothing was sent."""


class OutOfTimeError(ReReadError):
    """A look has no time left for another call; what it has is committed, the rest is handed on."""


class ImpossibleError(BridgeError):
    """Our own code asked for what can't be: it is stopped at once, with what it asked for."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with what we were given."""

    field: str
    """Where: a field's path, a variable's name, or file:line."""
    message: str
    """What is wrong and what is allowed."""

    def __str__(self) -> str:
        """Render as one line."""
        return f"{self.field}: {self.message}"


class InputError(BridgeError):
    """What we were given is wrong. Nothing of it was accepted."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep every problem, in the order in which it was found."""
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class RejectedError(InputError):
    """A hint or notification that can't be taken."""


class SettingsError(InputError):
    """Environment variables that are missing or malformed."""


class MappingError(InputError):
    """A mapping file that can't be used."""
