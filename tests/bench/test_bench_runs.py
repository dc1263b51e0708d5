"""A benchmark whose engine dies says so, keeps what was finished and can be gone on with."""

from pathlib import Path

import pytest

from tirkit.bench import BenchRun, run_bench
from tirkit.config import load_settings
from tirkit.engines.replay import Fault, FaultKind, Recording, ReplayEngine
from tirkit.errors import EngineError
from tirkit.records import read_records
from tirkit.types import GenerateRequest, Problem

PROBLEMS = [Problem(f"What is {n} + 0?", id=f"p{n}", answer="42") for n in range(3)]
SETTINGS = load_settings(overrides={"attempts": 2, "max_in_flight": 1}, environment={})


async def test_bench_when_the_engine_dies_then_its_error_comes_out_and_the_rest_is_kept(
    tmp_path: Path,
) -> None:
    answer = Recording.from_text("So \\boxed{42}.")
    dead = Recording.from_text("Hm", fault=Fault(FaultKind.DEATH))

    def dies_at_the_second(request: GenerateRequest) -> Recording:
        return answer if ":p0#" in request.request_id else dead

    first = BenchRun(ReplayEngine(dies_at_the_second), SETTINGS, tmp_path)
    with pytest.raises(EngineError, match="problem p1: no attempt could go on"):
        await run_bench(first, PROBLEMS)
    assert len(read_records(tmp_path).solutions) == 1
    again = BenchRun(ReplayEngine(lambda _: answer), SETTINGS, tmp_path)
    metrics = await run_bench(again, PROBLEMS)
    assert metrics.maj_at_k is not None
    assert (metrics.problems, metrics.maj_at_k.value) == (3, 1.0)
    attempts = read_records(tmp_path).attempts.values()
    assert sorted(len(runs) for runs in attempts) == [2, 2, 2]
