"""Directories of records to open, and what is seen of them."""

from pathlib import Path

from tests.records.factory import PROBLEM, SETTINGS, solution, trajectory
from tirkit.records import AttemptEntry, ProblemEntry, RecordedRun, RecordWriter
from tirkit.types import Problem

KEY = PROBLEM.content_hash
OTHER = Problem("What is 1+1?", "p2")
OTHER_KEY = OTHER.content_hash


async def write_run(directory: Path, *, answer: str = "42") -> None:
    """A header, two attempts and their problem's solution, one attempt at another problem."""
    async with RecordWriter(directory, SETTINGS) as writer:
        ended = [trajectory(index, answer=answer) for index in range(2)]
        for one in ended:
            await writer.append_attempt(PROBLEM, one)
        await writer.append_solution(solution(PROBLEM, *ended))
        await writer.append_attempt(OTHER, trajectory(4, OTHER))


def shown(run: RecordedRun) -> list[AttemptEntry | ProblemEntry | None]:
    """What is told of every row."""
    return [found.entry for found in run.outline.rows]
