"""A simulated problem while it is being worked on."""

import math
from dataclasses import dataclass, replace
from functools import partial

from tirkit.lab.batch import Batch
from tirkit.lab.course import Course, Timed, in_finishing_order
from tirkit.lab.picture import Picture
from tirkit.lab.population import ProblemModel
from tirkit.lab.replay import LATE_SECONDS, Outcome, reach, rule_of
from tirkit.lab.tallies import Tallies
from tirkit.scheduler import Policy, ProblemState
from tirkit.scheduler.rounds import Places, Rounds
from tirkit.selection import Ballot


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
        self.seen: ProblemState | None = None
        self._batch = batch
        self._seed = seed
        self._began = batch.now
        self._places = Places(Rounds(policy.attempts, policy.waves), ())
        self._tallies = Tallies()
        self._timed: list[Timed] = []
        self._spent = 0

    def state(self) -> ProblemState:
        """The picture `plan` decides from, once every wave has begun that is due."""
        self.seen = self._places.open_due(self._picture)
        return self.seen

    def _picture(self) -> ProblemState:
        finished = len(self._timed)
        plain = self._tallies.plain(finished)
        reachable = self._places.reachable(plain)
        steps = self._batch.steps
        live = tuple([int(steps - one.steps) for one in self.running.values()])
        return Picture(
            partial(self._tallies.weighted, self.policy.selector, finished),
            problem_id=self.key,
            max_attempts=reachable,
            started=self._places.started,
            running=tuple(self.running),
            finished=finished,
            tally=plain,
            ballots=tuple(self._tallies.ballots),
            elapsed_seconds=self._batch.now - self._began,
            sampled_tokens=self._spent + sum(live),
            running_tokens=live,
            held_back=reachable - self._places.opened,
        )

    def wake_at(self) -> float:
        """When time alone may change what is decided."""
        assert self.seen is not None, "a wake of a problem nobody has looked at"
        wakes = (
            self.rule.wake_after_seconds(self.seen),
            self._places.wake_after_seconds(self.seen),
        )
        left = min((max(wake, 0.0) for wake in wakes if wake is not None), default=math.inf)
        return self._batch.now + left + LATE_SECONDS

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

    def result(self, state: ProblemState, reason: str) -> Simulated:
        """How it ended, in the state it was decided from."""
        outcome = Outcome(
            problem_id=self.key,
            verdict=self.policy.selector.select(state.weighted),
            reason=reason,
            fired=True,
            tokens=state.sampled_tokens,
            seconds=state.elapsed_seconds,
            finished=state.finished,
            running=len(state.running),
        )
        timed, reference = in_finishing_order(self._timed), self.model.reference
        answer = outcome.verdict.answer
        recorded = None if answer is None else answer.canonical
        return Simulated(outcome, Course(self.key, timed, reach(self.policy), reference, recorded))
