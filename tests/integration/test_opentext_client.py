"""
The OpenText client on the simulated Content Server: reading.

Acting and writing are in test_opentext_acts.py.
"""

from datetime import timedelta

import pytest

from local.simulators.content_server.model import Attribute, AttributeSet
from local.simulators.faults import Fault
from shared.errors import RefusedError, UnavailableError, UnreadableError
from shared.models.opentext import Part, Person
from shared.models.origin import Needs
from shared.models.workflow import WorkflowStatus
from tests.integration.opentext_world import NOW, World
from tests.narrowing import sure

BARE = Needs(attributes=False)


async def test_a_workspace_is_read_in_one_call_with_its_attributes_by_name():
    world = World()
    number = world.workspace(Region="EMEA", Tags=["a", "b"], Active=True)
    before = world.client.sessions.calls
    found = await world.client.workspaces.read(number, Needs())

    assert world.client.sessions.calls == before + 2  # signing in is one of them
    assert (found.name, found.workspace_type, found.node_id) == ("Alpha", "Contract", number)
    assert found.attributes["Contract.Region"] == "EMEA"
    assert found.attributes["Contract.Tags"] == ("a", "b")
    assert found.attributes["Contract.Active"] is True
    assert found.url == f"https://ecm.contoso.example/cs/cs/app/nodes/{number}"
    assert found.roles == ()


async def test_dates_without_a_zone_are_read_in_the_servers():
    """OpenText facts 4i.4; the server stands in Berlin, the clock says 09:00 UTC."""
    world = World(zone="Europe/Berlin")
    found = await world.client.workspaces.read(world.workspace(), BARE)

    assert found.created == NOW


async def test_rows_of_a_set_are_named_by_their_number():
    world = World()
    world.server.add_category("Deal", ["Title", AttributeSet("Parties", (Attribute("Name"), Attribute("Role")))])
    number = world.workspace()
    world.server.set_attribute("Admin", number, "Deal.Parties[1].Name", "Contoso")
    world.server.set_attribute("Admin", number, "Deal.Parties[2].Name", "Fabrikam")
    found = await world.client.workspaces.read(number, Needs())

    assert found.attributes["Deal.Parties[1].Name"] == "Contoso"
    assert found.attributes["Deal.Parties[2].Name"] == "Fabrikam"


async def test_roles_come_with_people_and_groups_expanded():
    """OpenText facts 3: members may be groups, groups hold groups, and no list has the addresses."""
    world = World()
    world.server.add_group("Inner", ["nkaur"])
    world.server.add_group("Outer", ["Inner", "dfoxhoven"])
    world.server.join("Inner", "Outer")
    number = world.workspace(roles={"Manager": ["lwhite"], "Legal": ["Outer", "dfoxhoven"]})
    found = await world.client.workspaces.read(number, Needs(roles=True))
    roles = {role.name: role for role in sure(found.roles)}

    assert [person.login for person in roles["Legal"].members] == ["dfoxhoven", "nkaur"]
    assert [person.email for person in roles["Manager"].members] == ["lwhite@contoso.example"]


async def test_a_role_of_more_than_ten_is_read_whole():
    """Content Server's own limit is ten, and it does not say that there are more."""
    world = World()
    logins = [f"user{number:02}" for number in range(30)]
    for login in logins:
        world.server.add_user(login)
    number = world.workspace(roles={"Legal": logins})
    (role,) = sure((await world.client.workspaces.read(number, Needs(roles=True))).roles)

    assert [person.login for person in role.members] == logins


async def test_a_group_of_more_than_a_page_is_read_whole():
    """Pages hold 20, whatever is asked for."""
    world = World()
    logins = [f"user{number:02}" for number in range(45)]
    for login in logins:
        world.server.add_user(login)
    group = world.server.add_group("Many", logins)

    assert [person.login for person in await world.client.members.expand(group)] == logins


async def test_people_are_read_once_in_ten_minutes():
    world = World()
    number = world.workspace(roles={"Legal": ["lwhite", "nkaur"]})
    await world.client.workspaces.list_roles(number)
    before = world.client.sessions.calls
    await world.client.workspaces.list_roles(number)
    assert world.client.sessions.calls == before + 1

    world.at += timedelta(minutes=10)
    await world.client.workspaces.list_roles(number)
    assert world.client.sessions.calls == before + 1 + 3


async def test_a_group_is_no_user():
    world = World()
    group = world.server.add_group("Legal", ["lwhite"])
    with pytest.raises(UnreadableError, match="not a user"):
        await world.client.members.read(group)


@pytest.mark.parametrize("filters", [pytest.param(True, id="filter"), pytest.param(False, id="ignored-filter")])
async def test_people_are_found_by_address_though_a_filter_may_be_ignored(filters):
    """OpenText facts 2: an unknown filter is ignored without a word, and everybody is listed."""
    world = World()
    for number in range(30):
        world.server.add_user(f"user{number:02}")
    world.server.add_user("zmartin", email="Zoe.Martin@contoso.example")
    world.server.switch(email_filter=filters)
    found = await world.client.members.find_by_email("zoe.martin@contoso.example")

    assert found is not None
    assert found.login == "zmartin"
    assert await world.client.members.find_by_email("nobody@contoso.example") is None


async def test_an_address_of_two_people_is_nobodys():
    world = World()
    world.server.add_user("a", email="shared@contoso.example")
    world.server.add_user("b", email="shared@contoso.example")
    with pytest.raises(RefusedError) as caught:
        await world.client.members.find_by_email("shared@contoso.example")
    assert caught.value.code == "ambiguous"


async def test_what_is_hidden_and_what_is_gone_are_unreadable_alike():
    """Neither is a positive statement: neither may close work."""
    world = World()
    number = world.workspace()
    world.server.hide(number)
    for node_id in (number, 999_999):
        with pytest.raises(UnreadableError):
            await world.client.workspaces.read(node_id, BARE)
        with pytest.raises(UnreadableError):
            await world.client.workspaces.read_document(node_id, BARE)


async def test_compliance_is_read_where_it_is_needed():
    world = World()
    number = world.workspace()
    world.server.add_hold(number, "HOLD_10")
    world.server.make_record(number, 41320, status="ACTIVE")
    world.server.classify(number, "Contracts")
    missing = world.server.add_missing(number, "Certificate", due=NOW + timedelta(days=3))
    needs = Needs(attributes=False, records=True, holds=True, classifications=True, missing_documents=True)
    found = await world.client.workspaces.read(number, needs)

    assert (found.holds, found.rm_status, found.classifications) == (("HOLD_10",), "ACTIVE", ("Contracts",))
    assert [(item.node_id, item.name, item.due) for item in sure(found.missing_documents)] == [
        (missing, "Certificate", NOW + timedelta(days=3))
    ]


async def test_a_server_without_records_management_is_not_one_without_holds_and_is_asked_once():
    """OpenText facts 1 and 7: "mappings registry" means that the module is not installed: then nothing is known."""
    world = World()
    world.server.switch(records=False)
    number = world.workspace()
    needs = Needs(attributes=False, records=True, holds=True)
    found = await world.client.workspaces.read(number, needs)
    before = world.client.sessions.calls
    await world.client.workspaces.read(number, needs)

    assert (found.holds, found.rm_status) == (None, None)
    assert "not installed" in found.not_known[Part.HOLDS]
    assert world.client.sessions.calls == before + 1


async def test_a_document_is_read_with_version_attributes_and_who_reserved_it():
    world = World()
    document = world.server.add_document(world.workspace(), "Contract.docx")
    world.server.add_version(document, b"two")
    world.server.set_attribute("Admin", document, "Contract.Region", "DACH")
    world.server.reserve("lwhite", document)
    found = await world.client.workspaces.read_document(document, Needs())

    assert (found.name, found.version, found.reserved_by) == ("Contract.docx", 2, "lwhite")
    assert found.attributes["Contract.Region"] == "DACH"
    assert found.modified == NOW


async def test_users_in_attributes_are_read_by_login():
    world = World()
    number = world.workspace(Owner=world.people["lwhite"])
    found = await world.client.workspaces.read(number, Needs())

    assert found.attributes["Contract.Owner"] == "lwhite"


async def test_the_workspace_of_a_node_is_found_however_deep_it_lies():
    world = World()
    number = world.workspace()
    folder = world.server.add_folder(number, "Drafts")
    document = world.server.add_document(folder, "Contract.docx")

    assert await world.client.workspaces.find_workspace_of(document) == number
    assert await world.client.workspaces.find_workspace_of(number) == number


async def test_that_a_node_lies_in_no_workspace_is_only_said_of_a_path_that_can_be_read():
    world = World()
    document = world.server.add_document(2000, "Loose.docx")
    assert await world.client.workspaces.find_workspace_of(document) is None

    world.server.hide(document)
    with pytest.raises(UnreadableError):
        await world.client.workspaces.find_workspace_of(document)


async def test_workspaces_are_listed_newest_first_down_to_a_time_and_not_those_of_a_longer_name():
    """OpenText facts 3: a type's name finds what begins with it; without `expanded_view` only what was opened."""
    world = World()
    world.server.add_workspace_type("Contract Amendment")
    made = [NOW - timedelta(hours=hours) for hours in range(6)]
    numbers = [world.workspace(name=f"W{index}", created=at) for index, at in enumerate(made)]
    world.server.create_workspace("Contract Amendment", "Other")
    listed = [item async for item in world.client.workspaces.list_created("Contract", NOW - timedelta(hours=3))]

    assert [item.node_id for item in listed] == numbers[:4]
    assert {item.workspace_type for item in listed} == {"Contract"}
    assert [item.created for item in listed] == made[:4]


async def test_a_long_list_is_read_page_by_page_and_no_further_than_needed():
    world = World()
    for index in range(250):
        world.workspace(name=f"W{index}", created=NOW - timedelta(minutes=index))
    before = world.client.sessions.calls
    listed = [item async for item in world.client.workspaces.list_created("Contract", NOW - timedelta(minutes=119))]

    assert len(listed) == 120
    assert world.client.sessions.calls == before + 4  # signing in, types, two pages of three


async def test_an_unknown_workspace_type_is_unreadable():
    with pytest.raises(UnreadableError):
        await World().client.workspaces.types.read_id("Nothing")


async def test_readiness_is_told_by_ping_and_whoami():
    world = World()
    await world.client.ping()
    assert world.client.sessions.calls == 1
    assert (await world.client.whoami()).login == "bridge"

    world.server.faults.add(Fault.html(path="/v1/ping"))
    with pytest.raises(UnavailableError):
        await world.client.ping()


async def test_a_wrong_password_is_refused():
    with pytest.raises(RefusedError) as caught:
        await World(password="wrong").client.whoami()
    assert caught.value.code == "sign_in"


async def test_a_session_goes_on_over_its_tickets_end():
    world = World()
    await world.client.whoami()
    world.at += timedelta(minutes=31)
    await world.client.whoami()
    world.server.expire_tickets()
    await world.client.whoami()

    assert world.client.sessions.calls == 2 + 3 + 3


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault.html, id="html"),
        pytest.param(Fault.garbled, id="garbled"),
        pytest.param(Fault.dropped, id="dropped"),
        pytest.param(lambda **where: Fault.status(503, **where), id="503"),
    ],
)
async def test_a_server_in_trouble_may_answer_later(fault):
    world = World()
    number = world.workspace()
    await world.client.whoami()
    world.server.faults.add(fault(path="/v2/businessworkspaces"))
    with pytest.raises(UnavailableError):
        await world.client.workspaces.read(number, BARE)

    assert (await world.client.workspaces.read(number, BARE)).name == "Alpha"


async def test_a_workflow_is_read_with_its_steps_and_documents():
    world = World(zone="Europe/Berlin")
    document = world.server.add_document(world.workspace(), "Contract.docx")
    process = world.approval([document])
    found = await world.client.workflows.read(process, Needs())
    (step,) = found.current

    assert (found.name, found.status, sure(found.initiator).login) == (
        "Contract Approval",
        WorkflowStatus.ON_TIME,
        "pwilliams",
    )
    assert (step.name, step.started, step.group) == ("Approver", NOW, None)
    assert step.due == NOW + timedelta(days=2)
    assert step.ref.visit == "2026-11-23T10:00:00"
    assert [(person.login, person.email) for person in step.performers] == [("dfoxhoven", "dfoxhoven@contoso.example")]
    assert found.next_steps == ("Approver", "Countersign")
    assert [(item.node_id, item.version, item.name) for item in found.documents] == [(document, 1, "Contract.docx")]
    assert found.url == f"https://ecm.contoso.example/cs/cs/app/processes/{process}/{process}/1"
    assert not found.ended


async def test_a_workflow_costs_three_calls():
    """Status, attachments, their versions: the reviewer's form and the send-on make five."""
    world = World()
    workspace = world.workspace()
    documents = [world.server.add_document(workspace, f"{number}.docx") for number in range(12)]
    process = world.approval(documents)
    await world.client.whoami()
    before = world.client.sessions.calls
    found = await world.client.workflows.read(process, Needs())

    assert len(found.documents) == 12
    assert world.client.sessions.calls == before + 3


async def test_a_group_step_names_its_group_and_everybody_in_it():
    world = World()
    world.server.add_group("Board", ["lwhite", "nkaur"])
    process = world.approval(performer="Board")
    (step,) = (await world.client.workflows.read(process, BARE)).current

    assert step.group == "Board"
    assert [person.login for person in step.performers] == ["lwhite", "nkaur"]

    world.server.accept_step("nkaur", process, 1)
    (step,) = (await world.client.workflows.read(process, BARE)).current
    assert step.group is None
    assert [person.login for person in step.performers] == ["nkaur"]


async def test_what_is_attached_and_cannot_be_seen_is_told_and_the_rest_is_read():
    """Nobody can say what an approval would be of; but the workflow is there."""
    world = World()
    document = world.server.add_document(world.workspace(), "Secret.docx")
    other = world.server.add_document(world.workspace(name="Beta"), "Seen.docx")
    process = world.approval([document, other])
    world.server.hide(document)
    found = await world.client.workflows.read(process, BARE)

    assert [one.node_id for one in found.documents] == [other]
    assert str(document) in found.not_known[Part.DOCUMENTS.of(str(document))]


async def test_an_ended_workflow_says_so():
    world = World()
    process = world.approval()
    world.server.stop_workflow(process)
    found = await world.client.workflows.read(process, BARE)

    assert (found.status, found.ended, found.current) == (WorkflowStatus.STOPPED, True, ())


async def test_a_late_step_shows_in_a_workflow_that_is_on_time():
    """OpenText facts 4c: the workflow's own status hides it."""
    world = World()
    process = world.approval()
    world.at += timedelta(days=3)
    (row,) = await world.client.workflows.list_status("Managed", "ontime")

    assert (row.process_id, row.subprocess_id, row.status) == (process, process, WorkflowStatus.ON_TIME)
    assert [step.status for step in row.steps] == ["workflowlate"]
    assert await world.client.workflows.list_status("Managed", "completed") == ()


async def test_a_report_shows_workflows_that_others_manage():
    """OpenText facts 4i.3: lists are personal, a customer's report over the view `Todo` is not."""
    world = World()
    process = world.approval(managers=["pwilliams"])
    world.server.add_webreport("todo", lambda parameters: {"data": world.server.todo_rows()})
    (row,) = await world.client.workflows.webreport("todo", (("days", "7"),))

    assert await world.client.workflows.list_status("Both", "ontime") == ()
    assert row.process_id == process
    assert [(step.name, step.ref.task_id) for step in row.steps] == [("Approver", 1)]


async def test_a_report_that_is_not_there_is_refused():
    with pytest.raises(RefusedError):
        await World().client.workflows.webreport("nothing")


async def test_a_person_in_a_proxy_session_is_who_they_are():
    """OpenText facts 1c: proxies, from 23.4."""
    world = World(act_as="performer", impersonation="proxy")
    world.server.add_proxy("dfoxhoven", "bridge")
    deke = Person(user_id=world.people["dfoxhoven"], login="dfoxhoven")
    session = await world.client.sessions.performer(deke)

    assert (await session.get("v1/auth"))["data"]["name"] == "dfoxhoven"
