"""One history: a company at work, a bridge in trouble, then quiet, and what must hold in it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import TypeVar

from local.in_process.loop import START, SimLoop, run
from local.in_process.tables import Partitions
from shared.clients.opentext.sign_in_guard import OwnDoor
from shared.decisions.fields import FIELDS
from shared.errors import LeaseLostError, RefusedError, RetryLaterError
from shared.models.link import LinkState
from shared.models.messages import AgendaEntry, OriginMessage, PlanMessage
from shared.models.words import WaitedFor
from shared.operations.rebuild import rebuild
from shared.timing import DEAD_AFTER
from shared.watchers.discovery import NEXT
from tests.simulation import hidden, invariants
from tests.simulation.admin_acts import ADMIN, names_back
from tests.simulation.adversaries import ADVERSARIES
from tests.simulation.arranging import ARRANGING
from tests.simulation.bounds import Bounds
from tests.simulation.damages import Damages
from tests.simulation.deployments import AS_IT_WAS, EDITS
from tests.simulation.faults import Faults, Killed
from tests.simulation.finer_plots import FINER_PLOTS
from tests.simulation.looking import agenda, claim_of, history, known_origins, leases, links, snapshot, written
from tests.simulation.mixes import Mix, mix_of
from tests.simulation.odd_acts import ODD, keep_a_copy
from tests.simulation.opentext_acts import OPENTEXT, give_back, reject_or_rework
from tests.simulation.outages import SIGN_IN, choose
from tests.simulation.people import NOT_POSSIBLE, People, is_approval
from tests.simulation.planner_acts import PLANNER, decide, meddle
from tests.simulation.plots import PLOTS
from tests.simulation.ports import PORTS, Stack
from tests.simulation.queues import SimQueue
from tests.simulation.rebuilding import changed_by_rebuild
from tests.simulation.running import Running
from tests.simulation.stage import Stage
from tests.simulation.trace import Trace
from tests.simulation.wanting import wanted_by_origin
from tests.simulation.witness import Witness
from tests.simulation.workers import Host, House, Process, settings_of
from tests.simulation.world import BACKGROUND, add_workspace, build, start_approval

T = TypeVar("T")

WORLDS = 32
"""Sets of ids: addresses that were built once need not be built again."""
ACTS = ((1, 7), (3, 2), (6, 1))
"""How many acts of people, and how often so many: most histories are short, so that many can be played."""
FIRST = 6.0
"""Seconds until the first act: something is there then, mostly."""
PACE = 6.0
"""Seconds between two acts, about; others happen at the moment of a call."""
LAST = ((8.0, 3), (90.0, 1))
"""Seconds for which things still go wrong after the last act, and how often: in long ones it is sent on meanwhile."""
HORIZONS = ((timedelta(minutes=20), 7), (timedelta(days=7), 1))
"""Rest is when no timer is due for so long, and how often: most histories end before anything is escalated."""
LAG = timedelta(seconds=20)
"""How far a replica may be behind."""
A_MINUTE = timedelta(minutes=1)
"""For so long an operator waits before a rebuild."""
JUMPS = (timedelta(hours=1), timedelta(days=1), -timedelta(hours=1), -timedelta(days=1))
"""Of a worker's clock, until somebody puts it right."""
LEAVE_TIMERS = (
    "fault table busy",
    "fault table answer lost",
    "fault worker frozen",
    "fault storage away: 503",
    # The look came to its end and set its own; what it could not send is left to one that the lease does not know.
    "fault queue not reached",
    "fault queue answer lost",
    # Each run sets one before anything else: nothing tells yet whether that of a run before it was looked at.
    "rebuild",
    "restore",
)
OF_A_CLOCK = 3
"""Of those that follow hints, one a minute: by each clock they are for other minutes, of which three may be to come."""
AGREED_AFTER = timedelta(minutes=30)
"""How long after the tables were lost what both sides agreed on is known again, while no system is away."""
FAR_OFF_FOUND = timedelta(minutes=75)
SILENT = ("fault hint lost", "act rename_words", "fault tables lost")
"""What changes what is wanted without a hint that arrives."""
MOST_REBUILDS = 200
MOST_THRESHOLDS = 5
"""Rounds in which something may fall due, and is done."""
CALLS_OF_A_DEATH = 10
"""What a worker had in hand is looked at once more, by one that has to ask for everybody anew."""
MOST_CALLS, MOST_BY_A_WRONG_CLOCK = 60.0, 120.0
"""Of an origin in an hour, while a system is away for hours, or for days."""


@dataclass
class Result:
    """What became of a seed."""

    seed: int
    failures: list[str]
    hash: str
    counts: dict[str, int]
    tail: str = ""

    @property
    def calls(self) -> int:
        """Remote calls of the whole history."""
        return sum(number for name, number in self.counts.items() if name.startswith("call "))


@dataclass
class History:
    """A history being played."""

    loop: SimLoop
    seed: int
    mix: Mix
    stack: Stack
    acts: int | None
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        rng = self._rng("story")
        self.rng = rng
        if self.acts is None:
            self.acts = _draw(rng, ACTS)
        self.horizon = _draw(rng, HORIZONS)
        self.last = _draw(rng, LAST)
        self.trace = Trace(self.loop.time)
        act_as = rng.choices(("performer", "service"), (4, 1))[0]
        settings = settings_of(act_as=act_as, auth=rng.choice(("password", "otds")))
        self.world = build(self.loop.now, seed=self.seed % WORLDS, act_as=act_as)
        self.faults = Faults(self.mix, self._rng("faults"), self.trace)
        self.origins, self.plans = (
            SimQueue(name, self.loop, self._rng(name), self.faults.queue) for name in ("origins", "plans")
        )
        self.world.tables.gate = self.faults.table
        for system, simulator in (("opentext", self.world.content), ("graph", self.world.graph)):
            simulator.faults.hook = self.world.journal.before(system, self.faults.answer(system))
        self.world.journal.intents = lambda: [one.sending.id for one in links(self.world).values() if one.sending]
        self.witness = Witness(
            self.world,
            self.failures.append,
            is_prompt=lambda: not self.world.clock_moved and not self.trace.counts["fault worker frozen"],
            may_be_dead=lambda worker: self._met_no_storage() or self.faults.may_be_dead(worker),
        )
        self.world.tables.written, self.world.journal.calls = self.witness.written, self.witness.called
        self.faults.on_cut = self.witness.cut
        self.people = People(self.world, self._rng("people"), self.trace, self.hint)
        self.adversaries = rng.choices((0.0, 0.25, 0.7), (2, 2, 1))[0]
        self.people.meanwhile = self._bend
        self.people.odd = self.faults.odd
        self.people.later = self.loop.call_later
        self.faults.on_gate = self._act_meanwhile
        self.faults.on_post = self._look_at_posts
        self.faults.on_read = self._lag
        self.faults.on_lost = self._go_around
        self.faults.on_patch = lambda task_id: meddle(self.people, task_id)
        self.house = House(
            self.world,
            self.faults,
            self.origins,
            self.plans,
            settings,
            self.stack,
            self.seed,
        )
        names = rng.choice((("a",), ("a", "b")))
        self.host = Host(self.house, self._rng("host"), names, self._escaped)
        plots = self._rng("plots")
        self.stage = Stage(self.people, plots, notice=self._notice, read=self._have_read, faults=self.faults)
        finer = self._rng("finer plots").sample(FINER_PLOTS, self.mix.finer_plots)
        self.plots = [*finer, *plots.sample(PLOTS, self.mix.plots)]
        self.damages = Damages(self.world, self._rng("damages"))
        self.bounds = Bounds(self.world, self.origins, self._left_timers, self._rebuilds)
        self.running = Running(
            self.loop,
            self.world,
            self.people,
            self.origins,
            self.plans,
            self.host,
            self.bounds,
            self._rng("timers"),
            self.horizon,
            settings.settle_seconds,
            self.failures,
        )
        for queue in (self.origins, self.plans):
            queue.is_away = lambda: self.faults.outages.is_storage_away

    def _rng(self, name: str) -> Random:
        return Random(f"{self.seed}-{name}")  # noqa: S311 - repeatable on purpose

    def hint(self, origin: str) -> None:
        """Let OpenText's sender announce something: lost for good, twice, late, or as it should be."""
        body = OriginMessage(origin=origin).model_dump_json(exclude_none=True)
        if self.rng.random() < self.faults.mix.hints:
            self.trace.count("fault hint lost")
            return
        for copy in range(2 if self.rng.random() < self.faults.mix.hints else 1):
            late = self.rng.random() < self.faults.mix.hints
            self.trace.count("fault hint late") if late else None
            self.trace.count("fault hint repeated") if copy else None
            self.origins.put(body, after=self.rng.uniform(5.0, 180.0) if late else self.rng.uniform(0.1, 2.0))

    async def play(self) -> Result:
        """Play it to rest, and check everything."""
        await self._begin()
        await self._trouble()
        await self._quiet()
        await self._resync()
        # The workers may still be kept from signing in, for what was refused long ago.
        judge = Process("judge", self.house, timedelta(), door=OwnDoor())
        wanted = await judge.run(wanted_by_origin(judge))
        self.failures += invariants.at_rest(
            self.world, wanted, self.people.log, since=self.lost_at, agreed_since=self.agreed_since
        )
        self._check_twins()
        await hidden.pass_an_hour(self.running, self.people)
        counts = dict(self.trace.counts)
        return Result(self.seed, self.failures, self.trace.hash, counts, self.trace.tail() if self.failures else "")

    async def _begin(self) -> None:
        """Let the company begin to work; the bridge has run for a while, and discovered what was there."""
        self.lost_at = START
        self.agreed_since = START
        for number in (1, 2):
            self.hint(f"workspace-{add_workspace(self.world, number)}")
        self.hint(f"workflow-{start_approval(self.world, self.world.workspaces[0])}")
        before = Process("before", self.house, timedelta())
        discovery = timedelta(seconds=self.house.settings.opentext_discovery_seconds)
        await before.services().cursors.save(NEXT, (self.loop.now() + discovery).isoformat())
        self.host.start()

    async def _trouble(self) -> None:
        """People act, timers tick, things break."""
        timers = self.loop.create_task(self.running.tick(), name="timers")
        plots = self.loop.create_task(self._plot(), name="plots")
        acts = self.acts or 0
        await asyncio.sleep(FIRST)
        events = (
            (self.mix.disaster, self._lose_tables),
            (self.mix.outages, self._take_away),
            (self.mix.clocks, self._move_a_clock),
            (self.mix.deployments, self._deploy),
            (self.mix.restores, self._restore_tables),
            (self.mix.damages, self._damage),
        )
        for number in range(acts):
            await asyncio.sleep(self.rng.expovariate(1 / PACE))
            if number == acts - 1:
                self.people.act(((1, decide),))
            self._act()
            for rate, event in events:
                if rate and self.rng.random() < rate / acts:
                    await event()
        await plots
        await asyncio.sleep(self.last)
        if self.world.mapping != AS_IT_WAS and self.rng.random() < 0.5:
            await self._deploy(AS_IT_WAS)
        self.faults.stop()
        self.damages.undo()
        self.host.set_clocks()
        self.people.act(((1, give_back),))
        self.people.act(((1, names_back),))
        timers.cancel()
        self.trace.note("history", "nothing goes wrong from here on")

    async def _plot(self) -> None:
        """Play the plots of this history, one after the other."""
        for plot in self.plots:
            self.trace.note("people", f"plot: {plot.__name__}")
            try:
                await plot(self.stage)
            except NOT_POSSIBLE as error:
                self.trace.note("people", f"{plot.__name__}: not possible, {type(error).__name__}")
            else:
                self.trace.count(f"act {plot.__name__}")
        self.world.journal.ambushes.clear()

    def _notice(self, origin: str) -> None:
        """Let OpenText's sender announce an origin, and be heard."""
        self.origins.put(OriginMessage(origin=origin).model_dump_json(exclude_none=True), after=0.5)

    def _have_read(self, plan: str) -> None:
        """Have a plan read, as a notification does."""
        self.plans.put(PlanMessage(plan=plan, waited_for=WaitedFor.NOTIFIED).model_dump_json(exclude_none=True))

    async def _lose_tables(self, kept: dict[str, Partitions] | None = None) -> None:
        """
        Lose every table; the operator stops the app, rebuilds what can be found, and starts it again.

        Args:
            kept: what a backup brings back. None: there is none.
        """
        self.trace.count("fault tables lost")
        self.trace.note("history", "! tables lost")
        self.host.stop_all()
        if self.mix.copies:
            self.people.act(((1, keep_a_copy),))
        # As the runbook has it: what was made last is not known to every replica at once, nor what was sent on.
        await asyncio.sleep(A_MINUTE.total_seconds())
        lost, stood = written(self.world), links(self.world)
        self.world.tables.tables.clear()
        self.world.tables.tables.update(kept or {})
        self.lost_at = self.loop.now()
        if kept:
            # What was made since is found again: whatever it shows is agreed on.
            known = links(self.world)
            self.world.forgotten |= {one[1:] for one in lost - written(self.world) if one[1:3] in known}
            # So is what was posted anew where the answer to a POST was lost: it may differ from what was posted first.
            reserved = [key for key, link in known.items() if link.state is LinkState.RESERVED]
            self.world.forgotten |= {(*key, synced.name) for key in reserved for synced in FIELDS}
            await self._have_all_looked_at()
        for number in range(MOST_REBUILDS):
            operator = Process(f"operator.{self.loop.time():.0f}.{number}", self.house, timedelta())
            self.people.act(((1, give_back),))
            self.trace.count("rebuild")
            try:
                found = await operator.run(rebuild(operator.services(), lambda _: None))
            except (RetryLaterError, RefusedError, LeaseLostError, Killed):
                await asyncio.sleep(DEAD_AFTER.total_seconds() + 1.0)
                continue
            # The operator reads the report, and does not start the app while a plan could not be read.
            if found.is_whole:
                # What stood in a backup is as old as that, and brought up to date by the looks that follow.
                worked_on = {act.task for act in self.people.log.acts if act.at >= self.lost_at}
                self.failures += [] if kept else changed_by_rebuild(self.world, stood, found.left, worked_on)
                break
        self.lost_at = self.loop.now()
        self.agreed_since = self.lost_at + AGREED_AFTER
        self.host.start()

    async def _have_all_looked_at(self) -> None:
        """Set a timer for every origin, as `restore` does: who had one in hand at the backup is not in it."""
        self.trace.count("restore")
        now, operator = self.loop.now(), Process(f"operator.{self.loop.time():.0f}", self.house, timedelta())
        for origin in known_origins(self.world):
            entry = AgendaEntry(at=now, origin=origin, waited_for=WaitedFor.REBUILT, bulk=True)
            await operator.storage().agenda.put(entry, now)

    async def _restore_tables(self) -> None:
        """Put the tables back as they were some seconds ago: what was made since is found, and linked."""
        kept = {
            table: {partition: dict(rows) for partition, rows in partitions.items() if partition != "hands"}
            for table, partitions in self.world.tables.tables.items()
        }
        await asyncio.sleep(self.rng.uniform(5.0, 120.0))
        self.people.act(PLANNER)
        await self._lose_tables(kept)

    async def _deploy(self, edit: str = "") -> None:
        """Deploy an edited mapping, one process after the other."""
        edit = edit or self.rng.choice(sorted(EDITS))
        self.world.mapping, self.world.mapping_changed = edit, True
        self.world.deployed.append((self.loop.now(), edit))
        self.trace.count(f"act deploy the mapping {edit}")
        self.trace.note("history", f"the mapping is deployed {edit}")
        await self.host.deploy(pause=self.rng.choice((0.0, 20.0)))

    async def _take_away(self) -> None:
        """Let a system be away, while people go on; what that costs is bounded."""
        system, time = choose(self.rng)
        began = self.loop.now()
        told = self.faults.outages.begin(system, self.rng)
        self.trace.count(f"fault {told}")
        self.trace.note("history", f"! {told} for {time}")
        if system == SIGN_IN:
            self.world.content.expire_tickets()
        self.running.is_paused = True
        for part in (0.2, 0.8):
            before, deaths = self._remote_calls(), self._deaths()
            await self.running.pass_by(time * part)
            hours = time.total_seconds() * part / 3600
            calls = self._remote_calls() - before - CALLS_OF_A_DEATH * (self._deaths() - deaths)
            rate = calls / max(hours, 1.0) / max(len(self.world.origins), 1)
            self.bounds.most_calls = max(self.bounds.most_calls, rate)
            # What a worker whose clock is behind puts off is due at once for all others.
            if rate > (MOST_BY_A_WRONG_CLOCK if self.world.clock_moved else MOST_CALLS):
                self.failures.append(f"{rate:.0f} calls an hour and origin while {told}")
            self._act()
        self.faults.outages.end()
        if began < self.agreed_since:
            self.agreed_since = self.loop.now() + AGREED_AFTER
        self.origins.wake()
        self.plans.wake()
        self.running.is_paused = False
        self.trace.note("history", f"{system} is back")

    def _left_timers(self) -> int:
        """Count what may have left a timer that no worker remembers having set."""
        counts = self.trace.counts
        left = self._deaths() + sum(number for name, number in counts.items() if name in LEAVE_TIMERS)
        return left + OF_A_CLOCK * sum(number for name, number in counts.items() if name.startswith("fault clock"))

    def _deaths(self) -> int:
        return sum(number for name, number in self.trace.counts.items() if "killed" in name)

    def _rebuilds(self) -> int:
        return self.trace.counts["rebuild"] + self.trace.counts["restore"]

    def _remote_calls(self) -> int:
        return self.trace.counts["call graph"] + self.trace.counts["call opentext"]

    async def _damage(self) -> None:
        """Damage a row, and have its origin looked at as a whole."""
        if (told := self.damages.do()) is not None:
            self.trace.count("fault row damaged")
            self.trace.note("history", f"! damaged: {told}")
            for origin in known_origins(self.world):
                self._notice(origin)

    async def _move_a_clock(self) -> None:
        """Set a worker's clock wrong."""
        jump = self.rng.choice(JUMPS)
        self.trace.count(f"fault clock off by {jump}")
        self.trace.note("history", f"! a clock is off by {jump}")
        self.host.move_clock(jump)
        self.world.clock_moved = True

    def _look_at_posts(self) -> None:
        """Check at every POST; a worker that was frozen during its own, or lost tables, are excused."""
        if not self.trace.counts["fault worker frozen"] and not self.trace.counts["fault tables lost"]:
            self.failures += invariants.posted_twice(self.world, self.people.log)

    def _lag(self, is_behind: bool) -> None:
        """Let what changed lately not be known to the replica that answers next; or let all catch up."""
        graph, now = self.world.graph, self.loop.now()
        if not is_behind:
            graph.catch_up()
            return
        for task_id, task in graph.state.tasks.items():
            details = graph.state.details[task_id]
            if task.changed_at > now - LAG:
                behind = self.rng.choice((graph.serve_stale, graph.omit, graph.delay))
                if behind == graph.serve_stale or task.version == 1:
                    behind(task_id)
            # The details of an approval are what docs/security.md names: a tick is acted on as it was read.
            # People may have given it another title.
            is_decided_in = is_approval(task.body) or claim_of(self.world, task_id)[1].startswith("approval|")
            if details.changed_at > now - LAG and not is_decided_in:
                graph.serve_stale_details(task_id)

    def _go_around(self, is_sent_on: bool) -> None:
        """Let a workflow go around its loop while the bridge does not know what became of a send-on."""
        if is_sent_on:
            self.people.act(((1, reject_or_rework),))
            # What the step leads to shows a little later.
            around = partial(self.people.act, ((1, reject_or_rework),))
            self.loop.call_later(BACKGROUND.total_seconds() + 1.0, around)

    def _bend(self) -> None:
        """Let somebody try to bend an approval at the worst moment."""
        if self.people.rng.random() < self.adversaries:
            self.people.act(ADVERSARIES)

    def _act_meanwhile(self) -> None:
        """Let somebody act at the moment of a call; while hours pass, at no call of them."""
        if not self.running.is_paused:
            self._act()

    def _act(self) -> None:
        self._bend()
        for rate, choices in ((self.mix.odd, ODD), (self.mix.admin, ADMIN), (self.mix.arranging, ARRANGING)):
            if rate and self.people.rng.random() < rate:
                self.people.act(choices)
                return
        self.people.act(PLANNER if self.people.rng.random() < 0.55 else OPENTEXT)

    async def _quiet(self) -> None:
        """Let time pass until nothing is left to do, without a single resync: yet one must be left for later."""
        self.running.calm_since = self.loop.now()
        # What servers still do by themselves is done by then.
        await asyncio.sleep(BACKGROUND.total_seconds())
        await self.running.drain()
        await self.running.bury_the_dead()
        # Whoever was at work on a damaged row had it in mind, and wrote it once more.
        self.damages.undo()
        self.running.discover()
        await self.running.drain()
        if self.world.clock_moved:
            # What a wrong clock set for a day later is looked for once an hour.
            await self.running.pass_by(FAR_OFF_FOUND)
        left = await self.running.come_to_rest()
        known, troubles = known_origins(self.world), leases(self.world)
        for origin in sorted(set(known) - left):
            number = int(origin.partition("-")[2])
            # What nobody can read any more is told, and looked for ever more rarely.
            if number not in self.world.purged or troubles[origin].trouble is None:
                self.failures.append(f"no resync is left for later: {origin}")

    async def _resync(self) -> None:
        """
        Look at everything once more: a second time at the latest, nothing may be written or remembered.

        The first time finds what was changed in details alone; anything else that people did was to be seen before.
        """
        told = {origin: len(entries) for origin, entries in history(self.world).items()}
        thresholds = self._thresholds()
        changed = await self._look_at_everything()
        self.failures += invariants.seen_late(self.world, told)
        is_silent = any(name in SILENT or name.startswith("act deploy") for name in self.trace.counts)
        if not is_silent and not self.witness.is_hurried:
            self.failures += invariants.unannounced(self.world, told, thresholds)
        for _ in range(MOST_THRESHOLDS):
            if not changed:
                break
            due, began = self._thresholds().values(), self.loop.now()
            changed = await self._look_at_everything()
            # What fell due in this very round was to be written; another tells whether that was all.
            if not any(began <= at <= self.loop.now() for at in due):
                break
        self.failures += [f"one more round wrote: {key}" for key in changed[:5]]

    def _thresholds(self) -> dict[str, datetime]:
        """Say by origin when the next level of an escalation, or its mail, is due."""
        timers = reversed(agenda(self.world))
        return {timer.origin: timer.at for timer in timers if timer.waited_for is WaitedFor.THRESHOLD}

    async def _look_at_everything(self) -> list[str]:
        """Resync every origin, come to rest, and name what is not as it was."""
        before = snapshot(self.world)
        for origin in known_origins(self.world):
            self.running.announce(OriginMessage(origin=origin, waited_for=WaitedFor.RESYNC))
        await self.running.drain()
        # The plans were read since anything was written: who finds nothing to do need not read them again.
        if self.running.waiting() or snapshot(self.world) != before:
            await self.running.come_to_rest()
        after = snapshot(self.world)
        return sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))

    def _check_twins(self) -> None:
        """Only a worker that was frozen at its POST makes a twin, and only twins does the bridge ever delete."""
        is_excused = self.trace.counts["fault worker frozen"] or self.lost_at != START
        deleted = [what for _, _, what in self.trace.lines if "DELETE /v1.0/planner/tasks/" in what]
        if deleted and not is_excused:
            self.failures.append(f"a twin was made, and nobody was frozen: {deleted[0]}")

    def _met_no_storage(self) -> bool:
        """Tell whether a call to a table failed: a sign of life may have been lost, or a row stayed that was to go."""
        return any(name.startswith(("fault table", "fault storage")) for name in self.trace.counts)

    def _escaped(self, what: str) -> None:
        self.trace.note("host", f"escaped: {what}")
        self.failures.append(f"escaped: {what}")


def _draw(rng: Random, choices: Sequence[tuple[T, int]]) -> T:
    """Choose one of several things by how often each is wanted."""
    return rng.choices([one for one, _ in choices], [often for _, often in choices])[0]


def play(seed: int, *, mix: Mix | None = None, stack: Stack = PORTS, acts: int | None = None) -> Result:
    """
    Play one seed.

    Args:
        mix: None: drawn by the seed.
        stack: how the clients reach the simulators.
        acts: of people, beside those that happen at the moment of a call. None: as the length of the history asks.
    """
    chosen = mix if mix is not None else mix_of(seed)
    return run(lambda loop: History(loop, seed, chosen, stack, acts).play())
