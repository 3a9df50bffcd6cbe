"""All that the board shows at one moment, as JSON."""

from typing import Any

from local.board.acts import ADMIN
from local.board.opentext_view import view_opentext
from local.board.planner_view import view_planner
from local.board.stage import Stage
from local.demo.playing import STORIES
from local.demo.world import PEOPLE
from local.local_system import FUNCTION_KEY, System

ROLES = {
    "dfoxhoven": "reviewer",
    "lwhite": "legal",
    "pwilliams": "manager",
    "nkaur": "finance",
    "legal-lead": "lead",
    ADMIN: "administrates OpenText",
}


def view(stage: Stage) -> dict[str, Any]:
    """Show the scene, and both systems once it stands."""
    shown: dict[str, Any] = {
        "now": stage.now().isoformat(),
        "scene": {"name": stage.story.name, "is_ready": stage.is_ready, "wrong": stage.wrong},
        "scenes": [{"name": one.name, "title": one.title, "about": one.about} for one in STORIES.values()],
        "people": [
            {"login": login, "name": name, "role": ROLES.get(login, "")}
            for login, name in (*PEOPLE.items(), (ADMIN, ADMIN))
        ],
        "feed": stage.feed.lines(),
        "troubles": [] if stage.troubles is None else stage.troubles.view(),
    }
    return shown if stage.system is None else shown | _view_system(stage.system)


def _view_system(system: System) -> dict[str, Any]:
    return {
        # Made up for this machine, and known from the repository: whoever reaches the board may open the page.
        "key": FUNCTION_KEY,
        "addresses": {"opentext": system.content_url, "planner": system.graph_url},
        "plans": view_planner(system),
        "opentext": view_opentext(system),
        "mails": [
            {"at": mail.at.isoformat(), "to": list(mail.to), "subject": mail.subject, "text": mail.text}
            for mail in system.world.graph.outbox
        ],
    }
