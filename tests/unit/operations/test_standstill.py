"""What only one may do at a time is refused unless the app is seen to stand still."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from shared.errors import RefusedError
from shared.operations.app_state import AppState, find_app, note_paused
from shared.operations.standstill import must_stand_still
from shared.release import RELEASE

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class CursorDouble(dict[str, str]):
    async def find(self, name):
        return self.get(name)

    async def save(self, name, value):
        self[name] = value


def storage(state=None, *, signs=()):
    async def all_signs():
        return {name: SimpleNamespace(worker=name, is_dead=dead) for name, dead in signs}

    hands = SimpleNamespace(signs=all_signs, is_own=lambda worker: worker == "me")
    cursors = CursorDouble() if state is None else CursorDouble({"app/state": state.model_dump_json()})
    return SimpleNamespace(cursors=cursors, hands=hands, now=lambda: NOW)


def said(minutes, *, paused=False):
    return AppState(at=NOW - timedelta(minutes=minutes), mapping_hash="a", paused=paused)


@pytest.mark.parametrize(
    ("state", "is_stopped", "why"),
    [
        pytest.param(said(4), False, "swept at 11:56 UTC and is not paused", id="it-runs"),
        pytest.param(said(4), True, "swept at 11:56 UTC and is not paused", id="it-runs-whatever-is-said"),
        pytest.param(None, False, "nothing here says whether the app runs", id="the-tables-are-empty"),
    ],
)
async def test_it_is_refused_where_the_app_may_run(state, is_stopped, why):
    with pytest.raises(RefusedError, match=f"{why}.*BRIDGE_PAUSED=true"):
        await must_stand_still(storage(state), is_stopped=is_stopped)


@pytest.mark.parametrize(
    ("state", "is_stopped"),
    [
        pytest.param(said(4, paused=True), False, id="it-rests"),
        pytest.param(said(7), False, id="it-has-been-silent"),
        pytest.param(None, True, id="it-is-said-to-be-stopped"),
    ],
)
async def test_it_goes_on_where_the_app_stands_still(state, is_stopped):
    await must_stand_still(storage(state, signs=[("dead", True), ("me", False)]), is_stopped=is_stopped)


async def test_it_is_refused_while_a_worker_has_work_in_hand():
    with pytest.raises(RefusedError, match="worker-1 has work in hand"):
        await must_stand_still(storage(said(1, paused=True), signs=[("worker-1", False)]), is_stopped=True)


async def test_an_app_that_rests_says_so_once_and_keeps_its_mapping():
    here = storage(said(1))

    await note_paused(here)

    assert await find_app(here) == AppState(at=NOW, mapping_hash="a", paused=True, release=RELEASE)
