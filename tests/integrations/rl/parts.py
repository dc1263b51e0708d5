"""Engines and kernels the tests of training rows share."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from tirkit.engines.replay import Fault, FaultKind, Recording, ReplayEngine, RequestPlace
from tirkit.errors import KernelError
from tirkit.kernels.interface import Kernel
from tirkit.testing import FakeKernelSource
from tirkit.types import CodeResult, CodeStatus, GenerateRequest, Problem

PROBLEM = Problem("What is 6 times 7?", answer="42")
CALL = "Hm.\n```python\nprint(6*7)\n```\n"
RIGHT, WRONG = "So it is \\boxed{42}.", "So it is \\boxed{41}."
BROKEN = Recording.from_text("So", fault=Fault(FaultKind.ERROR))
STALLED = Recording.from_text("So", fault=Fault(FaultKind.STALL))
LONG = Recording.from_text("and so on, " * 400)

Said = str | Recording


def engine_saying(turns: Mapping[int, Sequence[Said]], *, rest: Said = RIGHT) -> ReplayEngine:
    """An engine that says these turns in the attempts of these indices, and `rest` in others."""

    def say(request: GenerateRequest) -> Recording:
        place = RequestPlace.of(request.request_id)
        assert place is not None
        said = turns.get(place.index, (rest,))
        turn = said[min(place.turn, len(said) - 1)]
        return Recording.from_text(turn) if isinstance(turn, str) else turn

    return ReplayEngine(say, context_tokens=8192)


class SomeKernels(FakeKernelSource):
    """Fake kernels that print 42, and cannot be had by attempts of some indices."""

    def __init__(self, broken: Sequence[int] = ()) -> None:
        super().__init__(lambda _code: CodeResult(CodeStatus.OK, stdout="42\n"))
        self._broken = {f"#{index}" for index in broken}

    @asynccontextmanager
    async def lease(self, attempt_id: str = "") -> AsyncIterator[Kernel]:
        if any(attempt_id.endswith(one) for one in self._broken):
            raise KernelError("no kernel to be had")
        async with super().lease(attempt_id) as kernel:
            yield kernel
