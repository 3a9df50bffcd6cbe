"""A history that goes on upon the record since the backup goes on in the tables too, after their restore."""

from datetime import timedelta

import pytest

from evidence_verify import main as verify_file
from shared.evidence.document import render_json
from shared.models.link import LinkState
from shared.operations.rebuild import rebuild
from tests.integration.test_backup import bring_back, save
from tests.integration.test_rebuild_states import Case, _approved, _signed
from tests.integration.test_standing_failures import Break, status


@pytest.fixture
async def told(tmp_path):
    """A case whose histories are on the record, and the file of a backup of that time."""
    one = Case(tmp_path, evidence=True)
    await one.look()
    await one.look()
    return one, await save(one.inside, tmp_path)


def entries_of(what, lines):
    return [line for line in lines if f'"what":"{what}"' in line]


async def test_what_was_told_since_the_backup_stands_in_the_history_once(told, tmp_path):
    (case, file), origin = told, f"workspace-{told[0].workspace}"
    await _signed(case)
    await case.later()
    before = await case.inside.services().origins.list_lines(origin)
    anchor = str(case.content.attribute(case.workspace, "Contract.Evidence"))
    kept = int(anchor.split(" ")[1].split(":", maxsplit=1)[0])

    await bring_back(case.inside, file)
    found = await rebuild(case.inside.services(), lambda _: None)
    await case.later()
    lines = await case.inside.services().origins.list_lines(origin)
    document = tmp_path / "evidence.json"
    document.write_bytes(render_json(origin, lines))

    assert found.histories >= 1
    assert lines[:kept] == before[:kept]
    assert len(entries_of("completed", lines)) == 1
    assert entries_of("history_replaced", lines) == []
    assert verify_file([str(document), "--head", anchor.split(" pdf:", maxsplit=1)[0]]) == 0
    link = await case.link("package|sign")
    assert link.state is LinkState.COMPLETED


async def test_a_step_that_the_record_shows_to_be_sent_on_is_told_once(told):
    (case, file), origin = told, f"workflow-{told[0].process}"
    await _approved(case)
    await case.later()

    await bring_back(case.inside, file)
    await rebuild(case.inside.services(), lambda _: None)
    await case.later()

    lines = await case.inside.services().origins.list_lines(origin)
    assert len(entries_of("sent_on", lines)) == 1
    assert entries_of("history_replaced", lines) == []
    assert len(case.content.workflow(case.process).completed) == 1


async def test_a_history_that_went_another_way_since_is_left_and_told(told):
    """The app was started before the rebuild: what lies on the record does not go on from what stands here."""
    (case, file), origin = told, f"workspace-{told[0].workspace}"
    await _signed(case)
    await case.later()
    well = case.inside.content
    case.inside.content = Break(status(403), only="/versions").before(well)
    await bring_back(case.inside, file)
    await case.look()
    await rebuild(case.inside.services(), lambda _: None)
    lines = await case.inside.services().origins.list_lines(origin)

    case.inside.content = well
    await case.inside.pass_time(timedelta(hours=1), times=3)

    after = await case.inside.services().origins.list_lines(origin)
    assert after[: len(lines)] == lines
    assert len(entries_of("completed", lines)) == 1
    assert len(entries_of("history_replaced", after)) == 1
