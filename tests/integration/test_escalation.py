"""A ladder in business time: each level once, none too early, all closed when the step moves."""

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
from rich.console import Console

from local.demo.narrator import Teller
from local.demo.stories import escalation
from local.demo.world import create_contract
from local.in_process.system import Inside
from local.local_system import running
from shared.mapping.language.load import read_mapping
from shared.mapping.language.yaml_tree import read_tree
from shared.models.link import LinkState
from shared.models.messages import OriginMessage
from shared.watchers.timers import sweep_agenda

CALENDAR = read_mapping(escalation.MAPPING.read_text(), "escalation.yaml").calendar("default")
THURSDAY = datetime(2027, 3, 25, 9, 0, tzinfo=UTC)
"""Ten o'clock in Berlin, the day before Good Friday 2027; Easter Monday is the 29th."""
TUESDAY, WEDNESDAY = (CALENDAR.at(date(2027, 3, day), time(10, 5)) for day in (30, 31))


class Case:
    """An approval that began on Thursday at ten, and what time does to it."""

    def __init__(self):
        self.inside = Inside(escalation.MAPPING)
        self.inside.at = THURSDAY
        world = self.inside.world
        self.workspace = create_contract(world, "Supply", THURSDAY + timedelta(days=400))
        document = world.content.add_document(self.workspace, "Supply.docx", b"text", user="pwilliams")
        self.process = world.content.start_workflow(
            "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=self.workspace
        )

    @property
    def tasks(self):
        """Titles by who is assigned, of the tasks that are open."""
        world = self.inside.world
        open_ones = [task for task in world.graph.tasks.values() if task["percentComplete"] < 100]
        return sorted((world.login_of(next(iter(t["assignments"]))), t["title"].partition(":")[0]) for t in open_ones)

    async def hint(self):
        message = OriginMessage(origin=f"workflow-{self.process}")
        self.inside.origins.messages.append(message.model_dump_json())
        await self.inside.drain()

    async def at(self, moment):
        """Let time pass in steps of at most a quarter of a day, with the sweeps that it brings."""
        while self.inside.at < moment:
            self.inside.at = min(self.inside.at + timedelta(hours=6), moment)
            await sweep_agenda(self.inside.services())
            await self.inside.drain()

    async def links(self):
        return await self.inside.services().origins.find_links(f"workflow-{self.process}")


@pytest.fixture
async def case():
    """The reviewer's task is there, and nobody is late."""
    one = Case()
    await one.hint()
    assert one.tasks == [("dfoxhoven", "Approve Supply.docx v1")]
    return one


async def test_two_business_days_take_six_over_easter(case):
    """Friday and Monday are holidays: the lead hears of it on Tuesday, the next level on Wednesday, and not before."""
    await case.at(TUESDAY - timedelta(minutes=6))
    assert [who for who, _ in case.tasks] == ["dfoxhoven"]

    await case.at(TUESDAY)
    assert case.tasks[1:] == [("pwilliams", "Overdue")]

    await case.at(WEDNESDAY)
    assert sorted(who for who, _ in case.tasks) == ["dfoxhoven", "legal-lead", "pwilliams"]


async def test_the_reminder_is_one_line_and_one_mail(case):
    await case.at(WEDNESDAY + timedelta(days=3))

    outbox = case.inside.world.graph.outbox
    assert [(mail.to, mail.subject) for mail in outbox] == [
        (("dfoxhoven@contoso.example",), "Still waiting for you: Approve Supply.docx v1")
    ]
    texts = [details["description"] for details in case.inside.world.graph.details.values()]
    assert sum(text.count("Reminder of 2027-03-25") for text in texts) == 1


async def test_each_level_is_raised_once_however_long_it_waits(case):
    await case.at(WEDNESDAY + timedelta(days=14))

    assert len(case.inside.world.graph.tasks) == 3


async def test_when_the_step_moves_all_close(case):
    await case.at(WEDNESDAY)
    case.inside.world.content.complete_step("dfoxhoven", case.process, 1, "Approve")

    await case.hint()

    assert case.tasks == []
    links = await case.links()
    assert {link.state for link in links.values()} == {LinkState.CLOSED}
    assert sorted({link.reason for link in links.values()}) == [
        "nobody waits for it any more",
        "the step was completed in OpenText by Deke Foxhoven (Approve, 2027-03-31 08:05 UTC)",
    ]


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("change", ["a level is dropped", "another text"])
async def test_whatever_becomes_of_the_ladder_its_tasks_close_with_the_step(case, tmp_path, change, at_once):
    await case.at(WEDNESDAY)
    data = read_tree(escalation.MAPPING.read_text()).data
    (rule,) = (rule for rule in data["rules"] if rule.get("escalate"))
    if change == "another text":
        rule["task"]["title"] = "Please approve {{ document.name }}"
    else:
        rule["escalate"].pop()
    file = tmp_path / "mapping.yaml"
    file.write_text(json.dumps(data, default=str))
    case.inside.reload(file, "a later worker")
    if not at_once:
        await case.hint()
    case.inside.world.content.complete_step("dfoxhoven", case.process, 1, "Approve")
    await case.hint()
    await case.at(case.inside.at + timedelta(minutes=10))

    assert case.tasks == []
    assert {link.state for link in (await case.links()).values()} == {LinkState.CLOSED}


async def test_a_step_that_moved_unannounced_is_not_escalated(case):
    """No hint came. The timer reads the step again before it raises anything."""
    await case.at(TUESDAY - timedelta(minutes=10))
    case.inside.world.content.complete_step("dfoxhoven", case.process, 1, "Approve")
    await case.inside.services().cursors.save("discovery/next", (TUESDAY + timedelta(days=9)).isoformat())

    await case.at(TUESDAY)

    assert case.tasks == []
    assert len(case.inside.world.graph.tasks) == 1


async def test_nobody_is_chased_while_the_other_party_has_it(case):
    """The rule's pause holds from the start: nothing is raised; once it is over, all the waiting is still to come."""
    content = case.inside.world.content
    content.set_attribute("pwilliams", case.workspace, "Contract.Approval", "With the other party")
    await case.hint()
    await case.at(WEDNESDAY)
    assert [who for who, _ in case.tasks] == ["dfoxhoven"]
    assert not case.inside.world.graph.outbox

    content.set_attribute("pwilliams", case.workspace, "Contract.Approval", "Pending")
    await case.hint()
    assert [who for who, _ in case.tasks] == ["dfoxhoven"]
    raised: dict[str, str] = {}
    for _ in range(30):
        await case.at(case.inside.at + timedelta(hours=6))
        raised |= {who: raised.get(who, f"{case.inside.at:%d}") for who, _ in case.tasks[1:]}
    assert raised == {"pwilliams": "01", "legal-lead": "02"}


async def test_after_a_month_of_standing_still_the_levels_come_in_their_turn(case):
    case.inside.at += timedelta(days=30)
    await sweep_agenda(case.inside.services())
    await case.inside.drain()
    assert [who for who, _ in case.tasks] == ["dfoxhoven", "pwilliams"]

    await case.at(case.inside.at + timedelta(days=4))
    assert [who for who, _ in case.tasks] == ["dfoxhoven", "legal-lead", "pwilliams"]


async def test_what_nobody_can_do_is_escalated_and_says_why():
    """Its performer is not in the directory: there is no task of the step, and the levels say why."""
    case = Case()
    state = case.inside.world.graph.state
    state.users = {key: user for key, user in state.users.items() if user["mail"] != "dfoxhoven@contoso.example"}
    await case.hint()
    await case.at(WEDNESDAY)

    assert [who for who, _ in case.tasks] == ["legal-lead", "pwilliams"]
    texts = [details["description"] for details in case.inside.world.graph.details.values()]
    assert all("Nobody can do this: no performer of this step is found" in text for text in texts)


async def test_a_completed_approval_closes_its_escalations(case):
    await case.at(TUESDAY)
    graph, users = case.inside.world.graph, case.inside.world.users
    task = next(task for task in graph.tasks.values() if task["title"].startswith("Approve"))
    graph.tick(users["dfoxhoven"], task["id"], "Approve")
    graph.complete(users["dfoxhoven"], task["id"])

    await case.hint()

    assert case.tasks == []
    assert case.inside.world.content.workflow(case.process).completed[0].disposition == "Approve"


async def test_the_story_of_the_demo_happens():
    """Through the real app, on a clock that is moved over the next long weekend."""
    async with running(escalation.MAPPING) as system:
        await escalation.play(system, Teller(Console(quiet=True), lambda: THURSDAY))


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        pytest.param(date(2026, 11, 23), date(2026, 12, 24), id="christmas-on-a-friday"),
        pytest.param(date(2027, 3, 1), date(2027, 3, 5), id="womens-day-on-a-monday"),
        pytest.param(date(2027, 3, 8), date(2027, 3, 25), id="easter"),
    ],
)
def test_the_story_finds_the_next_long_weekend(today, expected):
    assert escalation.before_long_weekend(CALENDAR, today) == expected
