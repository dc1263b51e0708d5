"""Settings of a second model that plans beside the one that writes code."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tirkit.attempt import AttemptLimits, HandoverPoint, Reasoner
from tirkit.config.dialect import DialectSettings
from tirkit.engines import Engine
from tirkit.errors import ConfigError
from tirkit.prompts import load_handover
from tirkit.types import Sampling

_PROMPT = "reasoner"


class ReasonerSettings(BaseModel):
    """A reasoning model beside the one that writes code.

    Attributes:
        engine: its name, such as `openai:URL#model`; "" where an engine is handed to the solver.
        engine_args: arguments of the engine.
        points: where words are handed over: `plan`, `failed`, `answer`.
        texts: name of shipped hand-over texts, or the path of a file with others.
        dialect: how the model is asked; its prompt is `reasoner` unless another is named.
        limits: what it may spend in one attempt.
        sampling: how its tokens are drawn.
        failed_cells: so many failed cells in a row are told of at `failed`.

    Raises:
        ConfigError: there are no such texts, or the dialect has a mix of prompts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: str = ""
    engine_args: dict[str, Any] = Field(default_factory=dict)
    points: Annotated[tuple[HandoverPoint, ...], Field(min_length=1)] = (HandoverPoint.PLAN,)
    texts: str = "default"
    dialect: DialectSettings = DialectSettings(name="prose")
    limits: AttemptLimits = AttemptLimits()
    sampling: Sampling = Sampling()
    failed_cells: Annotated[int, Field(ge=1)] = 2

    @model_validator(mode="after")
    def _check(self) -> Self:
        load_handover(self.texts)
        if len(self.dialect.each()) > 1:
            raise ConfigError("the reasoner has a mix of prompts: give it one")
        return self

    def made(self, engine: Engine) -> Reasoner:
        """The reasoner on an engine.

        Raises:
            ConfigError: the dialect or its prompt is unknown.
        """
        [(chosen, prompt, _)] = self.dialect.each()
        return Reasoner(
            engine,
            chosen.made(prompt or _PROMPT),
            self.points,
            load_handover(self.texts),
            self.limits,
            self.sampling,
            self.failed_cells,
        )
