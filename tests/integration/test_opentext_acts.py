"""The OpenText client on the simulated Content Server: acting on steps, writing attributes and evidence."""

import asyncio
from datetime import timedelta

import pytest

from local.simulators.content_server.model import Attribute, AttributeSet
from local.simulators.faults import Fault
from shared.clients.opentext import Upload
from shared.clients.opentext.errors import EXISTS
from shared.errors import (
    OutcomeUnknownError,
    RefusedError,
    StaleError,
    ThrottledError,
    UnavailableError,
    UnreadableError,
)
from shared.models.opentext import AttributeValue, Person
from shared.models.origin import Needs
from tests.integration.opentext_world import World
from tests.narrowing import sure

BARE = Needs(attributes=False)
FILE = Upload("evidence.json", b'{"a":1}', "application/json")
WAYS = [
    {"act_as": "performer", "impersonation": "token-exchange"},
    {"act_as": "performer", "impersonation": "ticket-for-user"},
    {"act_as": "performer", "impersonation": "proxy"},
    {"act_as": "performer", "impersonation": "token-exchange", "auth": "otds"},
]
NAMES = ["exchange", "ticket", "proxy", "exchange-otds"]


def person(world, login):
    return Person(user_id=world.people[login], login=login)


async def step_of(world, process):
    return (await world.client.workflows.read(process, BARE)).current[0].ref


@pytest.mark.parametrize("way", WAYS, ids=NAMES)
async def test_a_step_is_completed_in_its_performers_name(way):
    """OpenText facts 1c and 4f: by each kind of impersonation."""
    world = World(**way)
    world.server.add_proxy("dfoxhoven", "bridge")
    process = world.approval()
    step = await step_of(world, process)
    deke = person(world, "dfoxhoven")
    form = await world.client.workflows.read_form(step, acting=deke)
    await world.client.workflows.send_on(step, disposition="Approve", comment="via the bridge", acting=deke)

    assert [item.key for item in form.dispositions] == ["Approve", "Reject"]
    assert (form.can_send_on, form.must_accept, form.wants_password) == (False, False, False)
    visit = world.server.workflow(process).visits[0]
    assert (visit.completed_by, visit.disposition, visit.comment) == (deke.user_id, "Approve", "via the bridge")
    assert [item.name for item in (await world.client.workflows.read(process, BARE)).current] == ["Countersign"]


async def test_an_approval_costs_five_calls():
    """Read three, look at the form, send on: with the sessions there."""
    world = World(act_as="performer")
    process = world.approval([world.server.add_document(world.workspace(), "Contract.docx")])
    deke = person(world, "dfoxhoven")
    await world.client.whoami()
    await (await world.client.sessions.performer(deke)).get("v1/auth")
    before = world.client.sessions.calls
    found = await world.client.workflows.read(process, Needs())
    await world.client.workflows.read_form(found.current[0].ref, acting=deke)
    await world.client.workflows.send_on(found.current[0].ref, disposition="Approve", comment="", acting=deke)

    assert world.client.sessions.calls == before + 5


async def test_a_plain_step_is_sent_on():
    world = World(act_as="performer")
    process = world.approval()
    world.server.complete_step("dfoxhoven", process, 1, "Approve")
    step = await step_of(world, process)
    assert (await world.client.workflows.read_form(step, acting=person(world, "lwhite"))).can_send_on
    await world.client.workflows.send_on(step, disposition=None, comment="", acting=person(world, "lwhite"))

    assert (await world.client.workflows.read(process, BARE)).ended


async def test_a_second_send_on_finds_nothing():
    """It is not repeatable; "not yours" and "not any more" are told in the same words."""
    world = World(act_as="performer")
    process = world.approval()
    step, deke = await step_of(world, process), person(world, "dfoxhoven")
    await world.client.workflows.send_on(step, disposition="Approve", comment="", acting=deke)
    with pytest.raises(UnreadableError):
        await world.client.workflows.send_on(step, disposition="Approve", comment="", acting=deke)
    with pytest.raises(UnreadableError):
        await world.client.workflows.read_form(step, acting=deke)


async def test_a_step_is_only_its_performers():
    world = World(act_as="performer")
    step = await step_of(world, world.approval())
    for acting in (person(world, "nkaur"), None):
        with pytest.raises(UnreadableError):
            await world.client.workflows.send_on(step, disposition="Approve", comment="", acting=acting)


async def test_what_a_step_does_not_offer_is_refused():
    world = World(act_as="performer")
    step = await step_of(world, world.approval())
    with pytest.raises(RefusedError):
        await world.client.workflows.send_on(step, disposition="approve", comment="", acting=person(world, "dfoxhoven"))


async def test_a_step_that_wants_a_password_says_so_and_refuses():
    world = World(act_as="performer")
    step, deke = await step_of(world, world.approval(wants_password=True)), person(world, "dfoxhoven")
    assert (await world.client.workflows.read_form(step, acting=deke)).wants_password
    with pytest.raises(RefusedError) as caught:
        await world.client.workflows.send_on(step, disposition="Approve", comment="", acting=deke)
    assert caught.value.code == "662306821"


async def test_a_groups_step_is_accepted_first():
    world = World(act_as="performer")
    world.server.add_group("Board", ["lwhite", "nkaur"])
    process = world.approval(performer="Board")
    step, nina = await step_of(world, process), person(world, "nkaur")
    assert (await world.client.workflows.read_form(step, acting=nina)).must_accept
    with pytest.raises(RefusedError):
        await world.client.workflows.send_on(step, disposition="Approve", comment="", acting=nina)
    await world.client.workflows.accept(step, acting=nina)
    await world.client.workflows.send_on(step, disposition="Approve", comment="", acting=nina)

    assert world.server.workflow(process).visits[0].completed_by == nina.user_id


async def test_a_delegated_step_is_the_same_visit():
    world = World(act_as="performer")
    process = world.approval()
    step = await step_of(world, process)
    await world.client.workflows.delegate(
        step, to=world.people["nkaur"], comment="on leave", acting=person(world, "dfoxhoven")
    )
    (current,) = (await world.client.workflows.read(process, BARE)).current

    assert current.ref == step
    assert [item.login for item in current.performers] == ["nkaur"]


async def test_a_loop_comes_back_as_another_visit():
    world = World(act_as="performer")
    process = world.approval()
    first = await step_of(world, process)
    await world.client.workflows.send_on(first, disposition="Reject", comment="", acting=person(world, "dfoxhoven"))
    second = await step_of(world, process)

    assert (second.process_id, second.task_id) == (first.process_id, first.task_id)
    assert second.visit != first.visit


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault.html, id="html"),
        pytest.param(Fault.garbled, id="garbled"),
        pytest.param(Fault.dropped, id="dropped"),
    ],
)
async def test_a_send_on_whose_answer_was_lost_is_found_again_in_the_activities(fault):
    """It is not sent a second time by any layer."""
    world = World(act_as="performer")
    process = world.approval()
    step, deke = await step_of(world, process), person(world, "dfoxhoven")
    world.server.faults.add(fault(method="PUT", after=True))
    with pytest.raises(OutcomeUnknownError):
        await world.client.workflows.send_on(step, disposition="Approve", comment="intent-1", acting=deke)

    activities = await world.client.workflows.activities(step)
    assert [item.user_id for item in activities if "intent-1" in item.comment] == [deke.user_id]
    assert len(world.server.workflow(process).completed) == 1


async def test_a_pause_is_told_with_its_length():
    world = World()
    await world.client.whoami()
    world.server.faults.add(Fault.status(429, headers={"Retry-After": "30"}))
    with pytest.raises(ThrottledError) as caught:
        await world.client.whoami()
    assert caught.value.retry_after == timedelta(seconds=30)


async def test_many_requests_at_once_outlive_the_end_of_their_session():
    """One sign-in for all that met the 401 together."""
    world = World()
    numbers = [world.workspace(name=f"W{index}") for index in range(20)]
    await world.client.whoami()
    world.server.expire_tickets()
    found = await asyncio.gather(*(world.client.workspaces.read(number, BARE) for number in numbers))

    assert [item.node_id for item in found] == numbers
    assert world.client.sessions.calls <= 2 + 20 + 20 + 1


async def test_attributes_are_set_by_name_and_only_where_they_differ():
    world = World()
    number = world.workspace(Region="EMEA", Tags=["a"])
    values: dict[str, AttributeValue] = {
        "Contract.Region": "EMEA",
        "Contract.Review": "Done",
        "Contract.Tags": ("a", "b"),
        "Contract.Active": True,
    }

    assert await world.client.workspaces.set_attributes(number, values)
    assert world.server.attribute(number, "Contract.Review") == "Done"
    assert world.server.attribute(number, "Contract.Tags") == ["a", "b"]
    assert world.server.attribute(number, "Contract.Active") is True
    assert not await world.client.workspaces.set_attributes(number, values)


async def test_an_attribute_is_cleared_by_none():
    world = World()
    number = world.workspace(Region="EMEA")
    await world.client.workspaces.set_attributes(number, {"Contract.Region": None})

    assert (await world.client.workspaces.read(number, Needs())).attributes["Contract.Region"] is None


async def test_users_are_set_by_login_or_address():
    world = World()
    number = world.workspace(Owner=world.people["lwhite"])
    assert not await world.client.workspaces.set_attributes(number, {"Contract.Owner": "lwhite"})
    assert await world.client.workspaces.set_attributes(number, {"Contract.Owner": "nkaur@contoso.example"})
    assert (await world.client.workspaces.read(number, Needs())).attributes["Contract.Owner"] == "nkaur"
    with pytest.raises(RefusedError) as caught:
        await world.client.workspaces.set_attributes(number, {"Contract.Owner": "nobody"})
    assert caught.value.code == "no_user"


async def test_rows_of_a_set_are_written_by_number():
    world = World()
    world.server.add_category("Deal", [AttributeSet("Parties", (Attribute("Name"), Attribute("Role")))])
    number = world.workspace()
    world.server.set_attribute("Admin", number, "Deal.Parties[1].Name", "Contoso")
    await world.client.workspaces.set_attributes(
        number, {"Deal.Parties[1].Role": "Buyer", "Deal.Parties[2].Name": "Fabrikam"}
    )
    found = (await world.client.workspaces.read(number, Needs())).attributes

    assert found["Deal.Parties[1].Name"] == "Contoso"
    assert found["Deal.Parties[1].Role"] == "Buyer"
    assert found["Deal.Parties[2].Name"] == "Fabrikam"


async def test_a_category_that_a_node_lacks_is_assigned_with_its_values():
    """A PUT on it would fail: OpenText facts 2."""
    world = World()
    await world.client.workspaces.read(world.workspace(Region="EMEA"), Needs())
    document = world.server.add_document(2000, "Bare.docx")
    assert await world.client.workspaces.set_attributes(document, {"Contract.Review": "Open"})

    assert world.server.attribute(document, "Contract.Review") == "Open"


async def test_a_category_that_was_never_seen_is_refused_by_name():
    """No request finds a category by its name."""
    world = World()
    document = world.server.add_document(2000, "Bare.docx")
    with pytest.raises(RefusedError, match="Unknown") as caught:
        await world.client.workspaces.set_attributes(document, {"Unknown.Review": "Open"})
    assert caught.value.code == "no_category"


async def test_an_edit_in_between_is_not_overwritten():
    """The edit token: OpenText facts 2."""
    world = World()
    number = world.workspace(Region="EMEA")
    await world.client.whoami()

    def edit_before_our_write(method, path):
        if method == "PUT":
            world.server.set_attribute("Admin", number, "Contract.Review", "Theirs")

    world.server.faults.hook = edit_before_our_write
    with pytest.raises(StaleError):
        await world.client.workspaces.set_attributes(number, {"Contract.Review": "Ours"})
    assert world.server.attribute(number, "Contract.Review") == "Theirs"


async def test_a_held_node_refuses():
    world = World()
    number = world.workspace()
    world.server.set_attribute("Admin", number, "Contract.Region", "EMEA")
    world.server.add_hold(number, "HOLD_10")
    with pytest.raises((RefusedError, UnreadableError)):
        await world.client.workspaces.set_attributes(number, {"Contract.Region": "DACH"})


async def test_evidence_is_uploaded_once_and_then_gets_versions():
    """OpenText facts 6: the same name again is 500, and says so."""
    world = World()
    number = world.workspace()
    document = await world.client.records.upload(number, FILE, description="x" * 300)
    with pytest.raises(RefusedError) as caught:
        await world.client.records.upload(number, FILE)
    version = await world.client.records.add_version(document, Upload(FILE.name, b"[]", FILE.mime))

    assert caught.value.code == EXISTS
    assert version == 2
    assert await world.client.records.find_child(number, "evidence.json") == document
    assert await world.client.records.find_child(number, "evidence") is None
    assert await world.client.records.newest_content(document) == b"[]"


async def test_evidence_whose_name_somebody_wrote_in_another_case_is_found_where_an_upload_is_refused_for_it():
    world = World()
    number = world.workspace()
    document = await world.client.records.upload(number, FILE)
    world.server.rename("pwilliams", document, FILE.name.upper())
    with pytest.raises(RefusedError) as caught:
        await world.client.records.upload(number, FILE)

    assert caught.value.code == EXISTS
    assert await world.client.records.find_child(number, FILE.name) == document
    assert await world.client.tree.find_child(number, FILE.name) == document


async def test_where_names_differ_by_case_the_one_that_is_written_alike_is_meant():
    world = World()
    world.server.state.otherwise.add("content-names-fold-case")
    number = world.workspace()
    other = await world.client.records.upload(number, Upload(FILE.name.upper(), FILE.content, FILE.mime))
    document = await world.client.records.upload(number, FILE)

    assert other < document
    assert await world.client.records.find_child(number, FILE.name) == document
    assert await world.client.tree.find_child(number, FILE.name) == document


async def test_a_version_is_locked():
    world = World()
    document = await world.client.records.upload(world.workspace(), FILE)
    await world.client.records.lock_version(document, 1)

    assert world.server.node(document).versions[0].locked


async def test_a_record_is_classified_once_and_moved_with_its_token():
    world = World()
    document = await world.client.records.upload(world.workspace(), FILE)
    await world.client.records.classify(document, 41320)
    revision = sure(world.server.node(document).record).revision
    await world.client.records.classify(document, 41320)
    assert sure(world.server.node(document).record).revision == revision
    await world.client.records.classify(document, 41321)

    assert sure(world.server.node(document).record).class_id == 41321


async def test_an_upload_whose_answer_was_lost_is_found_by_its_name():
    world = World()
    number = world.workspace()
    await world.client.whoami()
    world.server.faults.add(Fault.dropped(method="POST", after=True))
    with pytest.raises(OutcomeUnknownError):
        await world.client.records.upload(number, FILE)

    assert await world.client.records.find_child(number, FILE.name) is not None


async def test_nothing_was_written_where_nobody_could_be_reached():
    world = World()
    world.server.faults.add(Fault.html(path="/v1/auth"))
    with pytest.raises(UnavailableError):
        await world.client.records.upload(world.workspace(), FILE)
