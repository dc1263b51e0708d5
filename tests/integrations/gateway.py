"""A gateway that calls predict as the competition does, on a clock that jumps."""

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import polars as pl

from tirkit.engines.replay import Fault, FaultKind, Recording, ReplayEngine, RequestPlace
from tirkit.integrations.kaggle import KagglePredictor
from tirkit.testing import FakeClock, FakeKernelSource
from tirkit.types import CodeResult, CodeStatus, GenerateRequest

CODE = "Hm.\n```python\nprint(6*7)\n```\n"
KERNELS = FakeKernelSource(lambda _code: CodeResult(CodeStatus.OK, stdout="42\n"))
QUICK_SECONDS = 30.0

Say = Callable[[RequestPlace], Recording]


def answering(value: int, *, seconds: float = QUICK_SECONDS) -> Say:
    """Attempts that compute and then answer, each turn in half of the seconds and a bit."""

    def say(place: RequestPlace) -> Recording:
        text = CODE if place.turn == 0 else f"So it is \\boxed{{{value}}}."
        return Recording.from_text(text, submit_seconds=seconds / 2 + place.index)

    return say


def stalling(_place: RequestPlace) -> Recording:
    """Nothing comes, ever."""
    return Recording.from_text("Hm", fault=Fault(FaultKind.STALL))


def dying(_place: RequestPlace) -> Recording:
    """The engine dies."""
    return Recording.from_text("Hm, let me think.", fault=Fault(FaultKind.DEATH, 2))


def engine_of(says: Mapping[str, Say]) -> ReplayEngine:
    """An engine that says of each problem what is written for it."""

    def script(request: GenerateRequest) -> Recording:
        place = RequestPlace.of(request.request_id)
        assert place is not None
        return says[place.problem_id](place)

    return ReplayEngine(script)


@contextmanager
def predicting(
    says: Mapping[str, Say], clock: FakeClock, **options: Any
) -> Iterator[KagglePredictor]:
    """A predictor whose loop, engine and bank live by the clock."""
    chosen: dict[str, Any] = {
        "engine": engine_of(says),
        "kernels": KERNELS,
        "attempts": 4,
        "stop": "when_agreed(3)",
        **options,
    }
    with KagglePredictor(
        preset="default", now=clock, loop_factory=clock.loop, **chosen
    ) as predictor:
        yield predictor


@dataclass(frozen=True)
class Reply:
    """One call's answer and how long it took on the clock."""

    value: int
    seconds: float


def run_gateway(
    predictor: KagglePredictor, problems: Mapping[str, str], clock: FakeClock, *, seed: int = 1
) -> dict[str, Reply]:
    """Every problem once, one row a call, in random order, as the competition's gateway does.

    It hands over columns of one row, wants a frame of `id` and `answer`, and stops at the first
    call that raises.
    """
    order = list(problems)
    random.Random(seed).shuffle(order)
    replies = {}
    for name in order:
        row = pl.DataFrame({"id": [name], "problem": [problems[name]]})
        began = clock()
        frame = predictor.predict(row["id"], row["problem"])
        assert isinstance(frame, pl.DataFrame)
        assert frame.columns == ["id", "answer"]
        assert frame.shape == (1, 2)
        assert frame["id"][0] == name
        value = frame["answer"][0]
        assert isinstance(value, int)
        assert 0 <= value <= 99_999
        replies[name] = Reply(value, clock() - began)
    return replies


def texts(names: Mapping[str, object]) -> dict[str, str]:
    """A text for each problem."""
    return {name: f"What is {name}?" for name in names}
