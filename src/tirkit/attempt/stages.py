"""Makes the model go on where its prompt has several stages."""

from collections import deque

from tirkit.attempt.builder import TrajectoryBuilder
from tirkit.attempt.opening import encode_pieces
from tirkit.dialects.interface import Dialect
from tirkit.engines.interface import Engine
from tirkit.prompts import Stage
from tirkit.types import Answer


class Stages:
    """The stages one attempt has before it, and the answer of those behind it.

    Args:
        engine: encodes what is said.
        dialect: has the stages.
        builder: takes what is said.
    """

    def __init__(self, engine: Engine, dialect: Dialect, builder: TrajectoryBuilder) -> None:
        self._engine = engine
        self._dialect = dialect
        self._builder = builder
        self._left = deque(dialect.stages)
        self.answer: Answer | None = None
        """What the last stage answered that answered."""

    async def go_on(self, answer: Answer | None) -> bool:
        """Say what the next stage says behind a turn that the model ended; False if none is left.

        Args:
            answer: the turn's.
        """
        stage = self._take()
        if stage is None:
            return False
        self.answer = answer or self.answer
        await self.show(stage)
        return True

    async def show(self, stage: Stage) -> None:
        """Say something behind a turn that the model ended, to make it go on."""
        await self._builder.drop_end_token(self._engine.decode)
        pieces = self._dialect.show_stage(stage, *self._builder.open_text())
        rendered = await encode_pieces(self._engine, pieces)
        self._builder.append_given(rendered.ids, rendered.text)

    def _take(self) -> Stage | None:
        while self._left:
            stage = self._left.popleft()
            if not (stage.unless_code and self._builder.usage.cells):
                return stage
        return None
