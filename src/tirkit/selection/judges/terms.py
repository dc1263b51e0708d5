"""When a judge is asked, what it may spend, and what its judgment does to the verdict."""

import math
from dataclasses import dataclass, replace

from tirkit.errors import ConfigError
from tirkit.types import Answer, Judgment, Tally, Verdict

_SHARE_KEPT_BACK = 0.25
"""Most of a problem's time that is kept back for judging."""


@dataclass(frozen=True, slots=True)
class JudgeTerms:
    """When a judge is asked, and what it may spend on one problem.

    Attributes:
        tokens: most tokens sampled.
        seconds: longest it may take. Of a problem with a time limit so much is kept back for it,
            a quarter of the limit at most.
        safe_share: the vote stands unasked if its leader holds more than this share of the weight;
            1 asks at every disagreement.
        at_once: questions put at the same time.

    Raises:
        ConfigError: a value is out of range.
    """

    tokens: int = 65_536
    seconds: float = 120.0
    safe_share: float = 0.5
    at_once: int = 16

    def __post_init__(self) -> None:
        in_range = {
            "tokens": self.tokens >= 1,
            "seconds": 0 < self.seconds < float("inf"),
            "safe_share": 0 <= self.safe_share <= 1,
            "at_once": self.at_once >= 1,
        }
        for name, fits in in_range.items():
            if not fits:
                raise ConfigError(f"judging: {name} is {getattr(self, name)}: out of range")

    def wanted(self, tally: Tally) -> bool:
        """Whether the votes alone leave it open."""
        if len(tally.entries) < 2:
            return False
        total = math.fsum(entry.weight for entry in tally.entries)
        leading = max(entry.weight for entry in tally.entries)
        return leading <= self.safe_share * total

    def kept_back_seconds(self, problem_seconds: float) -> float:
        """How much of a problem's time attempts may not use."""
        return min(self.seconds, problem_seconds * _SHARE_KEPT_BACK)


def after(verdict: Verdict, judgment: Judgment) -> Verdict:
    """The verdict once a judge has been asked.

    The highest score wins; of equal ones the vote's own choice, then the one that stands higher in
    the tally. Without a valid judgment the vote stands. The confidence stays what it is: the
    answer's share of the vote weight.
    """
    tally = verdict.tally
    order = {entry.answer: place for place, entry in enumerate(tally.entries)}
    scores = [(answer, score) for answer, score in judgment.scores if math.isfinite(score)]
    cost = judgment.usage.sampled_tokens + judgment.usage.wasted_tokens
    told = f"{judgment.judge} ({judgment.heard} heard, {cost} tokens): {judgment.reason}"
    if not judgment.heard or not scores:
        return replace(verdict, reason=f"{verdict.reason}; the vote stands, {told}")

    def standing(scored: tuple[Answer, float]) -> tuple[float, bool, int, str]:
        answer, score = scored
        place = order.get(answer, len(order))
        return -score, answer != verdict.answer, place, answer.canonical

    chosen = min(scores, key=standing)[0]
    if chosen == verdict.answer:
        return replace(verdict, reason=f"{verdict.reason}; upheld by {told}")
    total = math.fsum(entry.weight for entry in tally.entries)
    weight = math.fsum(entry.weight for entry in tally.entries if entry.answer == chosen)
    share = weight / total if total else 0.0
    reason = f"chosen by {told}; the vote said {verdict.answer} ({verdict.reason})"
    return Verdict(chosen, reason, min(share, 1.0), tally)
