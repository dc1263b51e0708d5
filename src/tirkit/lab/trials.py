"""Candidates tried on many problems in many orders: right or wrong, tokens, seconds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from tirkit.answers import Equivalence, equivalent
from tirkit.answers.comparison import EXACT, Comparison
from tirkit.errors import ConfigError
from tirkit.lab.candidates import Candidate
from tirkit.lab.course import Course
from tirkit.lab.population import ProblemModel
from tirkit.lab.replay import Outcome, reach, replay, tallies_of
from tirkit.lab.simulate import Simulation, simulate
from tirkit.lab.tallies import Tallies

Progress = Callable[[], None]
"""Called as work goes on, equally often for every order."""


@dataclass(frozen=True, slots=True)
class Trials:
    """What a candidate gave: one row per order, one column per problem.

    Attributes:
        candidate: what was tried.
        right: 1.0 for a right verdict, else 0.0.
        tokens: drawn per problem.
        seconds: taken per problem.
        unheard: decisions that lacked attempts which the record shows cancelled, or that it ends
            before.
    """

    candidate: Candidate
    right: list[list[float]] = field(default_factory=list)
    tokens: list[list[float]] = field(default_factory=list)
    seconds: list[list[float]] = field(default_factory=list)
    unheard: int = 0


def is_right(outcome: Outcome, reference: str, how: Comparison = EXACT) -> bool:
    """Whether the verdict says the same as the reference; what cannot be shown equal does not."""
    answer = outcome.verdict.answer
    return answer is not None and equivalent(answer, reference, how) is Equivalence.EQUAL


def replayed_trials(
    courses: Sequence[Course],
    candidates: Sequence[Candidate],
    *,
    orders: int = 0,
    at_once: int | None = None,
    seed: int = 0,
    progress: Progress = lambda: None,
) -> list[Trials]:
    """Try candidates on recorded attempts.

    Args:
        courses: the problems; those without a reference are passed over.
        candidates: what is tried.
        orders: random orders of beginning, each attempt as long as it was; 0 takes the recorded
            order alone.
        at_once: attempts in flight together in random orders, where a candidate does not say;
            None takes as many as the record shows.
        seed: of the orders.
        progress: called after each problem of each order.

    Raises:
        ConfigError: no problem has a reference.
    """
    graded = [course for course in courses if course.reference is not None]
    if not graded:
        raise ConfigError("no problem has a reference answer: nothing can be right or wrong")
    table = {one.name: _Columns(one) for one in candidates}
    for order in range(max(orders, 1)):
        for course in graded:
            shared = _Shared(course, order if orders else None, at_once, seed)
            for one in candidates:
                outcome = shared.outcome(one)
                right = is_right(outcome, course.reference or "", course.comparison)
                table[one.name].add(outcome, right=right)
            progress()
        for columns in table.values():
            columns.end_row()
    return [table[one.name].trials() for one in candidates]


def simulated_trials(
    population: Sequence[ProblemModel],
    candidates: Sequence[Candidate],
    attempts: int,
    simulation: Simulation,
    *,
    orders: int = 1,
    progress: Progress = lambda: None,
) -> list[Trials]:
    """Try candidates on simulated attempts, the same ones for each.

    Args:
        population: the problems.
        candidates: what is tried.
        attempts: most of them at a problem.
        simulation: its seed and those after it give the orders.
        orders: how often the whole is drawn.
        progress: called after each candidate of each order.
    """
    table = {one.name: _Columns(one) for one in candidates}
    for order in range(orders):
        drawn = replace(simulation, seed=simulation.seed + order)
        full: list[Course] | None = None
        for one in candidates:
            policy = one.within(attempts)
            if one.stop or one.at_once:
                places = one.at_once or simulation.max_in_flight
                made = simulate(population, policy, replace(drawn, max_in_flight=places))
                outcomes = [each.outcome for each in made]
            else:  # all attempts end: selectors share them
                if full is None:
                    full = [each.course for each in simulate(population, policy, drawn)]
                outcomes = [replay(course, policy) for course in full]
            for model, outcome in zip(population, outcomes, strict=True):
                table[one.name].add(outcome, right=is_right(outcome, model.reference or ""))
            table[one.name].end_row()
            progress()
    return [table[one.name].trials() for one in candidates]


class _Columns:
    """A candidate's trials while they are gathered."""

    def __init__(self, candidate: Candidate) -> None:
        self._trials = Trials(candidate)
        self._row: list[tuple[float, float, float]] = []
        self._unheard = 0

    def add(self, outcome: Outcome, *, right: bool) -> None:
        self._row.append((float(right), float(outcome.tokens), outcome.seconds))
        self._unheard += outcome.unheard > 0 or not outcome.fired

    def end_row(self) -> None:
        right, tokens, seconds = zip(*self._row, strict=True)
        self._trials.right.append(list(right))
        self._trials.tokens.append(list(tokens))
        self._trials.seconds.append(list(seconds))
        self._row.clear()

    def trials(self) -> Trials:
        return replace(self._trials, unheard=self._unheard)


class _Shared:
    """One problem in one order, and what candidates can share of it."""

    def __init__(self, course: Course, order: int | None, at_once: int | None, seed: int) -> None:
        self._course = course
        self._order = order
        self._at_once = at_once or course.at_once
        self._draws = f"{seed}:{order}:{course.problem_id}"
        self._courses: dict[int, Course] = {}
        self._tallies: dict[tuple[int, int], Tallies] = {}

    def outcome(self, candidate: Candidate) -> Outcome:
        places = self._at_once if candidate.at_once is None else candidate.at_once
        course = self._ordered(places)
        policy = candidate.within(course.attempts)
        key = (places, min(reach(policy), course.attempts))
        if key not in self._tallies:
            self._tallies[key] = tallies_of(course.up_to(reach(policy)))
        return replay(course, policy, self._tallies[key])

    def _ordered(self, places: int) -> Course:
        if self._order is None:
            return self._course
        if places not in self._courses:
            self._courses[places] = self._course.reordered(Random(self._draws), places)
        return self._courses[places]
