"""Where an attempt's answer is looked for."""

import pytest

from tirkit.answers import BOXES, Source
from tirkit.attempt import AttemptRunner, AttemptSpec, TrajectoryBuilder
from tirkit.attempt.again import read_again
from tirkit.config import load_settings
from tirkit.dialects import dialect_from_name
from tirkit.engines.replay import Recording, ReplayEngine, RequestPlace
from tirkit.errors import ConfigError
from tirkit.testing import FakeKernelSource
from tirkit.types import ANY_ANSWER, CodeResult, CodeStatus, GenerateRequest, Problem

TURNS = ("```python\nprint(6*7)\n```\n", "The final answer is 41.")
OUTPUT = CodeResult(CodeStatus.OK, stdout="6\n42\n")


@pytest.mark.parametrize(
    ("sources", "answer"),
    [
        (BOXES, None),
        ((Source.BOX, Source.PHRASE), "41"),
        ((Source.BOX, Source.OUTPUT), "42"),
        ((Source.OUTPUT, Source.PHRASE), "42"),
    ],
)
async def test_answer_when_sources_are_named_then_it_is_looked_for_there_in_order(
    sources: tuple[Source, ...], answer: str | None
) -> None:
    def script(request: GenerateRequest) -> Recording:
        place = RequestPlace.of(request.request_id)
        assert place is not None
        return Recording.from_text(TURNS[min(place.turn, 1)])

    builder = TrajectoryBuilder(AttemptSpec("p#0", "x#0", Problem("6 * 7?", "p"), 0, seed=1))
    dialect = dialect_from_name("fenced")
    async with ReplayEngine(script) as engine:
        kernels = FakeKernelSource(lambda _code: OUTPUT)
        runner = AttemptRunner(engine, kernels, dialect, sources=sources)
        done = await runner(builder)
        bound = await runner.bind()
        assert await read_again(done, bound, ANY_ANSWER, engine.decode, sources) == []
    assert (None if done.answer is None else str(done.answer)) == answer


def test_settings_when_sources_are_named_then_they_are_read() -> None:
    assert load_settings().sources() == BOXES
    settings = load_settings(overrides={"answers": "box,output", "comparison.places": 3})
    assert settings.sources() == (Source.BOX, Source.OUTPUT)
    assert settings.policy().comparison.places == 3
    with pytest.raises(ConfigError, match="unknown source of answers 'hat'"):
        load_settings(overrides={"answers": "hat"})
    with pytest.raises(ConfigError, match="places"):
        load_settings(overrides={"comparison.places": -1})
