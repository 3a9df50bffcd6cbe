"""The editor's schema accepts what `check` accepts, and refuses what it refuses."""

import json

import pytest
import yaml
from jsonschema import Draft202012Validator

from shared.mapping.language.json_schema import mapping_schema
from shared.mapping.language.load import examine
from shared.mapping.language.yaml_tree import read_tree
from tests.unit.mapping.language.corpus import BAD, GOOD

SCHEMA = Draft202012Validator(mapping_schema())
WORDS_OF_THE_LIBRARY = ("input should", "valid tuple", "pydantic", "instance of", "unable to parse", "field required")


def _text(file):
    # Through JSON, so that what two places share is written out twice: aliases are refused.
    return yaml.safe_dump(
        json.loads(json.dumps(file)), sort_keys=False, default_style='"' if file["version"] == "1" else None
    )


def test_the_corpus_is_large_enough():
    assert len(GOOD) + len(BAD) >= 120


@pytest.mark.parametrize("file", GOOD, ids=range(len(GOOD)))
def test_what_check_takes_fits_the_schema(file):
    text = _text(file)
    examined = examine(text)

    assert [str(one.message) for one in examined.findings if one.severity == "error"] == []
    assert [one.message for one in SCHEMA.iter_errors(read_tree(text).data)] == []


@pytest.mark.parametrize("file", BAD, ids=range(len(BAD)))
def test_what_check_refuses_does_not_fit_the_schema_and_is_said_in_plain_words(file):
    text = _text(file)
    examined = examine(text)
    said = " ".join(one.message for one in examined.findings).lower()

    assert examined.mapping is None
    assert [word for word in WORDS_OF_THE_LIBRARY if word in said] == []
    assert not SCHEMA.is_valid(read_tree(text).data)
