"""The settings of the road."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from tirkit.config import Settings, load_settings
from tirkit.export import Form, presets_for
from tirkit.solver.flatten import flatten
from tirkit.types import AnswerDomain, Sampling

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DocumentSettings(_Part):
    """Which documents are taken.

    Attributes:
        least_chars: of their text.
        most_chars: of their text; a longer one is left out, not cut.
    """

    least_chars: Count = 20
    most_chars: Count = 40_000


class AskSettings(_Part):
    """How the model is asked about documents and problems.

    Attributes:
        texts: in which words: the name of shipped ones, or a path.
        tries: how often a question is put until a reply passes its schema.
        max_tokens: of a reply.
        seconds: a reply may take.
        at_once: questions in flight.
        most_problems: taken of one document.
        grounded: share of a problem's words that must stand in its document; less is invented.
        sampling: how replies are drawn.
    """

    texts: str = "default"
    tries: Count = 3
    max_tokens: Count = 4096
    seconds: Annotated[float, Field(gt=0)] = 900.0
    at_once: Count = 64
    most_problems: Count = 20
    grounded: Share = 0.5
    sampling: Sampling = Sampling(temperature=0.7, top_p=0.95)


class QualitySettings(_Part):
    """Which problems are good enough.

    Attributes:
        least_chars: of the question.
        most_chars: of the question.
        most_answer_chars: of the answer.
        need_answer: whether a problem without an answer of its source is left out.
        domain: which answers are admissible, as `integer:0..999`.
    """

    least_chars: Count = 20
    most_chars: Count = 4000
    most_answer_chars: Count = 200
    need_answer: bool = False
    domain: str = "any"


class UniqueSettings(_Part):
    """Which problems are the same as others.

    Attributes:
        near: problems with this share of five-word runs in common, or more, are the same; None
            keeps them all.
        against: benchmarks not to train on, by name or path.
    """

    near: Annotated[float, Field(gt=0, le=1)] | None = 0.8
    against: tuple[str, ...] = ()


class SolveSettings(_Part):
    """How problems are solved.

    Attributes:
        preset: name of a shipped preset.
        attempts: at each problem, all of them made; 0 leaves the stage out.
        set: dotted names of settings to values; they win over the preset's.
    """

    preset: str = "default"
    attempts: Annotated[int, Field(ge=0)] = 4
    set: dict[str, Any] = Field(default_factory=dict)

    dialect: ClassVar[str] = ""
    """Spoken in place of the preset's own, unless `set` names another; "" for the preset's own."""

    def settings(self, seed: int, domain: str) -> Settings:
        """The whole tree of a run.

        Raises:
            ConfigError: a preset or setting is unknown, or out of range.
        """
        attempts = max(1, self.attempts)
        overrides = {
            "seed": seed,
            "domain": domain,
            "stop": f"after_attempts({attempts})",
            **({"dialect": {"name": self.dialect}} if self.dialect else {}),
            **flatten(self.set),
            "attempts": attempts,
        }
        return load_settings(self.preset, overrides=overrides)


class AgreeSettings(SolveSettings):
    """When attempts agree on an answer.

    Attributes:
        majority: share of all attempts that must come to the same answer where the document gives
            none.
        support: share that must come to the one it gives.
        most_support: problems with more are too easy.
    """

    attempts: Annotated[int, Field(ge=1)] = 8
    majority: Annotated[float, Field(gt=0, le=1)] = 0.5
    support: Annotated[float, Field(gt=0, le=1)] = 0.25
    most_support: Share = 1.0


class TrajectorySettings(SolveSettings):
    """How trajectories are made, and which are kept.

    Attributes:
        filters: names of presets of `tirkit export` that all must be passed.
        ids: whether rows hold token ids; engines that tell none need `false`.
    """

    filters: tuple[str, ...] = ("right",)
    ids: bool = True


class WordsSettings(TrajectorySettings):
    """The same without code."""

    dialect: ClassVar[str] = "prose"


class RoadSettings(_Part):
    """Every setting of the road.

    Attributes:
        seed: of everything that is drawn.
        proofs: whether statements to be proved are made into questions, or left out.
        documents: which are taken.
        ask: how the model is asked.
        quality: which problems are good enough.
        unique: which are the same as others.
        agree: when attempts agree on an answer.
        cot: trajectories in words alone.
        tir: trajectories with code.

    Raises:
        ConfigError: a preset, filter, domain or setting is unknown.
    """

    seed: int = 0
    proofs: Literal["transform", "drop"] = "transform"
    documents: DocumentSettings = DocumentSettings()
    ask: AskSettings = AskSettings()
    quality: QualitySettings = QualitySettings()
    unique: UniqueSettings = UniqueSettings()
    agree: AgreeSettings = AgreeSettings()
    cot: WordsSettings = WordsSettings()
    tir: TrajectorySettings = TrajectorySettings()

    def check(self) -> None:
        """Refuse what only a later stage would stumble over.

        Raises:
            ConfigError: a preset, filter, domain or setting is unknown.
        """
        AnswerDomain.parse(self.quality.domain)
        for part in (self.agree, self.cot, self.tir):
            if part.attempts:
                part.settings(self.seed, self.quality.domain).dialect.mix()
        for kept in (self.cot, self.tir):
            presets_for(Form.SFT, kept.filters)
