"""The turns of one attempt: generate, run code, show the result; at the end, ask for an answer."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from itertools import count

import anyio

from tirkit.answers import extract
from tirkit.attempt.again import last_output
from tirkit.attempt.asking import ask_answer, may_ask, refusal
from tirkit.attempt.builder import TrajectoryBuilder
from tirkit.attempt.cells import Cells
from tirkit.attempt.deadlines import Deadlines
from tirkit.attempt.opening import Rendered, encode_pieces
from tirkit.attempt.parts import AttemptParts, End
from tirkit.attempt.reasoning import Reasoning
from tirkit.attempt.stages import Stages
from tirkit.attempt.streaks import Streaks
from tirkit.attempt.streamed_cell import StreamedCell, streamed_cell
from tirkit.attempt.thinking import Thinking, ThinkingCut
from tirkit.attempt.turn import GuardCut, TurnOutcome, TurnRequest, generate_turn
from tirkit.dialects.events import (
    Call,
    CodeCall,
    Finished,
    Malformed,
    ToolCalls,
    TurnEnd,
)
from tirkit.dialects.interface import CallsDialect, CodeFollower
from tirkit.dialects.thinking import tags_of
from tirkit.guards import Watched
from tirkit.prompts import Stage
from tirkit.types import CodeResult, FinishReason, Piece, Problem, StopReason

Render = Callable[[Problem], Awaitable[Rendered]]


class AttemptLoop:
    """The turns of one attempt; made fresh for each.

    Args:
        parts: what the attempt works with.
        builder: takes what happens.
        stack: holds the kernel's lease; the caller closes it.
        reasoning: a second model's part in the attempt; None for one model.
    """

    def __init__(
        self,
        parts: AttemptParts,
        builder: TrajectoryBuilder,
        stack: AsyncExitStack,
        reasoning: Reasoning | None = None,
    ) -> None:
        self.parts = parts
        self.reasoning = reasoning
        self.limits = parts.limits
        self.builder = builder
        self.streaks = Streaks(parts.limits)
        self.thinking = Thinking(tags_of(parts.dialect), parts.limits)
        self.stages = Stages(parts.engine, parts.dialect, builder)
        watched = Watched(
            builder.spec.index, builder.peers, builder.buffer.figures, builder.group_tokens
        )
        self.watches = tuple(guard.watch(watched) for guard in parts.guards)
        self.cells = Cells(parts.kernels, parts.limits, builder, stack)
        self.context = min(parts.limits.max_total_tokens, parts.engine.context_tokens)
        self.deadlines = Deadlines.of(builder.spec, parts.limits)

    async def run(self, render: Render) -> End:
        """Take turns until the model answers or may not go on.

        Args:
            render: gives the tokens of a problem in the attempt's dialect.
        """
        end: End | None = None
        with anyio.move_on_at(self.deadlines.hard):
            with anyio.move_on_at(self.deadlines.soft):
                await self._begin(render)
                end = await self._turns()
            if end is None:
                self._close_cut_turn()
                end = End(StopReason.DEADLINE, "the time was up")
            if self.builder.buffer.ids and may_ask(end, self.limits):
                answer, detail = await ask_answer(self.parts, self.builder, self._room())
                end = End(end.reason, "; ".join(filter(None, (end.detail, detail))), answer)
        return end or End(StopReason.DEADLINE, "the time was up")

    async def _begin(self, render: Render) -> None:
        problem = self.builder.spec.question
        if self.reasoning is not None:
            problem = await self.reasoning.plan()
        rendered = await render(problem)
        self.builder.begin(rendered.ids, rendered.text)

    def _close_cut_turn(self) -> None:
        if self.builder.in_turn:
            self.builder.close_turn(self.builder.buffer.turn_text(), note="cut off by the clock")

    async def _turns(self) -> End:
        await self.thinking.prepare(self.parts.engine)
        for number in count():
            if number >= self.limits.max_turns + self.thinking.free_turns:
                break
            room = self._room() - self.limits.answer_reserve_tokens
            if room < 1:
                return End(StopReason.TOKEN_LIMIT, f"{self.builder.live_tokens} tokens used")
            request = TurnRequest(number, min(room, self.limits.max_turn_tokens))
            end = await self._turn(request)
            if end is not None:
                return end
        return End(StopReason.TURN_LIMIT, f"{self.limits.max_turns} turns used")

    def _room(self) -> int:
        return self.context - self.builder.live_tokens

    async def _turn(self, request: TurnRequest) -> End | None:
        """Take one turn and do what it asks for; None to go on."""
        await self._append(self.thinking.before_turn(self.builder.buffer))
        parser = self.parts.dialect.parser(self.builder.buffer.text)
        watched = self.thinking.turn(self.builder.buffer)
        request = replace(request, parser=parser, thinking=watched, watches=self.watches)
        if not (self.limits.execute_while_streaming and isinstance(parser, CodeFollower)):
            return await self._act(await self._generate(request))
        async with streamed_cell(parser, self.cells, self._may_begin) as cell:
            return await self._act(await self._generate(request, cell), cell)

    def _may_begin(self, code: str) -> bool:
        return self.cells.left > 0 and self.streaks.may_begin(code)

    async def _generate(
        self, request: TurnRequest, cell: StreamedCell | None = None
    ) -> TurnOutcome:
        parts = self.parts
        return await generate_turn(
            parts.engine, parts.dialect, self.builder, parts.sampling, request, cell
        )

    async def _act(self, outcome: TurnOutcome, cell: StreamedCell | None = None) -> End | None:
        """Do what the turn asks for; None to go on."""
        event = outcome.event
        ran = self.cells.end(await cell.result()) if cell is not None and cell.started else None
        if isinstance(event, GuardCut):
            return End(StopReason.GUARD, event.reason)
        if isinstance(event, ThinkingCut):
            await self._append(event.shown(outcome.text))
            return None
        if isinstance(event, Finished):
            return await self._end_or_go_on(event, outcome)
        if isinstance(event, Malformed):
            if cell is not None and ran is not None:
                event = cell.with_result(event, ran)
            return await self._malformed(event, outcome.text)
        if isinstance(event, ToolCalls):
            return await self._calls(event, TurnEnd(outcome.text, outcome.token))
        return await self._call(event, outcome.text, ran)

    async def _malformed(self, event: Malformed, turn_text: str) -> End | None:
        if (end := self.streaks.after_malformed(event)) is not None:
            return End(*end)
        await self._append(self.parts.dialect.show_malformed(event, turn_text))
        return None

    async def _end_or_go_on(self, event: Finished, outcome: TurnOutcome) -> End | None:
        done = self._finish(event, outcome)
        if done.reason is StopReason.TOKEN_LIMIT:
            return done
        if await self.stages.go_on(done.answer):
            return None
        return done if self.reasoning is None else await self._reviewed(done, outcome.text)

    async def _reviewed(self, done: End, report: str) -> End | None:
        """Let the reasoner judge an answer; None to go on with what it says."""
        assert self.reasoning is not None, "asked only of attempts that have one"
        review = await self.reasoning.review(report)
        if review.answer is not None:
            return End(StopReason.ANSWERED, "answered by the reasoner", review.answer)
        if not review.text:
            return done
        self.stages.answer = done.answer or self.stages.answer
        await self.stages.show(Stage(text=review.text))
        return None

    async def _shown(self, code: str, result: CodeResult) -> CodeResult:
        """A result as the model is told of it, with the reasoner's advice."""
        advice = await self.reasoning.after_cell(code, result) if self.reasoning else ""
        if not advice:
            return result
        return replace(result, error="\n\n".join(filter(None, (result.error, advice))))

    def _finish(self, event: Finished, outcome: TurnOutcome) -> End:
        found = extract(
            event.final_text,
            self.builder.spec.problem.domain,
            self.parts.sources,
            output=last_output(self.builder.turns),
        )
        if found.answer is not None:
            return End(StopReason.ANSWERED, "", found.answer)
        if self.stages.answer is not None:
            return End(StopReason.ANSWERED, "answered at an earlier stage", self.stages.answer)
        if outcome.finish is FinishReason.LENGTH:
            return End(StopReason.TOKEN_LIMIT, "the turn was cut at its token limit")
        return End(StopReason.NO_ANSWER, refusal(found))

    async def _call(self, call: CodeCall, turn_text: str, ran: CodeResult | None) -> End | None:
        """Show what a call gave; it is run now if it did not run while it was written."""
        if ran is None and self.cells.left < 1:
            return End(StopReason.CELL_LIMIT, f"{self.cells.count} code runs used")
        if (end := self.streaks.before_cell(call.code)) is not None:
            return End(*end)
        result = ran or await self.cells.run(call.code)
        after = self._after_cell(call.code, result)
        shown = result if after is not None else await self._shown(call.code, result)
        await self._append(self.parts.dialect.show_result(shown, turn_text, self.cells.left))
        return after

    async def _calls(self, event: ToolCalls, turn: TurnEnd) -> End | None:
        """Run the calls of a turn in order and show what each gave; None to go on."""
        dialect = self.parts.dialect
        assert isinstance(dialect, CallsDialect), "only such a dialect's parser gives tool calls"
        outcomes: list[tuple[Call, CodeResult | None]] = []
        for call in event.calls:
            if call.code is None:
                if (end := self.streaks.after_broken_call(call.problem)) is not None:
                    return End(*end)
                outcomes.append((call, None))
                continue
            if self.cells.left < 1:
                return End(StopReason.CELL_LIMIT, f"{self.cells.count} code runs used")
            if (end := self.streaks.before_cell(call.code)) is not None:
                return End(*end)
            result = await self.cells.run(call.code)
            if (after := self._after_cell(call.code, result)) is not None:
                return after
            outcomes.append((call, await self._shown(call.code, result)))
        await self._append(dialect.show_calls(outcomes, turn, self.cells.left))
        return None

    def _after_cell(self, code: str, result: CodeResult) -> End | None:
        """Let streaks and guards judge a result."""
        reasons = [reason for watch in self.watches if (reason := watch.cell(code, result))]
        if (end := self.streaks.after_cell(result)) is not None:
            return End(*end)
        return End(StopReason.GUARD, reasons[0]) if reasons else None

    async def _append(self, pieces: tuple[Piece, ...]) -> None:
        rendered = await encode_pieces(self.parts.engine, pieces)
        self.builder.append_given(rendered.ids, rendered.text)
