"""What happens, as it happens. Console, notebook, records and telemetry only listen.

A listener is a plain function. It runs inside the loop, between two chunks: it must be quick. One
that raises is logged and hears no more; the run goes on.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from tirkit.types import CodeResult, Problem, Solution, Tally, TokenChunk, Trajectory, Verdict


@dataclass(frozen=True, slots=True)
class ProblemStarted:
    """A problem entered the scheduler."""

    problem: Problem
    attempts: int
    """Most attempts the problem may get."""


@dataclass(frozen=True, slots=True)
class AttemptStarted:
    """An attempt began."""

    problem_id: str
    attempt_id: str
    index: int


@dataclass(frozen=True, slots=True)
class TokensSampled:
    """Some tokens arrived."""

    problem_id: str
    attempt_id: str
    chunk: TokenChunk


@dataclass(frozen=True, slots=True)
class CodeStarted:
    """A cell was handed to a kernel."""

    problem_id: str
    attempt_id: str
    code: str
    """The cell, or its beginning if it runs while the model still writes it."""


@dataclass(frozen=True, slots=True)
class CodeFinished:
    """A cell ended."""

    problem_id: str
    attempt_id: str
    result: CodeResult


@dataclass(frozen=True, slots=True)
class AttemptFinished:
    """An attempt ended and left its trajectory; the tally already counts it."""

    problem_id: str
    trajectory: Trajectory
    tally: Tally


@dataclass(frozen=True, slots=True)
class ProblemSettled:
    """The verdict is fixed; the losers are being stopped."""

    problem_id: str
    verdict: Verdict
    stop_reason: str


@dataclass(frozen=True, slots=True)
class ProblemFinished:
    """A problem was settled; its losers are gone."""

    solution: Solution


@dataclass(frozen=True, slots=True)
class ProblemFailed:
    """A problem was given up: no attempt at it could go on, or its caller left."""

    problem_id: str
    reason: str


Event = (
    ProblemStarted
    | AttemptStarted
    | TokensSampled
    | CodeStarted
    | CodeFinished
    | AttemptFinished
    | ProblemSettled
    | ProblemFinished
    | ProblemFailed
)
Listener = Callable[[Event], None]
_LOG = logging.getLogger(__name__)


def ignore(event: Event) -> None:
    """Be the listener of somebody who does not listen."""


def heard_by(*listeners: Listener) -> Listener:
    """One listener for several; one of them that raises is cut off alone."""
    parts = tuple(guarded(listener) for listener in listeners if listener is not ignore)
    if not parts:
        return ignore
    if len(parts) == 1:
        return parts[0]

    def listen(event: Event) -> None:
        for part in parts:
            part(event)

    return listen


def guarded(listener: Listener) -> Listener:
    """The same listener, cut off and logged once it raises."""
    if listener is ignore:
        return ignore
    listening = True

    def listen(event: Event) -> None:
        nonlocal listening
        if not listening:
            return
        try:
            listener(event)
        except Exception:  # noqa: BLE001 - somebody else's function; logged
            listening = False
            _LOG.exception("a listener raised and is cut off: %r", listener)

    return listen
