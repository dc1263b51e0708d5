"""From records to rows for a trainer: token ids, and which of them the model is to learn.

Rows are the attempts' own ids and masks, never a second rendering; only for another model's
tokenizer the same text is encoded again, piece by piece as tirkit would.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tirkit.records import RecordedRun
from tirkit.types import Answer, Problem, StopReason, Trajectory

IGNORED = -100
"""Label of a token that is given, not learnt; the trainers' own number."""
_ERROR = "error"


class TextEncoder(Protocol):
    """What rows ask of a tokenizer of transformers."""

    eos_token_id: int

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        """Token ids of a text."""

    def apply_chat_template(
        self, conversation: list[dict[str, str]], *, tokenize: bool, add_generation_prompt: bool
    ) -> str:
        """Text of the chat template."""


@dataclass(frozen=True, slots=True)
class Row:
    """One example.

    Attributes:
        ids: token ids.
        mask: 1 where the model is to learn the token.
        told: where it comes from: family, tier, problem and attempt.
    """

    ids: Sequence[int]
    mask: Sequence[int]
    told: Mapping[str, Any]

    def trained(self) -> dict[str, list[int]]:
        """As TRL takes it."""
        pairs = zip(self.ids, self.mask, strict=True)
        labels = [token if learnt else IGNORED for token, learnt in pairs]
        return {"input_ids": list(self.ids), "labels": labels}

    def line(self) -> str:
        """As a line of a file."""
        return json.dumps({"ids": list(self.ids), "mask": list(self.mask), "told": dict(self.told)})


def is_right(problem: Problem, trajectory: Trajectory) -> bool:
    """Whether an attempt ended with the reference answer."""
    return is_right_answer(problem, trajectory.answer)


def is_right_answer(problem: Problem, answer: Answer | None) -> bool:
    """Whether an answer is the reference; references are whole numbers, so text decides."""
    return answer is not None and answer.canonical == problem.answer


def why_dropped(problem: Problem, trajectory: Trajectory) -> str:
    """Why an attempt is no example; "" if it is one."""
    if trajectory.stop_reason is not StopReason.ANSWERED:
        return f"ended {trajectory.stop_reason}"
    if not is_right(problem, trajectory):
        return "wrong answer"
    if not trajectory.token_exact:
        return "ids not exact"
    if any(turn.result is not None and turn.result.truncated for turn in trajectory.turns):
        return "output cut"
    results = [turn.result for turn in trajectory.turns if turn.result is not None]
    return "last cell failed" if results and results[-1].status.value == _ERROR else ""


def row_of(problem: Problem, trajectory: Trajectory) -> Row:
    """An attempt as it stands."""
    return Row(trajectory.ids, tuple(trajectory.mask), _told(problem, trajectory))


def encoded_row(problem: Problem, trajectory: Trajectory, tokenizer: TextEncoder) -> Row:
    """The same text for another model: its chat template, its tokens, its end token."""
    asked = [{"role": "user", "content": problem.text}]
    prompt = tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
    ids = tokenizer.encode(prompt, add_special_tokens=False)
    mask = [0] * len(ids)
    for turn in trajectory.turns:
        for text, learnt in ((turn.text, 1), (turn.given, 0)):
            some = tokenizer.encode(text, add_special_tokens=False) if text else []
            ids += some
            mask += [learnt] * len(some)
    return Row([*ids, tokenizer.eos_token_id], [*mask, 1], _told(problem, trajectory))


def rows_of(
    directories: Iterable[Path], dropped: Counter[str], tokenizer: TextEncoder | None = None
) -> Iterator[Row]:
    """The rows of recorded runs; blocks.

    Args:
        directories: of records.
        dropped: counts attempts that are left out, by reason.
        tokenizer: encodes the texts anew; None takes the recorded ids.
    """
    for directory in directories:
        for solution in RecordedRun(directory).solutions():
            for trajectory in solution.trajectories:
                reason = why_dropped(solution.problem, trajectory)
                if reason:
                    dropped[reason] += 1
                elif tokenizer is None:
                    yield row_of(solution.problem, trajectory)
                else:
                    yield encoded_row(solution.problem, trajectory, tokenizer)


def write_rows(path: Path, rows: Iterable[Row]) -> int:
    """Write rows as JSONL, whole or not at all; how many."""
    part = path.with_suffix(".part")
    number = 0
    with part.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(row.line() + "\n")
            number += 1
    part.replace(path)
    return number


def read_rows(path: Path) -> Iterator[Row]:
    """Read rows back."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            yield Row(row["ids"], row["mask"], row["told"])


def _told(problem: Problem, trajectory: Trajectory) -> dict[str, Any]:
    told = {name: problem.metadata.get(name) for name in ("family", "tier", "phrasing")}
    return {**told, "problem": problem.id, "attempt": trajectory.index}
