"""A row of a plan that can't be read is there: nothing is announced, and nothing taken for gone."""

from datetime import UTC, datetime

from shared.models.listed import Listed, UnreadRow
from shared.models.planner import PlannerTask
from shared.store.tasks import IndexRow, PlanIndex
from shared.watchers.read_plan import changed_rows

NOW = datetime(2026, 11, 30, tzinfo=UTC)


def row(origin, etag='W/"1"'):
    return IndexRow(origin=origin, item="rule|a", etag=etag)


def test_a_task_that_can_not_be_read_is_not_one_that_is_gone():
    read = PlannerTask.model_validate({"id": "read", "@odata.etag": 'W/"1"', "title": "x"})
    index = PlanIndex(tasks={"read": row("a"), "odd": row("b"), "gone": row("c")})

    found = changed_rows(Listed([read], [UnreadRow(id="odd", reason="percentComplete")]), index)

    assert list(found) == ["gone"]
