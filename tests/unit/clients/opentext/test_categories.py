"""Attributes go by name, whatever the ids of this system are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clients.opentext import categories
from shared.clients.opentext.categories import assigned, changes, encode, raw_values, token_of
from shared.clients.opentext.schema import Schema
from shared.errors import RefusedError
from shared.models.text import cleaned


def attributes_of(raw, schema):
    return categories.attributes_of(raw, schema)[0]


MEANING = {
    "16878": {"key": "16878", "name": "Contract", "persona": "category"},
    "16878_2": {"key": "16878_2", "name": "Region", "multi_value": False},
    "16878_3": {"key": "16878_3", "name": "Tags", "multi_value": True},
    "16878_4": {"key": "16878_4", "name": "Value v1.0", "multi_value": False},
    "16878_39": {"key": "16878_39", "name": "Contacts", "persona": "set"},
    "16878_39_x_41": {"key": "16878_39_x_41", "name": "Name", "multi_value": False},
    "16878_39_x_42": {"key": "16878_39_x_42", "name": "Phones", "multi_value": True},
}
VALUES = {
    "16878_1": {"metadata_token": "t"},
    "16878_2": "EMEA",
    "16878_3": ["a", "b"],
    "16878_4": 3.5,
    "16878_39_1_41": "Heinz",
    "16878_39_2_41": "Ida",
    "16878_39_1_42": ["1", "", "2"],
    "16878_2_multilingual": {"en": "EMEA"},
}
CLEAN = st.text(min_size=1).map(cleaned).filter(bool)
SCHEMA = Schema.of({"metadata": {"categories": MEANING}})
NAMED = {
    "Contract.Region": "EMEA",
    "Contract.Tags": ("a", "b"),
    "Contract.Value v1.0": 3.5,
    "Contract.Contacts[1].Name": "Heinz",
    "Contract.Contacts[2].Name": "Ida",
    "Contract.Contacts[1].Phones": ("1", "2"),
}


@pytest.mark.parametrize(
    "metadata",
    [
        pytest.param({"categories": MEANING}, id="node"),
        pytest.param({"categories": [MEANING]}, id="list"),
        pytest.param({"categories": {"16878": MEANING}}, id="workspace"),
        pytest.param(MEANING, id="flat"),
    ],
)
@pytest.mark.parametrize(
    "values",
    [
        pytest.param(VALUES, id="flat"),
        pytest.param([VALUES], id="list"),
        pytest.param({"16878": VALUES}, id="by-category"),
    ],
)
def test_values_are_named_in_every_shape_that_servers_send(metadata, values):
    assert attributes_of(raw_values(values), Schema.of({"metadata": metadata})) == NAMED


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="null"),
        pytest.param([], None, id="no-values"),
        pytest.param([""], None, id="one-empty"),
        pytest.param(["x"], ("x",), id="one"),
        pytest.param(0, 0, id="zero"),
        pytest.param(False, False, id="no"),
    ],
)
def test_empty_is_none_however_it_is_sent(value, expected):
    assert attributes_of({"16878_2": value}, SCHEMA) == {"Contract.Region": expected}


def test_an_attribute_of_several_values_stays_one_with_a_single_value():
    assert attributes_of({"16878_3": "a"}, SCHEMA) == {"Contract.Tags": ("a",)}


def test_what_is_not_described_is_left_out_and_told():
    raw = {"16878_2": "EMEA", "999_2": "?"}
    assert attributes_of(raw, SCHEMA) == {"Contract.Region": "EMEA"}
    assert SCHEMA.lacks(raw)
    assert not SCHEMA.lacks({"16878_2": "EMEA", "16878_1": None, "16878_39_3_41": ""})


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Contract.Region", "16878_2"),
        ("Contract.Value v1.0", "16878_4"),
        ("Contract.Contacts[7].Name", "16878_39_7_41"),
        ("Contract.Contacts.Name", None),
        ("Contract.Nothing", None),
        ("Other.Region", None),
        ("Contract.Contacts[0].Name", None),
    ],
)
def test_a_name_leads_to_the_key_of_this_system(name, key):
    assert SCHEMA.key_of(name) == key


def test_the_longest_category_name_wins():
    """A category may be called as another one begins, dots included."""
    schema = Schema.of({"metadata": {"1": {"name": "Contract"}, "2": {"name": "Contract.Sub"}}})
    assert schema.category_of("Contract.Sub.Region") == 2
    assert schema.category_of("Contract.Region") == 1
    assert schema.category_of("Else.Region") is None


@pytest.mark.parametrize(
    ("asked", "form"),
    [
        pytest.param({"Contract.Region": "EMEA"}, {}, id="same"),
        pytest.param({"Contract.Region": "DACH"}, {"16878_2": "DACH"}, id="other"),
        pytest.param({"Contract.Region": None}, {"16878_2": ""}, id="clear"),
        pytest.param({"Contract.Tags": ("a", "b")}, {}, id="same-list"),
        pytest.param({"Contract.Tags": ("b", "a")}, {"16878_3": ["b", "a"]}, id="order"),
        pytest.param({"Contract.Tags": ()}, {"16878_3": ""}, id="clear-list"),
        pytest.param({"Contract.Value v1.0": 3.5}, {}, id="same-number"),
        pytest.param({"Contract.Value v1.0": True}, {"16878_4": "true"}, id="truth"),
        pytest.param(
            {"Contract.Contacts[2].Name": "Ida", "Contract.Contacts[3].Name": "Jo"},
            {"16878_39_3_41": "Jo"},
            id="set-row",
        ),
    ],
)
def test_only_what_differs_is_sent(asked, form):
    """Whoever edits another attribute at the same time loses nothing to us."""
    assert changes(asked, VALUES, SCHEMA) == form


def test_an_unknown_attribute_is_refused_by_name():
    with pytest.raises(RefusedError, match="Nothing") as caught:
        changes({"Contract.Nothing": 1}, VALUES, SCHEMA)
    assert caught.value.code == "no_attribute"


@given(
    st.one_of(st.text(min_size=1), st.integers(), st.booleans(), st.lists(st.text(min_size=1), min_size=1).map(tuple))
)
def test_writing_what_was_read_changes_nothing(value):
    """Or every reconcile would write, and an audit would fill up."""
    raw = {"16878_3": list(value)} if isinstance(value, tuple) else {"16878_2": value}
    assert changes(attributes_of(raw, SCHEMA), raw, SCHEMA) == {}


@given(st.dictionaries(st.sampled_from(["Contract.Region", "Contract.Value v1.0"]), CLEAN))
def test_what_was_written_reads_back(values):
    form = changes(values, {}, SCHEMA)
    assert attributes_of(form, SCHEMA) == values


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, ""), ("x", "x"), (5, "5"), (True, "true"), (("a", 1), ["a", "1"]), ((), "")],
)
def test_form_encoding(value, expected):
    assert encode(value) == expected


@pytest.mark.parametrize(
    ("state", "token"),
    [
        pytest.param({"16878_1": {"metadata_token": "t"}}, "t", id="key"),
        pytest.param([{"16878": {"metadata_token": "t"}}], "t", id="list"),
        pytest.param({"16878": {"metadata_token": "t"}}, "t", id="category"),
        pytest.param({"999": {"metadata_token": "t"}}, None, id="others"),
        pytest.param({}, None, id="none"),
    ],
)
def test_the_edit_token_is_found_wherever_this_server_puts_it(state, token):
    assert token_of({"state": {"categories": state}}, 16878) == token


def test_a_category_without_values_is_assigned_all_the_same():
    row = {"data": {"categories": {"1_2": None}}, "metadata_order": {"categories": ["1", "5"]}}
    assert assigned(row) == {1, 5}


def test_of_two_categories_of_one_name_the_one_read_last_counts():
    """The node's own, in place of one that another node has."""
    old = Schema.of({"metadata": {"1": {"name": "Contract"}, "1_2": {"name": "Region"}}})
    new = Schema.of({"metadata": {"7": {"name": "Contract"}, "7_5": {"name": "Region"}}})
    assert (old | new).category_of("Contract.Region") == 7
    assert (old | new).key_of("Contract.Region") == "7_5"
    assert [one.name for one in (old | new).attributes if one.key == "1_2"] == ["Contract.Region"]


TYPED = {
    "5": {"key": "5", "name": "Deal", "persona": "category"},
    "5_2": {"key": "5_2", "name": "Value", "type_name": "Integer"},
    "5_3": {"key": "5_3", "name": "Ends", "type_name": "Date Field", "multi_value": True},
    "5_4": {"key": "5_4", "name": "Owner", "type_name": "Integer", "persona": "user"},
    "5_5": {"key": "5_5", "name": "Value", "type_name": "String"},
    "5_6": {"key": "5_6", "name": "Odd", "type_name": "Table Key Lookup"},
}
DEAL = Schema.of({"metadata": {"categories": TYPED}})


def test_a_category_says_what_its_attributes_hold_and_by_which_ids_they_go():
    told = [(one.key, one.name, one.type.value, one.multi) for one in DEAL.attributes]

    assert told == [
        ("5_2", "Deal.Value", "integer", False),
        ("5_3", "Deal.Ends", "date", True),
        ("5_4", "Deal.Owner", "user", False),
        ("5_5", "Deal.Value", "text", False),
        ("5_6", "Deal.Odd", "unknown", False),
    ]


def test_values_of_two_attributes_of_one_name_stand_under_their_keys():
    raw = raw_values({"5_2": 7, "5_5": "seven", "5_3": ["2027-01-01"]})

    assert attributes_of(raw, DEAL) == {"5_2": 7, "5_5": "seven", "Deal.Ends": ("2027-01-01",)}


def test_a_name_that_two_attributes_have_is_never_written_by_guess():
    raw = raw_values({"5_2": 7, "5_5": "seven"})

    with pytest.raises(RefusedError, match="two attributes are called"):
        changes({"Deal.Value": 8}, raw, DEAL)
    assert changes({"5_2": 8}, raw, DEAL) == {"5_2": "8"}
    assert DEAL.category_of("5_2") == 5
