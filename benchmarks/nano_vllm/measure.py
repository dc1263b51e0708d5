"""What is run, in which order, and what is looked for behind each run."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import anyio

from benchmarks.nano_vllm.leaks import Belongings, Held, calm, compared
from benchmarks.nano_vllm.runs import (
    Ran,
    Raw,
    clear_cache,
    draw_problems,
    raw,
    requests_of,
    through_tirkit,
)
from tirkit.answers import default_pool
from tirkit.answers.comparison import EXACT
from tirkit.config import Settings, load_settings
from tirkit.engines.vllm import VllmEngine
from tirkit.kernels import KernelPool
from tirkit.types import Problem

IN_FLIGHT = 64
SEED = 64
CACHE_BYTES = 1 << 30


@dataclass(frozen=True)
class Size:
    """How large a run is."""

    problems: int = 64
    attempts: int = 32
    repeats: int = 1


@dataclass
class Measured:
    """Everything that was measured.

    Attributes:
        pairs: attempts carried through, and their requests to vLLM alone.
        stopped: under the preset's stop rule.
        held: what there was before and after.
        confinement: of the kernels, the level in words.
        stop_rule: the preset's.
    """

    pairs: list[tuple[Ran, Raw]] = field(default_factory=list)
    stopped: list[Ran] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    confinement: str = ""
    stop_rule: str = ""


async def measure(model: Path, size: Size) -> Measured:
    """Start vLLM and run everything on it."""
    measured = Measured()
    problems = draw_problems(size.problems, SEED)
    first = Belongings.now()
    engine = VllmEngine(
        str(model),
        dtype="float32",  # processors without 16-bit numbers are slower
        max_model_len=settings_for(size).limits.max_total_tokens,
        max_num_seqs=IN_FLIGHT,
        enforce_eager=True,
        kv_cache_memory_bytes=CACHE_BYTES,
    )
    async with engine:
        await warm_up(engine, size)
        before = Belongings.now()
        for seed in range(size.repeats):
            await one_pair(engine, problems, size, seed, measured)
        await stopping(engine, problems, size, measured)
        measured.held += await compared("kernel pools left", before)
    default_pool().close()
    # vLLM leaves its own sockets' names and torch's cache in the temporary folder.
    first = replace(first, folders=before.folders)
    measured.held += await compared("vLLM left", first)
    return measured


async def warm_up(engine: VllmEngine, size: Size) -> None:
    """Both ways once on other problems: what is loaded or started at first use is there."""
    answers = default_pool()
    async with anyio.create_task_group() as tasks:
        for number in range(answers.workers):
            tasks.start_soon(answers.compare_async, f"x+{number}", f"x-{number}", EXACT)
    settings = settings_for(size, stop=False)
    async with KernelPool(settings.kernel_settings()) as pool:
        ran = await through_tirkit(engine, pool, settings, draw_problems(2, SEED + 1))
    await raw(engine, requests_of(ran.trajectories, settings.sampling), IN_FLIGHT)
    await clear_cache(engine)


async def one_pair(
    engine: VllmEngine, problems: list[Problem], size: Size, seed: int, measured: Measured
) -> None:
    """Every attempt carried through, then its requests to vLLM alone."""
    settings = settings_for(size, seed, stop=False)
    ran = await in_pool(engine, problems, settings, "all attempts", measured)
    replayed = requests_of(ran.trajectories, settings.sampling)
    measured.pairs.append((ran, await raw(engine, replayed, IN_FLIGHT)))
    await clear_cache(engine)


async def stopping(
    engine: VllmEngine, problems: list[Problem], size: Size, measured: Measured
) -> None:
    """The preset's stop rule."""
    settings = settings_for(size)
    measured.stop_rule = settings.stop
    ran = await in_pool(engine, problems, settings, "stop rule", measured)
    measured.stopped.append(ran)


async def in_pool(
    engine: VllmEngine, problems: list[Problem], settings: Settings, name: str, measured: Measured
) -> Ran:
    """One run through tirkit in a pool of its own, and whether it left anything in it."""
    async with KernelPool(settings.kernel_settings()) as pool:
        level = pool.confinement.level
        measured.confinement = f"{level.value}: {level.title}"
        await calm(pool)
        before = Belongings.now()
        ran = await through_tirkit(engine, pool, settings, problems)
        unfinished = engine.unfinished_requests
        blocks_held = not await clear_cache(engine)
        busy = not await calm(pool)
        stats = pool.stats()
        measured.held += [
            Held(f"vLLM's unfinished requests, {name}", 0, unfinished),
            Held(f"vLLM's cache in use (1: yes), {name}", 0, int(blocks_held)),
            Held(f"leased kernels, {name}", 0, stats.leased),
            Held(f"kernels coming or going (1: yes), {name}", 0, int(busy)),
            *await compared(f"{name}, pool at rest", before),
        ]
    return ran


def settings_for(size: Size, seed: int = 0, *, stop: bool = True) -> Settings:
    """The preset, with the size of this run; without `stop` every attempt is carried through."""
    overrides = {"attempts": size.attempts, "max_in_flight": IN_FLIGHT, "seed": seed}
    every = {} if stop else {"stop": f"after_attempts({size.attempts})"}
    return load_settings("nano", overrides={**overrides, **every}, environment={})
