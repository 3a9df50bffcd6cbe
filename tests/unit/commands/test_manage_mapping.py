"""The command line of the mapping: what an administrator sees."""

import pytest
from typer.testing import CliRunner

from manage import app
from shared.mapping.language.field_tables import field_tables
from shared.mapping.language.json_schema import schema_text
from tests.repository import ROOT
from tests.unit.mapping.language.test_load import TEN_FAULTS
from tests.unit.mapping.mapping_world import text_of, workspace_rule


def run(*arguments: str):
    return CliRunner().invoke(app, ["mapping", *arguments])


def test_a_good_file_is_called_good():
    result = run("check", str(ROOT / "mapping.yaml"))

    assert result.exit_code == 0
    assert "good: 3 rules, 6 tasks" in result.output


def test_a_bad_file_is_listed_line_by_line(tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text(TEN_FAULTS, encoding="utf-8")

    result = run("check", str(file))

    assert result.exit_code == 1
    assert len([line for line in result.output.splitlines() if line.startswith(f"{file}:")]) == 10
    assert "10 problems: not usable" in result.output


def test_a_warning_does_not_stop_a_file(tmp_path):
    file = tmp_path / "long.yaml"
    file.write_text(text_of(workspace_rule({"title": "x" * 300})), encoding="utf-8")

    result = run("check", str(file))

    assert result.exit_code == 0
    assert "(warning)" in result.output


@pytest.mark.parametrize(
    "content", [pytest.param(b"\xff\xfe", id="UTF-16"), pytest.param(b"version: 1\nrules: \xe4", id="Latin-1")]
)
def test_a_file_that_is_no_utf_8_says_so(tmp_path, content):
    file = tmp_path / "strange.yaml"
    file.write_bytes(content)

    result = run("check", str(file))

    assert result.exit_code == 1
    assert "not UTF-8" in result.output


def test_a_byte_order_mark_is_no_fault(tmp_path):
    file = tmp_path / "bom.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + text_of(workspace_rule()).encode())

    assert run("check", str(file)).exit_code == 0


def test_a_missing_file_is_named(tmp_path):
    result = run("check", str(tmp_path / "nothing.yaml"))

    assert result.exit_code == 2


def test_schema_and_fields_are_printed_as_they_are_committed():
    assert run("schema").output == schema_text()
    assert run("fields").output == field_tables()
