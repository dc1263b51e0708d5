"""A reward model scores every attempt that voted."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import anyio

from tirkit.selection.judges.case import Candidate, Case
from tirkit.selection.judges.hearing import Hearing
from tirkit.selection.judges.scorers.interface import Scorer, ScorerError
from tirkit.selection.judges.settings import check, whole
from tirkit.types import Answer, Judgment, Usage

_REDUCE: Mapping[str, Callable[[Sequence[float]], float]] = {
    "product": math.prod,
    "min": min,
    "last": lambda scores: scores[-1],
    "mean": lambda scores: math.fsum(scores) / len(scores),
}


@dataclass(frozen=True, slots=True)
class RewardModel:
    r"""Each attempt's score counts for its answer; the highest sum, or the highest score, wins.

    A solution is cut into steps at blank lines and scored step by step, as Qwen2.5-Math-PRM wants
    it (arXiv 2501.07301; best-of-8 there by the product of the steps' scores). A solution longer
    than `whole_chars` is scored by its summary. An attempt that could not be scored is an
    abstention and counts for nothing.

    Attributes:
        scorer: the model.
        reduce: of a solution's steps: `product`, `min`, `last` or `mean`.
        vote: `sum` adds up an answer's scores (weighted best-of-N), `best` takes its best one.
        top: answers whose attempts are scored, those with the most weight.
        whole_chars: longest solution scored whole.
        summary_chars: of a longer one.
        at_once: requests in flight.
    """

    scorer: Scorer
    reduce: Literal["product", "min", "last", "mean"] = "product"
    vote: Literal["sum", "best"] = "sum"
    top: int = 8
    whole_chars: int = 12_000
    summary_chars: int = 6_000
    at_once: int = 8

    def __post_init__(self) -> None:
        check(
            self.name,
            {
                f"reduce (one of {', '.join(_REDUCE)})": self.reduce in _REDUCE,
                "vote (sum or best)": self.vote in {"sum", "best"},
                "top": whole(self.top, 2),
                "whole_chars": whole(self.whole_chars, 0),
                "summary_chars": whole(self.summary_chars),
                "at_once": whole(self.at_once),
            },
        )

    @property
    def name(self) -> str:
        """How it is named in records."""
        return "reward"

    async def judge(self, case: Case, hearing: Hearing) -> Judgment:
        """Score all solutions at once."""
        asked = {entry.answer for entry in case.tally.entries[: self.top]}
        candidates = [one for one in case.candidates if one.answer in asked]
        found: dict[int, float] = {}
        places = anyio.CapacityLimiter(self.at_once)

        async def score(one: Candidate) -> None:
            async with places:
                value = await self._score(case, hearing, one)
            if value is not None:
                found[one.index] = value

        async with anyio.create_task_group() as tasks:
            for one in candidates:
                tasks.start_soon(score, one)
        rewards: dict[Answer, list[float]] = {}
        for one in candidates:
            if one.index in found:
                rewards.setdefault(one.answer, []).append(found[one.index])
        join = math.fsum if self.vote == "sum" else max
        scores = [(answer, join(values)) for answer, values in rewards.items()]
        told = ", ".join(f"{answer} {score:.3g}" for answer, score in scores)
        return hearing.judgment(self.name, scores, len(found), told or "nothing scored")

    async def _score(self, case: Case, hearing: Hearing, one: Candidate) -> float | None:
        steps = steps_of(one, self.whole_chars, self.summary_chars)
        if not steps or hearing.late:
            hearing.abstain("late" if steps else "nothing to score")
            return None
        with anyio.CancelScope(deadline=hearing.deadline):
            try:
                scores = await self.scorer.score(case.problem.text, steps)
            except ScorerError as error:
                hearing.abstain(str(error))
                return None
            hearing.usage += Usage(prompt_tokens=scores.tokens)
            value = _REDUCE[self.reduce](scores.steps)
            if math.isfinite(value):
                return value
            hearing.abstain("a score that is no number")
            return None
        hearing.abstain("late")
        return None


def steps_of(candidate: Candidate, whole_chars: int, summary_chars: int) -> list[str]:
    """A solution's steps: its turns, or its summary where they are too long, cut at blank lines."""
    turns = candidate.trajectory.turns
    text = "\n\n".join(turn.text + turn.given for turn in turns)
    if len(text) > whole_chars:
        text = candidate.summary(summary_chars)
    return [step.strip() for step in text.split("\n\n") if step.strip()]
