from collections.abc import Sequence
from itertools import pairwise

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.telemetry.solved import PROBLEM, solve
from tirkit.errors import EngineError
from tirkit.events import ProblemStarted
from tirkit.kernels import KernelPool
from tirkit.telemetry import SpanEvents


class Exported:
    """A tracer provider, and the spans it has exported."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.spans if span.name == f"tirkit {name}"]

    @property
    def spans(self) -> Sequence[ReadableSpan]:
        return self.exporter.get_finished_spans()


def children(parent: ReadableSpan, spans: Sequence[ReadableSpan]) -> list[ReadableSpan]:
    return [
        span
        for span in spans
        if span.parent is not None
        and parent.context is not None
        and span.parent.span_id == parent.context.span_id
    ]


async def test_spans_when_a_problem_is_solved_then_one_trace_holds_attempts_turns_and_cells() -> (
    None
):
    exported = Exported()
    with SpanEvents(exported.provider) as spans:
        solution = await solve(spans.listen)

    (problem,) = exported.named("problem")
    attempts = children(problem, exported.named("attempt"))
    assert len(attempts) == 2
    assert len({span.context.trace_id for span in exported.spans if span.context}) == 1
    for attempt in attempts:
        assert len(children(attempt, exported.named("turn"))) == 2
        assert len(children(attempt, exported.named("cell"))) == 1
    assert problem.attributes is not None
    assert problem.attributes["tirkit.problem.answer"] == "42"
    sampled = sum(
        int(str((one.attributes or {})["gen_ai.usage.output_tokens"])) for one in attempts
    )
    assert sampled == solution.usage.sampled_tokens + solution.usage.wasted_tokens


async def test_spans_when_code_runs_in_real_kernels_then_times_nest_and_follow_each_other() -> None:
    exported = Exported()
    async with KernelPool() as pool:
        with SpanEvents(exported.provider) as spans:
            await solve(spans.listen, kernels=pool)

    for attempt in exported.named("attempt"):
        inside = sorted(children(attempt, exported.spans), key=lambda span: span.start_time or 0)
        assert [span.name for span in inside] == ["tirkit turn", "tirkit cell", "tirkit turn"]
        assert attempt.start_time is not None
        assert attempt.end_time is not None
        assert attempt.start_time <= (inside[0].start_time or 0)
        assert (inside[-1].end_time or 0) <= attempt.end_time + 50_000_000
        for before, after in pairwise(inside):
            assert (before.end_time or 0) <= (after.start_time or 0) + 1_000_000


async def test_spans_when_a_cell_fails_then_its_span_alone_is_an_error() -> None:
    exported = Exported()
    with SpanEvents(exported.provider) as spans:
        await solve(spans.listen)

    failed = [span for span in exported.spans if span.status.status_code is trace.StatusCode.ERROR]
    assert [(span.name, span.status.description) for span in failed] == [("tirkit cell", "error")]


async def test_spans_when_the_problem_fails_then_its_spans_end_as_errors() -> None:
    exported = Exported()
    with pytest.raises(EngineError), SpanEvents(exported.provider) as spans:
        await solve(spans.listen, dies=True)

    (problem,) = exported.named("problem")
    assert problem.status.status_code is trace.StatusCode.ERROR
    assert "no attempt could go on" in (problem.status.description or "")
    assert len(exported.named("attempt")) == 2


async def test_spans_when_opentelemetry_is_loaded_then_a_solver_traces_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exported = Exported()
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: exported.provider)

    await solve()

    assert len(exported.named("problem")) == 1


def test_spans_when_left_open_then_they_end_and_hold_no_text_of_a_model() -> None:
    exported = Exported()
    with SpanEvents(exported.provider) as spans:
        spans.listen(ProblemStarted(PROBLEM, 2))

    (span,) = exported.spans
    assert span.status.status_code is trace.StatusCode.ERROR
    assert PROBLEM.text not in str(span.attributes)
