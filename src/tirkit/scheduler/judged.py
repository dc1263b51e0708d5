"""Asks a judge about a problem whose votes leave it open."""

import anyio

from tirkit.attempt import derive_seed
from tirkit.scheduler.live import LiveProblem
from tirkit.selection.judges import Case, Hearing, Tools
from tirkit.types import Judgment

_MARGIN_SHARE = 0.02
_MARGIN_MOST_SECONDS = 0.5
"""Questions end this much before the judge's time is up, so that it can still add them up."""
_NO_ATTEMPT = -1
"""In place of an attempt's index where seeds are derived."""


async def judged(live: LiveProblem, tools: Tools, label: str) -> Judgment:
    """What the policy's judge makes of the votes, in time and within the budget.

    A judge that fails or does not come to an end gives a judgment nobody was heard for. Being
    cancelled is raised.

    Args:
        live: the problem; its attempts are over or being stopped.
        tools: what the judge may ask.
        label: unique among all problems of the engine.
    """
    policy = live.policy
    seed = derive_seed(policy.seed, live.problem, _NO_ATTEMPT)
    judge, terms = policy.judge, policy.judge_terms
    assert judge is not None, "judging without a judge"
    now = anyio.current_time()
    ends = min(now + terms.seconds, live.ends)
    hearing = Hearing(
        tools,
        tokens=terms.tokens,
        deadline=ends - min(_MARGIN_MOST_SECONDS, (ends - now) * _MARGIN_SHARE),
        seed=seed,
        label=label,
        at_once=terms.at_once,
    )
    if ends <= now:
        return hearing.judgment(judge.name, (), 0, "no time was left to judge")
    case = Case.of(live.problem, live.votes.weighted, live.done, seed)
    with anyio.CancelScope(deadline=ends):
        try:
            return await judge.judge(case, hearing)
        except Exception as error:  # noqa: BLE001 - the vote stands, whatever a judge does
            return hearing.judgment(judge.name, (), 0, f"it failed: {_first(error)}")
    return hearing.judgment(judge.name, (), 0, "it did not come to an end in time")


def _first(error: Exception) -> str:
    """The first failure of a group, as text."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"
