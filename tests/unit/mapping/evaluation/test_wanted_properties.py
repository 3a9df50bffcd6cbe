"""What holds for whatever origin, moment and state: same input, same bytes; nothing unasked; nothing lost."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.mapping.evaluation.desk import Desk
from shared.mapping.evaluation.directory_log import Book
from shared.mapping.evaluation.wanted import evaluated, lookups, tasks_for
from shared.models.opentext import Role
from shared.models.origin import Origin
from shared.models.people import Directory
from tests.unit.mapping.mapping_world import (
    DEKE,
    GROUP,
    LIZ,
    NINA,
    PETER,
    answers,
    mapping_of,
    of_workflow,
    of_workspace,
    step,
    step_rule,
    user,
    workspace_rule,
)

LADDER = [
    {"after": {"business_days": 1}, "remind": True},
    {"after": {"business_hours": 20}, "to": ["role:Manager", "manager:role:Manager"]},
    {"after": {"days": 9}, "to": {"first": ["role:Empty", f"group:{GROUP}"]}},
]
NOTIFY = [{"on": "overdue", "to": ["role:Manager", "attribute:C.Owner"]}, {"on": "completed", "to": ["role:Legal"]}]
MAPPING = mapping_of(
    workspace_rule(
        {"key": "a", "assign": "role:Legal", "due": {"from": "created", "business_days": 5}},
        {"key": "b", "assign": "manager:attribute:C.Owner", "due": {"from": "attribute:C.End"}, "depends_on": "a"},
        {"key": "c", "assign": "attribute:C.Owner", "due": {"from": "attribute:C.End", "repeat": "FREQ=MONTHLY"}},
        {"key": "d", "assign": {"first": ["attribute:C.Owner", "role:Manager"]}, "title": "{{ today }}"},
        escalate=LADDER,
        notify=NOTIFY,
    ),
    step_rule(
        task={"due": {"from": "started", "business_days": 2}},
        escalate=LADDER,
        notify=NOTIFY,
        approvers=["role:Legal", "user:second@contoso.example"],
        pause={"attributes": {"C.Waiting": True}},
    ),
    people={
        "fallback": "lead@contoso.example",
        "assign_outside": "fallback",
        "guest": "hold",
        "delegates": {"dfoxhoven": ["deputy@contoso.example"]},
        "domain": "contoso.example",
    },
    calendars={"default": {"timezone": "Europe/Berlin", "holidays": "DE-BE"}},
)
PEOPLE = st.sampled_from([LIZ, DEKE, PETER, NINA])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
KEYS = ["package|a", "package|b", "package|d", "package|c|2026-11-30", "package|c|2026-12-30"]
STEP_KEYS = ["approval|5|1|2026-11-19T10:00:00", "approval|5|2|2026-11-19T10:00:00"]
DONE = st.frozensets(st.sampled_from([*KEYS, *STEP_KEYS, f"{STEP_KEYS[0]}|level-2"]))
ACT_AS = st.sampled_from(["performer", "service", "none"])


@st.composite
def origins(draw) -> Origin:
    roles = tuple(Role(name=name, members=tuple(draw(st.lists(PEOPLE, max_size=3)))) for name in ("Legal", "Manager"))
    attributes = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "C.Owner": st.sampled_from(["lwhite", "ghost", "x@y.example", ("nkaur", "x@y.example"), ""]),
                "C.End": st.sampled_from(["2026-11-30", "2026-03-31T00:00:00", "never"]),
                "C.Waiting": st.booleans(),
            },
        )
    )
    space = of_workspace(roles=roles, attributes=attributes, created=draw(MOMENTS))
    if draw(st.booleans()):
        return space
    steps = [step(number, started=draw(MOMENTS), performers=(draw(PEOPLE),)) for number in (1, 2)]
    return of_workflow(*steps, space=space.workspace)


@st.composite
def directories(draw, mapping_lookups) -> Directory:
    known = answers(mapping_lookups)
    odd = st.sampled_from([None, {"account_enabled": False}, {"user_type": "Guest"}, {}])
    users = {}
    for address in sorted(known.users):
        how = draw(odd)
        users[address] = None if how is None else user(address, **how)
    return known.model_copy(update={"users": users})


@settings(deadline=None)
@given(st.data(), origins(), MOMENTS, DONE, ACT_AS)
def test_same_input_gives_the_same_bytes_and_asks_nothing_that_was_not_looked_up(data, origin, now, done, act_as):
    asked = lookups(MAPPING, origin, now)
    directory = data.draw(directories(asked))
    book = Book(directory)

    first, second = (evaluated(MAPPING, origin, directory, now, completed=done, act_as=act_as).wanted for _ in range(2))
    for _ in tasks_for(Desk(MAPPING, book, now, done, act_as), origin):
        pass

    assert first.model_dump_json() == second.model_dump_json()
    assert book.emails <= asked.emails
    assert book.managers_of <= asked.managers_of
    assert book.groups <= asked.groups
    assert book.plan_groups <= asked.plan_groups


@settings(deadline=None)
@given(st.data(), origins(), MOMENTS, DONE, ACT_AS)
def test_what_is_wanted_is_certain_only_when_the_directory_answered_every_question(data, origin, now, done, act_as):
    directory = data.draw(directories(lookups(MAPPING, origin, now)))
    book = Book(directory)
    for _ in tasks_for(Desk(MAPPING, book, now, done, act_as), origin):
        pass
    forgotten = data.draw(st.sampled_from(sorted(book.emails | book.groups | book.plan_groups) or [""]))
    less = Directory(
        users={address: user for address, user in directory.users.items() if address != forgotten},
        managers=directory.managers,
        groups={group: members for group, members in directory.groups.items() if group != forgotten},
    )

    assert evaluated(MAPPING, origin, directory, now, completed=done, act_as=act_as).wanted.is_certain
    assert evaluated(MAPPING, origin, less, now, completed=done, act_as=act_as).wanted.is_certain == (not forgotten)


@settings(deadline=None)
@given(origins(), MOMENTS, DONE, ACT_AS)
def test_items_are_unique_sorted_and_looked_at_again_only_in_the_future(origin, now, done, act_as):
    result = evaluated(
        MAPPING, origin, answers(lookups(MAPPING, origin, now)), now, completed=done, act_as=act_as
    ).wanted
    keys = [task.item_key for task in result.tasks]

    assert keys == sorted(set(keys))
    assert all(list(task.assignees) == sorted(set(task.assignees)) for task in result.tasks)
    assert result.look_again is None or result.look_again > now


@settings(deadline=None)
@given(origins(), MOMENTS, DONE)
def test_until_it_is_looked_at_again_time_alone_changes_nothing(origin, now, done):
    """Otherwise a threshold would pass unseen."""
    directory = answers(lookups(MAPPING, origin, now))
    before = evaluated(MAPPING, origin, directory, now, completed=done).wanted
    until = before.look_again or now + timedelta(days=400)

    just_before = evaluated(MAPPING, origin, directory, until - timedelta(seconds=1), completed=done).wanted

    assert just_before.tasks == before.tasks
