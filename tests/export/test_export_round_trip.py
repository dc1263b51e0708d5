"""Records of every dialect, exported: ids say the recorded text, masks mark the sampled tokens."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio import from_thread, to_thread

from tirkit.export import ExportSettings, Form, Reader, export_runs
from tirkit.records import RecordedRun, RecordWriter, check_texts
from tirkit.solver import Solver
from tirkit.testing import FakeKernelSource
from tirkit.testing.spoken import CODE, SPOKEN, SpokenEngine, speaking
from tirkit.types import CodeResult, CodeStatus, Problem, Trajectory

PROBLEM = Problem("What is 6 * 7?", "p", "42")


def reader(engine: SpokenEngine) -> Reader:
    def check(one: Trajectory) -> list[str]:
        return from_thread.run(check_texts, one, engine.decode)

    return Reader(engine.text, check)


async def record(directory: Path, dialect: str) -> SpokenEngine:
    """A run of two real attempts in a dialect."""
    spoken = SPOKEN[dialect]
    engine = speaking(spoken)
    kernels = FakeKernelSource(lambda _code: CodeResult(CodeStatus.OK, stdout="<|im_end|>42\n"))
    async with Solver(
        engine, kernels=kernels, dialect=spoken.dialect(), attempts=2, stop="after_attempts(2)",
    ) as solver:  # fmt: skip
        solution = await solver.solve(PROBLEM)
    async with RecordWriter(directory, {}) as writer:
        for one in solution.trajectories:
            await writer.append_attempt(PROBLEM, one)
        await writer.append_solution(solution)
    return engine


def rows_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]


def sampled_text(engine: SpokenEngine, ids: Sequence[int], mask: Sequence[int]) -> str:
    return engine.text([one for one, bit in zip(ids, mask, strict=True) if bit])


@pytest.mark.parametrize("dialect", SPOKEN)
async def test_rows_when_a_dialect_was_spoken_then_their_ids_say_what_was_recorded(
    dialect: str, tmp_path: Path
) -> None:
    with anyio.fail_after(60):
        engine = await record(tmp_path / "run", dialect)
        for form in (Form.SFT, Form.RL):
            settings = ExportSettings(form, ("all",))
            write = partial(
                export_runs, [tmp_path / "run"], tmp_path / form, settings, reader=reader(engine)
            )
            counts = await to_thread.run_sync(write)
            assert counts.rows == 2, counts.reasons()
    run = RecordedRun(tmp_path / "run")
    recorded = run.trajectories(PROBLEM.content_hash)
    for row, one in zip(rows_of(tmp_path / "sft" / "sft.jsonl"), recorded, strict=True):
        ids, mask = row["input_ids"], row["assistant_masks"]
        assert engine.text(ids) == row["prompt_text"] + row["text"]
        assert row["prompt_text"] == one.prompt_text
        marked = {at for turn in one.turns for at in range(turn.start, turn.end)}
        assert {at for at, bit in enumerate(mask) if bit} == marked
        said = sampled_text(engine, ids, mask)
        assert CODE in said or json.dumps(CODE)[1:-1] in said
        assert "<|im_end|>42" not in said
        assert all(turn.text in said for turn in one.turns)
    for row, one in zip(rows_of(tmp_path / "rl" / "rl.jsonl"), recorded, strict=True):
        assert tuple(row["prompt_ids"] + row["response_ids"]) == one.ids
        assert engine.text(row["prompt_ids"]) == one.prompt_text
        assert bytes([0] * len(row["prompt_ids"]) + row["response_mask"]) == one.mask
        assert row["response_mask"][0] == 1
        assert row["reward"] == 1.0
