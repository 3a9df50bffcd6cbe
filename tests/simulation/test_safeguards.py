"""Each safeguard that the simulation is tried without stands once where the entry says, and the rest still parses."""

import ast

import pytest

from tests.repository import ROOT
from tests.simulation.mixes import MIXES
from tests.simulation.sabotage import ENTRIES
from tests.simulation.safeguards import apply


@pytest.mark.parametrize("sabotage", ENTRIES.values(), ids=ENTRIES)
def test_a_safeguard_that_is_taken_out_is_there_and_leaves_a_program(sabotage, tmp_path):
    for file in {change.file for change in sabotage.changes}:
        copy = tmp_path / file
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text((ROOT / file).read_text())

    apply(sabotage, tmp_path)

    for file in {change.file for change in sabotage.changes}:
        changed = (tmp_path / file).read_text()
        assert ast.parse(changed)
        assert changed != (ROOT / file).read_text()
    assert sabotage.mix in ("", *MIXES)
