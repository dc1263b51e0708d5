"""Further attempts where few of the earlier ones agree, asked as they were or shown the answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tirkit.answers import equivalent, final_segment
from tirkit.errors import ConfigError
from tirkit.prompts.waves import load_wave_text
from tirkit.scheduler.state import ProblemState
from tirkit.scheduler.stop_rules import StopRule
from tirkit.scheduler.stop_rules.rule import check_whole, leader, shown_fields
from tirkit.selection import Compare, MajorityVote, ballot_from, count
from tirkit.types import Problem, StopReason, Tally, Trajectory

_MOST_CANDIDATES = 8
"""Answers shown, the most common ones first."""
_MOST_ANSWER_CHARS = 200
_MOST_TEXT_CHARS = 4_000
"""Of an earlier attempt's final text, its end kept."""


@dataclass(frozen=True, slots=True)
class Wave:
    """Attempts that begin only if too few of the earlier ones agree.

    Attributes:
        attempts: how many it adds.
        agree: equivalent answers from which on the wave is not needed.
        text: name or path of the text that shows them what was found, such as "verify" or
            "revise"; "" asks them what the first ones were asked.
        opens: lets the wave begin before all earlier attempts have ended; None waits for them.
    """

    attempts: int
    agree: int = field(default=2, kw_only=True)
    text: str = field(default="", kw_only=True)
    opens: StopRule | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        check_whole("wave", "attempts", self.attempts, 1)
        check_whole("wave", "agree", self.agree, 1)
        if not isinstance(self.text, str):
            raise ConfigError(f"wave: text is {self.text!r}, it must be a name or a path")
        if self.opens is not None and not hasattr(self.opens, "decide"):
            raise ConfigError(f"wave: opens is {self.opens!r}, it must be a stop rule")
        if self.text:
            load_wave_text(self.text)

    def needed(self, tally: Tally) -> bool:
        """Whether too few agree. Once enough do, they always will: votes are never taken back."""
        best = leader(tally)
        return best is None or best.count < self.agree

    def opens_now(self, state: ProblemState) -> bool:
        """Whether its attempts may begin."""
        if not self.needed(state.tally):
            return False
        return state.ended or (self.opens is not None and self.opens.decide(state) is not None)

    def __str__(self) -> str:
        return f"wave({', '.join(shown_fields(self))})"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What attempts of earlier rounds have found, fixed when a wave begins.

    Attributes:
        answered: those that found an answer, by index.
        tally: their votes.
    """

    answered: tuple[Trajectory, ...] = ()
    tally: Tally = field(default_factory=Tally)

    @classmethod
    def of(
        cls, done: Sequence[Trajectory], before: int, compare: Compare = equivalent
    ) -> "Earlier":
        """Of the attempts with an index below `before` that were not cancelled."""
        answered = sorted(
            (
                trajectory
                for trajectory in done
                if trajectory.index < before
                and trajectory.answer is not None
                and trajectory.stop_reason is not StopReason.CANCELLED
            ),
            key=lambda trajectory: trajectory.index,
        )
        votes = count(MajorityVote(), [ballot_from(trajectory) for trajectory in answered], compare)
        return cls(tuple(answered), votes)


def question(wave: Wave, problem: Problem, earlier: Earlier, place: int) -> str:
    """What an attempt of a wave is asked in place of the problem, "" for the problem itself.

    Args:
        wave: the wave.
        problem: what is asked.
        earlier: what was found; without any answer there is nothing to show.
        place: of the attempt in its wave, from 0. Where a single attempt is shown, it is the last
            one for place 0, the one before it for place 1, and so on.
    """
    if not wave.text or not earlier.answered:
        return ""
    text = load_wave_text(wave.text)
    if text.shows_candidates:
        lines = [
            text.fill("candidate", answer=_one_line(entry.answer.text), votes=str(entry.count))
            for entry in earlier.tally.entries[:_MOST_CANDIDATES]
        ]
        return text.fill("ask", problem=problem.text, candidates="\n".join(lines)).strip("\n")
    shown = earlier.answered[-1 - place % len(earlier.answered)]
    return text.fill(
        "ask", problem=problem.text, answer=_one_line(str(shown.answer)), text=_final_text(shown)
    ).strip("\n")


def _one_line(answer: str) -> str:
    line = " ".join(answer.split())
    return line if len(line) <= _MOST_ANSWER_CHARS else f"{line[:_MOST_ANSWER_CHARS]}…"


def _final_text(trajectory: Trajectory) -> str:
    """What the attempt ended with, without its thinking; its end where it is long."""
    written = next((turn.text for turn in reversed(trajectory.turns) if turn.text.strip()), "")
    text = (final_segment(written) or written).strip()
    if len(text) <= _MOST_TEXT_CHARS:
        return text or f"(nothing but its answer, {_one_line(str(trajectory.answer))})"
    return f"…{text[-_MOST_TEXT_CHARS:]}"
