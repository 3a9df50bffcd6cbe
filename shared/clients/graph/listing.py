"""The list of a plan's tasks, read as far as it is needed: most reads of a plan find that nothing changed."""

from collections.abc import Sequence

from shared.clients.graph.answers import Answer
from shared.clients.graph.pages import Page, read_page
from shared.models.listed import Listed
from shared.models.planner import PlannerTask, TaskVersion


class PlanListing:
    """
    A plan's list as it was answered.

    Args:
        versions: of the tasks in it.
        pages: the answers that they were read of.
    """

    def __init__(self, versions: Sequence[TaskVersion], pages: Sequence[Answer]) -> None:
        self.versions = tuple(versions)
        self._pages = pages

    def read(self) -> Listed[PlannerTask]:
        """Read the tasks of the same answers. One that can't be read costs itself alone, and stands in `unread`."""
        read = [read_page(Page[PlannerTask], page)[0] for page in self._pages]
        return Listed(
            (task for page in read for task in page),
            (row for page in read for row in page.unread),
        )
