"""What an attempt is told at its start."""

import hashlib
from dataclasses import dataclass, replace

from tirkit.types import Problem

_SEED_BITS = 31
"""Engines take signed 32-bit seeds."""


@dataclass(frozen=True, slots=True)
class AttemptSpec:
    """One try at a problem.

    Attributes:
        attempt_id: names the attempt in records and events, the same in every run.
        request_prefix: unique among all requests an engine may see; request ids derive from it.
        problem: what is asked.
        index: number of the attempt among those of its problem, from 0.
        seed: drives the sampling of every turn.
        deadline: on the event loop's clock, in seconds; None means none.
        priority: smaller is served first by the engine.
        asked: what is asked in place of the problem's text, "" for that itself.
    """

    attempt_id: str
    request_prefix: str
    problem: Problem
    index: int
    seed: int
    deadline: float | None = None
    priority: int = 0
    asked: str = ""

    @property
    def question(self) -> Problem:
        """The problem as it is put to the model."""
        return replace(self.problem, text=self.asked) if self.asked else self.problem


def derive_seed(run_seed: int, problem: Problem, index: int) -> int:
    """A seed that is the same for the same run seed, problem and index, on every machine."""
    text = f"{run_seed}/{problem.content_hash}/{index}"
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - _SEED_BITS)
