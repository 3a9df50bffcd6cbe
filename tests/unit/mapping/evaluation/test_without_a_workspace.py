"""Conditions on a workspace where there is none: no where it is known, not known where nobody can tell."""

import pytest

from shared.models.keys import OriginKind
from shared.models.opentext import Part
from shared.models.origin import Origin
from tests.narrowing import sure
from tests.unit.mapping.mapping_world import mapping_of, of_document, of_workflow, step_rule, want, workspace_rule

CONDITIONS = [
    pytest.param({"workspace_type": "Contract"}, "workspace type", id="its type"),
    pytest.param({"template": 7}, "template", id="its template"),
    pytest.param({"workspace": "Contract *"}, "name", id="its name"),
    pytest.param({"role": {"Legal": {"exists": True}}}, "role", id="a role"),
]


def document_rule(when):
    return {"id": "paper", "on": "document", "plan": "contracts", "task": {"title": "x"}, "when": when}


@pytest.mark.parametrize(("when", "asked"), CONDITIONS)
def test_a_document_that_lies_in_no_workspace_fits_no_condition_on_one(when, asked):
    alone = of_document().in_workspace(None)

    found = want(mapping_of(document_rule(when)), alone)

    assert (found.tasks, found.unknown) == ((), ())
    assert found.why_not("paper|5711") == f"it lies in no workspace: there is no {asked}"


@pytest.mark.parametrize("when", [*(param.values[0] for param in CONDITIONS), {"folder": 5}])
def test_a_workflow_whose_documents_are_gone_leaves_open_in_which_workspace_it_lies(when):
    workflow = of_workflow(documents=()).workflow

    found = want(mapping_of(step_rule(when=when)), Origin(kind=OriginKind.WORKFLOW, workflow=workflow))

    assert found.tasks == ()
    assert found.is_undecided("approval|5|1|2026-11-19T10:00:00")
    assert "its workspace is not known" in found.unknown[0].why


def test_roles_that_can_not_be_read_are_not_known_with_the_reason():
    origin = of_workflow()
    hidden = sure(origin.workspace).completed(
        attributes={},
        definitions=(),
        roles=None,
        missing_documents=(),
        classifications=(),
        rm_status="",
        holds=(),
        not_known={Part.ROLES: "403 of the roles"},
    )

    found = want(mapping_of(step_rule(when={"role": {"Legal": {"exists": True}}})), origin.in_workspace(hidden))

    assert found.tasks == ()
    assert "the roles of the workspace can't be read: 403 of the roles" in found.unknown[0].why


def test_a_condition_on_a_map_is_met_by_its_id_or_its_name_of_now():
    for asked in (24711, "Contract *"):
        found = want(
            mapping_of(step_rule(when={"map": asked})), of_workflow(map_id=24711, map_name="Contract Approval")
        )

        assert len(found.tasks) == 1


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        pytest.param("workspace", (), id="the workspace of none"),
        pytest.param("version", ("Contract.docx: version 3",), id="the version, which is there"),
    ],
)
def test_a_line_about_what_is_not_there_is_left_out(word, shown):
    rule = document_rule({}) | {"context": [word]}

    (task,) = want(mapping_of(rule), of_document().in_workspace(None)).tasks

    assert task.context == shown


def test_a_link_to_a_workspace_that_is_not_there_is_left_out():
    rule = document_rule({}) | {"task": {"title": "x", "references": [{"link": "workspace"}, {"link": "documents"}]}}

    (task,) = want(mapping_of(rule), of_document().in_workspace(None)).tasks

    assert [reference.alias for reference in task.references] == ["Contract.docx"]


@pytest.mark.parametrize(
    ("folder", "held"),
    [
        pytest.param("Contract.Nothing", None, id="an empty attribute: none"),
        pytest.param("Contract.Owner", "Contract.Owner holds no node id: 'lwhite'", id="an attribute without an id"),
    ],
)
def test_the_folder_of_the_evidence_is_a_node_id_or_the_task_waits(folder, held):
    rule = workspace_rule(evidence={"folder": f"attribute:{folder}"})

    (task,) = want(mapping_of(rule), of_workflow().model_copy(update={"kind": OriginKind.WORKSPACE})).tasks

    assert task.held == held
