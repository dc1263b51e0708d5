"""What every stage of the road promises."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tirkit.engines import Engine
from tirkit.events import Listener, ignore
from tirkit.kernels import KernelSource
from tirkit.road.rows import Outcome, Rows

Tell = Callable[[str, int, int], None]
"""Told the stage, how many rows are done, of how many."""


def silent(stage: str, done: int, total: int) -> None:
    """Tell nobody."""
    del stage, done, total


@dataclass(frozen=True, slots=True)
class Desk:
    """What stages work with.

    Attributes:
        folder: of the road; a stage may keep what it needs under `kept`.
        engine: entered by the stage that needs it, as often as it likes.
        kernels: an entered pool to share; None for one of each run's own.
        listener: hears what happens in runs.
        tell: hears how far a stage is.
    """

    folder: Path
    engine: Engine
    kernels: KernelSource | None = None
    listener: Listener = ignore
    tell: Tell = silent

    def kept(self, name: str) -> Path:
        """A place for what is expensive to make again; made if it is not there."""
        place = self.folder / "kept"
        place.mkdir(exist_ok=True)
        return place / name


class Stage(Protocol):
    """Rows in, rows out, and a reason for everything that is left out."""

    @property
    def name(self) -> str:
        """How files and counts name it."""

    def identity(self) -> Mapping[str, Any]:
        """What decides the outcomes, beside the rows, as JSON values."""

    async def prepare(self, rows: Rows, desk: Desk) -> None:
        """Do what takes a model. Killed and begun again, it goes on.

        Raises:
            EngineError, KernelError: it could not be done.
        """

    def outcomes(self, rows: Rows, desk: Desk) -> Iterator[Outcome]:
        """What became of each row, in their order; blocks.

        Raises:
            RecordError: what was kept is damaged.
        """


class PlainStage:
    """A stage that takes no model."""

    async def prepare(self, rows: Rows, desk: Desk) -> None:
        """There is nothing to do beforehand."""
