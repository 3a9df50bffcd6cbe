"""
From the rule's words to Entra users: who does it, who may complete it, who is told.

Every question to the directory goes through one `Book`, which remembers it: so what has to be looked up
is found by asking without answers, and both can't drift apart.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from shared.mapping.evaluation.directory_log import Book, mail_of
from shared.mapping.evaluation.matching import find_role
from shared.mapping.evaluation.scope import Scene
from shared.mapping.evaluation.verdict import Gap, NotKnownError
from shared.mapping.language.limits import ASSIGNEES
from shared.mapping.language.scalars import Assign, Who
from shared.mapping.language.sections import PeopleSpec
from shared.models.deciders import Decider, FoundBy
from shared.models.graph import EntraUser
from shared.models.opentext import Person
from shared.models.wanted import NameKind, PersonDecision

_HIDDEN_USER = re.compile(r"^user \d+$")
"""How the client names a user or group that can't be read."""


@dataclass(frozen=True)
class Found:
    """Somebody whom a rule means, and the directory's answer."""

    asked: str
    """The rule's words."""
    person: str
    """Login or address; "" for nobody."""
    user: EntraUser | None
    """None: not in the directory."""
    overridden: bool = False
    address: str | None = None
    """The address that was looked up; None: none is known."""


@dataclass(frozen=True)
class Assigned:
    """Who does it, and why."""

    ids: tuple[str, ...] = ()
    """Entra ids, sorted."""
    mails: tuple[str, ...] = ()
    """Where they get mail."""
    decisions: tuple[PersonDecision, ...] = ()
    held: str | None = None
    """Why nothing may be made; None: nothing against it."""


@dataclass(frozen=True)
class People:
    """The mapping's people section at work on one scene."""

    spec: PeopleSpec
    book: Book
    scene: Scene
    _assigned: dict[tuple[str, str | None], Assigned] = field(default_factory=dict, init=False, compare=False)

    def find(self, who: Who) -> Iterator[Found]:
        """Yield everybody whom a word means; nothing when the record names nobody."""
        match who.kind:
            case "group":
                for user in self.book.members(who.value.lower()):
                    yield Found(str(who), user.user_principal_name or user.id, user)
            case "manager":
                yield from self._managers(who)
            case _:
                for login, person in self._named(who):
                    yield self._look_up(str(who), login, person)

    def assign(self, assign: Assign, plan_group: str | None) -> Assigned:
        """
        Decide who gets a task.

        Args:
            plan_group: the group that owns the plan; None: not known, nobody can be outside.
        """
        # The tasks of a rule mostly go to the same few people.
        if (asked := (assign.written, plan_group)) not in self._assigned:
            self._assigned[asked] = self._assign(assign, plan_group)
        return self._assigned[asked]

    def _assign(self, assign: Assign, plan_group: str | None) -> Assigned:
        if self.spec.fallback is not None:
            self.book.user(self.spec.fallback)  # asked in any case: what needs it may show only with the answers
        decisions = [decision for found in self._chosen(assign) for decision in self._judge(found, plan_group)]
        decisions = list(dict.fromkeys(decisions))
        holds = [f"{one.asked}: {one.person or 'nobody'} is {one.outcome}" for one in decisions if self._holds(one)]
        if not any(decision.entra_id for decision in decisions):
            decisions, held = self._nobody(assign, decisions)
            holds += held
        return self._within_limit(decisions, "; ".join(holds) or None)

    def initiator(self) -> str | None:
        """Return the Entra id of whoever started the workflow; None: not found."""
        workflow = self.scene.workflow
        if workflow is None or workflow.initiator is None:
            return None
        user = self._look_up("initiator", workflow.initiator.login, workflow.initiator).user
        return user.id if user is not None else None

    def approvers(self, assign: Assign) -> tuple[Decider, ...]:
        """Return those who may decide a step of the integration user's own, by Entra id."""
        users = {one.user.id: one.user for one in self._chosen(assign) if one.user is not None}
        return tuple(_decider(users[key], None, FoundBy.APPROVER) for key in sorted(users))

    def deciders(self) -> tuple[Decider, ...]:
        """
        Return those who may decide the step, by Entra id: its performers, and their delegates.

        Whoever is a performer in person decides as that, whoever else he may stand in for. Of several performers
        whom one delegate stands in for, the first by user id counts, the choice being the same at every look; and who
        started the workflow last, in whose name four eyes would let nobody decide.
        """
        delegates = {login.lower(): addresses for login, addresses in self.spec.delegates.items()}
        found: dict[str, Decider] = {}
        stand_ins: dict[str, Decider] = {}
        performers = self.scene.step.performers if self.scene.step is not None else ()
        workflow = self.scene.workflow
        initiator = workflow.initiator.user_id if workflow is not None and workflow.initiator is not None else None
        for person in sorted(performers, key=lambda one: (one.user_id == initiator, one.user_id)):
            one = self._look_up("performer", person.login, person)
            if one.user is not None:
                found.setdefault(one.user.id, _decider(one.user, person, _found_by(one, person)))
            names = {person.login.lower(), (person.email or "").lower()}
            for address in sorted({address for name in names for address in delegates.get(name, ())}):
                if (user := self.book.user(address)) is not None:
                    stand_ins.setdefault(user.id, _decider(user, person, FoundBy.DELEGATE))
        both = stand_ins | found
        return tuple(both[key] for key in sorted(both))

    def addresses(self, words: Iterable[Who]) -> tuple[str, ...]:
        """Return mail addresses, in order. An address that the mapping spells out is taken as it is."""
        found: list[str] = []
        for who in words:
            if who.kind == "user" and "@" in who.value:
                found.append(who.value.lower())
            else:
                found += [mail for one in self.find(who) if one.user is not None and (mail := mail_of(one.user))]
        return tuple(dict.fromkeys(found))

    def _chosen(self, assign: Assign) -> list[Found]:
        chosen = [found for who in assign.all for found in self._or_nobody(who)]
        for who in assign.first:
            found = self._or_nobody(who)
            chosen += found
            if any(one.user is not None for one in found):
                break
        return chosen

    def _or_nobody(self, who: Who) -> list[Found]:
        # Nobody is an answer, too: by it people are told which word of the rule found no one.
        return list(self.find(who)) or [Found(str(who), "", None)]

    def _named(self, who: Who) -> Iterator[tuple[str, Person | None]]:
        """Yield logins or addresses, with the person where the origin shows the person."""
        scene = self.scene
        match who.kind:
            case "user":
                yield who.value, None
            case "role":
                role = find_role(who.value, scene)
                if isinstance(role, Gap):
                    raise NotKnownError(role)
                yield from ((person.login, person) for person in (role.members if role is not None else ()))
            case "performer":
                yield from ((person.login, person) for person in (scene.step.performers if scene.step else ()))
            case "initiator":
                if scene.workflow is not None and scene.workflow.initiator is not None:
                    yield scene.workflow.initiator.login, scene.workflow.initiator
            case _:
                values = [str(one).strip() for one in scene.values.read(who.value).parts]
                if (nameless := next((one for one in values if _HIDDEN_USER.match(one)), None)) is not None:
                    why = f"{who.value} holds {nameless}, who is gone or hidden"
                    raise NotKnownError(Gap(NameKind.PERSON, who.value, why))
                yield from ((one, None) for one in values if one)

    def _managers(self, who: Who) -> Iterator[Found]:
        for managed in self.find(who.of) if who.of is not None else ():
            address = managed.address or (mail_of(managed.user) if managed.user is not None else None)
            if address is None:
                continue
            user = self.book.manager(address)
            name = user.user_principal_name or user.id if user is not None else f"manager of {managed.person}"
            yield Found(str(who), name, user, address=mail_of(user) if user is not None else None)

    def _look_up(self, asked: str, login: str, person: Person | None) -> Found:
        address, overridden = self.address(login, person)
        user = self.book.user(address) if address is not None else None
        shown = login or (person.email or person.name if person is not None else "")
        return Found(asked, shown, user, overridden=overridden, address=address)

    def address(self, login: str, person: Person | None) -> tuple[str | None, bool]:
        """Return the Entra address of a login or e-mail, and whether an override gave it. None: not known."""
        overrides = {name.lower(): address for name, address in self.spec.overrides.items()}
        known = person or next((one for one in self.scene.people if _is(one, login)), None)
        names = [login.lower()]
        if known is not None:
            names += [known.login.lower(), (known.email or "").lower()]
        # Before every address on record: overrides are there for people whose record does not name their Entra address.
        for name in names:
            if name in overrides:
                return overrides[name], True
        if "@" in login:
            return login.lower(), False
        if known is not None and known.email:
            return known.email.lower(), False
        return (f"{login}@{self.spec.domain}".lower() if self.spec.domain and login else None), False

    def _judge(self, found: Found, plan_group: str | None) -> Iterator[PersonDecision]:
        """Yield the decision over one person, and over the fallback where the policy puts it in the place."""
        outcome, policy = self._outcome(found, plan_group)
        taken = found.user.id if found.user is not None and policy == "allow" else None
        yield PersonDecision(asked=found.asked, person=found.person, entra_id=taken, outcome=outcome)
        if policy == "fallback":
            yield from self._fallback(found.asked)

    def _outcome(
        self, found: Found, plan_group: str | None
    ) -> tuple[str, Literal["allow", "skip", "fallback", "hold"]]:
        user, spec = found.user, self.spec
        # Asked whoever it is: what has to be looked up is found by a run of this code that knows nobody yet.
        checked = plan_group is not None and spec.assign_outside != "allow"
        outside = checked and self.book.is_outside(user, str(plan_group))
        if user is None:
            return ("unknown" if found.person else "nobody"), "skip"
        if user.account_enabled is False:
            return "disabled", spec.disabled
        if user.user_type == "Guest" and spec.guest != "allow":
            return "guest", spec.guest
        if outside:
            return "outside", spec.assign_outside
        return ("override" if found.overridden else "assigned"), "allow"

    def _fallback(self, asked: str) -> Iterator[PersonDecision]:
        if self.spec.fallback is None:
            return
        user = self.book.user(self.spec.fallback)
        usable = user is not None and user.account_enabled is not False
        yield PersonDecision(
            asked=asked,
            person=self.spec.fallback,
            entra_id=user.id if user is not None and usable else None,
            outcome="fallback" if usable else "unknown",
        )

    def _nobody(self, assign: Assign, decisions: list[PersonDecision]) -> tuple[list[PersonDecision], list[str]]:
        """Apply the policy for a task that nobody can be given."""
        words = ", ".join(str(who) for who in (*assign.all, *assign.first))
        if not words or self.spec.nobody == "unassigned":
            return decisions, []
        if self.spec.nobody == "hold":
            return decisions, [f"nobody can be assigned: {words}"]
        return list(dict.fromkeys([*decisions, *self._fallback(words)])), []

    def _holds(self, decision: PersonDecision) -> bool:
        policies = {"disabled": self.spec.disabled, "guest": self.spec.guest, "outside": self.spec.assign_outside}
        return policies.get(decision.outcome) == "hold"

    def _within_limit(self, decisions: list[PersonDecision], held: str | None) -> Assigned:
        ids = tuple(dict.fromkeys(one.entra_id for one in decisions if one.entra_id is not None))
        # In the rule's own order up to here: whom it names first has room first.
        kept = set(ids[:ASSIGNEES])
        told = [one if one.entra_id is None or one.entra_id in kept else one.left_out() for one in decisions]
        mails = tuple(sorted(self.book.mails[one] for one in kept if one in self.book.mails))
        return Assigned(ids=tuple(sorted(kept)), mails=mails, decisions=tuple(told), held=held)


def _is(person: Person, name: str) -> bool:
    return bool(name) and name.lower() in (person.login.lower(), (person.email or "").lower())


def _decider(user: EntraUser, performer: Person | None, found_by: FoundBy) -> Decider:
    shown = user.mail or user.user_principal_name or user.display_name or user.id
    return Decider(entra_id=user.id, performer=performer, found_by=found_by, shown=shown)


def _found_by(found: Found, person: Person) -> FoundBy:
    if found.overridden:
        return FoundBy.OVERRIDE
    if "@" in person.login:
        return FoundBy.LOGIN
    return FoundBy.MAIL if person.email else FoundBy.DOMAIN
