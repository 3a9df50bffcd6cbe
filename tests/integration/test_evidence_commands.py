"""
What an operator and an auditor do with histories: export, check, read, audit, redact, purge; and the HTTP door.

Over the bridge in memory, whose tables hold an approval.
"""

import asyncio
import csv
import io
import json
from contextlib import ExitStack
from datetime import timedelta
from types import SimpleNamespace

import azure.functions as func
import pytest
from typer.testing import CliRunner

import evidence_verify
from evidence_verify import verify
from functions.evidence import evidence
from local.in_process.system import Inside
from local.local_system import ROOT
from manage import app
from shared import wiring
from shared.evidence.document import anchor
from shared.evidence.pdf import render_pdf
from shared.models.evidence import Event, Head
from shared.models.link import LinkState
from shared.models.messages import OriginMessage
from shared.models.wanted import EvidencePolicy
from shared.store.lease import Held
from tests.integration.store_builders import link
from tests.wired import InsideWiring

ORIGIN = "workflow-4711"
KEY = "an-invented-pseudonym-key"
PEOPLE = [{"person": "dfoxhoven", "entra_id": "user-deke", "outcome": "assigned"}]
WHO = {"entra": "user-deke", "opentext": "dfoxhoven"}
EVENTS = [
    Event(what="created", item="r|a", detail={"title": "Approve", "people": PEOPLE, "rule": "r", "due": "2026-11-20"}),
    Event(what="sent_on", item="r|a", actor=WHO, detail={"disposition": "Approve", "intent": "b-1", "rule": "r"}),
]


@pytest.fixture
def inside():
    """Put a bridge in memory, with one approval's history, in the place of the environment's."""
    one = Inside(ROOT / "mapping.yaml")
    asyncio.run(remember(one, ORIGIN))
    with ExitStack() as stack:
        stack.enter_context(wiring.use(InsideWiring(one)))
        yield one


async def remember(inside, origin, events=EVENTS):
    held = await inside.storage().origins.take(origin, inside.at)
    ended = link("r|a", state=LinkState.COMPLETED, completed_by="user-deke", evidence=EvidencePolicy(retention_years=2))
    await held.commit(now=inside.at, links=[ended], events=events, release=True)


def manage(*arguments, **environment):
    return CliRunner(env={"COLUMNS": "200", **environment}).invoke(app, ["evidence", *arguments])


def exported(tmp_path, origin=ORIGIN):
    file = tmp_path / "export.json"
    answer = manage("export", "--origin", origin, "--out", str(file))
    assert answer.exit_code == 0, answer.output
    return file


def test_what_is_exported_is_intact_and_its_head_is_printed(inside, tmp_path):
    file = tmp_path / "export.json"
    answer = manage("export", "--origin", ORIGIN, "--out", str(file))

    assert answer.output.strip() == f"{file}: head {verify(file.read_bytes()).head}"
    assert manage("verify", str(file), "--head", verify(file.read_bytes()).head).exit_code == 0


def test_an_origin_without_history_is_named(inside):
    answer = manage("export", "--origin", "workflow-1")

    assert answer.exit_code == 1
    assert "workflow-1: there is no history" in answer.output


def test_a_tampered_file_ends_with_1_and_names_the_entry(inside, tmp_path):
    file = exported(tmp_path)
    file.write_bytes(file.read_bytes().replace(b"Approve", b"Reject ", 1))
    answer = manage("verify", str(file))

    assert answer.exit_code == 1
    assert "entry 1 was edited in its personal part" in answer.output


def test_pages_that_do_not_show_what_is_attached_are_found_by_the_record_and_by_drawing_them_again(inside, tmp_path):
    content = exported(tmp_path).read_bytes()
    drawn = render_pdf(content)
    number, _, digest = verify(content).head.partition(":")
    on_record = anchor(ORIGIN, Head(sequence=int(number), hash=digest), drawn)
    good, bad = tmp_path / "good.pdf", tmp_path / "bad.pdf"
    good.write_bytes(drawn)
    bad.write_bytes(drawn.replace(b"/Title (Evidence of", b"/Title (Whatever of", 1))

    assert manage("verify", str(good), "--head", on_record, "--pages").exit_code == 0
    assert manage("verify", str(bad), "--head", on_record).exit_code == 1
    assert manage("verify", str(bad), "--pages").exit_code == 1


@pytest.mark.parametrize("head", [None, "²:x", f"9:{'0' * 64}", f"workflow-1 1:{'0' * 64}"])
@pytest.mark.parametrize("name", ["export.json", "none.json", "other.pdf", ""])
def test_both_doors_of_the_verifier_say_the_same_of_every_input(inside, tmp_path, capsys, name, head):
    exported(tmp_path)
    (tmp_path / "other.pdf").write_bytes(b"%PDF-1.4\nstream\n" + (tmp_path / "export.json").read_bytes())
    arguments = [str(tmp_path / name), *(["--head", head] if head else [])]
    answer = manage("verify", *arguments)
    capsys.readouterr()
    code = evidence_verify.main(arguments)

    assert (answer.exit_code, answer.output) == (code, capsys.readouterr().out)


def test_a_history_is_shown_as_a_timeline(inside):
    output = manage("show", "--origin", ORIGIN).output

    assert "Task made: Approve, for dfoxhoven, due 2026-11-20" in output
    assert "Workflow step completed in OpenText with 'Approve'" in output


def test_an_audit_covers_all_origins(inside):
    asyncio.run(remember(inside, "workflow-4712"))
    rows = list(csv.DictReader(io.StringIO(manage("audit", "--rule", "r").output)))

    assert [(row["origin"], row["disposition"], row["overdue"]) for row in rows] == [
        (ORIGIN, "Approve", "True"),
        ("workflow-4712", "Approve", "True"),
    ]
    assert manage("audit", "--rule", "other", "--format", "json").exit_code == 1


def test_an_audit_is_written_to_a_file_that_spreadsheets_read(inside, tmp_path):
    file = tmp_path / "audit.csv"
    manage("audit", "--since", "2026-01-01", "--out", str(file))

    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert len(list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))) == 1


def test_a_person_is_replaced_everywhere_and_every_export_stays_intact(inside, tmp_path):
    before = verify(exported(tmp_path).read_bytes()).head
    answer = manage(
        *("redact", "--yes", "--person", "user-deke", "--person", "dfoxhoven", "--reason", "Art. 17"),
        EVIDENCE_PSEUDONYM_KEY=KEY,
    )
    content = exported(tmp_path).read_bytes()

    assert " was removed from 2 entries" in answer.output
    assert b"deke" not in content
    assert b"dfoxhoven" not in content
    assert verify(content, before).new_redactions == (1, 2)
    links = asyncio.run(inside.storage().origins.find_links(ORIGIN))
    assert links["r|a"].completed_by.startswith("person-")


def test_a_redaction_without_a_key_writes_nothing(inside, tmp_path):
    before = exported(tmp_path).read_bytes()
    answer = manage("redact", "--yes", "--person", "user-deke", "--reason", "x", EVIDENCE_PSEUDONYM_KEY="")

    assert answer.exit_code == 1
    assert "EVIDENCE_PSEUDONYM_KEY" in answer.output
    assert exported(tmp_path).read_bytes() == before


def test_an_origin_that_somebody_works_on_is_left_out_and_said(inside):
    asyncio.run(inside.storage().origins.take(ORIGIN, inside.at))
    answer = manage("redact", "--yes", "--person", "user-deke", "--reason", "x", EVIDENCE_PSEUDONYM_KEY=KEY)

    assert "somebody is at work on it" in answer.output
    assert "0 entries" in answer.output
    assert answer.exit_code == 1


def test_who_came_while_an_operator_was_at_work_has_the_origin_looked_at_again(inside):
    """The mark is set between the operator's first write and the release."""
    came: list[Held | None] = []

    async def gate(moment, table, operation):
        if moment == "after" and operation == "transaction" and not came:
            came.append(await inside.storage().origins.take(ORIGIN, inside.at))

    inside.account.gate = gate
    manage("redact", "--yes", "--person", "user-deke", "--reason", "x", EVIDENCE_PSEUDONYM_KEY=KEY)

    assert came == [None]
    assert [OriginMessage.model_validate_json(sent).origin for sent in inside.origins.messages] == [ORIGIN]


def test_retention_deletes_what_is_old_and_a_checkpoint_stands_for_it(inside, tmp_path):
    asyncio.run(remember(inside, "workflow-4712"))
    head = verify(exported(tmp_path).read_bytes()).head
    assert manage("purge").output.strip() == "0 entries deleted"
    inside.at += timedelta(days=731)

    assert "4 entries would go" in manage("purge", "--dry-run").output
    assert verify(exported(tmp_path).read_bytes()).first == 1
    assert "4 entries deleted" in manage("purge").output
    left = verify(exported(tmp_path).read_bytes())
    assert (left.first, left.last) == (3, 3)
    assert manage("verify", str(exported(tmp_path)), "--head", head).exit_code == 3
    assert manage("purge").output.strip() == "0 entries deleted"


def test_a_purge_of_many_entries_takes_several_transactions(inside, tmp_path):
    asyncio.run(remember(inside, "workflow-1", [Event(what="edited", item="r|a") for _ in range(250)]))
    inside.at += timedelta(days=731)

    assert "workflow-1: 250 entries" in manage("purge", "--origin", "workflow-1").output
    assert verify(exported(tmp_path, "workflow-1").read_bytes()).first == 251


def answered(key):
    """What the HTTP function answers."""
    request = func.HttpRequest("GET", "/", route_params={"key": key}, body=b"")
    context = SimpleNamespace(invocation_id="1", trace_context=SimpleNamespace(trace_parent=""))
    return asyncio.run(evidence.build().get_user_function()(request, context))


def test_the_door_serves_what_is_exported(inside, tmp_path):
    answer = answered(ORIGIN)

    assert answer.status_code == 200
    assert answer.get_body() == exported(tmp_path).read_bytes()
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("key", "status"), [("workflow-1", 404), ("nonsense", 400), ("", 400), ("workflow-x", 400)])
def test_the_door_says_what_it_does_not_have(inside, key, status):
    answer = answered(key)

    assert answer.status_code == status
    assert json.loads(answer.get_body())["status"] == status
