"""Benchmark any engine on the 30 problems of AIME 2024 and print pass@1 and maj@k.

    python examples/aime.py --engine vllm:openai/gpt-oss-20b --attempts 16 --out runs/aime24

The same as `tirkit bench`, written out. The data is a JSONL file with `problem` and `answer`
(default: aime24.jsonl in TIRKIT_DATA, else in ../shared/data). Run again after an interruption, it
goes on.
"""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

import anyio
from rich.console import Console

from tirkit import load_settings
from tirkit.bench import BenchRun, load_problems, metrics_table, run_bench
from tirkit.display import ConsoleDisplay
from tirkit.engines import engine_from_name
from tirkit.errors import TirkitError
from tirkit.types import AnswerDomain

SHARED = Path(__file__).parents[2] / "shared" / "data"
AIME_ANSWERS = AnswerDomain("integer", 0, 999)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--engine", default="local", help="vllm:MODEL, openai:URL or local")
    parser.add_argument("--preset", default="default")
    parser.add_argument("--attempts", type=int, default=8)
    parser.add_argument("--first", type=int, help="only so many problems")
    parser.add_argument("--out", type=Path, default=Path("runs/aime24"))
    parser.add_argument(
        "--data", type=Path, default=Path(os.environ.get("TIRKIT_DATA", SHARED)) / "aime24.jsonl"
    )
    return parser.parse_args()


async def main(arguments: argparse.Namespace) -> None:
    problems = [replace(problem, domain=AIME_ANSWERS) for problem in load_problems(arguments.data)][
        : arguments.first
    ]
    settings = load_settings(arguments.preset, overrides={"attempts": arguments.attempts})
    with ConsoleDisplay() as display:
        run = BenchRun(engine_from_name(arguments.engine), settings, arguments.out)
        metrics = await run_bench(run, problems, listener=display.listen)
    Console().print(metrics_table(metrics))


if __name__ == "__main__":
    try:
        anyio.run(main, read_arguments())
    except TirkitError as error:
        sys.exit(f"aime: {error}")
