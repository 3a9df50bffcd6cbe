"""A document rule follows its document: where it lies, what it is called, its end, its replacement; and finds it."""

from datetime import timedelta

import pytest
import yaml

from local.demo.world import create_contract
from local.in_process.system import START, Inside
from local.local_system import ROOT
from shared.models.link import LinkState
from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor
from tests.engine import AS_DEPLOYED

TASK = {"title": "Check {{ document.name }} v{{ document.version }} of {{ workspace.name }}", "assign": "role:Legal"}
RULE = {"id": "papers", "on": "document", "when": {"workspace_type": "Contract"}, "plan": "contracts", "task": TASK}
EVIDENCE = {"document": True}


class Case:
    """Two contracts, and what people do with documents."""

    def __init__(self, folder, **rule):
        path = folder / "mapping.yaml"
        rules = {**yaml.safe_load((ROOT / "mapping.yaml").read_text()), "rules": [{**RULE, **rule}]}
        path.write_text(yaml.safe_dump(rules))
        self.inside = Inside(path, settings=AS_DEPLOYED)
        self.content, self.graph = self.inside.world.content, self.inside.world.graph
        self.first, self.second = (
            create_contract(self.inside.world, name, START + timedelta(days=400)) for name in ("Supply", "Lease")
        )

    async def hint(self, node):
        self.inside.origins.messages.append(OriginMessage(origin=f"node-{node}").model_dump_json())
        await self.inside.drain()

    async def resync(self, document):
        message = OriginMessage(origin=f"document-{document}", waited_for=WaitedFor.RESYNC)
        self.inside.origins.messages.append(message.model_dump_json())
        await self.inside.drain()

    async def upload(self, name="Permit.pdf", folder=None):
        document = self.content.add_document(folder or self.first, name, user="pwilliams")
        await self.hint(document)
        return document

    @property
    def titles(self):
        """Of the tasks that are open."""
        return sorted(task["title"] for task in self.graph.tasks.values() if task["percentComplete"] < 100)

    async def link(self, document):
        [link] = (await self.inside.services().origins.find_links(f"document-{document}")).values()
        return link.state, link.reason


@pytest.fixture
def case(tmp_path):
    """Document rules alone."""
    return Case(tmp_path)


async def test_name_version_and_home_are_the_documents_own(case):
    document = await case.upload()
    assert case.titles == ["Check Permit.pdf v1 of Supply"]

    case.content.rename("pwilliams", document, "Licence.pdf")
    case.content.add_version(document, b"more", user="pwilliams")
    await case.hint(document)
    assert case.titles == ["Check Licence.pdf v2 of Supply"]

    case.content.move(document, case.second)
    await case.hint(document)
    assert case.titles == ["Check Licence.pdf v2 of Lease"]
    assert len(case.graph.tasks) == 1


async def test_a_document_that_leaves_every_workspace_has_none(case):
    document = await case.upload()
    case.content.move(document, 2000)
    for _ in range(2):
        await case.hint(document)

    assert case.titles == []
    assert (await case.link(document))[0] is LinkState.CLOSED


async def test_a_folder_that_moves_takes_its_documents_along(case):
    folder = case.content.add_folder(case.first, "Papers")
    await case.upload(folder=folder)
    assert case.titles == ["Check Permit.pdf v1 of Supply"]

    case.content.move(folder, case.second)
    await case.hint(folder)

    assert case.titles == ["Check Permit.pdf v1 of Lease"]


async def test_a_hint_about_a_folder_is_about_the_documents_in_it(case):
    """Copying a folder announces the folder alone."""
    folder = case.content.add_folder(case.first, "Papers")
    below = case.content.add_folder(folder, "Signed")
    for place, name in ((folder, "A.pdf"), (below, "B.pdf")):
        case.content.add_document(place, name)

    await case.hint(folder)

    assert case.titles == ["Check A.pdf v1 of Supply", "Check B.pdf v1 of Supply"]


async def test_a_shortcut_is_its_original(case):
    document = await case.upload()
    shortcut = case.content.add_shortcut(case.second, document)

    await case.hint(shortcut)

    assert case.titles == ["Check Permit.pdf v1 of Supply"]
    assert len(case.graph.tasks) == 1


async def test_what_is_no_document_gets_no_task(case):
    folder = case.content.add_folder(case.first, "Empty")

    await case.hint(folder)
    await case.hint(case.first)
    await case.resync(folder)

    assert case.titles == []


async def test_a_deletion_that_the_recycle_bin_shows_ends_the_task(case):
    document = await case.upload()
    case.content.delete(document)
    await case.hint(document)

    assert case.titles == []
    assert await case.link(document) == (LinkState.CLOSED, "the document was deleted in OpenText")


async def test_a_document_that_was_renamed_before_it_was_deleted_ends_too(case):
    document = await case.upload()
    case.content.rename("pwilliams", document, "Superseded.pdf")
    case.content.delete(document)
    await case.hint(document)

    assert case.titles == []
    assert await case.link(document) == (LinkState.CLOSED, "the document was deleted in OpenText")


@pytest.mark.parametrize("how", ["hidden", "purged"])
async def test_what_can_only_not_be_seen_any_more_ends_nothing(case, how):
    document = await case.upload()
    if how == "hidden":
        case.content.node(document).hidden = True
    else:
        case.content.delete(document)
        case.content.state.recycled.clear()
    await case.hint(document)
    await case.resync(document)

    assert case.titles == ["Check Permit.pdf v1 of Supply"]


async def test_a_document_that_takes_anothers_place_takes_over(case):
    """Deleted and uploaded again, and the recycle bin shows nothing."""
    first = await case.upload()
    case.content.delete(first)
    case.content.state.recycled.clear()
    second = await case.upload()

    assert case.titles == ["Check Permit.pdf v1 of Supply"]
    assert await case.link(first) == (LinkState.CLOSED, f"another document took its place in OpenText: {second}")


async def test_two_that_change_their_names_stay_two(case):
    one, other = await case.upload("A.pdf"), await case.upload("B.pdf")
    case.content.rename("pwilliams", one, "C.pdf")
    case.content.rename("pwilliams", other, "A.pdf")
    for document in (other, one):
        await case.hint(document)

    assert case.titles == ["Check A.pdf v1 of Supply", "Check C.pdf v1 of Supply"]


async def test_a_restored_document_is_asked_again(case):
    document = await case.upload()
    case.content.delete(document)
    await case.hint(document)
    case.content.restore(document)
    await case.hint(document)

    assert case.titles == ["Check Permit.pdf v1 of Supply"]


async def test_the_bridges_own_evidence_is_never_work_whatever_it_is_called(tmp_path):
    case = Case(tmp_path, evidence=EVIDENCE)
    await case.upload()
    own = [node for node in case.content.state.nodes.values() if node.name.startswith("planner-evidence")]
    assert len(own) == 2

    for number, node in enumerate(own):
        case.content.rename("pwilliams", node.id, f"Minutes {number}.pdf")
        await case.hint(node.id)

    assert case.titles == ["Check Permit.pdf v1 of Supply"]
    assert len(case.graph.tasks) == 1


# Discovery


async def wait(case, minutes=30):
    await case.inside.pass_time(timedelta(minutes=5), times=minutes // 5)


async def test_a_document_whose_hint_is_lost_is_found_in_its_workspace(case):
    await wait(case)
    folder = case.content.add_folder(case.second, "Papers")
    case.content.add_document(case.first, "Lost.pdf")
    case.content.add_document(folder, "Deep.pdf")
    await wait(case, 60)

    assert case.titles == ["Check Deep.pdf v1 of Lease", "Check Lost.pdf v1 of Supply"]


async def test_a_version_whose_hint_is_lost_is_found_too(case):
    document = await case.upload()
    await wait(case)
    case.content.add_version(document, b"more", user="pwilliams")
    await wait(case, 60)

    assert case.titles == ["Check Permit.pdf v2 of Supply"]


async def test_a_rule_for_folders_looks_into_them_alone(tmp_path):
    case = Case(tmp_path)
    folder = case.content.add_folder(case.first, "Papers")
    case = Case(tmp_path, when={"folder": folder})
    case.content.add_folder(case.first, "Papers")
    await wait(case)
    case.content.add_document(folder, "In.pdf")
    case.content.add_document(case.first, "Out.pdf")
    await wait(case)

    assert case.titles == ["Check In.pdf v1 of Supply"]


async def test_what_was_there_before_is_left_to_a_back_fill(case):
    case.content.add_document(case.first, "Old.pdf")
    case.inside.at += timedelta(days=3)
    await wait(case, 60)

    assert case.titles == []


async def test_at_rest_it_costs_a_bounded_number_of_calls(tmp_path):
    case = Case(tmp_path)
    for number in range(60):
        create_contract(case.inside.world, f"More {number}", START + timedelta(days=400))
    await wait(case)
    before = case.inside.calls["opentext GET"]
    await wait(case, 30)

    assert (case.inside.calls["opentext GET"] - before) / 6 <= 45
