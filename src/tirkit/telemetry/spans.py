"""Events as OpenTelemetry spans: one trace per problem, spans per attempt, turn and cell.

Spans carry counts, names and reasons, never what the model or its code wrote, beside answers.
Attributes beginning with `gen_ai.` are OpenTelemetry's semantic conventions for generative AI.
"""

import sys
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tirkit.errors import MissingExtra
from tirkit.events import (
    AttemptFinished,
    AttemptStarted,
    Event,
    ProblemFailed,
    ProblemFinished,
    ProblemStarted,
)
from tirkit.types import CodeResult, Solution, StopReason, Trajectory, Turn

if TYPE_CHECKING:
    from opentelemetry.trace import Span, TracerProvider

_NS = 1_000_000_000
_BROKEN = frozenset({StopReason.ENGINE_ERROR, StopReason.KERNEL_ERROR, StopReason.FAULT})
_Value = str | int | float | bool


def somebody_traces() -> bool:
    """Whether this process has loaded OpenTelemetry and set up a provider that takes spans."""
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return False
    idle = (trace.ProxyTracerProvider, trace.NoOpTracerProvider)
    return not isinstance(trace.get_tracer_provider(), idle)


class SpanEvents:
    """Makes the spans of one problem; a context manager whose `listen` takes its events.

    Turns and cells become spans when their attempt has ended, with the times the record tells;
    nothing is done per token. Leaving it ends what is still open as failed.

    Args:
        provider: of the tracer; the process' own if None.

    Raises:
        MissingExtra: opentelemetry-api is not installed.
    """

    def __init__(self, provider: "TracerProvider | None" = None) -> None:
        try:
            from opentelemetry import trace  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise MissingExtra("opentelemetry-api", "telemetry") from error
        self._trace = trace
        self._tracer = trace.get_tracer("tirkit", tracer_provider=provider)
        self._problem: Span | None = None
        self._attempts: dict[str, Span] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        left = [*self._attempts.values(), *filter(None, [self._problem])]
        self._attempts, self._problem = {}, None
        for span in left:
            self._fail(span, "" if error is None else type(error).__name__)
            span.end()

    def listen(self, event: Event) -> None:
        """Take one event of the problem."""
        match event:
            case ProblemStarted(problem=problem, attempts=attempts):
                told: dict[str, _Value] = {
                    "tirkit.problem.id": problem.id,
                    "tirkit.problem.max_attempts": attempts,
                }
                self._problem = self._tracer.start_span("tirkit problem", attributes=told)
            case AttemptStarted(attempt_id=attempt_id, index=index):
                self._attempts[attempt_id] = self._start(
                    "tirkit attempt",
                    self._problem,
                    {"gen_ai.operation.name": "invoke_agent", "tirkit.attempt.index": index},
                )
            case AttemptFinished(trajectory=done) if done.attempt_id in self._attempts:
                self._end_attempt(self._attempts.pop(done.attempt_id), done)
            case ProblemFinished(solution=solution) if self._problem is not None:
                span, self._problem = self._problem, None
                span.set_attributes(_told_of_solution(solution))
                span.end()
            case ProblemFailed(reason=reason) if self._problem is not None:
                span, self._problem = self._problem, None
                self._fail(span, reason)
                span.end()

    def _end_attempt(self, span: "Span", done: Trajectory) -> None:
        span.set_attributes(_told_of_attempt(done))
        if done.stop_reason in _BROKEN:
            self._fail(span, str(done.stop_reason))
        began = round(done.started_at * _NS)
        at = began
        for turn in done.turns:
            if turn.began_seconds is not None:
                at = self._add_turn(span, turn, began)
            if turn.result is not None:
                at = self._add_cell(span, turn.result, at)
        span.end(max(began + round(done.duration_seconds * _NS), at))

    def _add_turn(self, attempt: "Span", turn: Turn, began: int) -> int:
        """The span of a generation; when it ended."""
        start = began + round((turn.began_seconds or 0.0) * _NS)
        end = start + round(turn.generate_seconds * _NS)
        told: dict[str, _Value] = {
            "gen_ai.operation.name": "text_completion",
            "gen_ai.usage.output_tokens": turn.end - turn.start + turn.wasted_tokens,
            "tirkit.turn.forced": turn.forced,
        }
        if turn.finish is not None:
            told["tirkit.turn.finish"] = str(turn.finish)
        self._start("tirkit turn", attempt, told, start).end(end)
        return end

    def _add_cell(self, attempt: "Span", result: CodeResult, at: int) -> int:
        """The span of a code run that was asked for at a time; when it ended."""
        start = at + round(result.queue_seconds * _NS)
        end = start + round(result.duration_seconds * _NS)
        told: dict[str, _Value] = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "python",
            "tirkit.cell.status": str(result.status),
            "tirkit.cell.queue_seconds": result.queue_seconds,
            "tirkit.cell.state_lost": result.state_lost,
        }
        span = self._start("tirkit cell", attempt, told, start)
        if not result.ok:
            self._fail(span, str(result.status))
        span.end(end)
        return end

    def _start(
        self,
        name: str,
        parent: "Span | None",
        told: Mapping[str, _Value],
        start: int | None = None,
    ) -> "Span":
        context = None if parent is None else self._trace.set_span_in_context(parent)
        return self._tracer.start_span(name, context, attributes=told, start_time=start)

    def _fail(self, span: "Span", why: str) -> None:
        span.set_status(self._trace.StatusCode.ERROR, why or "it did not end")


def _told_of_attempt(done: Trajectory) -> dict[str, _Value]:
    told: dict[str, _Value] = {
        "gen_ai.request.model": done.engine,
        "gen_ai.usage.input_tokens": done.usage.prompt_tokens,
        "gen_ai.usage.output_tokens": done.spent.sampled_tokens + done.spent.wasted_tokens,
        "tirkit.attempt.stop_reason": str(done.stop_reason),
        "tirkit.attempt.seed": str(done.seed),
        "tirkit.attempt.cells": done.usage.cells,
        "tirkit.attempt.tool_tokens": done.usage.tool_tokens,
    }
    if done.answer is not None:
        told["tirkit.attempt.answer"] = done.answer.canonical
    return told


def _told_of_solution(solution: Solution) -> dict[str, _Value]:
    usage = solution.usage
    told: dict[str, _Value] = {
        "gen_ai.usage.output_tokens": usage.sampled_tokens + usage.wasted_tokens,
        "tirkit.problem.stop_reason": solution.stop_reason,
        "tirkit.problem.confidence": solution.confidence,
        "tirkit.problem.attempts": len(solution.trajectories),
        "tirkit.problem.seconds": solution.duration_seconds,
    }
    if solution.answer is not None:
        told["tirkit.problem.answer"] = solution.answer.canonical
    return told
