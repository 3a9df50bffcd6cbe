"""A board over both simulators in memory, without app, storage or browser."""

from datetime import UTC, datetime, timedelta

from rich.console import Console

from local.board.stage import Stage
from local.board.troubles import Troubles
from local.demo.world import build, create_contract

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
DOCUMENT = "Supply contract.docx"


class Inside:
    """A system's world, which tells its hints instead of sending them, and whose worker only seems to die."""

    def __init__(self):
        self.at, self.killed, self.has_storage, self.hints = NOW, 0, True, []
        self.world = build(lambda: self.at)
        self.machine = self
        self.host = self
        self.content_url, self.graph_url = "http://127.0.0.1:8081/cs/cs", "http://127.0.0.1:8082"
        self.plan = next(iter(self.world.graph.plans))
        self.space = create_contract(self.world, "Contoso Supply 4711", NOW + timedelta(days=400))
        self.document = self.world.content.add_document(self.space, DOCUMENT, b"first", user="pwilliams")
        self.task = self.world.graph.person_create_task(self.user("pwilliams"), self.plan, "Read it", bucket="Review")

    def user(self, login):
        return self.world.users[login]

    def start(self, *, managers=("bridge",)):
        return self.world.content.start_workflow(
            "Contract Approval", [self.document], initiator="pwilliams", managers=[*managers], workspace=self.space
        )

    def kill_worker(self):
        self.killed += 1

    def stop_storage(self):
        self.has_storage = False

    def start_storage(self):
        self.has_storage = True

    def forward(self, by):
        self.at += by


class InMemory(Stage):
    """A stage on which this is the system, from the start."""

    def __init__(self, inside, url="http://127.0.0.1:8080"):
        super().__init__(Console(quiet=True), url)
        self.inside = inside
        self.system, self.is_ready, self.troubles = inside, True, Troubles(inside, lambda: inside.at)

    def now(self):
        return self.inside.at
