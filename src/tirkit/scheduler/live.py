"""A problem while it is being worked on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import anyio

from tirkit.attempt import TrajectoryBuilder
from tirkit.errors import EngineError, KernelError
from tirkit.events import Listener, ignore
from tirkit.scheduler.policy import Policy
from tirkit.scheduler.rounds import Places, Rounds
from tirkit.scheduler.state import ProblemState
from tirkit.scheduler.votes import Votes
from tirkit.selection import describe_silence
from tirkit.selection.judges import after
from tirkit.types import (
    AttemptStats,
    Judgment,
    Problem,
    Solution,
    StopReason,
    Trajectory,
    Verdict,
)

_DEADLINE_SHARE = 0.02
_DEADLINE_MOST_SECONDS = 0.5
"""Attempts end this much before their problem's time is up, so that forced answers count."""


_ENDED_FROM_OUTSIDE = frozenset({StopReason.CANCELLED, StopReason.GUARD})


@dataclass(eq=False)
class RunningAttempt:
    """An attempt in flight and the means to stop it."""

    builder: TrajectoryBuilder
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    reason: str = ""

    def cancel(self, reason: str) -> None:
        """Stop it; the first reason is kept."""
        self.reason = self.reason or reason
        self.scope.cancel()


class LiveProblem:
    """A problem while it is being worked on: what runs, what has finished, what was decided."""

    def __init__(
        self,
        order: int,
        problem: Problem,
        policy: Policy,
        prior: Sequence[Trajectory] = (),
        listener: Listener = ignore,
    ) -> None:
        self.order = order
        self.key = f"{order}:{problem.id}"
        self.listener = listener
        self.problem = problem
        self.policy = policy
        self.running: dict[int, RunningAttempt] = {}
        self.gone = anyio.Event()
        self.settled = False
        self.judging: anyio.CancelScope | None = None
        self._done = sorted(prior, key=_ended_at)
        self._places = Places(Rounds(policy.attempts, policy.waves), self._done)
        self._began = anyio.current_time()
        self._verdict: Verdict | None = None
        self._judgment: Judgment | None = None
        self._verdict_seconds = 0.0
        self._stop_reason = ""
        self._error: Exception | None = None
        self.votes = Votes(policy, self._done)

    @property
    def deadline(self) -> float | None:
        """When attempts must have ended, on the loop's clock; a judge gets what is left."""
        seconds = self.policy.seconds
        if seconds is None:
            return None
        if self.policy.judge is None:
            return self.ends
        return self.ends - self.policy.judge_terms.kept_back_seconds(seconds)

    @property
    def ends(self) -> float:
        """When all work on it must have ended, on the loop's clock."""
        seconds = self.policy.seconds
        if seconds is None:
            return math.inf
        return self._began + seconds - min(_DEADLINE_MOST_SECONDS, seconds * _DEADLINE_SHARE)

    @property
    def elapsed_seconds(self) -> float:
        """Since the problem entered the scheduler."""
        return anyio.current_time() - self._began

    def state(self) -> ProblemState:
        """The picture `plan` decides from, once every wave has begun that is due."""
        return self._places.open_due(self.picture)

    def picture(self) -> ProblemState:
        """The same picture, with nothing begun."""
        live = tuple(running.builder.sampled_tokens for running in self.running.values())
        spent = sum(done.spent.sampled_tokens + done.spent.wasted_tokens for done in self._done)
        reachable = self._places.reachable(self.votes.tally)
        return ProblemState(
            problem_id=self.key,
            max_attempts=reachable,
            started=self._places.started,
            running=tuple(self.running),
            finished=len(self._done),
            tally=self.votes.tally,
            weighted=self.votes.weighted,
            ballots=self.votes.ballots,
            elapsed_seconds=self.elapsed_seconds,
            sampled_tokens=sum(live) + spent,
            running_tokens=live,
            held_back=reachable - self._places.opened,
        )

    def begin(self, running: RunningAttempt) -> None:
        """Take an attempt that starts now."""
        self.running[running.builder.spec.index] = running

    def take_index(self) -> int:
        """The lowest index not used yet, also by an earlier run."""
        return self._places.take()

    def asked(self, index: int) -> str:
        """What an attempt is asked in place of the problem, "" for the problem itself."""
        return self._places.asked(self.problem, index, self.votes.same)

    def wake_after_seconds(self, state: ProblemState) -> float:
        """Seconds until time alone may change what is decided; infinite if it cannot."""
        wakes = (self.policy.stop_rule, self._places)
        seconds = (wake.wake_after_seconds(state) for wake in wakes)
        return min((wake for wake in seconds if wake is not None), default=math.inf)

    async def compare(self, trajectories: Sequence[Trajectory]) -> None:
        """Find out which of some new answers are the same as others, before they count."""
        await self.votes.compare(trajectories, self.ends)

    def count(self) -> None:
        """Count again what is over."""
        self.votes.count(self._done)

    def end(self, trajectory: Trajectory) -> None:
        """Take a finished attempt. After the verdict it is kept, and votes no more."""
        del self.running[trajectory.index]
        self._done.append(trajectory)
        if not self.settled:
            self.count()
        self._check_gone()

    def fail(self, error: Exception) -> None:
        """Note that the problem cannot be run; raised to the caller once all attempts are gone."""
        self._error = self._error or error
        self.settle(str(error))
        for running in self.running.values():
            running.cancel(str(error))

    @property
    def done(self) -> tuple[Trajectory, ...]:
        """Attempts that are over, cancelled ones too."""
        return tuple(self._done)

    def open_judging(self, reason: str) -> bool:
        """Take no more votes and wait for the judge, where one is wanted; else settle.

        A problem settled by its caller's leaving or by an error is not judged.
        """
        judge, terms = self.policy.judge, self.policy.judge_terms
        if judge is None or not terms.wanted(self.votes.weighted):
            self.settle(reason)
            return False
        self._stop_reason = reason
        self.judging = anyio.CancelScope()
        self.settled = True
        return True

    def close_judging(self, judgment: Judgment | None) -> Verdict:
        """Fix the verdict with what the judge has said; None if it was cancelled."""
        self.judging = None
        if self._verdict is None:
            self._judgment = judgment
        return self.settle(self._stop_reason)

    def settle(self, reason: str) -> Verdict:
        """Fix the verdict from the votes so far. Judging that is under way is given up."""
        if self._verdict is None:
            verdict = self._choose()
            self._verdict = verdict if self._judgment is None else after(verdict, self._judgment)
            self._stop_reason = self._stop_reason or reason
            self._verdict_seconds = self.elapsed_seconds
        self.settled = True
        if self.judging is not None:
            self.judging.cancel()
        self._check_gone()
        return self._verdict

    def _choose(self) -> Verdict:
        verdict = self.policy.selector.select(self.votes.weighted)
        silence = describe_silence(self._done)
        if verdict.answer is None and silence:
            return replace(verdict, reason=f"{verdict.reason} ({silence})")
        return verdict

    def _check_gone(self) -> None:
        if self.settled and not self.running and self.judging is None:
            self.gone.set()

    def peers(self) -> tuple[AttemptStats, ...]:
        """Figures of the attempts that ended by themselves, in finishing order."""
        return tuple(
            done.stats
            for done in self._done
            if done.stats is not None and done.stop_reason not in _ENDED_FROM_OUTSIDE
        )

    def solution(self) -> Solution:
        """The result, once settled and gone.

        Raises:
            TirkitError: the problem could not be run, or engine or kernels failed every attempt.
        """
        if self._error is not None:
            raise self._error
        assert self._verdict is not None, "solution of a problem that is not settled"
        self._raise_if_nothing_ran()
        return Solution(
            problem=self.problem,
            verdict=self._verdict,
            trajectories=tuple(sorted(self._done, key=lambda done: done.index)),
            stop_reason=self._stop_reason,
            duration_seconds=self._verdict_seconds,
            judgment=self._judgment,
        )

    def _raise_if_nothing_ran(self) -> None:
        broken = {StopReason.ENGINE_ERROR: EngineError, StopReason.KERNEL_ERROR: KernelError}
        ended = [one for one in self._done if one.stop_reason is not StopReason.CANCELLED]
        if ended and all(one.stop_reason in broken for one in ended):
            first = ended[0]
            raise broken[first.stop_reason](
                f"problem {self.problem.id}: no attempt could go on: {first.stop_detail}"
            )


def _ended_at(trajectory: Trajectory) -> float:
    return trajectory.started_at + trajectory.duration_seconds
