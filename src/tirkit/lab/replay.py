"""What a stop rule and a selector would have made of recorded attempts."""

from collections.abc import Iterator
from dataclasses import dataclass

from tirkit.lab.course import Course, Timed
from tirkit.lab.picture import Picture
from tirkit.lab.tallies import Tallies
from tirkit.scheduler import (
    Finish,
    Policy,
    ProblemState,
    RunState,
    StopRule,
    after_seconds,
    plan,
)
from tirkit.scheduler.rounds import Places, Rounds
from tirkit.selection import Ballot
from tirkit.types import Tally, Verdict

LATE_SECONDS = 1e-6
"""Timers fire late, as on real clocks; without it rounding could leave one just ahead for ever."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a problem would have ended.

    Attributes:
        problem_id: the problem.
        verdict: the choice and its tally.
        reason: why it was settled, in words.
        fired: whether a rule settled it, or all its attempts had finished; False where the record
            ends before.
        tokens: drawn until then, by running attempts too.
        seconds: from the problem's beginning until then.
        finished: attempts that had finished by themselves.
        running: attempts in flight, which would have been cancelled.
        unheard: attempts the record shows cancelled before then.
    """

    problem_id: str
    verdict: Verdict
    reason: str
    fired: bool
    tokens: int
    seconds: float
    finished: int
    running: int
    unheard: int = 0


def replay(course: Course, policy: Policy, tallies: Tallies | None = None) -> Outcome:
    """Let a policy decide over a course, by the code that decides over live attempts.

    The picture is taken where the scheduler takes it: after each attempt that ends, and when time
    alone may change a decision. No judge is asked; a time limit of the policy settles the problem;
    when answers are the same is the course's to say.

    Args:
        course: the attempts; those the policy would not have begun are passed over.
        policy: how many attempts, when to stop, how to choose.
        tallies: of the heard attempts of `course.up_to(reach(policy))`, to share among policies.
    """
    course = course.up_to(reach(policy))
    walk = _Walk(course, policy, tallies or tallies_of(course))
    rule = rule_of(policy)
    for state in walk.pictures(rule):
        settled = RunState((state,), len(state.running), len(state.running))
        for action in plan(settled, {state.problem_id: rule}):
            if isinstance(action, Finish):
                return walk.outcome(state, action.reason, fired=True)
    state = walk.picture()
    return walk.outcome(state, f"the record ends after {state.finished} attempts", fired=False)


def reach(policy: Policy) -> int:
    """Most attempts a policy may come to, those of all its waves included."""
    return policy.attempts + sum(wave.attempts for wave in policy.waves)


def rule_of(policy: Policy) -> StopRule:
    """The policy's stop rule with its time limit."""
    if policy.seconds is None:
        return policy.stop_rule
    return policy.stop_rule | after_seconds(policy.seconds)


def tallies_of(course: Course) -> Tallies:
    """The tallies after each of its heard attempts."""
    ballots = [one.ballot for one in course.timed if one.heard]
    return Tallies(ballots, course.comparison)


class _Walk:
    """Goes through a course, event by event."""

    def __init__(self, course: Course, policy: Policy, tallies: Tallies) -> None:
        self._course = course
        self._policy = policy
        self._tallies = tallies
        self._places = Places(Rounds(policy.attempts, policy.waves), ())
        self._to_begin = sorted(course.timed, key=lambda one: one.started, reverse=True)
        self._running: dict[int, Timed] = {}
        self._now = 0.0
        self._ended = self._heard = self._spent = 0

    def pictures(self, rule: StopRule) -> Iterator[ProblemState]:
        """The state at every moment at which something may be decided."""
        state = self._places.open_due(self.picture)
        yield state
        for one in self._course.timed:
            while (wake := self._wake(rule, state)) is not None and wake < one.over:
                self._go_to(wake)
                state = self._places.open_due(self.picture)
                yield state
            self._go_to(one.over)
            self._end(one)
            state = self._places.open_due(self.picture)
            yield state

    def _wake(self, rule: StopRule, state: ProblemState) -> float | None:
        wakes = (rule.wake_after_seconds(state), self._places.wake_after_seconds(state))
        known = [wake for wake in wakes if wake is not None]
        return self._now + max(min(known), 0.0) + LATE_SECONDS if known else None

    def _go_to(self, seconds: float) -> None:
        self._now = max(seconds, self._now)
        # What begins at this very moment does so because of what is decided now.
        while self._to_begin and self._to_begin[-1].started < seconds:
            one = self._to_begin.pop()
            self._running[one.ballot.index] = one

    def _end(self, one: Timed) -> None:
        if self._running.pop(one.ballot.index, None) is None:
            self._to_begin.remove(one)  # it took no time at all
        self._ended += 1
        self._heard += one.heard
        self._spent += one.ballot.tokens

    def picture(self) -> ProblemState:
        """The state now."""
        plain = self._tallies.plain(self._heard)
        reachable = self._places.reachable(plain)
        return Picture(
            self,
            problem_id=self._course.problem_id,
            max_attempts=reachable,
            started=self._ended + len(self._running),
            running=tuple(self._running),
            finished=self._ended,
            tally=plain,
            elapsed_seconds=self._now,
            held_back=reachable - self._places.opened,
        )

    def weighted(self) -> Tally:
        return self._tallies.weighted(self._policy.selector, self._heard)

    def ballots(self) -> tuple[Ballot, ...]:
        return tuple(self._tallies.ballots[: self._heard])

    def running_tokens(self) -> tuple[int, ...]:
        return tuple([one.tokens_at(self._now) for one in self._running.values()])

    def sampled_tokens(self) -> int:
        return self._spent + sum(self.running_tokens())

    def outcome(self, state: ProblemState, reason: str, *, fired: bool) -> Outcome:
        """How it ended in this state."""
        return Outcome(
            problem_id=state.problem_id,
            verdict=self._policy.selector.select(state.weighted),
            reason=reason,
            fired=fired,
            tokens=state.sampled_tokens,
            seconds=state.elapsed_seconds,
            finished=self._heard,
            running=len(state.running),
            unheard=self._ended - self._heard,
        )
