"""How one problem is worked on."""

from dataclasses import dataclass, field

from tirkit.answers.comparison import EXACT, Comparison
from tirkit.errors import ConfigError
from tirkit.scheduler.stop_rules import StopRule, when_lead_is_safe
from tirkit.scheduler.waves import Wave
from tirkit.selection import MajorityVote, Selector
from tirkit.selection.judges import Judge, JudgeTerms


@dataclass(frozen=True, slots=True)
class Policy:
    """How one problem is worked on.

    Attributes:
        attempts: most attempts, those of waves not counted.
        stop_rule: when the problem is settled before all attempts have finished.
        selector: chooses the answer.
        seed: run seed the attempts' seeds derive from.
        seconds: wall time of the problem; attempts answer before it ends. None means no limit.
        judge: asked where the votes leave it open; None never asks.
        judge_terms: when it is asked, and what it may spend.
        comparison: when two answers count as the same.
        waves: further attempts, one wave after the other, where too few of the earlier ones agree.
    """

    attempts: int
    stop_rule: StopRule = field(default_factory=when_lead_is_safe)
    selector: Selector = field(default_factory=MajorityVote)
    seed: int = 0
    seconds: float | None = None
    judge: Judge | None = None
    judge_terms: JudgeTerms = field(default_factory=JudgeTerms)
    comparison: Comparison = EXACT
    waves: tuple[Wave, ...] = ()

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ConfigError(f"attempts is {self.attempts}: it must be at least 1")
