"""The second model of an attempt: it plans and judges, the attempt's own model writes the code.

Each model has an append-only context, an engine and a dialect of its own. What passes between
them is plain text, at named points alone.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from tirkit.attempt.limits import AttemptLimits
from tirkit.dialects.interface import AnyDialect, Dialect, Unbound
from tirkit.engines.interface import Engine
from tirkit.errors import ConfigError
from tirkit.prompts import HandoverTexts, load_handover
from tirkit.types import Sampling


class HandoverPoint(StrEnum):
    """Where words pass between the two models."""

    PLAN = "plan"
    """Before the code model begins: the reasoner's plan becomes part of its question."""
    FAILED = "failed"
    """After some cells in a row have failed: its advice stands behind what the last one gave."""
    ANSWER = "answer"
    """When the code model has answered: the reasoner answers itself, or says what is wrong."""


@dataclass(frozen=True, slots=True)
class Reasoner:
    """A reasoning model beside the one that writes code.

    Attributes:
        engine: entered by the caller; may be the attempts' own.
        dialect: how the model is asked; code it calls is refused.
        points: where words are handed over.
        texts: in which.
        limits: what the model may spend in one attempt, `max_turns` replies at most.
        sampling: how its tokens are drawn.
        failed_cells: so many in a row are told of at `FAILED`.

    Raises:
        ConfigError: there is no point, or `failed_cells` is below 1.
    """

    engine: Engine
    dialect: AnyDialect
    points: Collection[HandoverPoint] = (HandoverPoint.PLAN,)
    texts: HandoverTexts = field(default_factory=load_handover)
    limits: AttemptLimits = field(default_factory=AttemptLimits)
    sampling: Sampling = field(default_factory=Sampling)
    failed_cells: int = 2

    def __post_init__(self) -> None:
        if not self.points:
            known = ", ".join(HandoverPoint)
            raise ConfigError(f"a reasoner without points is never asked: use some of {known}")
        if self.failed_cells < 1:
            raise ConfigError(f"failed_cells is {self.failed_cells}: it must be at least 1")

    async def bind(self) -> Dialect:
        """The dialect, fitted to the engine's model.

        Raises:
            ConfigError: the model does not speak it; the message names the remedy.
        """
        if isinstance(self.dialect, Unbound):
            return await self.dialect.bind(self.engine)
        return self.dialect
