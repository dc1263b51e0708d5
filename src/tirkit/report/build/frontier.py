"""What other stop rules and selectors would have made of the recorded attempts."""

from dataclasses import replace

from tirkit.lab import (
    Candidate,
    Course,
    Frontier,
    Point,
    candidate,
    course_from,
    full_vote,
    preset_candidate,
    replayed_trials,
)
from tirkit.lab.replay import reach
from tirkit.report.build.numbers import counted
from tirkit.report.build.terms import Terms
from tirkit.report.payload import FrontierPoint
from tirkit.types import Solution

OWN = "this run"
_RULES = {
    "4 agree": "when_agreed(4)",
    "safe lead": "when_lead_is_safe()",
    "4 of 5 last": "agreed_of_last(4, 5)",
    "ESC 5": "unanimous_window(5)",
    "Beta 0.95": "beta_posterior(0.95)",
    "majority share 0.8": "majority_share(0.8)",
    "8 answers": "after_answers(8)",
    "16 attempts": "after_attempts(16)",
}
_SELECTORS = ("weighted(by='mean')", "weighted(by='tail')", "entropy()")
_MOST_REPLAYS = 6_000
"""Attempts times orders that are replayed: a few seconds."""
_MOST_ORDERS = 8
_MOST_ATTEMPTS = 50_000
_MOST_KEPT_CHARS = 200_000_000
"""Of code and its output: some selectors look at them."""


class FrontierBuild:
    """Gathers the attempts of settled problems and holds rules against each other on them.

    Args:
        terms: how the run decided.
    """

    def __init__(self, terms: Terms) -> None:
        self._settings = terms.settings
        self._comparison = terms.comparison
        self._courses: list[Course] = []
        self._attempts = self._chars = self._unheard = 0
        self._full = False

    def add(self, solution: Solution) -> None:
        """Take one more problem, if it has a reference and attempts, and there is room."""
        if self._full or solution.problem.answer is None or not solution.trajectories:
            return
        most = None if self._settings is None else reach(self._settings.policy())
        course = course_from(solution.trajectories, solution, most, self._comparison)
        if not any(one.heard for one in course.timed):
            self._unheard += 1
            return
        timed = tuple(replace(one, ballot=replace(one.ballot, texts=())) for one in course.timed)
        self._attempts += len(timed)
        self._chars += sum(
            sum(map(len, one.ballot.code)) + sum(map(len, one.ballot.outputs)) for one in timed
        )
        if self._attempts > _MOST_ATTEMPTS or self._chars > _MOST_KEPT_CHARS:
            self._full = True
            self._courses.clear()
        else:
            named = f"{len(self._courses)}/{course.problem_id}"
            self._courses.append(replace(course, timed=timed, problem_id=named))

    def points(self) -> tuple[tuple[FrontierPoint, ...], str]:
        """The points, and what is to be said of them, or why there are none."""
        if self._full:
            return (
                (),
                "the frontier of stop rules is left out, the run is too large: tirkit frontier",
            )
        if not self._courses:
            return (), "the frontier of stop rules needs settled problems with reference answers"
        if max(len(one.timed) for one in self._courses) < 2:
            return (), "the frontier of stop rules needs more than one attempt at a problem"
        orders = min(_MOST_REPLAYS // max(self._attempts, 1), _MOST_ORDERS)
        trials = replayed_trials(self._courses, self._candidates(), orders=orders)
        note = f"the frontier is without {counted(self._unheard, 'problem')} nobody finished"
        return tuple(map(_point, Frontier(trials).points())), note if self._unheard else ""

    def _candidates(self) -> list[Candidate]:
        found = [full_vote()]
        found += [candidate(name, "rule", stop) for name, stop in _RULES.items()]
        found += [candidate(text, "selector", "", text) for text in _SELECTORS]
        if self._settings is not None:
            found.append(preset_candidate(OWN, self._settings))
        return found


def _point(point: Point) -> FrontierPoint:
    told = [point.stop, "" if point.selector == "majority()" else point.selector]
    text = " then ".join(filter(None, told))
    name = f"{point.name}: {text}" if text and text != point.name else point.name
    return FrontierPoint(
        name=name,
        tokens=round(point.tokens.value, 1),
        accuracy=round(point.accuracy.value, 4),
        low=round(point.accuracy.low, 4),
        high=round(point.accuracy.high, 4),
        on_frontier=point.best,
        is_run=point.name == OWN,
    )
