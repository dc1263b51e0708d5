"""Runs what `plan` decides: holds the only task group of attempts."""

import itertools
import math
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import anyio
from anyio.abc import TaskGroup

from tirkit.attempt import AttemptSpec, TrajectoryBuilder, derive_seed
from tirkit.concurrency import shielded
from tirkit.events import (
    AttemptFinished,
    AttemptStarted,
    Listener,
    ProblemFailed,
    ProblemFinished,
    ProblemSettled,
    ProblemStarted,
    guarded,
    ignore,
)
from tirkit.scheduler.judged import judged
from tirkit.scheduler.live import LiveProblem, RunningAttempt
from tirkit.scheduler.plan import Cancel, Finish, Start, plan
from tirkit.scheduler.policy import Policy
from tirkit.scheduler.state import RunState
from tirkit.scheduler.status import ProblemStatus, SchedulerStatus
from tirkit.selection.judges import Tools
from tirkit.types import Judgment, Problem, Solution, StopReason, Trajectory

RunOne = Callable[[TrajectoryBuilder], Awaitable[Trajectory]]
Record = Callable[[Problem, Trajectory], Awaitable[None]]


@dataclass(eq=False)
class Scheduler:
    """Caps the attempts in flight over all problems and stops them once a problem is settled.

    An async context manager; leaving it cancels what still runs. It never sees an engine or a
    kernel, only `run_one`.

    Args:
        run_one: runs one attempt into its builder; raises only when cancelled or when the
            problem cannot be run at all.
        max_in_flight: attempts at once, over all problems.
        with_logprobs: whether builders collect log-probabilities.
        record: awaited for every finished attempt before it counts, also for cancelled ones.
        tools: what judges may ask.
    """

    run_one: RunOne
    max_in_flight: int
    with_logprobs: bool = False
    record: Record | None = None
    tools: Tools = field(default_factory=Tools)
    _live: dict[str, LiveProblem] = field(default_factory=dict, init=False)
    _in_flight: int = field(default=0, init=False)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count, init=False)
    _run_id: str = field(default_factory=lambda: secrets.token_hex(4), init=False)

    async def __aenter__(self) -> Self:
        self._wake, self._wake_at = anyio.Event(), math.inf
        self._tasks: TaskGroup = anyio.create_task_group()
        await self._tasks.__aenter__()
        self._tasks.start_soon(self._tick)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._tasks.cancel_scope.cancel()
        # The block's own error is not handed to the task group, which would wrap it in a group.
        await self._tasks.__aexit__(None, None, None)

    def __repr__(self) -> str:
        return (
            f"<Scheduler {len(self._live)} problems, "
            f"{self._in_flight}/{self.max_in_flight} attempts in flight>"
        )

    def status(self) -> SchedulerStatus:
        """What is going on now."""
        problems = tuple(ProblemStatus.of(live) for live in self._live.values())
        return SchedulerStatus(self._in_flight, self.max_in_flight, problems)

    async def solve(
        self,
        problem: Problem,
        policy: Policy,
        prior: Sequence[Trajectory] = (),
        listener: Listener = ignore,
    ) -> Solution:
        """Run attempts until the problem is settled and its losers are gone.

        Args:
            problem: what is asked.
            policy: how many attempts, when to stop, how to choose.
            prior: attempts of an earlier run that count as finished (resume).
            listener: hears what happens to this problem.

        Raises:
            TirkitError: no attempt could be run for this problem.
        """
        listener = guarded(listener)
        live = LiveProblem(next(self._numbers), problem, policy, prior, listener)
        if prior:
            await live.compare(prior)
            live.count()
        self._live[live.key] = live
        listener(ProblemStarted(problem, policy.attempts))
        try:
            self._replan()
            await live.gone.wait()
        finally:
            if not live.gone.is_set():
                await self._abandon(live)
                listener(ProblemFailed(problem.id, "the caller left"))
            del self._live[live.key]
            self._replan()
        try:
            solution = live.solution()
        except Exception as error:
            listener(ProblemFailed(problem.id, str(error)))
            raise
        listener(ProblemFinished(solution))
        return solution

    async def _abandon(self, live: LiveProblem) -> None:
        """End the problem's attempts because nobody waits for it any more."""
        live.settle("the caller left")
        for running in live.running.values():
            running.cancel("the caller left")
        async with shielded():
            await live.gone.wait()

    def _replan(self) -> None:
        """Decide and act, in one go without an await between."""
        unsettled = [live for live in self._live.values() if not live.settled]
        pictures = tuple(live.state() for live in unsettled)
        state = RunState(pictures, self._in_flight, self.max_in_flight)
        rules = {live.key: live.policy.stop_rule for live in unsettled}
        for action in plan(state, rules):
            live = self._live[action.problem_id]
            match action:
                case Start():
                    self._start(live)
                case Cancel(index=index, reason=reason):
                    live.running[index].cancel(reason)
                case Finish(reason=reason):
                    self._finish(live, reason)
        # From the pictures that were decided from: what falls due after them wakes the next plan.
        wakes = zip(unsettled, pictures, strict=True)
        left = (live.wake_after_seconds(at) for live, at in wakes if not live.settled)
        self._wake_at = anyio.current_time() + min(left, default=math.inf)
        self._wake.set()

    def _finish(self, live: LiveProblem, reason: str) -> None:
        if live.open_judging(reason):
            self._tasks.start_soon(self._judge, live, reason, name=f"judge {live.problem.id}")
        else:
            live.listener(ProblemSettled(live.problem.id, live.settle(reason), reason))

    async def _judge(self, live: LiveProblem, reason: str) -> None:
        assert live.judging is not None, "judging that was not opened"
        judgment: Judgment | None = None
        try:
            with live.judging:
                label = f"{self._run_id}.{live.key}"
                judgment = await judged(live, self.tools, label)
        finally:
            # Also when the whole scheduler is cancelled: the vote is the verdict then.
            verdict = live.close_judging(judgment)
            live.listener(ProblemSettled(live.problem.id, verdict, reason))

    def _start(self, live: LiveProblem) -> None:
        index = live.take_index()
        spec = AttemptSpec(
            attempt_id=f"{live.problem.id}#{index}",
            request_prefix=f"{self._run_id}.{live.key}#{index}",
            problem=live.problem,
            index=index,
            seed=derive_seed(live.policy.seed, live.problem, index),
            deadline=live.deadline,
            priority=live.order,
            asked=live.asked(index),
        )
        builder = TrajectoryBuilder(spec, with_logprobs=self.with_logprobs, listener=live.listener)
        builder.peers = live.peers
        running = RunningAttempt(builder)
        live.begin(running)
        self._in_flight += 1
        self._tasks.start_soon(self._run_attempt, live, running, name=spec.attempt_id)
        live.listener(AttemptStarted(live.problem.id, spec.attempt_id, index))

    async def _run_attempt(self, live: LiveProblem, running: RunningAttempt) -> None:
        builder = running.builder
        try:
            with running.scope:
                try:
                    trajectory = await self.run_one(builder)
                    await live.compare([trajectory])
                except Exception as error:  # noqa: BLE001 - raised again where the caller waits
                    live.fail(error)
        finally:
            # Also when the whole scheduler is cancelled: the attempt is recorded and counted.
            reason = running.reason or "the scheduler was closed"
            trajectory = builder.freeze(StopReason.CANCELLED, reason)
            await self._record(live, trajectory)
            self._in_flight -= 1
            live.end(trajectory)
            live.listener(AttemptFinished(live.problem.id, trajectory, live.votes.tally))
            self._replan()

    async def _record(self, live: LiveProblem, trajectory: Trajectory) -> None:
        if self.record is None:
            return
        async with shielded():
            try:
                await self.record(live.problem, trajectory)
            except Exception as error:  # noqa: BLE001 - raised again where the caller waits
                live.fail(error)

    async def _tick(self) -> None:
        """Replan when time alone may change a decision."""
        while True:
            self._wake = anyio.Event()
            with anyio.move_on_at(self._wake_at) as timer:
                await self._wake.wait()
            if timer.cancelled_caught:
                self._replan()
