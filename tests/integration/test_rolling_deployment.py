"""Two releases of the real function app with different mapping files, at work on the same tables at once."""

import asyncio
import json

import pytest

from local.demo.world import create_contract
from local.local_system import running
from shared.models.troubles import Cause
from shared.store.tables import Tables
from shared.store.troubles import Troubles
from tests.integration.app_runner import run
from tests.integration.measured_work import END
from tests.integration.test_two_mappings import NEW, OLD


@pytest.fixture(scope="module")
async def rolled(tmp_path_factory):
    """Have the old release look, the new one, the old one again, and then the old file deployed once more."""
    folder = tmp_path_factory.mktemp("mappings")
    (folder / "old.yaml").write_text(OLD)
    (folder / "new.yaml").write_text(NEW)
    old, new = ({"MAPPING_FILE": str(folder / f"{name}.yaml")} for name in ("old", "new"))
    async with running(folder / "old.yaml", hosted=False) as system:
        origin = f"workspace-{create_contract(system.world, 'Supply', END)}"
        look = {"function": "reconcile", "body": json.dumps({"origin": origin})}
        calls = [
            look | {"worker": "old", "settings": old},
            look | {"worker": "new", "settings": new},
            look | {"worker": "old"},
            {"function": "ready", "worker": "old"},
            {"function": "ready", "worker": "new"},
        ]
        seen = await asyncio.to_thread(run, calls, system.settings)
        titles = sorted(task["title"] for task in system.world.graph.tasks.values())
        tables = Tables.from_connection_string(system.settings["AzureWebJobsStorage"], writer="test")
        causes = [trouble.cause for trouble in await Troubles(tables).list_all()]
        await tables.close()
        back = await asyncio.to_thread(run, [look | {"worker": "back", "settings": old}], system.settings)
    return {"seen": seen, "titles": titles, "causes": causes, "back": back}


def test_each_release_says_which_mapping_decides(rolled):
    """Old, new, old again: the third look waits; the file that is deployed again decides at once."""
    assert [answer["failed"] for answer in rolled["seen"]["answers"][:3]] == [None, None, None]
    assert rolled["seen"]["log"].count("is in force since") == 1
    assert "is in force since" not in rolled["back"]["log"]
    assert rolled["titles"] == ["Supply: review", "Supply: signature"]
    assert Cause.SUPERSEDED in rolled["causes"]


def test_readiness_names_the_mapping_for_which_a_worker_waits(rolled):
    old, new = (json.loads(answer["body"])["checks"]["mapping"] for answer in rolled["seen"]["answers"][3:])

    assert new == {"ok": True, "problems": []}
    assert not old["ok"]
    assert "and waits" in old["problems"][0]
