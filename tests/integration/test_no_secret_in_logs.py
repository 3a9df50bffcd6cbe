"""No log of the demo, of the function app or of a library at its most talkative shows a secret, ticket or token."""

import io
import logging
from datetime import UTC, datetime

import pytest

from local.demo.world import create_contract
from local.local_system import WEBHOOK_SECRET
from shared.models.messages import OriginMessage
from shared.observability import secret_filter
from shared.reconciler.reconcile import reconcile
from shared.wiring import Wiring
from tests.integration.secrets import secrets_in

END = datetime(2028, 1, 31, tzinfo=UTC)


@pytest.fixture
def everything_logged():
    """Every record of every library, down to DEBUG, as the app's own logging leaves it."""
    factory, root = logging.getLogRecordFactory(), logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in (None, *secret_filter.CHATTY)}
    secret_filter.install()
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    root.addHandler(handler)
    for name in levels:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    logging.setLogRecordFactory(factory)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.parametrize(
    "text",
    [
        "OTCSTicket x1z6a43ff10z2f",
        "ticket *OTDSSSO*0000001f*",
        "got eyJ0000002a for the bridge",
        "Authorization: Bearer local",
        "SharedKey devstoreaccount1:abc=",
        f"secret {WEBHOOK_SECRET}",
        "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ],
)
def test_the_search_finds_what_it_looks_for(text):
    assert secrets_in(f"all is well\n{text}")


def test_the_log_of_the_demo_shows_none(system, played):
    log = system.log.read_text()
    assert "reconcile: done" in log
    assert secrets_in(log) == []


async def test_libraries_that_log_everything_show_none(unhosted, everything_logged):
    """Somebody who looks for a fault turns DEBUG on, and httpcore writes down headers."""
    workspace = create_contract(unhosted.world, "Talkative", END)
    document = unhosted.world.content.add_document(workspace, "Talk.docx", b"1", user="pwilliams")
    process = unhosted.world.content.start_workflow(
        "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=workspace
    )
    worker = Wiring(unhosted.settings)
    for origin in (f"workspace-{workspace}", f"workflow-{process}"):
        await reconcile(OriginMessage(origin=origin), worker.services())
    await worker.close()

    log = everything_logged.getvalue()
    assert "httpcore" in log or "send_request_headers" in log
    assert secrets_in(log) == []
