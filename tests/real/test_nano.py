"""The model that comes with tirkit, through llama.cpp and real kernels."""

import json
from pathlib import Path

import pytest

import tirkit
from tirkit.bench import load_problems
from tirkit.config import preset_for
from tirkit.engines import engine_from_name
from tirkit.engines.models import NANO_CONTEXT_TOKENS, nano_directory, nano_gguf
from tirkit.types import UNKNOWN_TOKEN, Problem, StopReason

MOST_BYTES = 8_000_000
"""Of the weights, in each format."""
DEMO = Path(__file__).parents[2] / "examples" / "demo.jsonl"
ATTEMPTS = 8

pytestmark = pytest.mark.timeout(300)


def test_nano_when_it_ships_then_it_is_small_and_tells_of_itself() -> None:
    directory = nano_directory()
    assert (directory / "model.safetensors").stat().st_size <= MOST_BYTES
    assert nano_gguf().stat().st_size <= MOST_BYTES
    config = json.loads((directory / "config.json").read_text())
    assert config["max_position_embeddings"] == NANO_CONTEXT_TOKENS
    card = (directory / "README.md").read_text()
    for told in ("## Limits", "python -m examples.training sft", "pass@1"):
        assert told in card
    log = (directory / "training" / "sft.jsonl").read_text().splitlines()
    losses = [row["loss"] for row in map(json.loads, log) if "loss" in row]
    assert losses[0] > 5
    assert losses[-1] < 0.1


@pytest.mark.parametrize(
    ("engine", "preset"),
    [("local", "nano"), ("local:smollm2", "tiny"), ("local:other.gguf", "default")],
)
def test_preset_when_none_is_named_then_a_small_named_model_has_its_own(
    engine: str, preset: str
) -> None:
    assert preset_for(engine) == preset
    assert tirkit.Solver(engine).settings.preset == preset
    assert tirkit.Solver(engine, "numina").settings.preset == "numina"


async def test_nano_when_it_solves_by_name_then_code_decides_and_every_token_is_told() -> None:
    problems = {problem.id: problem for problem in load_problems(DEMO)}
    engine = engine_from_name("local", parallel=ATTEMPTS)
    async with tirkit.Solver(
        engine, attempts=ATTEMPTS, stop=f"after_attempts({ATTEMPTS})", sampling={"logprobs": 0}
    ) as solver:
        for name in ("tier1-4", "tier3-4"):
            problem = problems[name]
            solution = await solver.solve(problem)
            assert str(solution.answer) == problem.answer, solution.verdict
            assert solution.usage.cells >= ATTEMPTS
            for attempt in solution.trajectories:
                if UNKNOWN_TOKEN in attempt.ids:  # llama.cpp does not tell half a character
                    assert not attempt.token_exact
                    continue
                assert attempt.token_exact
                assert len(attempt.ids) == len(attempt.mask) == len(attempt.logprobs)
                text = await engine.decode(attempt.ids)
                assert text.startswith(f"<|im_start|>user\n{problem.text}<|im_end|>")


async def test_nano_when_asked_what_it_does_not_know_then_attempts_end_all_the_same() -> None:
    async with tirkit.Solver("local", attempts=4, stop="after_attempts(4)") as solver:
        solution = await solver.solve(Problem("Quelle est la capitale de la France ? 🙂"))
    broken = {StopReason.ENGINE_ERROR, StopReason.KERNEL_ERROR, StopReason.FAULT}
    assert len(solution.trajectories) == 4
    assert not broken & {attempt.stop_reason for attempt in solution.trajectories}
