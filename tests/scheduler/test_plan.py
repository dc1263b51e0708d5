"""`plan` by table: a state in, actions out."""

from tirkit.scheduler import (
    Cancel,
    Finish,
    ProblemState,
    RunState,
    Start,
    after_attempts,
    plan,
    when_agreed,
)
from tirkit.selection import tally
from tirkit.types import Answer, Vote

NEVER = after_attempts(10_000)


def agreed(count: int) -> list[Vote]:
    return [Vote(i, Answer("7", "7")) for i in range(count)]


def test_plan_when_places_are_free_then_earlier_problems_get_them_first() -> None:
    state = RunState((ProblemState("a", 3), ProblemState("b", 3)), in_flight=0, max_in_flight=4)
    assert plan(state, {"a": NEVER, "b": NEVER}) == (Start("a"),) * 3 + (Start("b"),)


def test_plan_when_full_then_nothing_starts() -> None:
    state = RunState((ProblemState("a", 8, started=4, running=(0, 1, 2, 3)),), 4, 4)
    assert plan(state, {"a": NEVER}) == ()


def test_plan_when_settled_then_it_finishes_and_cancels_every_loser() -> None:
    settled = ProblemState(
        "a", 8, started=8, running=(2, 5), finished=6, tally=tally(agreed(6), silent=0)
    )
    actions = plan(RunState((settled,), 2, 8), {"a": when_agreed(4)})
    reason = "6 attempts agree on 7"
    assert actions == (Finish("a", reason), Cancel("a", 2, reason), Cancel("a", 5, reason))


def test_plan_when_losers_are_not_gone_then_they_keep_their_places() -> None:
    settled = ProblemState(
        "a", 8, started=8, running=(2, 5), finished=6, tally=tally(agreed(6), silent=0)
    )
    state = RunState((settled, ProblemState("b", 8)), in_flight=2, max_in_flight=4)
    starts = [
        action
        for action in plan(state, {"a": when_agreed(4), "b": NEVER})
        if isinstance(action, Start)
    ]
    assert starts == [Start("b")] * 2


def test_plan_when_all_attempts_ended_without_rule_then_it_finishes() -> None:
    done = ProblemState("a", 3, started=3, finished=3)
    assert plan(RunState((done,), 0, 4), {"a": NEVER}) == (Finish("a", "all 3 attempts finished"),)


def test_plan_when_over_the_cap_then_it_starts_nothing() -> None:
    state = RunState((ProblemState("a", 8, started=1),), in_flight=5, max_in_flight=4)
    assert plan(state, {"a": NEVER}) == ()
