"""The samples that are shipped: each does, for a recorded origin, what stands beside the recording."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from shared.mapping.evaluation.preview import computed, preview
from shared.mapping.evaluation.wanted import lookups
from shared.mapping.language.json_schema import mapping_schema, schema_text
from shared.mapping.language.load import read_mapping, read_with_warnings
from shared.mapping.language.yaml_tree import read_tree
from shared.models.recording import Recording
from tests.repository import ROOT
from tests.unit.mapping.language.test_load import TEN_FAULTS

SAMPLES = {path.stem: path for path in sorted((ROOT / "docs" / "samples").glob("*.yaml"))}
RECORDED = sorted((Path(__file__).parent / "samples").glob("*.json"))
SCHEMA = Draft202012Validator(mapping_schema())


def sample_of(recording: Path) -> str:
    """A recording is named after its sample, with what it is about after it."""
    return max((name for name in SAMPLES if recording.stem.startswith(name)), key=len)


def test_there_are_nine_samples_and_each_is_recorded():
    assert len(SAMPLES) == 9
    assert {sample_of(path) for path in RECORDED} == set(SAMPLES)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_sample_makes_of_its_recorded_origin_what_it_promises(path):
    """Tasks, dates, people and reasons, word for word."""
    mapping = read_mapping(SAMPLES[sample_of(path)].read_text(encoding="utf-8"))
    recording = Recording.model_validate_json(path.read_text(encoding="utf-8"))
    asked = lookups(mapping, recording.origin, recording.now)

    assert asked.emails <= recording.directory.users.keys()
    assert preview(computed(mapping, recording)) == path.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [*SAMPLES.values(), ROOT / "mapping.yaml"], ids=lambda path: path.stem)
def test_shipped_files_have_no_warning_and_fit_the_schema(path):
    text = path.read_text(encoding="utf-8")

    assert read_with_warnings(text)[1] == ()
    assert list(SCHEMA.iter_errors(read_tree(text).data)) == []


def test_the_schema_is_a_schema_and_current():
    """Mend with: python manage.py mapping schema > docs/mapping.schema.json."""
    Draft202012Validator.check_schema(mapping_schema())

    assert (ROOT / "docs" / "mapping.schema.json").read_text(encoding="utf-8") == schema_text()


MENDED = TEN_FAULTS.replace("fallbak", "fallback").replace("key: Review", "key: review").replace("asign", "assign")
"""The rest of the ten a schema can't see: names, zones, templates. Those are for `mapping check`."""
SEEN = {
    "unknown key of a section": MENDED.replace("fallback", "fallbak"),
    "key of a task": MENDED.replace("key: review", "key: Review"),
    "unknown key of a task": MENDED.replace("assign", "asign"),
    "unknown kind of rule": MENDED.replace("on: workspace", "on: workspce"),
    "another version": MENDED.replace("version: 1", "version: 2"),
    "no plan's place": MENDED.replace("{id: xqQg5FS2LkCp935s-FIFm2QAFkHM}", "plan-1"),
}


def test_the_schema_sees_nothing_in_what_only_the_check_can_see():
    assert list(SCHEMA.iter_errors(read_tree(MENDED).data)) == []


@pytest.mark.parametrize("text", SEEN.values(), ids=SEEN)
def test_the_schema_refuses_the_seeded_faults_that_a_schema_can_see(text):
    assert not SCHEMA.is_valid(read_tree(text).data)
