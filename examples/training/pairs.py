"""Chooses which of a problem's own attempts are preferred to which."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from examples.training.rows import is_right, why_dropped
from examples.training.settings import PreferTerms
from tirkit.records import RecordedRun
from tirkit.types import Problem, Solution, StopReason, Trajectory


@dataclass(frozen=True, slots=True)
class Pair:
    """Two attempts at one problem.

    Attributes:
        problem: tried.
        chosen: right, and short.
        rejected: longer, or wrong.
    """

    problem: Problem
    chosen: Trajectory
    rejected: Trajectory

    def trained(self) -> dict[str, list[int]]:
        """Ids behind the common prompt, and which of them each attempt sampled."""
        start = len(self.chosen.ids) - len(_behind(self.chosen))
        return {
            "prompt_ids": list(self.chosen.ids[:start]),
            "chosen_ids": list(self.chosen.ids[start:]),
            "rejected_ids": list(self.rejected.ids[start:]),
            "chosen_mask": list(self.chosen.mask[start:]),
            "rejected_mask": list(self.rejected.mask[start:]),
        }


def pairs_of(directory: Path, terms: PreferTerms) -> Iterator[Pair]:
    """The pairs of a recorded run, problem by problem; blocks."""
    for solution in RecordedRun(directory).solutions():
        yield from choose_pairs(solution, terms)


def choose_pairs(solution: Solution, terms: PreferTerms) -> list[Pair]:
    """Pairs of one problem: a shorter right attempt before a long right one, or before a wrong one.

    The shorter one is drawn from all that are short enough: always the shortest would teach what
    made it so by luck, such as a step left out. Attempts that the machine ended are left out, and
    so is what merely repeats another's text or holds a token whose id the engine could not tell
    (half a character, from llama.cpp).
    """
    problem = solution.problem
    lot = Random(f"pairs/{problem.content_hash}")
    ended = _distinct([one for one in solution.trajectories if one.turns and one.token_exact])
    right = sorted((one for one in ended if not why_dropped(problem, one)), key=_length)
    wrong = [
        one
        for one in ended
        if one.stop_reason is StopReason.ANSWERED and not is_right(problem, one)
    ]
    longer = list(right)
    pairs = []
    for _ in range(terms.pairs):
        if lot.random() < terms.wrong_share:
            rejected, short = (lot.choice(wrong) if wrong else None), right[: -(-len(right) // 2)]
        else:
            rejected = longer.pop() if longer else None
            most = 0.0 if rejected is None else terms.ratio * _length(rejected)
            short = [one for one in right if _length(one) <= most]
        if rejected is not None and short:
            pairs.append(Pair(problem, lot.choice(short), rejected))
    return pairs


def _length(trajectory: Trajectory) -> int:
    return trajectory.usage.sampled_tokens


def _behind(trajectory: Trajectory) -> Sequence[int]:
    """What stands behind the prompt."""
    return trajectory.ids[trajectory.mask.index(1) :]


def _distinct(trajectories: Sequence[Trajectory]) -> list[Trajectory]:
    return list({one.ids: one for one in trajectories if 1 in one.mask}.values())
