"""What a mapping names: which ids its names have on an origin, and where its origins are looked for."""

import pytest

from shared.mapping.evaluation.names import names_of
from shared.mapping.evaluation.sources import exact_types, is_type_mapped, named_folders
from shared.models.opentext import AttributeDefinition, AttributeType
from shared.models.wanted import NameKind
from tests.unit.mapping.mapping_world import (
    document,
    mapping_of,
    of_workflow,
    of_workspace,
    step_rule,
    workspace_rule,
)

REGION = AttributeDefinition(name="Contract.Region", key="9830_2", type=AttributeType.TEXT)


@pytest.mark.parametrize(
    ("rule", "origin", "known"),
    [
        pytest.param(
            workspace_rule(when={"attributes": {"Contract.Region": "EMEA"}}),
            of_workspace(definitions=(REGION,)),
            {(NameKind.ATTRIBUTE, "Contract.Region", "9830_2")},
            id="an attribute by its key",
        ),
        pytest.param(
            workspace_rule(when={"workspace_type": ["Contract", "Case"]}),
            of_workspace(type_id=37),
            {(NameKind.WORKSPACE_TYPE, "Contract", "37")},
            id="the type that the workspace has, of those that are named",
        ),
        pytest.param(
            step_rule(when={"map": ["Contract *", 7]}),
            of_workflow(map_id=24711, map_name="Contract Approval"),
            {(NameKind.MAP, "Contract *", "24711")},
            id="a map by name; an id needs no memory",
        ),
        pytest.param(
            step_rule(when={"map": "Contract *"}), of_workflow(map_id=24711), set(), id="a map whose name is not told"
        ),
        pytest.param(
            step_rule(when={"classification": "Contracts"}),
            of_workflow(documents=(document(classification_ids={"Contracts": 99, "Other": 5}),)),
            {(NameKind.CLASSIFICATION, "Contracts", "99")},
            id="a classification of a document",
        ),
    ],
)
def test_names_are_remembered_with_the_ids_that_they_have_here(rule, origin, known):
    assert names_of(mapping_of(rule), origin) == known


def rules(*conditions):
    return mapping_of(*(workspace_rule(id=f"rule-{n}", when=one) for n, one in enumerate(conditions))).rules


@pytest.mark.parametrize(
    ("conditions", "types"),
    [
        pytest.param(({"workspace_type": ["B", "A"]}, {"workspace_type": "B"}), ("A", "B"), id="names, each once"),
        pytest.param(({"workspace_type": "A"}, {}), None, id="a rule for all types"),
        pytest.param(({"workspace_type": "Contract *"},), None, id="a pattern, which only the server can list"),
    ],
)
def test_types_are_asked_for_by_name_only_where_every_rule_names_them(conditions, types):
    assert exact_types(rules(*conditions)) == types


def test_a_type_is_mapped_where_a_rule_names_it_or_all():
    assert is_type_mapped(rules({"workspace_type": "Contract *"}), "Contract EMEA")
    assert not is_type_mapped(rules({"workspace_type": "Case"}), "Contract")
    assert is_type_mapped(rules({"workspace_type": "Case"}, {}), "Contract")


def test_folders_are_those_of_all_rules():
    assert named_folders(rules({"folder": [9, 5]}, {"folder": 5}, {})) == (5, 9)
