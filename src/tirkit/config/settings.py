"""Every setting, as one frozen tree."""

from dataclasses import replace
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from tirkit.answers import Source, parse_sources
from tirkit.answers.comparison import EXACT, Comparison
from tirkit.attempt import AttemptLimits
from tirkit.config.competition import CompetitionSettings
from tirkit.config.dialect import DialectSettings
from tirkit.config.reasoner import ReasonerSettings
from tirkit.errors import ConfigError
from tirkit.guards import Guard, parse_guard
from tirkit.kernels import KernelSettings
from tirkit.scheduler import (
    Policy,
    StopRule,
    Wave,
    after_seconds,
    parse_stop_rule,
    parse_wave,
)
from tirkit.selection import Selector, parse_selector
from tirkit.selection.judges import Judge, JudgeTerms, parse_judge
from tirkit.types import AnswerDomain, Sampling


class Settings(BaseModel):
    """Every setting of a run.

    Attributes:
        preset: name of the preset these started from.
        source: where the preset's numbers come from.
        attempts: most attempts at one problem.
        max_in_flight: attempts at once, over all problems.
        stop: stop rules, such as `when_agreed(4) | when_lead_is_safe()`.
        waves: further attempts where too few agree, such as `["wave(4, agree=2, text='verify')"]`.
        selector: chooses the answer, such as `entropy(floor=0.1)`.
        judge: asked where the votes leave it open, such as `genselect(window=8)`; "" for none.
        judge_terms: when it is asked, and what it may spend.
        group_tokens: length of a window in the attempts' statistics of confidence.
        guards: watch each attempt, such as `["deepconf(keep_percent=10)", "repetition()"]`.
        problem_seconds: wall time of one problem; None means no limit.
        seed: of the run; attempts derive theirs from it.
        domain: which answers are admissible where a problem does not say.
        answers: where answers are looked for, in this order: `box`, `phrase`, `option`, `tag`,
            `output` (the last number the last code printed).
        comparison: when two answers count as the same.
        sampling: how tokens are drawn.
        limits: what one attempt may spend.
        kernels: how kernels are kept and locked in.
        dialect: how the model is asked and how it calls code.
        reasoner: a second model that plans beside the one that writes code; None for one model.
        competition: the clock of a competition that hands out problems one at a time; None
            without one.

    Raises:
        ConfigError: a number is out of range or a text cannot be read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: str = "default"
    source: str = ""
    attempts: int = 8
    max_in_flight: int = 64
    stop: str = "when_lead_is_safe()"
    waves: tuple[str, ...] = ()
    selector: str = "majority()"
    judge: str = ""
    judge_terms: JudgeTerms = JudgeTerms()
    guards: tuple[str, ...] = ()
    group_tokens: int = 2048
    problem_seconds: float | None = None
    seed: int = 0
    domain: str = "any"
    answers: str = "box"
    comparison: Comparison = EXACT
    sampling: Sampling = Sampling()
    limits: AttemptLimits = AttemptLimits()
    kernels: KernelSettings = KernelSettings()
    dialect: DialectSettings = DialectSettings()
    reasoner: ReasonerSettings | None = None
    competition: CompetitionSettings | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        for name in ("attempts", "max_in_flight", "group_tokens"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is {getattr(self, name)}: it must be at least 1")
        if self.problem_seconds is not None and self.problem_seconds <= 0:
            raise ConfigError(f"problem_seconds is {self.problem_seconds:g}: it must be positive")
        self.stop_rule()
        self.further_waves()
        self.vote_selector()
        self.vote_judge()
        self.attempt_guards()
        self.answer_domain()
        self.sources()
        return self

    def stop_rule(self) -> StopRule:
        """The stop rule with the problem's time limit."""
        rule = parse_stop_rule(self.stop)
        return rule if self.problem_seconds is None else rule | after_seconds(self.problem_seconds)

    def further_waves(self) -> tuple[Wave, ...]:
        """The waves behind the first attempts, in order."""
        return tuple(map(parse_wave, self.waves))

    def vote_selector(self) -> Selector:
        """What chooses the answer."""
        return parse_selector(self.selector)

    def vote_judge(self) -> Judge | None:
        """What is asked where the votes leave it open."""
        return parse_judge(self.judge) if self.judge else None

    def attempt_guards(self) -> tuple[Guard, ...]:
        """What watches each attempt."""
        return tuple(map(parse_guard, self.guards))

    def answer_domain(self) -> AnswerDomain:
        """Which answers are admissible where a problem does not say."""
        return AnswerDomain.parse(self.domain)

    def sources(self) -> tuple[Source, ...]:
        """Where answers are looked for."""
        return parse_sources(self.answers)

    def kernel_settings(self) -> KernelSettings:
        """How kernels are kept; without a seed of their own they follow the run's."""
        if self.kernels.seed is not None:
            return self.kernels
        return replace(self.kernels, seed=self.seed)

    def policy(self) -> Policy:
        """How the scheduler works on one problem."""
        return Policy(
            attempts=self.attempts,
            stop_rule=self.stop_rule(),
            selector=self.vote_selector(),
            seed=self.seed,
            seconds=self.problem_seconds,
            comparison=self.comparison,
            waves=self.further_waves(),
        )
