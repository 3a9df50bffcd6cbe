"""docs/mapping.md: generated parts are current, examples are read, every field has one."""

import re

import pytest

from shared.mapping.language.field_tables import SECTIONS, _whole, field_tables
from shared.mapping.language.json_schema import mapping_schema
from shared.mapping.language.load import read_mapping, read_with_warnings
from tests.repository import ROOT

TEXT = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
HEAD = """\
version: 1
plans:
  contracts: {group: 11111111-1111-4111-8111-111111111111, title: Contracts}
  finance: {id: xqQg5FS2LkCp935s-FIFm2QAFkHM}
"""


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_an_example_is_read_without_a_warning(block):
    _, warnings = read_with_warnings(block if "version:" in block else HEAD + block)

    # An example shows one thing, not a whole file.
    assert [one for one in warnings if not one.message.startswith(("no people.fallback", "no rules"))] == []


def test_the_field_tables_are_current():
    """Mend with the output of: python manage.py mapping fields."""
    between = TEXT.partition("<!-- fields -->\n")[2].partition("<!-- end of fields -->")[0]

    assert between == field_tables()


@pytest.mark.parametrize("name", SECTIONS)
def test_every_field_has_an_example_and_a_meaning(name):
    schema = mapping_schema()
    fields = _whole({**schema["$defs"], "Mapping": schema}[name])["properties"]
    written = "\n".join(BLOCKS)

    assert [key for key in fields if not re.search(rf"(?<![\w-]){key}:", written)] == []
    assert [key for key, field in fields.items() if not field.get("description")] == []


def test_links_in_the_tables_lead_somewhere():
    titles = {
        "".join(c for c in title.lower() if c.isalnum() or c in " -").replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    }

    assert set(re.findall(r"\]\(#([^)]*)\)", TEXT)) <= titles


def test_the_first_example_makes_one_task():
    mapping = read_mapping(next(block for block in BLOCKS if "legal-review" in block))

    assert [spec.title.source for spec in mapping.rules[0].specs] == ["{{ workspace.name }}: legal review"]
