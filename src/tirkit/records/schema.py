"""The rows of `records.jsonl`: one finished attempt, or one settled problem.

Rows are strict: a field too many, too few or of another type is refused, and so is another
`version`, which rises with every change that old readers would misread. Beside that they are
plain JSON, except that a log-probability may be NaN or -Infinity (as Python writes and reads them).
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from itertools import groupby
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator
from pydantic_core import PydanticSerializationError

from tirkit.errors import RecordError
from tirkit.types import (
    Answer,
    AnswerDomain,
    AttemptStats,
    Judgment,
    Problem,
    Solution,
    StopReason,
    Trajectory,
    Turn,
    Usage,
    Verdict,
)

_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Count = Annotated[int, Field(ge=0)]


class _Row(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, ser_json_inf_nan="constants"
    )


class ProblemRow(_Row):
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


class AttemptRow(_Row):
    """A whole trajectory under its problem's content hash.

    Version 1 (before prompts, finishes and appended texts were recorded), version 2 (before there
    were a reasoner and figures of the tokens) and version 3 (before a turn told when it began) are
    read as well.

    Attributes:
        reasoner: the row of a second model's part in the attempt, or None.
        mask_runs: lengths of the runs of equal mask values, in tokens, the first of given ones;
            `[5, 3]` is five given tokens, then three sampled.
    """

    type: Literal["attempt"] = "attempt"
    version: Literal[1, 2, 3, 4] = 4
    content_hash: _Hash
    attempt_id: str
    problem_id: str
    index: _Count
    seed: int
    answer: Answer | None
    stop_reason: StopReason
    stop_detail: str
    usage: Usage
    token_exact: bool
    engine: str
    dialect: str
    started_at: float
    duration_seconds: float
    prompt: str = ""
    prompt_text: str
    turns: tuple[Turn, ...]
    ids: tuple[int, ...]
    mask_runs: tuple[_Count, ...]
    logprobs: tuple[float, ...]
    reasoner: "AttemptRow | None" = None
    stats: AttemptStats | None = None

    @model_validator(mode="after")
    def _aligned(self) -> Self:
        tokens = len(self.ids)
        if sum(self.mask_runs) != tokens:
            raise ValueError(f"mask_runs cover {sum(self.mask_runs)} tokens of {tokens}")
        if len(self.logprobs) not in {0, tokens}:
            raise ValueError(f"{len(self.logprobs)} logprobs for {tokens} tokens")
        return self

    @classmethod
    def of(cls, content_hash: str, trajectory: Trajectory) -> Self:
        """The row of a trajectory."""
        kept = {field.name: getattr(trajectory, field.name) for field in fields(trajectory)}
        runs, beside = mask_runs(kept.pop("mask")), kept.pop("reasoner")
        reasoner = None if beside is None else cls.of(content_hash, beside)
        return cls(content_hash=content_hash, mask_runs=runs, reasoner=reasoner, **kept)

    def trajectory(self) -> Trajectory:
        """The trajectory of the row, equal to the one it was made of."""
        kept = {name: getattr(self, name) for name in _SAME_FIELDS}
        reasoner = None if self.reasoner is None else self.reasoner.trajectory()
        mask = b"".join(
            (b"\x00", b"\x01")[place % 2] * length for place, length in enumerate(self.mask_runs)
        )
        return Trajectory(mask=mask, reasoner=reasoner, **kept)


class SolutionRow(_Row):
    """A settled problem. `attempts` names the trajectories by index; their rows stand before."""

    type: Literal["solution"] = "solution"
    version: Literal[1] = 1
    content_hash: _Hash
    problem: ProblemRow
    verdict: Verdict
    stop_reason: str
    duration_seconds: float
    usage: Usage
    attempts: tuple[_Count, ...]
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

    def solution(self, trajectories: Mapping[int, Trajectory]) -> Solution:
        """The solution of the row, with its trajectories looked up by index.

        Raises:
            RecordError: a trajectory is missing, or the problem is not the one of `content_hash`.
        """
        problem = self.problem.problem()
        if problem.content_hash != self.content_hash:
            raise RecordError(f"problem {problem.id} is not the one of its content_hash")
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


Row = Annotated[AttemptRow | SolutionRow, Field(discriminator="type")]
_ROWS: TypeAdapter[AttemptRow | SolutionRow] = TypeAdapter(Row)
_SAME_FIELDS = tuple(
    field.name for field in fields(Trajectory) if field.name not in {"mask", "reasoner"}
)


def mask_runs(mask: bytes) -> tuple[int, ...]:
    """Lengths of the runs of equal values, the first of zeros (it may be 0).

    Raises:
        RecordError: the mask holds something but 0 and 1.
    """
    if mask.strip(b"\x00\x01"):
        raise RecordError("a mask holds something but 0 and 1")
    runs = tuple(len(list(run)) for _, run in groupby(mask))
    return (0, *runs) if mask.startswith(b"\x01") else runs


def encode_row(row: AttemptRow | SolutionRow) -> bytes:
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
        text = json.dumps(row.model_dump(), ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError) as error:
        raise RecordError(f"a {row.type} row cannot be written as JSON: {error}") from error
    return text.encode("utf-8", "replace") + b"\n"


def decode_row(line: bytes) -> AttemptRow | SolutionRow:
    """The row of one line.

    Raises:
        ValueError: it is no JSON or no row (`pydantic.ValidationError` is one).
    """
    return _ROWS.validate_json(line, strict=True)


def solution_row(solution: Solution) -> dict[str, Any]:
    """A solution as plain JSON values, without its trajectories: what a machine is shown."""
    shown: dict[str, Any] = json.loads(encode_row(SolutionRow.of(solution)))
    return shown
