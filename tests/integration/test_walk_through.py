"""The README's walk-through: from nothing to a mapping that holds, and what it would do, word for word."""

import re
import shlex
from datetime import UTC, datetime

from typer.testing import CliRunner

from local.demo.world import create_contract
from manage import app
from shared import wiring
from tests.engine import engine
from tests.integration.test_preview import Watch
from tests.repository import ROOT
from tests.wired import InsideWiring

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.search(r"```console\n(\$ python manage\.py mapping init.*?)```", README, re.DOTALL)
PROMPT = "$ python manage.py "


def steps():
    """Each command with what the README shows that it prints."""
    assert BLOCK is not None
    for step in BLOCK[1].split(PROMPT)[1:]:
        command, _, printed = step.partition("\n")
        yield shlex.split(command), printed


def test_each_command_of_the_walk_through_prints_what_the_readme_shows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    started = engine()
    content = started.world.content
    space = create_contract(started.world, "Contoso Supply 4711", datetime(2028, 1, 31, tzinfo=UTC))
    document = content.add_document(space, "Supply contract.docx", user="pwilliams")
    content.start_workflow("Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=space)
    watch = Watch(started)
    with wiring.use(InsideWiring(started.inside)):
        for command, printed in steps():
            answer = CliRunner().invoke(app, command, catch_exceptions=False)

            assert answer.exit_code == 0, answer.output
            assert re.sub(r"hash [0-9a-f]{12}", "hash …", answer.output) == printed

    assert len(list(steps())) == 3
    assert watch.writes == []
