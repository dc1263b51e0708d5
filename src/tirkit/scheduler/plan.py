"""Decides what to do next. Pure: a state in, actions out; nothing is awaited between them."""

from dataclasses import dataclass

from tirkit.scheduler.state import ProblemState, RunState
from tirkit.scheduler.stop_rules import StopRule


@dataclass(frozen=True, slots=True)
class Start:
    """Begin one more attempt, the one with the lowest index not yet used."""

    problem_id: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop an attempt that can no longer matter."""

    problem_id: str
    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class Finish:
    """Fix the verdict of a problem."""

    problem_id: str
    reason: str


Action = Start | Cancel | Finish


def plan(state: RunState, rules: dict[str, StopRule]) -> tuple[Action, ...]:
    """What to do in this state.

    Settled problems are finished and their running attempts cancelled; free places go to the
    earliest problems first. A cancelled attempt keeps its place until it is gone, so the cap
    holds at every moment.

    Args:
        state: the run at this moment.
        rules: each problem's stop rule.
    """
    actions: list[Action] = []
    free = state.max_in_flight - state.in_flight
    for problem in state.problems:
        reason = _settled(problem, rules[problem.problem_id])
        if reason is not None:
            actions.append(Finish(problem.problem_id, reason))
            actions += [Cancel(problem.problem_id, index, reason) for index in problem.running]
            continue
        count = max(min(free, problem.startable), 0)
        actions += [Start(problem.problem_id)] * count
        free -= count
    return tuple(actions)


def _settled(problem: ProblemState, rule: StopRule) -> str | None:
    if problem.ended:
        return rule.decide(problem) or f"all {problem.finished} attempts finished"
    return rule.decide(problem)
