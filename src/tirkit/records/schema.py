"""The rows of `records.jsonl`: one finished attempt, one settled problem, or what ran.

Rows are strict: a field too many, too few or of another type is refused, and so is a `version`
that is not known; it rises with every change that old readers would misread. Beside that they are
plain JSON, except that a figure may be NaN or infinite (as Python writes and reads them).
"""

import base64
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, TypeAdapter
from pydantic_core import PydanticSerializationError

from tirkit.errors import RecordError
from tirkit.records.attempt_row import AttemptRow, mask_runs
from tirkit.records.header import RunRow
from tirkit.records.row import ContentHash, Count, Row
from tirkit.records.upgrade import upgraded
from tirkit.types import AnswerDomain, Judgment, Problem, Solution, Trajectory, Usage, Verdict

__all__ = (
    "AnyRow",
    "AttemptRow",
    "ProblemRow",
    "RunRow",
    "SolutionRow",
    "decode_row",
    "encode_row",
    "mask_runs",
    "solution_row",
)


class ProblemRow(Row):
    """What was asked, whole, so that a report needs no dataset."""

    id: str
    text: str
    answer: str | None
    domain: AnswerDomain
    metadata: dict[str, Any]

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """The row of a problem."""
        return cls(
            id=problem.id,
            text=problem.text,
            answer=problem.answer,
            domain=problem.domain,
            metadata={str(key): value for key, value in problem.metadata.items()},
        )

    def problem(self) -> Problem:
        """The problem of the row.

        Raises:
            ConfigError: the text is empty.
        """
        return Problem(self.text, self.id, self.answer, self.domain, self.metadata)


class SolutionRow(Row):
    """A settled problem. `attempts` names the trajectories by index; their rows stand before."""

    type: Literal["solution"] = "solution"
    version: Literal[1] = 1
    content_hash: ContentHash
    problem: ProblemRow
    verdict: Verdict
    stop_reason: str
    duration_seconds: float
    usage: Usage
    attempts: tuple[Count, ...]
    judgment: Judgment | None = None

    @classmethod
    def of(cls, solution: Solution) -> Self:
        """The row of a solution."""
        return cls(
            content_hash=solution.problem.content_hash,
            problem=ProblemRow.of(solution.problem),
            verdict=solution.verdict,
            stop_reason=solution.stop_reason,
            duration_seconds=solution.duration_seconds,
            usage=solution.usage,
            attempts=tuple(trajectory.index for trajectory in solution.trajectories),
            judgment=solution.judgment,
        )

    def checked_problem(self) -> Problem:
        """The problem of the row.

        Raises:
            RecordError: it is not the one of `content_hash`.
            ConfigError: its text is empty.
        """
        problem = self.problem.problem()
        if problem.content_hash != self.content_hash:
            raise RecordError(f"problem {problem.id} is not the one of its content_hash")
        return problem

    def solution(self, trajectories: Mapping[int, Trajectory]) -> Solution:
        """The solution of the row, with its trajectories looked up by index.

        Raises:
            RecordError: a trajectory is missing, or the problem is not the one of `content_hash`.
            ConfigError: its text is empty.
        """
        problem = self.checked_problem()
        missing = [index for index in self.attempts if index not in trajectories]
        if missing:
            raise RecordError(f"problem {problem.id} lacks its attempts {missing}")
        return Solution(
            problem,
            self.verdict,
            tuple(trajectories[index] for index in self.attempts),
            self.stop_reason,
            self.duration_seconds,
            self.judgment,
        )


AnyRow = AttemptRow | SolutionRow | RunRow
_ROWS: TypeAdapter[AnyRow] = TypeAdapter(Annotated[AnyRow, Field(discriminator="type")])


def encode_row(row: AnyRow) -> bytes:
    """One line of JSON, its newline included.

    A lone surrogate, which no encoding can hold, is written as `?`; metadata that JSON cannot hold
    as text.

    Raises:
        RecordError: the metadata is circular or has keys that JSON cannot hold.
    """
    try:
        return row.model_dump_json().encode() + b"\n"
    except (PydanticSerializationError, ValueError):
        pass
    try:
        text = json.dumps(
            row.model_dump(), ensure_ascii=False, default=_plain, separators=(",", ":")
        )
    except (TypeError, ValueError, RecursionError) as error:
        raise RecordError(f"a {row.type} row cannot be written as JSON: {error}") from error
    return text.encode("utf-8", "replace") + b"\n"


def decode_row(line: bytes) -> AnyRow:
    """The row of one line, of any version; an older one is brought up to the newest.

    Raises:
        ValueError: it is no JSON or no row (`pydantic.ValidationError` is one).
    """
    return _ROWS.validate_json(upgraded(line), strict=True)


def _plain(value: object) -> str:
    return base64.urlsafe_b64encode(value).decode() if isinstance(value, bytes) else str(value)


def solution_row(solution: Solution) -> dict[str, Any]:
    """A solution as plain JSON values, without its trajectories: what a machine is shown."""
    shown: dict[str, Any] = json.loads(encode_row(SolutionRow.of(solution)))
    return shown
