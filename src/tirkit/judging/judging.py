"""Which judge a run has, and whom it asks."""

from dataclasses import dataclass, field, replace

from tirkit.dialects.interface import AnyDialect
from tirkit.dialects.mix import DialectMix
from tirkit.engines import Engine
from tirkit.judging.asker import Asker
from tirkit.kernels import KernelSource
from tirkit.prompts import JudgeTexts, load_judge_texts
from tirkit.scheduler import Policy
from tirkit.selection.judges import Ask, Judge, JudgeTerms, Tools, parse_judge
from tirkit.types import Sampling


@dataclass(frozen=True, slots=True)
class Judging:
    """A judge, what it may spend, and whom it asks.

    Attributes:
        judge: asked where the votes leave it open.
        terms: when, and what it may spend.
        ask: puts its questions to a model; None asks the attempts' own.
        texts: in which words.
    """

    judge: Judge
    terms: JudgeTerms = field(default_factory=JudgeTerms)
    ask: Ask | None = None
    texts: JudgeTexts = field(default_factory=load_judge_texts)

    @classmethod
    def of(cls, given: "Judging | Judge | str") -> "Judging":
        """What a judge alone, or its text as `parse_judge` reads it, stands for.

        Raises:
            ConfigError: the text names no judge.
        """
        if isinstance(given, Judging):
            return given
        return cls(parse_judge(given) if isinstance(given, str) else given)

    def over(self, policy: Policy) -> Policy:
        """The policy with this judge."""
        return replace(policy, judge=self.judge, judge_terms=self.terms)


def judge_tools(
    engine: Engine,
    kernels: KernelSource,
    dialect: AnyDialect | DialectMix,
    sampling: Sampling,
    judging: Judging | None = None,
) -> Tools:
    """What the judges of a run may ask: the attempts' model and kernels, where nothing is said."""
    texts = load_judge_texts() if judging is None else judging.texts
    ask: Ask | None = None if judging is None else judging.ask
    if ask is None:
        drawn = replace(sampling, logprobs=None)
        ask = Asker(engine, texts=texts, sampling=drawn, beside=dialect)
    return Tools(ask, kernels, texts)
