"""Attempts of a made model whose tokens are bytes, and runs of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tirkit.export import ProblemGroup, Tried
from tirkit.records import RecordWriter
from tirkit.selection import MajorityVote, tally, vote_from
from tirkit.types import (
    Answer,
    CodeResult,
    CodeStatus,
    FinishReason,
    Problem,
    Solution,
    StopReason,
    Trajectory,
    Turn,
    Usage,
)

END = 256
END_TEXT = "<|end|>"
PROMPT = "Solve with Python.\n"
PROBLEM = Problem("What is 6*7?", "p1", "42")
OK = CodeResult(CodeStatus.OK, stdout="42\n")
FAILED = CodeResult(CodeStatus.ERROR, error="ZeroDivisionError: division by zero")


@dataclass(frozen=True)
class Said:
    """One turn of a made attempt."""

    text: str
    code: str | None = None
    result: CodeResult | None = None
    given: str = ""


def code(body: str = "print(6*7)", result: CodeResult = OK, before: str = "Let us see.\n") -> Said:
    shown = f"```output\n{result.stdout or result.error}```\n"
    return Said(f"{before}```python\n{body}\n```\n", body, result, shown)


def last(answer: str = "42", words: str = "So it is ") -> Said:
    return Said(f"{words}\\boxed{{{answer}}}.")


def ids_of(text: str) -> list[int]:
    return list(text.encode("utf-8", "replace"))


def decode(ids: Sequence[int]) -> str:
    """Text of ids, the end token included."""
    parts, run = [], bytearray()
    for one in ids:
        if one == END:
            parts += [run.decode("utf-8", "replace"), END_TEXT]
            run = bytearray()
        else:
            run.append(one)
    return "".join([*parts, run.decode("utf-8", "replace")])


def attempt(
    index: int = 0,
    said: Sequence[Said] = (code(), last()),
    *,
    problem: Problem = PROBLEM,
    answer: str | None = "42",
    stop: StopReason = StopReason.ANSWERED,
    prompt: str = PROMPT,
) -> Trajectory:
    """An attempt: bytes as ids, and an end token behind the last turn."""
    shown = f"{prompt}{problem.text}\n"
    ids, mask, turns = ids_of(shown), [0] * len(ids_of(shown)), []
    prompt_tokens = len(ids)
    for number, one in enumerate(said):
        start = len(ids)
        drawn = ids_of(one.text) + [END] * (number == len(said) - 1)
        ids += drawn
        mask += [1] * len(drawn)
        turns.append(
            Turn(one.text, start, len(ids), one.code, one.result, finish=FinishReason.STOP,
                 given=one.given)
        )  # fmt: skip
        ids += ids_of(one.given)
        mask += [0] * len(ids_of(one.given))
    sampled = sum(mask)
    cells = sum(one.code is not None for one in said)
    return Trajectory(
        attempt_id=f"{problem.id}/{index}",
        problem_id=problem.id,
        index=index,
        seed=index,
        ids=tuple(ids),
        mask=bytes(mask),
        logprobs=tuple(-0.5 * bit for bit in mask),
        prompt_text=shown,
        turns=tuple(turns),
        answer=None if answer is None else Answer(answer, answer),
        stop_reason=stop,
        stop_detail="",
        usage=Usage(prompt_tokens, sampled, len(ids) - sampled - prompt_tokens, 0, cells),
        token_exact=True,
        engine="made",
        dialect="fenced",
        started_at=1.0,
        duration_seconds=2.0,
        prompt="default",
    )


def tried(
    trajectory: Trajectory, right: bool | None = None, *, problem: Problem = PROBLEM
) -> Tried:
    """An attempt as filters see it; right by its answer where it is not said."""
    answer = trajectory.answer
    graded = (answer is not None and str(answer) == problem.answer) if right is None else right
    return Tried("run", problem, trajectory, graded)


def group(*attempts: Tried, problem: Problem = PROBLEM) -> ProblemGroup:
    return ProblemGroup(problem.content_hash, problem, attempts)


def solution(problem: Problem, attempts: Sequence[Trajectory]) -> Solution:
    votes = [vote for one in attempts if (vote := vote_from(one)) is not None]
    verdict = MajorityVote().select(tally(votes, len(attempts) - len(votes)))
    return Solution(problem, verdict, tuple(attempts), "all attempts ended", 2.5)


async def write_run(
    directory: Path,
    solved: Sequence[tuple[Problem, Sequence[Trajectory]]],
    *,
    still_open: Sequence[tuple[Problem, Trajectory]] = (),
) -> Path:
    """The folder of a run with these problems."""
    async with RecordWriter(directory, {"attempts": 8}) as writer:
        for problem, attempts in solved:
            for one in attempts:
                await writer.append_attempt(problem, one)
            await writer.append_solution(solution(problem, attempts))
        for problem, one in still_open:
            await writer.append_attempt(problem, one)
    return directory
