"""Verified vote: votes count more where the answer is borne out."""

import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import anyio

from tirkit.selection.judges.case import Candidate, Case
from tirkit.selection.judges.checks import constraint_check
from tirkit.selection.judges.hearing import Hearing
from tirkit.selection.judges.outputs import names, shown
from tirkit.selection.judges.settings import check, whole
from tirkit.types import Judgment

CHECKS = ("rerun", "constraint", "yes_no")
_WORDS = ("yes", "no")

Found = list[float | None]
"""Of each candidate how well it is borne out, in [0, 1]; None where a check could not tell."""


@dataclass(frozen=True, slots=True)
class VerifiedVote:
    """Score S(a)·(1 + λ·v(a)): the vote weight of an answer, raised by what bears it out.

    Source: nat-nischw's verified voting (arXiv 2603.27844), with λ = 2 and the three answers with
    the most weight. v is the mean of the checks that could tell, 0 where none could:

    - `rerun`: the last code of the best attempt behind the answer, run in a fresh kernel, prints
      the answer (1) or does not (0);
    - `constraint`: the answer keeps to what the problem asks for, as far as patterns tell;
    - `yes_no`: the probability of "yes" against "no" when the model is asked whether the answer is
      right, the logistic function of the difference of their log-probabilities.

    Attributes:
        factor: λ.
        top: answers that are checked; the others keep their weight.
        checks: which.
        program: cells run again: 1 is the last one, 0 all of the attempt, in order.
        cell_seconds: longest one cell may run.
        candidate_chars: of a summary, for `yes_no`.
    """

    factor: float = 2.0
    top: int = 3
    checks: tuple[str, ...] = CHECKS
    program: int = 1
    cell_seconds: float = 30.0
    candidate_chars: int = 6_000

    def __post_init__(self) -> None:
        check(
            self.name,
            {
                "factor": 0 <= self.factor < math.inf,
                "top": whole(self.top, 2),
                f"checks (some of {', '.join(CHECKS)})": bool(self.checks)
                and set(self.checks) <= set(CHECKS),
                "program": whole(self.program, 0),
                "cell_seconds": 0 < self.cell_seconds < math.inf,
                "candidate_chars": whole(self.candidate_chars),
            },
        )

    @property
    def name(self) -> str:
        """How it is named in records."""
        return "verified"

    async def judge(self, case: Case, hearing: Hearing) -> Judgment:
        """Make all checks at once."""
        entries = case.tally.entries[: self.top]
        candidates = case.best(entries)
        known: Mapping[str, Callable[..., Awaitable[Found]]] = {
            "rerun": self._rerun,
            "constraint": _constraint,
            "yes_no": self._yes_no,
        }
        found: dict[str, Found] = {}

        async def make(name: str) -> None:
            found[name] = await known[name](case, hearing, candidates)

        async with anyio.create_task_group() as tasks:
            for name in dict.fromkeys(self.checks):
                tasks.start_soon(make, name)
        borne_out = {
            one.answer: [value for name in found if (value := found[name][place]) is not None]
            for place, one in enumerate(candidates)
        }
        scores, told = [], []
        for entry in case.tally.entries:
            values = borne_out.get(entry.answer, [])
            mean = math.fsum(values) / len(values) if values else 0.0
            scores.append((entry.answer, entry.weight * (1 + self.factor * mean)))
            if values:
                told.append(f"{entry.answer} borne out {mean:.2f}")
        heard = sum(map(len, borne_out.values()))
        return hearing.judgment(self.name, scores, heard, ", ".join(told) or "nothing told")

    async def _rerun(self, case: Case, hearing: Hearing, candidates: Sequence[Candidate]) -> Found:
        del case
        found: Found = [None] * len(candidates)

        async def run(place: int, candidate: Candidate) -> None:
            cells = candidate.ballot.code
            result = await hearing.run(
                cells[-self.program :] if self.program else cells, self.cell_seconds
            )
            if result is not None:
                found[place] = float(result.ok and names(shown(result), candidate.answer))

        async with anyio.create_task_group() as tasks:
            for place, candidate in enumerate(candidates):
                tasks.start_soon(run, place, candidate)
        return found

    async def _yes_no(self, case: Case, hearing: Hearing, candidates: Sequence[Candidate]) -> Found:
        questions = [
            hearing.tools.texts.fill(
                "correct",
                problem=case.problem.text,
                solutions=hearing.shown([one], self.candidate_chars),
                answer=str(one.answer),
            )
            for one in candidates
        ]
        leanings = await hearing.lean(questions, _WORDS)
        return [None if one is None else _logistic(*one.logprobs) for one in leanings]


async def _constraint(case: Case, hearing: Hearing, candidates: Sequence[Candidate]) -> Found:
    kept = [constraint_check(case.problem.text, one.answer) for one in candidates]
    for one in kept:
        if one is None:
            hearing.abstain("without a constraint")
    return [None if one is None else float(one) for one in kept]


def _logistic(yes: float, no: float) -> float:
    """exp(yes) / (exp(yes) + exp(no)), for any two log-probabilities."""
    return 1 / (1 + math.exp(min(max(no - yes, -700.0), 700.0)))
