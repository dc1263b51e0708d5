"""A benchmark on written turns and kernels without processes: `PROBLEMS TURNS OUT ATTEMPTS`."""

import sys
from pathlib import Path

import anyio

from tirkit.bench import BenchRun, load_problems, run_bench
from tirkit.config import load_settings
from tirkit.engines.replay import ReplayEngine
from tirkit.testing import FakeKernelSource
from tirkit.types import CodeResult, CodeStatus


def answering(code: str) -> CodeResult:
    if code.startswith("raise"):
        return CodeResult(CodeStatus.ERROR, stderr=code, error=f"ValueError: {len(code)}")
    return CodeResult(CodeStatus.OK, stdout=f"{code!r} was run\n")


async def main(*words: str) -> None:
    problems, turns, out, attempts = words
    overrides = {
        "attempts": int(attempts),
        "max_in_flight": 5,
        "stop": f"after_attempts({attempts})",
        "sampling.logprobs": 1,
    }
    run = BenchRun(
        ReplayEngine.from_file(turns),
        load_settings(overrides=overrides, environment={}),
        Path(out),
        kernels=FakeKernelSource(answering, delay_seconds=0.005),
    )
    await run_bench(run, load_problems(Path(problems)))


if __name__ == "__main__":
    anyio.run(main, *sys.argv[1:])
