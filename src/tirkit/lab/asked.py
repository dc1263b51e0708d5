"""A simulated problem while it is being worked on."""

import math
from dataclasses import dataclass, replace

from tirkit.lab.batch import Batch
from tirkit.lab.course import Course, Timed, in_finishing_order
from tirkit.lab.picture import Picture
from tirkit.lab.population import ProblemModel
from tirkit.lab.replay import LATE_SECONDS, Outcome, reach, rule_of
from tirkit.lab.tallies import Tallies
from tirkit.scheduler import Policy, ProblemState
from tirkit.scheduler.rounds import Places, Rounds
from tirkit.selection import Ballot
from tirkit.types import Tally


@dataclass(frozen=True, slots=True)
class Simulated:
    """One problem's end.

    Attributes:
        outcome: what was decided, and what it took.
        course: its attempts, cancelled ones included.
    """

    outcome: Outcome
    course: Course

    @property
    def right(self) -> bool:
        """Whether the answer is the right one."""
        answer = self.outcome.verdict.answer
        return answer is not None and answer.canonical == self.course.reference


@dataclass(frozen=True, slots=True)
class _InFlight:
    """An attempt while it runs: what it will leave, since when, since which step."""

    ballot: Ballot
    started: float
    steps: float


class Asked:
    """One problem while it is being worked on."""

    def __init__(self, model: ProblemModel, policy: Policy, batch: Batch, seed: int) -> None:
        self.model = model
        self.policy = policy
        self.rule = rule_of(policy)
        self.key = model.problem_id
        self.running: dict[int, _InFlight] = {}
        self._batch = batch
        self._seed = seed
        self._began = batch.now
        self._places = Places(Rounds(policy.attempts, policy.waves), ())
        self._tallies = Tallies()
        self._timed: list[Timed] = []
        self._spent = 0

    def state(self) -> ProblemState:
        """The picture `plan` decides from, once every wave has begun that is due."""
        return self._places.open_due(self._picture)

    def _picture(self) -> ProblemState:
        finished = len(self._timed)
        plain = self._tallies.plain(finished)
        reachable = self._places.reachable(plain)
        return Picture(
            self,
            problem_id=self.key,
            max_attempts=reachable,
            started=self._places.started,
            running=tuple(self.running),
            finished=finished,
            tally=plain,
            elapsed_seconds=self._batch.now - self._began,
            held_back=reachable - self._places.opened,
        )

    def weighted(self) -> Tally:
        """The votes as the selector weighs them."""
        return self._tallies.weighted(self.policy.selector, len(self._timed))

    def ballots(self) -> tuple[Ballot, ...]:
        """What the finished attempts have left."""
        return tuple(self._tallies.ballots)

    def running_tokens(self) -> tuple[int, ...]:
        """Drawn so far by each of the attempts in flight."""
        steps = self._batch.steps
        return tuple([int(steps - one.steps) for one in self.running.values()])

    def sampled_tokens(self) -> int:
        """Drawn so far by all attempts."""
        return self._spent + sum(self.running_tokens())

    def wake_after_seconds(self, state: ProblemState) -> float:
        """Seconds until time alone may change what is decided; infinite if it cannot."""
        wakes = (self.rule.wake_after_seconds(state), self._places.wake_after_seconds(state))
        left = min((wake for wake in wakes if wake is not None), default=math.inf)
        return max(left, 0.0) + LATE_SECONDS

    def start(self) -> None:
        """Begin the next attempt."""
        index = self._places.take()
        ballot = self.model.draw(self._seed, index)
        steps = self._batch.begin((self.key, index), ballot.tokens)
        self.running[index] = _InFlight(ballot, self._batch.now - self._began, steps)

    def end(self, index: int, *, heard: bool = True) -> None:
        """Take an attempt that finished, or was cancelled."""
        one = self.running.pop(index)
        self._batch.drop((self.key, index))
        now = self._batch.now - self._began
        ballot = replace(one.ballot, ended_at=now)
        if heard:
            self._spent += ballot.tokens
            self._tallies.add(ballot)
        else:
            ballot = replace(ballot, tokens=int(self._batch.steps - one.steps))
        self._timed.append(Timed(ballot, one.started, now, heard))

    def outcome(self, state: ProblemState, reason: str) -> Outcome:
        """What is decided in this state."""
        return Outcome(
            problem_id=self.key,
            verdict=self.policy.selector.select(state.weighted),
            reason=reason,
            fired=True,
            tokens=state.sampled_tokens,
            seconds=state.elapsed_seconds,
            finished=state.finished,
            running=len(state.running),
        )

    def course(self, outcome: Outcome) -> Course:
        """Its attempts, once none is in flight."""
        answer = outcome.verdict.answer
        return Course(
            self.key,
            in_finishing_order(self._timed),
            reach(self.policy),
            self.model.reference,
            None if answer is None else answer.canonical,
        )
