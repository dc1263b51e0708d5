"""Gathers what a summary shows, problem after problem."""

from tirkit.bench.metrics import Measuring, ProblemMetrics, measure_problem, sum_up
from tirkit.records import RecordedRun
from tirkit.report.build.curves import run_curves
from tirkit.report.build.facts import RunFacts, recorded_facts, settings_shown
from tirkit.report.build.figures import run_figures
from tirkit.report.build.frontier import FrontierBuild
from tirkit.report.build.lanes import tells_times
from tirkit.report.build.lines import problem_line
from tirkit.report.build.source import Shown
from tirkit.report.build.terms import Terms
from tirkit.report.payload import FORMAT, ProblemLine, Summary


class SummaryMaker:
    """Takes problems one by one and keeps what is shown of each.

    Args:
        run: whose problems they are; tells with what it was made.
        terms: how it decided.
    """

    def __init__(self, run: RecordedRun, terms: Terms) -> None:
        self._run = run
        self._how = Measuring(terms.selectors, terms.comparison, terms.sources)
        self._lines: list[ProblemLine] = []
        self._rows: list[ProblemMetrics] = []
        self._facts = RunFacts()
        self._frontier = FrontierBuild(terms)
        self.untimed = 0
        """Attempts that do not tell when their turns began."""

    def add(self, shown: Shown) -> None:
        """Take one more."""
        solution = shown.solution
        row = measure_problem(solution, self._how)
        self._lines.append(problem_line(shown, row))
        for one in solution.trajectories:
            self._facts.add(one)
            self.untimed += not tells_times(one)
        if shown.settled:
            self._rows.append(row)
            self._frontier.add(solution)

    def summary(self, title: str, made_at: str, notes: tuple[str, ...]) -> Summary:
        """The summary of all that was taken.

        Args:
            title: of the report.
            made_at: when it is made, ISO 8601.
            notes: what else is to be said.
        """
        figures = tuple(run_figures(sum_up(self._rows))) if self._rows else ()
        curves, no_curves = run_curves(self._rows)
        frontier, no_frontier = self._frontier.points()
        return Summary(
            format=FORMAT,
            title=title,
            made_at=made_at,
            facts=(*self._facts.facts(), *recorded_facts(self._run)),
            settings=settings_shown(self._run),
            figures=figures,
            problems=tuple(self._lines),
            curves=curves,
            frontier=frontier,
            notes=(*notes, *filter(None, (no_curves, no_frontier))),
        )
