"""
What is put on the record of an approval, and what happens when OpenText does not take it.

The whole bridge in memory, both simulators. Left out: how the PDF looks (test_evidence_pdf.py).
"""

import hashlib
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from evidence_verify import BrokenError, verify
from local.demo.world import create_contract
from local.simulators.faults import Fault
from shared.evidence.history import items_of
from shared.evidence.redaction import person
from shared.models.events import ItemState
from shared.models.evidence_files import file_name
from shared.models.words import WaitedFor
from shared.operations.retention import Keeping, redact_origin
from tests.engine import MAPPING, engine
from tests.integration.test_standing_failures import Break, status

END = datetime(2028, 1, 31, tzinfo=UTC)
MINUTES = timedelta(minutes=2)


class Story:
    """One approval, from the record's side."""

    def __init__(self, started, workspace, process):
        self.engine, self.workspace, self.process = started, workspace, process
        self.content, self.graph = started.world.content, started.world.graph
        self.origin = f"workflow-{process}"

    @property
    def task(self):
        return next(task["id"] for task in self.graph.tasks.values() if task["title"].startswith("Approve"))

    def node(self, kind="json"):
        """Look at the document; None: it is not there."""
        number = self.content.find_child(self.workspace, file_name(self.origin, kind))
        return None if number is None else self.content.node(number)

    def attribute(self, name):
        return self.content.attribute(self.workspace, f"Contract.{name}")

    async def look(self, waited_for=WaitedFor.HINT):
        await self.engine.look(self.origin, waited_for)
        await self.engine.rest()

    async def approve(self):
        """Decide in Planner as Deke does, and have the bridge see it."""
        deke = self.engine.world.users["dfoxhoven"]
        self.graph.tick(deke, self.task, "Approve")
        self.graph.complete(deke, self.task)
        for _ in range(5):
            await self.engine.tick(MINUTES)

    async def entries(self):
        return await self.engine.services.origins.list_entries(self.origin)

    async def told(self, what):
        return [entry for entry in await self.entries() if entry.what == what]

    async def link(self):
        links = await self.engine.services.origins.find_links(self.origin)
        return next(link for item, link in links.items() if item.startswith("contract-approval|"))


def begin(mapping=MAPPING, **settings):
    """Start an approval that the bridge has not seen yet."""
    started = engine(mapping, **settings)
    content = started.world.content
    workspace = create_contract(started.world, "Contoso", END)
    document = content.add_document(workspace, "Contract.docx", user="pwilliams")
    process = content.start_workflow(
        "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=workspace
    )
    return Story(started, workspace, process)


@pytest.fixture
def story():
    return begin()


async def test_both_documents_lie_in_the_workspace_and_are_intact_by_the_head_on_the_record(story):
    await story.look()
    await story.approve()

    contents = [story.node(kind).versions[-1].content for kind in ("json", "pdf")]
    verdicts = [verify(content, story.attribute("Evidence")) for content in contents]

    assert story.attribute("Evidence").startswith(f"{story.origin} {verdicts[0].head} pdf:")
    assert [verdict.anchored for verdict in verdicts] == [verdicts[0].last] * 2
    assert verdicts[1].pages is True
    assert [entry.what for entry in await story.told("sent_on")] == ["sent_on"]


async def test_a_version_is_made_when_it_is_asked_and_when_it_is_decided_and_each_is_locked(story):
    await story.look()
    await story.approve()

    for kind in ("json", "pdf"):
        assert [version.locked for version in story.node(kind).versions] == [True, True]
    first, second = (version.content for version in story.node().versions)
    assert second.startswith(first[:50].split(b'"hash"')[0])
    assert verify(second).last > verify(first).last


async def test_the_attributes_link_back_to_the_task(story):
    await story.look()
    before = [story.attribute(name) for name in ("Task Status", "Responsible", "Decided")]
    await story.approve()

    assert before == ["Not started", "dfoxhoven", ""]
    assert story.attribute("Task").endswith(f"/task/{story.task}")
    assert story.attribute("Task Status") == "Completed"
    assert datetime.fromisoformat(story.attribute("Decided")) == (await story.link()).completed_at


async def test_whoever_tidies_the_board_changes_nothing_on_the_record(story):
    await story.look()
    await story.approve()
    names = ("Task Status", "Responsible", "Decided", "Task")
    before = [story.attribute(name) for name in names]
    story.engine.forward(timedelta(days=2))
    story.graph.delete(story.engine.world.users["lwhite"], story.task)
    for _ in range(3):
        await story.look(WaitedFor.RESYNC)

    assert (await story.link()).task_id is None
    assert [story.attribute(name) for name in names] == before
    link = await story.link()
    approved = next(item for item in items_of(await story.entries()) if item.item == link.item)
    assert (approved.state, approved.disposition) == (ItemState.ADVANCED, "Approve")


async def test_at_rest_nothing_is_written_on_the_record_and_nothing_into_the_history(story):
    await story.look()
    await story.approve()
    entries, calls = await story.entries(), dict(story.engine.inside.calls)
    versions = len(story.node().versions)

    await story.look()
    await story.look(WaitedFor.RESYNC)

    after = story.engine.inside.calls
    assert [entry.sequence for entry in await story.entries()] == [entry.sequence for entry in entries]
    assert len(story.node().versions) == versions
    assert after["opentext PUT"] == calls["opentext PUT"]


@pytest.mark.parametrize("path", ["/v2/nodes", "/versions", "/categories"])
@pytest.mark.parametrize("after", [pytest.param(True, id="done"), pytest.param(False, id="not-done")])
async def test_an_answer_that_was_lost_is_recognised_and_nothing_is_put_there_twice(story, path, after):
    await story.look()
    method = "PUT" if path == "/categories" else "POST"
    story.content.faults.add(Fault.dropped(method=method, path=path, after=after))
    await story.approve()

    digests = [hashlib.sha256(version.content).hexdigest() for version in story.node().versions]
    assert len(set(digests)) == len(digests)
    assert verify(story.node().versions[-1].content, story.attribute("Evidence"))


def lose_answer(story, path, number):
    """Let the answer to one POST to a path be lost: the first is the JSON's, the second the PDF's."""
    posts = count(1)

    def hook(method, asked):
        is_meant = method == "POST" and asked.endswith(path) and next(posts) == number
        return Fault.dropped(after=True) if is_meant else None

    story.content.faults.hook = hook


@pytest.mark.parametrize("number", [pytest.param(1, id="json"), pytest.param(2, id="pdf")])
async def test_a_first_upload_whose_answer_was_lost_is_found_by_its_name_and_known_as_ours(story, number):
    lose_answer(story, "/v2/nodes", number)
    for _ in range(5):
        await story.look()
        await story.engine.tick(timedelta(minutes=10))

    assert story.content.faults.struck == 1
    assert len(story.node().versions) == 1
    assert len(story.node("pdf").versions) == 1
    assert await story.told("evidence_refused") == []


@pytest.mark.parametrize("number", [pytest.param(1, id="json"), pytest.param(2, id="pdf")])
async def test_a_version_whose_answer_was_lost_is_known_as_ours_though_the_history_went_on(story, number):
    await story.look()
    lose_answer(story, "/versions", number)
    await story.approve()
    await story.look()

    assert story.content.faults.struck == 1
    assert [await story.told(what) for what in ("foreign_version", "history_replaced")] == [[], []]


HINDRANCES = {
    "held": lambda content, node: content.add_hold(node, "HOLD_10"),
    "reserved": lambda content, node: content.reserve("lwhite", node),
}


@pytest.mark.parametrize("hinder", HINDRANCES.values(), ids=HINDRANCES)
async def test_a_document_that_can_not_be_changed_is_a_stated_refusal_said_once(story, hinder):
    await story.look()
    hinder(story.content, story.node().id)
    await story.approve()
    for _ in range(3):
        await story.look()

    (refused,) = await story.told("evidence_refused")
    link = await story.link()
    assert link.reason == f"evidence: {refused.event.detail['reason']}"
    assert len(story.node().versions) == 1
    assert link.sent_on is not None


async def test_a_refusal_is_tried_again_by_the_resync_alone_and_then_over(story):
    await story.look()
    story.content.reserve("lwhite", story.node().id)
    await story.approve()
    story.content.unreserve(story.node().id)

    await story.look()
    assert len(story.node().versions) == 1
    await story.look(WaitedFor.RESYNC)

    assert len(story.node().versions) == 2
    assert (await story.link()).reason == ""


async def test_attributes_of_a_held_workspace_are_a_stated_refusal(story):
    story.content.add_hold(story.workspace, "HOLD_10")
    await story.look()
    await story.look()

    refused = await story.told("evidence_refused")
    assert len(refused) == 2  # the attributes, and the head attribute
    assert story.attribute("Task") == ""


async def test_a_document_deleted_from_the_workspace_is_put_there_again_at_the_next_outcome(story):
    await story.look()
    story.content.delete(story.node().id)
    await story.approve()

    assert verify(story.node().versions[-1].content, story.attribute("Evidence"))


async def test_a_strangers_file_of_that_name_is_left_alone(story):
    name = file_name(story.origin, "json")
    number = story.content.add_document(story.workspace, name, b"something else", user="lwhite")
    await story.look()

    assert [version.content for version in story.content.node(number).versions] == [b"something else"]
    assert "none of ours" in (await story.told("evidence_refused"))[0].event.detail["reason"]


async def test_a_history_that_was_written_anew_is_noticed_by_what_lies_on_the_record(story):
    """The tables are lost, or somebody wrote others: the next document says so, and the old version stays."""
    await story.look()
    old = story.node().versions[0].content
    rows = story.engine.inside.account.tables["origins"][story.origin]
    for key in [key for key in rows if not key.startswith("link|")]:
        del rows[key]
    await story.approve()

    (replaced,) = await story.told("history_replaced")
    assert replaced.detail["head"] == verify(old).head
    assert verify(story.node().versions[-1].content, story.attribute("Evidence")).last == 5


async def test_what_lies_there_is_told_once_however_often_the_document_is_refused(story):
    """Each try would make the history longer, and so the next document."""
    await story.look()
    rows = story.engine.inside.account.tables["origins"][story.origin]
    for key in [key for key in rows if not key.startswith("link|")]:
        del rows[key]
    inside = story.engine.inside
    well, inside.content = inside.content, Break(status(403), only="/versions").before(inside.content)
    await story.approve()
    for _ in range(12):
        await story.engine.tick(timedelta(hours=1))
    length = len(await story.entries())
    for _ in range(12):
        await story.engine.tick(timedelta(hours=1))

    assert len(await story.told("history_replaced")) == 1
    assert len(await story.entries()) == length

    inside.content = well
    for _ in range(3):
        await story.engine.tick(timedelta(hours=1))
    assert verify(story.node().versions[-1].content, story.attribute("Evidence")).last == length


async def test_without_records_management_no_class_is_given_and_nothing_is_refused(tmp_path):
    file = tmp_path / "mapping.yaml"
    file.write_text(MAPPING.read_text().replace("      lock: true\n", "      rm_class: 41320\n"))
    story = begin(file)
    story.content.state.records_module = False
    await story.look()

    assert story.node() is not None
    assert await story.told("evidence_refused") == []


async def test_a_class_is_given_once(tmp_path):
    file = tmp_path / "mapping.yaml"
    file.write_text(MAPPING.read_text().replace("      lock: true\n", "      rm_class: 41320\n"))
    story = begin(file)
    await story.look()
    await story.approve()

    assert story.node().record.class_id == 41320
    assert story.node().record.revision == 1


CLASSED = "      lock: true\n      rm_class: 41320\n"


@pytest.fixture
def classed(tmp_path):
    """A rule that asks for a records class as well."""
    file = tmp_path / "mapping.yaml"
    file.write_text(MAPPING.read_text().replace("      lock: true\n", CLASSED))
    return begin(file)


async def test_a_class_that_is_refused_is_said_and_all_the_rest_is_done(classed):
    classed.content.faults.add(
        Fault.status(403, body=b'{"error":"not allowed"}', method="POST", path="/rmclassifications", times=9)
    )
    await classed.look()

    for kind in ("json", "pdf"):
        assert classed.node(kind).versions[-1].locked
    assert verify(classed.node().versions[0].content, classed.attribute("Evidence"))
    (refused,) = await classed.told("evidence_refused")
    assert "the class of" in refused.event.detail["reason"]


async def test_a_class_that_a_records_manager_gave_stays(classed):
    await classed.look()
    classed.content.make_record(classed.node().id, 777)
    await classed.approve()

    assert classed.node().record.class_id == 777
    assert len(classed.node().versions) == 2


@pytest.mark.parametrize("kind", ["json", "pdf"])
async def test_a_version_that_somebody_else_put_there_is_told_and_ours_stands_above_it(story, kind):
    await story.look()
    story.content.add_version(story.node(kind).id, b"%PDF-1.4 my own account of it", user="lwhite")
    await story.approve()

    (told,) = await story.told("foreign_version")
    assert told.event.detail["reason"] == file_name(story.origin, kind)
    assert verify(story.node(kind).versions[-1].content, story.attribute("Evidence"))
    assert await story.told("history_replaced") == []


async def test_a_forged_document_of_our_kind_is_told_as_foreign_and_not_as_our_history(story):
    await story.look()
    forged = story.node().versions[0].content.replace(b'"what":"created"', b'"what":"deleted"')
    story.content.add_version(story.node().id, forged, user="lwhite")
    await story.approve()

    assert len(await story.told("foreign_version")) == 1
    assert verify(story.node().versions[-1].content, story.attribute("Evidence"))


async def test_a_strangers_pdf_of_that_name_is_left_alone_and_the_json_is_there(story):
    name = file_name(story.origin, "pdf")
    number = story.content.add_document(story.workspace, name, b"%PDF-1.4 mine", user="lwhite")
    await story.look()

    assert [version.content for version in story.content.node(number).versions] == [b"%PDF-1.4 mine"]
    assert verify(story.node().versions[-1].content, story.attribute("Evidence")).pages is None
    assert "none of ours" in (await story.told("evidence_refused"))[0].event.detail["reason"]


async def test_after_a_lock_is_gone_the_document_follows_by_itself(story):
    """Nobody hints, and the next resync is days away."""
    await story.look()
    story.content.reserve("lwhite", story.node().id)
    await story.approve()
    story.content.unreserve(story.node().id)
    for _ in range(4):
        await story.engine.tick(timedelta(minutes=10))

    assert len(story.node().versions) == 2
    assert (await story.link()).reason == ""


async def test_what_an_operator_removed_is_vouched_for_by_the_next_version(story):
    await story.look()
    await story.approve()
    keeping = Keeping(story.engine.inside.storage(), "operator")
    who = person(["dfoxhoven", story.engine.world.users["dfoxhoven"]], b"an-invented-pseudonym-key")
    await redact_origin(story.origin, who, keeping, reason="Art. 17")
    await story.engine.tick(MINUTES)

    verdict = verify(story.node().versions[-1].content, story.attribute("Evidence"))
    assert verdict.redacted > 0
    assert (verdict.new_redactions, verdict.anchored) == ((), verdict.last)
    assert await story.told("foreign_version") == []


class KilledError(BaseException):
    """The operator's process ended."""


def dies_at(call):
    """Let no table call happen from the given one on, as after SIGKILL."""
    made = count(1)

    async def gate(moment, table, operation):
        if moment == "before" and next(made) >= call:
            raise KilledError

    return gate


async def redact_to_the_end(story, who):
    """Run the command; where it dies, run it again a quarter of an hour later. Say whether it died."""
    keeping = Keeping(story.engine.inside.storage(), "operator")
    try:
        await redact_origin(story.origin, who, keeping, reason="Art. 17")
    except KilledError:
        story.engine.inside.account.gate = None
        story.engine.forward(timedelta(minutes=15))
        await redact_origin(story.origin, who, keeping, reason="Art. 17")
        return True
    return False


async def test_wherever_a_redaction_is_cut_off_no_name_stays_on_the_record():
    """The next run may find nothing more to replace: what is marked by then brings a new version all the same."""
    died, call = True, 0
    while died:
        call += 1
        story = begin()
        await story.look()
        await story.approve()
        user = story.engine.world.users["dfoxhoven"]
        assert user.encode() in story.node().versions[-1].content

        story.engine.inside.account.gate = dies_at(call)
        died = await redact_to_the_end(story, person(["dfoxhoven", user], b"an-invented-pseudonym-key"))
        story.engine.inside.account.gate = None
        await story.engine.tick(MINUTES)
        await story.engine.tick(MINUTES)

        assert user.encode() not in story.node().versions[-1].content, f"died at table call {call}"

    assert call > 5


async def test_a_workflow_outside_any_workspace_says_that_it_has_no_record(story):
    content = story.content
    folder = content.add_folder(2000, "Loose papers")
    document = content.add_document(folder, "Loose.docx", user="pwilliams")
    process = content.start_workflow("Contract Approval", [document], initiator="pwilliams", managers=["bridge"])
    loose = Story(story.engine, folder, process)
    await loose.look()

    reasons = [entry.event.detail["reason"] for entry in await loose.told("evidence_refused")]
    assert reasons == ["the origin lies in no workspace"] * 2


async def test_an_escalation_makes_a_version_and_leaves_the_attributes_to_the_first_task(story):
    await story.look()
    before = story.attribute("Task")
    for _ in range(5):
        await story.engine.tick(timedelta(days=1))

    kinds = {entry.detail.get("kind") for entry in await story.told("created")}
    assert kinds == {"step", "escalation"}
    assert story.attribute("Task") == before
    assert verify(story.node().versions[-1].content, story.attribute("Evidence"))


async def test_every_entry_says_under_which_mapping_it_was_made(story):
    await story.look()
    await story.approve()

    assert {entry.detail["mapping"] for entry in await story.entries()} == {story.engine.services.mapping_hash}


async def test_who_completed_is_named_in_both_systems(story):
    await story.look()
    await story.approve()
    (sent,) = await story.told("sent_on")

    assert sent.personal.actor == {"entra": story.engine.world.users["dfoxhoven"], "opentext": "dfoxhoven"}
    assert sent.detail["disposition"] == "Approve"
    assert [version["version"] for version in sent.detail["versions"]] == [1]


async def test_a_tampered_document_is_refused_with_the_entrys_number(story):
    await story.look()
    await story.approve()
    content = story.node().versions[-1].content

    with pytest.raises(BrokenError, match="entry 1 was edited"):
        verify(content.replace(b'"what":"created"', b'"what":"invented"', 1))


async def test_after_a_handover_the_record_says_by_whom_to_whom_and_of_whom_it_is_asked(story):
    await story.look()
    users = story.engine.world.users
    story.graph.reassign(users["dfoxhoven"], story.task, [users["lwhite"]])
    for _ in range(4):
        await story.engine.tick(MINUTES)

    (item,) = [one for one in items_of(await story.entries()) if one.item_kind == "step"]
    (handover,) = item.handovers
    assert handover.by.startswith("Deke Foxhoven (dfoxhoven), Entra ")
    assert item.responsible == handover.to
    assert "(lwhite)" in item.responsible[0]
