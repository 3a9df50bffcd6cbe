"""A rejection with a reason: without one it is asked again, with one it reaches OpenText and whoever is told."""

from datetime import UTC, datetime, timedelta

import pytest

from local.demo.world import CONTRACTS_GROUP, create_contract
from shared.models.link import LinkState
from tests.engine import engine

MAPPING = f"""\
version: 1
plans: {{contracts: {{group: {CONTRACTS_GROUP}, title: Contracts}}}}
rules:
  - id: approval
    on: step
    when: {{step: Approver}}
    plan: contracts
    task: {{title: "Approve {{{{ document.name }}}}"}}
    outcomes:
      Approve: Approve
      Reject: {{title: "Reject, with a reason", comment: required}}
    notify:
      - on: completed
        to: ["role:Manager"]
        subject: "{{{{ task.outcome|upper }}}}: {{{{ task.title }}}}"
        body: "Because: {{{{ task.comment }}}}"
"""


class Case:
    def __init__(self, tmp_path):
        file = tmp_path / "mapping.yaml"
        file.write_text(MAPPING, encoding="utf-8")
        self.started = engine(file)
        self.world, content = self.started.world, self.started.world.content
        space = create_contract(self.world, "Supply", datetime(2028, 1, 31, tzinfo=UTC))
        document = content.add_document(space, "Contract.docx", user="pwilliams")
        self.process = content.start_workflow(
            "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=space
        )

    @property
    def task(self):
        return next(iter(self.world.graph.tasks))

    async def decide(self, outcome, words=""):
        graph, user = self.world.graph, self.world.users["dfoxhoven"]
        self.started.forward(timedelta(minutes=5))
        if words:
            described = graph.details[self.task]["description"]
            graph.edit_description(user, self.task, f"{words}\n\n{described}")
        graph.tick(user, self.task, outcome)
        graph.complete(user, self.task)
        for _ in range(12):
            await self.started.tick(timedelta(minutes=1))

    @property
    def visit(self):
        return self.world.content.workflow(self.process).visits[0]

    @property
    def mails(self):
        return [(mail.subject, mail.text.strip()) for mail in self.world.graph.outbox]


@pytest.fixture
async def case(tmp_path):
    made = Case(tmp_path)
    await made.started.look(f"workflow-{made.process}")
    return made


async def test_a_reason_reaches_opentext_and_the_mail(case):
    await case.decide("Reject, with a reason", "The liability clause is missing.")

    assert case.visit.disposition == "Reject"
    assert "The liability clause is missing." in case.visit.comment
    assert [subject for subject, _ in case.mails] == ["Reject, with a reason: Approve Contract.docx"]
    assert case.mails[0][1].startswith("Because: The liability clause is missing.")


async def test_an_approval_tells_its_outcome_and_an_empty_comment(case):
    await case.decide("Approve")

    assert case.visit.disposition == "Approve"
    assert [(subject, text.partition("\n")[0].strip()) for subject, text in case.mails] == [
        ("Approve: Approve Contract.docx", "Because:")
    ]


async def test_without_a_reason_it_is_asked_again_and_nobody_is_told(case):
    await case.decide("Reject, with a reason")
    (link,) = (await case.started.services.origins.find_links(f"workflow-{case.process}")).values()

    assert (case.visit.disposition, link.state, case.mails) == ("", LinkState.OPEN, [])
    assert "needs a comment" in case.world.graph.details[case.task]["description"]
