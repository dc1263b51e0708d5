"""An attempt as an export sees it: with its problem, its grade and its texts."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from operator import itemgetter

from tirkit.dialects.result_text import result_text
from tirkit.types import Problem, StopReason, Trajectory

LARGEST_ID = 2**63 - 1
"""Columns of ids are of 64 bits."""


@dataclass(frozen=True)
class Tried:
    """One attempt at a problem that was settled.

    Attributes:
        run: name of the run it comes from.
        problem: what was asked, with the reference of that run.
        trajectory: what it did.
        right: whether its answer is shown to be the reference; None without a reference.
        leader_votes: how many attempts of its run gave the answer that most gave.
        votes: how many gave one.
        decoded: the text of all ids behind the prompt, where a tokenizer is at hand.
    """

    run: str
    problem: Problem
    trajectory: Trajectory
    right: bool | None
    leader_votes: int = 0
    votes: int = 0
    decoded: str | None = None

    @property
    def name(self) -> str:
        """How rows name it."""
        return f"{self.run}/{self.trajectory.attempt_id}"

    @property
    def reward(self) -> float | None:
        """1 for a right answer, 0 for another or none; None without a reference."""
        return None if self.right is None else float(self.right)

    @property
    def is_complete(self) -> bool:
        """Whether the model came to its end by itself, with an answer."""
        return self.trajectory.stop_reason is StopReason.ANSWERED

    @property
    def prompt_end(self) -> int:
        """Index of the first id behind the prompt."""
        turns = self.trajectory.turns
        return turns[0].start if turns else len(self.trajectory.ids)

    @property
    def prompt_tokens(self) -> int:
        """Length of the prompt."""
        return self.prompt_end

    @property
    def sampled_tokens(self) -> int:
        """Kept tokens the model drew."""
        return self.trajectory.usage.sampled_tokens

    @cached_property
    def text(self) -> str:
        """Everything behind the prompt: decoded, or as recorded, which leaves end tokens out."""
        if self.decoded is not None:
            return self.decoded
        return "".join(turn.text + turn.given for turn in self.trajectory.turns)

    @cached_property
    def before_code(self) -> str | None:
        """What stands before the first code that was run; None where none was."""
        said: list[str] = []
        for turn in self.trajectory.turns:
            if turn.code is not None:
                first = turn.code.strip().partition("\n")[0]
                at = turn.text.find(first) if first else -1
                return "".join([*said, turn.text if at < 0 else turn.text[:at]])
            said += [turn.text, turn.given]
        return None

    def messages(self) -> list[dict[str, str]]:
        """The conversation, as trainers that have a chat template of their own take it.

        Roles alternate: the problem is `user`, what the model wrote `assistant` as it wrote it,
        the plain text of what code gave `tool`, and what else it was told `user`.
        """
        return [
            {
                "role": role,
                "content": ("" if role == "assistant" else "\n").join(text for _, text in some),
            }
            for role, some in groupby(self._said(), key=itemgetter(0))
        ]

    def _said(self) -> Iterator[tuple[str, str]]:
        yield "user", self.problem.text
        for turn in self.trajectory.turns:
            if turn.text:
                yield "assistant", turn.text
            if turn.result is not None:
                yield "tool", result_text(turn.result)
            elif turn.given.strip():
                yield "user", turn.given


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """All attempts at one problem, of every run.

    Attributes:
        content_hash: of the problem.
        problem: what was asked, as the first run tells.
        attempts: at it, in the order of the runs.
    """

    content_hash: str
    problem: Problem
    attempts: tuple[Tried, ...]
