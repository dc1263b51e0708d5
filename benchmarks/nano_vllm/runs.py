"""The two runs that are compared: attempts through tirkit, and their requests to vLLM alone."""

import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

import anyio

from benchmarks.nano_vllm.heard import Heard
from examples.training.draw import draw_testing, problem_of
from examples.training.families import FAMILIES
from tirkit import Solver
from tirkit.config import Settings
from tirkit.engines.vllm import VllmEngine
from tirkit.kernels import KernelPool
from tirkit.records import RecordWriter
from tirkit.types import GenerateRequest, Problem, Sampling, Trajectory

TIERS = (1, 2, 3)
GONE_SECONDS = 10.0
"""What vLLM gets to take note of the last aborts."""


@dataclass(frozen=True)
class Ran:
    """A run through tirkit: wall time, the attempts, and what was heard."""

    seconds: float
    trajectories: tuple[Trajectory, ...]
    heard: Heard


@dataclass(frozen=True)
class Replayed:
    """A request as it was put to vLLM, and the tokens it gave that were kept."""

    request: GenerateRequest
    kept: tuple[int, ...]


@dataclass
class Raw:
    """A run of vLLM alone.

    Attributes:
        seconds: of wall time.
        tokens: sampled.
        prompt_tokens: of all requests together.
        cached_tokens: of those, served from the prefix cache.
        alike: sampled tokens that are the ones of the run through tirkit.
    """

    seconds: float = 0.0
    tokens: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    alike: int = 0


def draw_problems(number: int, seed: int) -> list[Problem]:
    """Problems of all tiers with numbers never trained on, the tiers in turn."""
    drawn = [
        draw_testing(FAMILIES, tier, number // 3 + (tier <= number % 3), seed, "parameters")
        for tier in TIERS
    ]
    mixed = chain.from_iterable(zip_longest(*drawn))
    return [problem_of(one) for one in mixed if one is not None]


async def through_tirkit(
    engine: VllmEngine, pool: KernelPool, settings: Settings, problems: Sequence[Problem]
) -> Ran:
    """Solve all problems with everything on: kernels, log-probabilities, records on the disk."""
    heard = Heard(lambda problem: requests_of_problem(engine, problem))
    with tempfile.TemporaryDirectory() as folder:
        async with RecordWriter(Path(folder), {}) as writer:

            async def record(asked: Problem, trajectory: Trajectory) -> None:
                await writer.append_attempt(asked, trajectory)

            async with Solver(
                engine, settings=settings, kernels=pool, record=record, share_engine=True
            ) as solver:
                started = time.perf_counter()
                solutions = await solver.solve_all(problems, listener=heard)
                seconds = time.perf_counter() - started
    return Ran(seconds, tuple(chain.from_iterable(one.trajectories for one in solutions)), heard)


def requests_of_problem(engine: VllmEngine, problem: str) -> int:
    """How many requests of a problem vLLM has taken and neither finished nor aborted."""
    states = engine._entered().llm.output_processor.request_states  # noqa: SLF001 - vLLM's own count
    return sum(f":{problem}#" in state.external_req_id for state in states.values())


def requests_of(trajectories: Iterable[Trajectory], sampling: Sampling) -> list[Replayed]:
    """What attempts asked vLLM for, in that order, each for exactly as many tokens as it gave.

    For prompts in which a turn makes one call at most: a turn's number is that of its generation.
    """
    # With the end token ignored and no stop tokens, `max_tokens` is always reached. `min_tokens`
    # would say the same at the price of a step of its own that tirkit's run does not have.
    endless = Sampling(sampling.temperature, logprobs=sampling.logprobs, extra={"ignore_eos": True})
    timed: list[tuple[float, Replayed]] = []
    for done in trajectories:
        for number, turn in enumerate(done.turns):
            tokens = turn.end - turn.start + turn.wasted_tokens
            if turn.began_seconds is None or not tokens:
                continue
            request = GenerateRequest(
                request_id=f"raw.{done.attempt_id}/t{number}",
                prompt_ids=done.ids[: turn.start],
                prompt_text="",
                max_tokens=tokens,
                sampling=endless,
                seed=(done.seed + number) & 0x7FFFFFFF,
            )
            asked_at = done.started_at + turn.began_seconds
            timed.append((asked_at, Replayed(request, done.ids[turn.start : turn.end])))
    return [replayed for _, replayed in sorted(timed, key=lambda pair: pair[0])]


async def raw(engine: VllmEngine, replayed: Sequence[Replayed], at_once: int) -> Raw:
    """Put the requests to `AsyncLLM.generate`, so many at once and none waiting for another."""
    from vllm.inputs.engine import tokens_input  # noqa: PLC0415 - loads vLLM

    from tirkit.engines.vllm.sampling import sampling_params  # noqa: PLC0415 - loads vLLM

    core = engine._entered()  # noqa: SLF001 - the raw engine is what we compare with
    total = Raw()
    left = iter(replayed)

    async def work() -> None:
        for one in left:
            request = one.request
            params = sampling_params(request, core.context_tokens)
            ids: list[int] = []
            cached = 0
            prompt = tokens_input(list(request.prompt_ids))
            async for output in core.llm.generate(prompt, params, request.request_id):
                ids += output.outputs[0].token_ids
                cached = output.num_cached_tokens or 0
            total.tokens += len(ids)
            total.prompt_tokens += len(request.prompt_ids)
            total.cached_tokens += cached
            total.alike += sum(map(int.__eq__, ids, one.kept))

    started = time.perf_counter()
    async with anyio.create_task_group() as tasks:
        for _ in range(at_once):
            tasks.start_soon(work)
    total.seconds = time.perf_counter() - started
    return total


async def clear_cache(engine: VllmEngine) -> bool:
    """Forget all prefixes; False if vLLM's process still holds blocks for some request."""
    llm = engine._entered().llm  # noqa: SLF001 - tirkit has no need of it
    with anyio.move_on_after(GONE_SECONDS):
        while not await llm.reset_prefix_cache():  # noqa: ASYNC110 - polls another process
            await anyio.sleep(0.05)
        return True
    return False
