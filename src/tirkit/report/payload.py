"""What a report shows, as plain data: written by Python, read by the page's script.

A `Summary` stands in the page as it is; a `ProblemSection` per problem is compressed, and opened
only when somebody looks at the problem. Times are seconds from the first attempt's start of a
problem, tokens are counted as the engine counts them.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

FORMAT = 1
"""Rises with every change the page's script would misread."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the whole run.

    Attributes:
        name: as shown, for example "maj@k".
        value: as shown, unit included.
        low: lower end of the 95 % interval as shown, or "".
        high: upper end of it, or "".
        note: what it is, in one sentence.
    """

    name: str
    value: str
    low: str = ""
    high: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Votes:
    """Votes for one answer.

    Attributes:
        answer: its canonical form.
        count: attempts that gave it.
        weight: sum of their votes' weights.
        correct: whether it is right; None without a reference.
    """

    answer: str
    count: int
    weight: float
    correct: bool | None


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """One problem's line in the table.

    Attributes:
        key: number of its section in the page.
        id: the problem's name.
        text: the beginning of the question.
        reference: its reference answer, or None.
        answer: the verdict's answer, or None.
        correct: whether the verdict is right; None without a reference.
        votes: best first.
        attempts: attempts started.
        finished: of them by themselves.
        right: finished attempts with the right answer; None without a reference.
        silent: finished attempts without an admissible answer.
        tokens: sampled by all attempts, wasted ones included.
        saved_tokens: by ending attempts early, estimated.
        cells: code runs.
        errors: cells that raised.
        timeouts: cells whose deadline passed.
        seconds: wall time to the verdict.
        confidence: the winner's share of the vote weight, in [0, 1].
        stop_reason: the rule that settled it, in words.
    """

    key: int
    id: str
    text: str
    reference: str | None
    answer: str | None
    correct: bool | None
    votes: tuple[Votes, ...]
    attempts: int
    finished: int
    right: int | None
    silent: int
    tokens: int
    saved_tokens: int
    cells: int
    errors: int
    timeouts: int
    seconds: float
    confidence: float
    stop_reason: str


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a curve with its 95 % interval; `x` is attempts or tokens, `y` in [0, 1]."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Accuracy against the number of attempts, for one way to choose."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """What one stop rule and selector would have made of the recorded attempts.

    Attributes:
        name: rule and selector in their text form.
        tokens: mean tokens a problem.
        accuracy: share of problems right, with its 95 % interval.
        low: lower end.
        high: upper end.
        on_frontier: whether no other is both cheaper and better.
        is_run: whether it is the run's own policy.
    """

    name: str
    tokens: float
    accuracy: float
    low: float
    high: float
    on_frontier: bool
    is_run: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """What the page shows at once.

    Attributes:
        format: `FORMAT`.
        title: of the page.
        made_at: when, ISO 8601.
        facts: engine, preset, versions, machine, seeds and the like, as (name, value).
        settings: the resolved settings, flattened to dotted names.
        figures: of the whole run.
        problems: in the order of the run.
        curves: accuracy against attempts.
        frontier: stop rules compared; empty where there is nothing to compare.
        notes: what was left out of the page and why, in words.
    """

    format: int
    title: str
    made_at: str
    facts: tuple[tuple[str, str], ...]
    settings: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]
    problems: tuple[ProblemLine, ...]
    curves: tuple[Curve, ...]
    frontier: tuple[FrontierPoint, ...]
    notes: tuple[str, ...] = ()


class LaneKind(StrEnum):
    """What an attempt did in a stretch of time."""

    GENERATE = "generate"
    CODE = "code"
    QUEUE = "queue"
    """Waiting for a kernel or a processor."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A stretch of an attempt's time."""

    kind: LaneKind
    start: float
    seconds: float


class PartKind(StrEnum):
    """What a piece of a trace is."""

    THINKING = "thinking"
    TEXT = "text"
    CODE = "code"
    OUTPUT = "output"
    ERROR = "error"
    """Standard error or a traceback."""
    GIVEN = "given"
    """What else tirkit put into the context: a correction, a question, a hand-over."""
    NOTE = "note"
    """What tirkit says of the turn; not in the context."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a trace.

    Attributes:
        kind: what it is.
        text: what it says; a cut is marked in it.
        sure: mean natural log-probability of the tokens behind equal stretches of the text, in
            order; empty where unknown. Tokens are spread evenly over the text: an estimate.
    """

    kind: PartKind
    text: str
    sure: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class TurnShown:
    """One turn of a trace.

    Attributes:
        parts: in order.
        tokens: sampled and kept.
        seconds: in generation.
        status: how its code ended, "" without code.
        code_seconds: in the cell.
        answer: the answer that stood at the end of this turn, "" without one.
    """

    parts: tuple[Part, ...]
    tokens: int
    seconds: float
    status: str = ""
    code_seconds: float = 0.0
    answer: str = ""


@dataclass(frozen=True, slots=True)
class AttemptShown:
    """One attempt.

    Attributes:
        index: number among the attempts of its problem.
        stop_reason: why it ended.
        stop_detail: the same in words.
        killed: whether it was stopped from outside or by a guard.
        answer: what it answered, or None.
        correct: whether that is right; None without a reference or an answer.
        start: when it began.
        seconds: how long it took.
        sampled: tokens, wasted ones included.
        given: tokens tirkit appended.
        cells: code runs.
        sure: mean natural log-probability of its tokens; None if unknown.
        lanes: what it did when.
        turns: its trace.
        facts: seed, dialect, statistics and the like, as (name, value).
    """

    index: int
    stop_reason: str
    stop_detail: str
    killed: bool
    answer: str | None
    correct: bool | None
    start: float
    seconds: float
    sampled: int
    given: int
    cells: int
    sure: float | None
    lanes: tuple[Lane, ...]
    turns: tuple[TurnShown, ...]
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class VoteMoment:
    """The votes right after an attempt finished.

    Attributes:
        at: when.
        attempt: index of the attempt.
        tokens: sampled by finished attempts until then.
        votes: (canonical answer, count), best first.
    """

    at: float
    attempt: int
    tokens: int
    votes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ProblemSection:
    """What the page shows of one problem when it is opened.

    Attributes:
        key: as in its `ProblemLine`.
        text: the question.
        domain: which answers were admissible, in words.
        metadata: of the problem.
        prompt: the rendered problem as the first attempt saw it.
        verdict: why this answer, in words.
        settled_at: when the verdict was fixed.
        moments: the votes over time.
        attempts: by index.
    """

    key: int
    text: str
    domain: str
    metadata: tuple[tuple[str, str], ...]
    prompt: str
    verdict: str
    settled_at: float
    moments: tuple[VoteMoment, ...]
    attempts: tuple[AttemptShown, ...]


def plain(value: Any) -> Any:  # noqa: ANN401 - dataclasses of this module to JSON values
    """A payload as JSON values: dataclasses as objects, tuples as arrays, None as null."""
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    names = getattr(value, "__slots__", None)
    if names is None or isinstance(value, StrEnum):
        return value
    return {name: plain(getattr(value, name)) for name in names}
