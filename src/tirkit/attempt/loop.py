"""The turns of one attempt: generate, run code, show the result; at the end, ask for an answer."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from itertools import count

import anyio

from tirkit.answers import Extraction, extract
from tirkit.attempt.builder import TrajectoryBuilder
from tirkit.attempt.cells import Cells
from tirkit.attempt.forced_answer import ForcedAnswerParser
from tirkit.attempt.limits import AttemptLimits
from tirkit.attempt.opening import encode_pieces
from tirkit.attempt.stages import Stages
from tirkit.attempt.streaks import Streaks
from tirkit.attempt.streamed_cell import StreamedCell, streamed_cell
from tirkit.attempt.thinking import Thinking, ThinkingCut
from tirkit.attempt.turn import TurnOutcome, TurnRequest, generate_turn
from tirkit.dialects.events import (
    Call,
    CodeCall,
    Finished,
    Malformed,
    ToolCalls,
    TurnEnd,
)
from tirkit.dialects.interface import CallsDialect, CodeFollower, Dialect
from tirkit.dialects.thinking import tags_of
from tirkit.engines.interface import Engine
from tirkit.kernels.interface import KernelSource
from tirkit.types import Answer, CodeResult, FinishReason, Piece, Sampling, StopReason


@dataclass(frozen=True, slots=True)
class AttemptParts:
    """What attempts work with.

    Attributes:
        engine: entered by the caller.
        kernels: entered by the caller; a kernel is leased at an attempt's first code call.
        dialect: how the model calls code.
        limits: what each attempt may spend.
        sampling: how tokens are drawn.
    """

    engine: Engine
    kernels: KernelSource
    dialect: Dialect
    limits: AttemptLimits
    sampling: Sampling


@dataclass(frozen=True, slots=True)
class End:
    """Why the loop ends, and with what."""

    reason: StopReason
    detail: str = ""
    answer: Answer | None = None


class AttemptLoop:
    """The turns of one attempt; made fresh for each.

    Args:
        parts: what the attempt works with.
        builder: takes what happens.
        stack: holds the kernel's lease; the caller closes it.
    """

    def __init__(
        self, parts: AttemptParts, builder: TrajectoryBuilder, stack: AsyncExitStack
    ) -> None:
        self.parts = parts
        self.limits = parts.limits
        self.builder = builder
        self.streaks = Streaks(parts.limits)
        self.thinking = Thinking(tags_of(parts.dialect), parts.limits)
        self.stages = Stages(parts.engine, parts.dialect, builder)
        self.cells = Cells(parts.kernels, parts.limits, builder, stack)
        self.context = min(parts.limits.max_total_tokens, parts.engine.context_tokens)
        self.hard, self.soft = self._deadlines()

    def _deadlines(self) -> tuple[float, float]:
        """When the attempt must end, and when it must begin its last answer."""
        hard = self.builder.spec.deadline or float("inf")
        if self.limits.attempt_seconds is not None:
            hard = min(hard, anyio.current_time() + self.limits.attempt_seconds)
        left = hard - anyio.current_time()
        return hard, hard - min(self.limits.answer_reserve_seconds, left / 4)

    async def run(self) -> End:
        """Take turns until the model answers or may not go on."""
        end: End | None = None
        with anyio.move_on_at(self.hard):
            with anyio.move_on_at(self.soft):
                end = await self._turns()
            if end is None:
                self._close_cut_turn()
                end = End(StopReason.DEADLINE, "the time was up")
            if self._may_ask(end):
                answer, detail = await self._ask()
                end = End(end.reason, "; ".join(filter(None, (end.detail, detail))), answer)
        return end or End(StopReason.DEADLINE, "the time was up")

    def _may_ask(self, end: End) -> bool:
        if end.answer is not None:
            return False
        if end.reason is StopReason.NO_ANSWER:
            return self.limits.ask_when_silent
        return end.reason in {
            StopReason.TURN_LIMIT,
            StopReason.TOKEN_LIMIT,
            StopReason.CELL_LIMIT,
            StopReason.DEADLINE,
        }

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
        request = replace(request, parser=parser, thinking=watched)
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
        if isinstance(event, ThinkingCut):
            await self._append(event.shown(outcome.text))
            return None
        if isinstance(event, Finished):
            done = self._finish(event, outcome)
            cut = done.reason is StopReason.TOKEN_LIMIT
            return None if not cut and await self.stages.go_on(done.answer) else done
        if isinstance(event, Malformed):
            if (end := self.streaks.after_malformed(event)) is not None:
                return End(*end)
            if cell is not None and ran is not None:
                event = cell.with_result(event, ran)
            await self._append(self.parts.dialect.show_malformed(event, outcome.text))
            return None
        if isinstance(event, ToolCalls):
            return await self._calls(event, TurnEnd(outcome.text, outcome.token))
        return await self._call(event, outcome.text, ran)

    def _finish(self, event: Finished, outcome: TurnOutcome) -> End:
        found = extract(event.final_text, self.builder.spec.problem.domain)
        if found.answer is not None:
            return End(StopReason.ANSWERED, "", found.answer)
        if self.stages.answer is not None:
            return End(StopReason.ANSWERED, "answered at an earlier stage", self.stages.answer)
        if outcome.finish is FinishReason.LENGTH:
            return End(StopReason.TOKEN_LIMIT, "the turn was cut at its token limit")
        return End(StopReason.NO_ANSWER, _refusal(found))

    async def _call(self, call: CodeCall, turn_text: str, ran: CodeResult | None) -> End | None:
        """Show what a call gave; it is run now if it did not run while it was written."""
        if ran is None and self.cells.left < 1:
            return End(StopReason.CELL_LIMIT, f"{self.cells.count} code runs used")
        if (end := self.streaks.before_cell(call.code)) is not None:
            return End(*end)
        result = ran or await self.cells.run(call.code)
        await self._append(self.parts.dialect.show_result(result, turn_text, self.cells.left))
        if (end := self.streaks.after_cell(result)) is not None:
            return End(*end)
        return None

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
            outcomes.append((call, result))
            if (end := self.streaks.after_cell(result)) is not None:
                return End(*end)
        await self._append(dialect.show_calls(outcomes, turn, self.cells.left))
        return None

    async def _append(self, pieces: tuple[Piece, ...]) -> None:
        rendered = await encode_pieces(self.parts.engine, pieces)
        self.builder.append_given(rendered.ids, rendered.text)

    async def _ask(self) -> tuple[Answer | None, str]:
        """One last turn that may only answer."""
        await self.builder.drop_end_token(self.parts.engine.decode)
        pieces = self.parts.dialect.ask_answer(*self.builder.open_text())
        await self._append(pieces)
        room = min(self._room(), max(self.limits.answer_reserve_tokens, 1))
        if room < 1:
            return None, "no room was left to ask for the answer"
        parser = ForcedAnswerParser(
            "".join(piece.text for piece in pieces), self.builder.spec.problem.domain
        )
        number = len(self.builder.turns)
        await self._generate(TurnRequest(number, room, forced=True, parser=parser))
        found = parser.found()
        return found.answer, "answered when asked" if found.answer else _refusal(found)


def _refusal(found: Extraction) -> str:
    refused = "; ".join(f"{text!r} refused: {reason}" for text, reason in found.refused)
    return refused or found.reason
