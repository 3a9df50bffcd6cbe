"""The operator's charts: what all workers did, a point for each five minutes. Pure but for one read."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.models.doors import Point, SeriesAnswer
from shared.models.series import SPAN, Stretch, quantile, start_of
from shared.services import Storage


async def read_series(hours: int, storage: Storage) -> SeriesAnswer:
    """
    Read what all workers did in the last hours.

    Raises:
        UnavailableError: storage does not answer.
    """
    now = storage.now()
    since = start_of(now - timedelta(hours=hours))
    return series_of(await storage.series.list_since(since), since, now)


def series_of(stretches: Sequence[Stretch], since: datetime, now: datetime) -> SeriesAnswer:
    """Put the workers' stretches together; what nobody wrote is a point of nothing."""
    of: dict[datetime, list[Stretch]] = {}
    for stretch in stretches:
        of.setdefault(stretch.at, []).append(stretch)
    spans = int((start_of(now) - since) / SPAN) + 1
    points = (_point(at, of.get(at, [])) for at in (since + number * SPAN for number in range(spans)))
    return SeriesAnswer(now=now, minutes=int(SPAN.total_seconds() // 60), points=tuple(points))


def _point(at: datetime, stretches: Sequence[Stretch]) -> Point:
    lags = [lag for stretch in stretches for lag in stretch.lags]
    return Point(
        at=at,
        looks=sum(one.looks for one in stretches),
        tasks_made=sum(one.tasks_made for one in stretches),
        advances=sum(one.advances for one in stretches),
        lag_median=quantile(lags, 0.5),
        lag_p95=quantile(lags, 0.95),
    )
