"""Attempts that are drawn, not made: whole competitions in seconds, under the real policies."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tirkit.errors import ConfigError
from tirkit.lab.asked import Asked, Simulated
from tirkit.lab.batch import Batch, Machine
from tirkit.lab.population import ProblemModel
from tirkit.lab.replay import Outcome
from tirkit.scheduler import (
    Cancel,
    Finish,
    Policy,
    RunState,
    Start,
    StopRule,
    TimeBank,
    plan,
)
from tirkit.scheduler.time_bank import Clock


@dataclass(frozen=True, slots=True)
class Simulation:
    """What policies are tried on.

    Attributes:
        machine: how fast the engine is.
        max_in_flight: attempts at once, over all problems.
        problems_at_once: problems that are worked on together; a competition gives one.
        seed: of the attempts. Under one seed every policy meets the same ones.
        bank: makes the time bank from the simulated clock; None gives every problem all it wants.
    """

    machine: Machine = field(default_factory=Machine)
    max_in_flight: int = 8
    problems_at_once: int = 1
    seed: int = 0
    bank: Callable[[Clock], TimeBank] | None = None

    def __post_init__(self) -> None:
        if self.max_in_flight < 1 or self.problems_at_once < 1:
            raise ConfigError("a simulation needs at least one attempt and one problem at once")
        if self.bank is not None and self.problems_at_once > 1:
            raise ConfigError("a time bank gives time to one problem at once")


def simulate(
    population: Sequence[ProblemModel], policy: Policy, simulation: Simulation | None = None
) -> list[Simulated]:
    """Work on problems in their order, as a scheduler would, without waiting.

    `scheduler.plan`, stop rules, selectors, waves, budgets and time banks are the real ones; only
    attempts and the engine are made up. A cancelled attempt frees its place at once. An attempt in
    flight at the end of its problem's time leaves no answer; a real one is asked for one.

    Args:
        population: the problems.
        policy: how each is worked on. No judge is asked.
        simulation: what it is tried on.
    """
    return _Run(population, policy, simulation or Simulation()).all()


class _Run:
    """All problems, from the first to the last."""

    def __init__(
        self, population: Sequence[ProblemModel], policy: Policy, simulation: Simulation
    ) -> None:
        self._population = population
        self._policy = policy
        self._simulation = simulation
        self._batch = Batch(simulation.machine)
        self._bank = simulation.bank(lambda: self._batch.now) if simulation.bank else None
        self._live: dict[str, Asked] = {}
        self._results: dict[str, Simulated] = {}
        self._wake_at = math.inf

    def all(self) -> list[Simulated]:
        """Work until every problem is settled; results are in the order of the problems."""
        waiting = list(reversed(self._population))
        if len({model.problem_id for model in waiting}) < len(waiting):
            raise ConfigError("two problems of a population have the same id")
        while waiting or self._live:
            while waiting and len(self._live) < self._simulation.problems_at_once:
                self._admit(waiting.pop())
            self._replan()
            if self._live:
                self._step()
        return [self._results[model.problem_id] for model in self._population]

    def _admit(self, model: ProblemModel) -> None:
        policy, reason = self._policy, ""
        if self._bank is not None:
            allotment = self._bank.begin()
            if allotment.seconds > 0:
                policy = allotment.budget().within(policy)
            else:
                reason = allotment.reason
        asked = Asked(model, policy, self._batch, self._simulation.seed)
        if reason:
            self._settle(asked, asked.outcome(asked.state(), reason))
        else:
            self._live[asked.key] = asked

    def _replan(self) -> None:
        states = {key: asked.state() for key, asked in self._live.items()}
        run = RunState(tuple(states.values()), self._batch.streams, self._simulation.max_in_flight)
        rules: dict[str, StopRule] = {key: asked.rule for key, asked in self._live.items()}
        settled: dict[str, Outcome] = {}
        for action in plan(run, rules):
            asked = self._live[action.problem_id]
            match action:
                case Start():
                    asked.start()
                case Cancel(index=index):
                    asked.end(index, heard=False)
                case Finish(reason=reason):
                    settled[asked.key] = asked.outcome(states[asked.key], reason)
        for key, outcome in settled.items():
            self._settle(self._live.pop(key), outcome)
        left = [asked.wake_after_seconds(states[key]) for key, asked in self._live.items()]
        self._wake_at = self._batch.now + min(left, default=math.inf)

    def _settle(self, asked: Asked, outcome: Outcome) -> None:
        self._results[asked.key] = Simulated(outcome, asked.course(outcome))
        if self._bank is not None:
            seconds = asked.policy.seconds
            self._bank.end(settled=seconds is None or outcome.seconds < seconds)

    def _step(self) -> None:
        """Go to what comes first: an attempt's end, or a moment a rule waits for."""
        end = self._batch.next_end()
        if end is None or self._wake_at < end[0]:
            assert self._wake_at < math.inf, "nothing runs and nobody waits"
            self._batch.go_to(self._wake_at)
            return
        seconds, key = end
        assert isinstance(key, tuple), "a stream that is no attempt"
        self._batch.go_to(seconds)
        problem, index = key
        self._live[problem].end(index)
