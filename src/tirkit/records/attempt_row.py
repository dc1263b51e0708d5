"""The row of one finished attempt."""

from collections.abc import Callable
from dataclasses import fields
from itertools import groupby
from typing import Annotated, Any, Literal, Self

from pydantic import PlainSerializer, PlainValidator, model_validator

from tirkit.errors import RecordError
from tirkit.records.columns import pack_floats, pack_integers, unpack_floats, unpack_integers
from tirkit.records.row import ContentHash, Count, Row
from tirkit.records.upgrade import NEWEST_ATTEMPT
from tirkit.types import Answer, AttemptStats, CodeStatus, StopReason, Trajectory, Turn, Usage

HEAD_END = b',"stop_detail":'
"""Stands behind the fields of `AttemptHead` in a row that tirkit wrote, and in no text of them."""


def _column_of(
    kinds: set[type], unpack: Callable[[str], tuple[Any, ...]]
) -> Callable[[Any], tuple[Any, ...]]:
    """Takes a tuple of numbers as it is, and the text of a column apart."""

    def read(value: Any) -> tuple[Any, ...]:  # noqa: ANN401 - whatever stands in a file
        if isinstance(value, str):
            return unpack(value)
        if isinstance(value, tuple) and set(map(type, value)) <= kinds:
            return value
        raise ValueError("not a column of numbers")

    return read


_Ids = Annotated[
    tuple[int, ...],
    PlainValidator(_column_of({int}, unpack_integers)),
    PlainSerializer(pack_integers),
]
_Logprobs = Annotated[
    tuple[float, ...],
    PlainValidator(_column_of({int, float}, unpack_floats)),
    PlainSerializer(pack_floats),
]


class RowOutline(Row):
    """What a list of attempts shows of turns that it does not read.

    Attributes:
        turns: how many.
        errors: cells that raised.
        timeouts: cells whose deadline passed.
        deaths: cells under which the kernel died.
        spent: what both models of the attempt have spent.
    """

    turns: Count
    errors: Count
    timeouts: Count
    deaths: Count
    spent: Usage

    @classmethod
    def of(cls, trajectory: Trajectory) -> Self:
        """The outline of a trajectory."""
        ends = [turn.result.status for turn in trajectory.turns if turn.result is not None]
        return cls(
            turns=len(trajectory.turns),
            errors=ends.count(CodeStatus.ERROR),
            timeouts=ends.count(CodeStatus.TIMED_OUT),
            deaths=ends.count(CodeStatus.DIED),
            spent=trajectory.spent,
        )


class AttemptHead(Row):
    """The fields an attempt's row begins with, up to `HEAD_END`: enough to list it by.

    Attributes:
        outline: what is counted further on in the row; None if it was made of an older one.
    """

    type: Literal["attempt"] = "attempt"
    version: Literal[4] = NEWEST_ATTEMPT
    content_hash: ContentHash
    attempt_id: str
    problem_id: str
    index: Count
    seed: int
    stop_reason: StopReason
    outline: RowOutline | None
    started_at: float
    duration_seconds: float
    answer: Answer | None


class AttemptRow(AttemptHead):
    """A whole trajectory under its problem's content hash.

    Attributes:
        reasoner: the row of a second model's part in the attempt, or None.
        mask_runs: lengths of the runs of equal mask values, in tokens, the first of given ones;
            `[5, 3]` is five given tokens, then three sampled.
        ids: in JSON a column (`tirkit.records.columns`).
        logprobs: in JSON a column.
    """

    stop_detail: str
    usage: Usage
    token_exact: bool
    engine: str
    dialect: str
    prompt: str
    prompt_text: str
    turns: tuple[Turn, ...]
    mask_runs: tuple[Count, ...]
    ids: _Ids
    logprobs: _Logprobs
    reasoner: "AttemptRow | None"
    stats: AttemptStats | None

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
        return cls(
            content_hash=content_hash,
            outline=RowOutline.of(trajectory),
            mask_runs=runs,
            reasoner=None if beside is None else cls.of(content_hash, beside),
            **kept,
        )

    def trajectory(self) -> Trajectory:
        """The trajectory of the row, equal to the one it was made of.

        Raises:
            RecordError: the outline does not tell what the row holds.
        """
        kept = {name: getattr(self, name) for name in _SAME_FIELDS}
        reasoner = None if self.reasoner is None else self.reasoner.trajectory()
        mask = b"".join(
            (b"\x00", b"\x01")[place % 2] * length for place, length in enumerate(self.mask_runs)
        )
        made = Trajectory(mask=mask, reasoner=reasoner, **kept)
        # As text: a figure may be NaN, which is equal to nothing.
        if self.outline is not None and repr(self.outline) != repr(RowOutline.of(made)):
            raise RecordError(f"attempt {self.index} of {self.problem_id} is not as outlined")
        return made


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
