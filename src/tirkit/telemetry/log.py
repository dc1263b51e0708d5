"""Events as log records."""

import logging
from typing import Any

from tirkit.events import (
    AttemptFinished,
    AttemptStarted,
    CodeFinished,
    Event,
    ProblemFailed,
    ProblemFinished,
    ProblemSettled,
    ProblemStarted,
    TokensSampled,
)
from tirkit.types import Trajectory

_LOG = logging.getLogger("tirkit.events")


def logs_events() -> bool:
    """Whether anything would be logged, as logging is set up now."""
    return _LOG.isEnabledFor(logging.INFO)


def log_event(event: Event) -> None:
    """Log an event: problems as INFO, attempts and cells that failed as DEBUG.

    The logger is `tirkit.events`. What an event is about stands in the record's fields
    `tirkit_problem`, `tirkit_attempt` and so on, for formatters that write them apart. Texts of
    models are not logged, beside answers, which are shown escaped.
    """
    if isinstance(event, TokensSampled):
        return
    match event:
        case AttemptStarted():
            _debug("attempt %r started", event.attempt_id, problem=event.problem_id)
        case AttemptFinished(trajectory=done):
            _log_attempt(done)
        case CodeFinished(result=result) if not result.ok:
            told = (event.attempt_id, str(result.status), result.duration_seconds)
            _debug("a cell of attempt %r ended %s after %.3f s", *told, problem=event.problem_id)
        case ProblemStarted() | ProblemSettled() | ProblemFinished() | ProblemFailed():
            _log_problem(event)


def _log_problem(event: Event) -> None:
    match event:
        case ProblemStarted(problem=problem, attempts=attempts):
            _info("problem %r started, up to %d attempts", problem.id, attempts, problem=problem.id)
        case ProblemSettled(problem_id=key, verdict=verdict, stop_reason=reason):
            answer = None if verdict.answer is None else verdict.answer.canonical
            _info("problem %r settled: %r (%s)", key, answer, reason, problem=key, answer=answer)
        case ProblemFinished(solution=solution):
            usage, key = solution.usage, solution.problem.id
            _info(
                "problem %r finished: %d attempts, %d tokens sampled, %d cells, %.1f s",
                key,
                len(solution.trajectories),
                usage.sampled_tokens + usage.wasted_tokens,
                usage.cells,
                solution.duration_seconds,
                problem=key,
            )
        case ProblemFailed(problem_id=key, reason=reason):
            _info("problem %r was given up: %r", key, reason, problem=key)


def _log_attempt(done: Trajectory) -> None:
    _debug(
        "attempt %r ended: %s, answer %r, %d tokens sampled, %d cells, %.1f s",
        done.attempt_id,
        str(done.stop_reason),
        None if done.answer is None else done.answer.canonical,
        done.spent.sampled_tokens + done.spent.wasted_tokens,
        done.usage.cells,
        done.duration_seconds,
        problem=done.problem_id,
        stop_reason=str(done.stop_reason),
    )


def _info(text: str, *told: object, **fields: object) -> None:
    _LOG.info(text, *told, extra=_extra(fields))


def _debug(text: str, *told: object, **fields: object) -> None:
    _LOG.debug(text, *told, extra=_extra(fields))


def _extra(fields: dict[str, Any]) -> dict[str, Any]:
    return {f"tirkit_{name}": value for name, value in fields.items()}
