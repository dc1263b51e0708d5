"""What is shown of a problem when it is opened."""

from collections.abc import Mapping
from dataclasses import dataclass

from tirkit.bench.grader import Grader
from tirkit.report.build.attempts import MOST_NAME_CHARS, AttemptDraft
from tirkit.report.build.cut import Caps, cut_text
from tirkit.report.build.numbers import finite, seconds
from tirkit.report.build.source import RUNNING, Shown
from tirkit.report.build.standing import standing_answers
from tirkit.report.build.votes import began_at, vote_moments
from tirkit.report.payload import ProblemSection
from tirkit.types import Problem, Solution

_MOST_TEXT_CHARS = 20_000
_MOST_VALUE_CHARS = 500
_MOST_METADATA = 40
_SECTION_MARKS = str.maketrans({"\x1e": "\n", "\x1f": "\n"})
"""Prompts of servers that take messages are marked by control characters (types/transcript)."""


@dataclass(frozen=True, slots=True)
class ProblemDraft:
    """A problem with its attempts' whole traces, from which shorter sections are made.

    Attributes:
        shown: the problem.
        grader: of its answers.
        attempts: drafts of its attempts, by index.
    """

    shown: Shown
    grader: Grader
    attempts: tuple[AttemptDraft, ...]

    @classmethod
    def of(cls, shown: Shown) -> "ProblemDraft":
        """The draft of a problem."""
        domain, sources = shown.solution.problem.domain, shown.terms.sources
        ordered = sorted(shown.solution.trajectories, key=lambda one: one.index)
        drafts = tuple(
            AttemptDraft.of(one, standing_answers(one, domain, sources)) for one in ordered
        )
        return cls(shown, shown.grader(), drafts)

    def longest_trace(self) -> int:
        """Characters of its longest trace."""
        return max((one.trace_chars() for one in self.attempts), default=0)

    def section(self, caps: Caps) -> ProblemSection:
        """What is shown of it under some caps."""
        solution = self.shown.solution
        began = began_at(solution.trajectories)
        kept = self.attempts[: caps.attempts]
        prompt = next((one.prompt_text for one in solution.trajectories), "")
        return ProblemSection(
            key=self.shown.key,
            text=cut_text(solution.problem.text, _MOST_TEXT_CHARS).text,
            domain=str(solution.problem.domain),
            metadata=_metadata(solution.problem),
            prompt=cut_text(prompt.translate(_SECTION_MARKS), _MOST_TEXT_CHARS).text,
            verdict=cut_text(_verdict(self.shown), _MOST_TEXT_CHARS).text,
            settled_at=seconds(solution.duration_seconds),
            moments=vote_moments(solution),
            attempts=tuple(
                one.shown(caps, finite(one.trajectory.started_at) - began, self.grader)
                for one in kept
            ),
        )


def _verdict(shown: Shown) -> str:
    solution: Solution = shown.solution
    said = solution.verdict.reason
    if not shown.settled:
        return f"{RUNNING}: the votes so far. {said}"
    if solution.verdict.tie_broken_by:
        said += f" (the tie was broken by {solution.verdict.tie_broken_by})"
    if solution.judgment is not None:
        said += f"; {solution.judgment.judge}: {solution.judgment.reason}"
    return f"{said}. Settled: {solution.stop_reason}"


def _metadata(problem: Problem) -> tuple[tuple[str, str], ...]:
    told: Mapping[str, object] = problem.metadata
    return tuple(
        (cut_text(str(name), MOST_NAME_CHARS).text, cut_text(str(value), _MOST_VALUE_CHARS).text)
        for name, value in list(told.items())[:_MOST_METADATA]
    )
