"""How well the model chooses among its own solutions, against the vote and a random pick."""

import math
from dataclasses import dataclass
from pathlib import Path

import anyio

from examples.training.rows import is_right_answer
from examples.training.settings import JUDGE_TEXTS
from tirkit.bench import Estimate, wilson
from tirkit.bench.estimates import bootstrap
from tirkit.engines import Engine
from tirkit.judging import Asker
from tirkit.prompts import load_judge_texts
from tirkit.records import RecordedRun
from tirkit.selection.judges import Case, Hearing, Judge, Tools
from tirkit.types import Answer, Sampling, Solution

_AT_ONCE = 8
_MOST_TOKENS = 100_000


@dataclass(frozen=True, slots=True)
class Judged:
    """Figures over the problems whose attempts disagree.

    Attributes:
        problems: judged.
        agreed: problems with one answer alone; nothing is to choose there.
        random_pick: share right where an attempt is drawn.
        majority: share right by the vote.
        judge: share right by the judge; the vote decides where it has nothing to say.
        judge_alone: share right where the judge said something.
    """

    problems: int
    agreed: int
    random_pick: Estimate | None
    majority: Estimate | None
    judge: Estimate | None
    judge_alone: Estimate | None


async def judge_recorded(engine: Engine, directory: Path, judge: Judge, seed: int) -> Judged:
    """Put the disagreements of a recorded run to the judge; the engine is entered."""
    texts = load_judge_texts(JUDGE_TEXTS)
    tools = Tools(Asker(engine, texts=texts, sampling=Sampling(temperature=1.0)), texts=texts)
    run = RecordedRun(directory)
    picks: dict[str, tuple[Solution, Answer | None]] = {}
    agreed = 0
    places = anyio.CapacityLimiter(_AT_ONCE)

    async def put(solution: Solution) -> None:
        async with places:
            picks[solution.problem.id] = solution, await _picked(solution, judge, tools, seed)

    async with anyio.create_task_group() as tasks:
        for solution in run.solutions():
            if len(solution.verdict.tally.entries) < 2:
                agreed += 1
            else:
                tasks.start_soon(put, solution)
    return _figures(list(picks.values()), agreed)


async def _picked(solution: Solution, judge: Judge, tools: Tools, seed: int) -> Answer | None:
    """The answer the judge prefers; None where it says nothing."""
    case = Case.of(solution.problem, solution.verdict.tally, solution.trajectories, seed)
    hearing = Hearing(
        tools, tokens=_MOST_TOKENS, deadline=math.inf, seed=seed, label=solution.problem.id
    )
    judgment = await judge.judge(case, hearing)
    if not judgment.scores:
        return None
    return max(judgment.scores, key=lambda scored: scored[1])[0]


def _figures(picks: list[tuple[Solution, Answer | None]], agreed: int) -> Judged:
    votes = [is_right_answer(one.problem, one.answer) for one, _ in picks]
    heard = [is_right_answer(one.problem, pick) for one, pick in picks if pick is not None]
    chosen = [
        vote if pick is None else is_right_answer(one.problem, pick)
        for (one, pick), vote in zip(picks, votes, strict=True)
    ]
    return Judged(
        problems=len(picks),
        agreed=agreed,
        random_pick=bootstrap([_share_right(one) for one, _ in picks]) if picks else None,
        majority=wilson(sum(votes), len(votes)) if votes else None,
        judge=wilson(sum(chosen), len(chosen)) if chosen else None,
        judge_alone=wilson(sum(heard), len(heard)) if heard else None,
    )


def _share_right(solution: Solution) -> float:
    entries = solution.verdict.tally.entries
    counts = [(len(one.votes), is_right_answer(solution.problem, one.answer)) for one in entries]
    return sum(count for count, right in counts if right) / sum(count for count, _ in counts)
