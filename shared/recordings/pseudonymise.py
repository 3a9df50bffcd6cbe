"""Redact a recorded origin: people become pseudonyms, and what a mapping makes of it stays the same. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any

from shared.mapping.evaluation.directory_log import mail_of
from shared.mapping.evaluation.preview import computed
from shared.mapping.evaluation.wanted import lookups
from shared.mapping.language.rules import Mapping
from shared.mapping.language.scalars import Who
from shared.mapping.language.task_parts import parts
from shared.models.graph import EntraUser
from shared.models.opentext import Person
from shared.models.origin import Origin
from shared.models.people import Directory
from shared.models.recording import Recording
from shared.recordings.pseudonyms import Pseudonyms, Redactor


def redacted(recording: Recording, mapping: Mapping, key: bytes, *, hide: Iterable[str] = ()) -> Recording:
    """
    Replace names and addresses by stable pseudonyms, and note what the mapping makes of it then.

    Args:
        mapping: people whom it names stay as they are: who has the file knows them.
        key: secret of the pseudonyms.
        hide: further texts that become pseudonyms, such as a workspace's name that is a person's.
    """
    pseudonyms = Pseudonyms(key, named_in(mapping))
    people, users = list(people_of(recording.origin)), list(_users(recording.directory))
    logins = [person.login for person in people]
    logins += [one.reserved_by for one in recording.origin.documents if one.reserved_by]
    names = [*(person.name for person in people), *(user.display_name or "" for user in users), *hide]
    redactor = Redactor(pseudonyms, logins, names)
    origin = _walk(recording.origin.model_dump(mode="json"), redactor)
    plain = recording.told_of(Origin.model_validate(origin), _directory(recording.directory, pseudonyms))
    return plain.noting(computed(mapping, plain))


def unanswered(mapping: Mapping, recording: Recording) -> tuple[str, ...]:
    """Name what a mapping asks of the directory that was not recorded: there it finds nobody."""
    asked, known = lookups(mapping, recording.origin, recording.now), recording.directory
    return (
        *sorted(asked.emails - known.users.keys()),
        *(f"manager of {address}" for address in sorted(asked.managers_of - known.managers.keys())),
        *(f"members of {group}" for group in sorted((asked.groups | asked.plan_groups) - known.groups.keys())),
    )


def named_in(mapping: Mapping) -> frozenset[str]:
    """List the logins and addresses that stand in a mapping file, lower case."""
    people = mapping.people
    named = [people.fallback or "", *people.overrides, *people.overrides.values(), *people.delegates]
    named += [address for addresses in people.delegates.values() for address in addresses]
    named += [who.value for rule in mapping.rules for who in parts(rule) if isinstance(who, Who) and who.kind == "user"]
    return frozenset(name.lower() for name in named if name)


def people_of(origin: Origin) -> Iterator[Person]:
    """List everybody whom an origin shows: members of roles, performers, the initiator."""
    if origin.workspace is not None:
        yield from (person for role in origin.workspace.roles or () for person in role.members)
    if origin.workflow is not None:
        steps = (*origin.workflow.current, *origin.workflow.completed)
        yield from (person for step in steps for person in step.performers)
        if origin.workflow.initiator is not None:
            yield origin.workflow.initiator


def _users(directory: Directory) -> Iterator[EntraUser]:
    yield from (user for user in (*directory.users.values(), *directory.managers.values()) if user is not None)
    yield from (user for members in directory.groups.values() for user in members)


def _walk(value: Any, redactor: Redactor) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        # Keys stay: they are names of fields and attributes, by which the mapping finds its values.
        return {key: _walk(inner, redactor) for key, inner in value.items()}
    if isinstance(value, list):
        return [_walk(inner, redactor) for inner in value]
    return redactor.text(value) if isinstance(value, str) else value


def _directory(directory: Directory, pseudonyms: Pseudonyms) -> Directory:
    return Directory(
        users={pseudonyms.address(one): _user(user, pseudonyms) for one, user in directory.users.items()},
        managers={pseudonyms.address(one): _user(user, pseudonyms) for one, user in directory.managers.items()},
        groups={
            group: tuple(_known(member, pseudonyms) for member in members)
            for group, members in directory.groups.items()
        },
    )


def _user(user: EntraUser | None, pseudonyms: Pseudonyms) -> EntraUser | None:
    return None if user is None else _known(user, pseudonyms)


def _known(user: EntraUser, pseudonyms: Pseudonyms) -> EntraUser:
    name = user.display_name or mail_of(user)
    return user.called(
        pseudonyms.entra_id(user.id),
        mail=pseudonyms.address(user.mail) if user.mail else user.mail,
        user_principal_name=pseudonyms.address(user.user_principal_name) if user.user_principal_name else None,
        display_name=pseudonyms.name(name) if name else None,
    )
