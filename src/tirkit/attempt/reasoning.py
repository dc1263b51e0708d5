"""What a reasoning model does in one attempt whose code another model writes."""

from dataclasses import dataclass, replace

from tirkit.answers import extract
from tirkit.attempt.builder import TrajectoryBuilder
from tirkit.attempt.opening import encode_pieces, render_opening
from tirkit.attempt.reasoner import HandoverPoint, Reasoner
from tirkit.attempt.streaks import Streaks
from tirkit.attempt.thinking import Thinking, ThinkingCut
from tirkit.attempt.turn import GuardCut, TurnOutcome, TurnRequest, generate_turn
from tirkit.dialects.events import CodeCall, Finished, ToolCalls, TurnEnd
from tirkit.dialects.interface import CallsDialect, Dialect
from tirkit.dialects.result_text import result_text
from tirkit.dialects.thinking import tags_of
from tirkit.prompts import HandoverTexts, Stage
from tirkit.types import Answer, CodeResult, Piece, Problem, StopReason

_SEED_SHIFT = 0x2A5F_0000
"""Keeps the seeds of the two models apart where both are the same one."""
_MOST_HANDED_CHARS = 12_000
"""Most characters of one model's words that are shown to the other, its end kept."""
_NO_CODE = "you cannot run code here: the programmer can. Say in words what to compute"


@dataclass(frozen=True, slots=True)
class Review:
    """What the reasoner says of an answer.

    Attributes:
        answer: its own; None if it gives none.
        text: what it says, for the code model; "" if it says nothing.
    """

    answer: Answer | None = None
    text: str = ""


class Reasoning:
    """What the reasoner does in one attempt. A reply that does not come in time or tokens is "".

    Args:
        reasoner: what it works with.
        dialect: the reasoner's, bound.
        builder: of the attempt; gets the reasoner's own builder as `reasoner`.
    """

    def __init__(self, reasoner: Reasoner, dialect: Dialect, builder: TrajectoryBuilder) -> None:
        self._parts = reasoner
        self._dialect = dialect
        self._problem = builder.spec.question
        self._streaks = Streaks(reasoner.limits)
        self._thinking = Thinking(tags_of(dialect), reasoner.limits)
        self._context = min(reasoner.limits.max_total_tokens, reasoner.engine.context_tokens)
        self._failed = 0
        self.builder = builder.beside(
            replace(
                builder.spec,
                request_prefix=f"reasoner/{builder.spec.request_prefix}",
                seed=builder.spec.seed ^ _SEED_SHIFT,
            )
        )
        self.builder.engine, self.builder.dialect = reasoner.engine.name, dialect.name
        self.builder.token_exact = reasoner.engine.token_exact

    async def plan(self) -> Problem:
        """The code model's question, with a plan where one is wanted and came."""
        problem = self._problem
        if HandoverPoint.PLAN not in self._parts.points:
            return problem
        plan = await self._reply()
        if not plan:
            return problem
        return replace(problem, text=self._texts.fill("plan", problem=problem.text, text=plan))

    async def after_cell(self, code: str, result: CodeResult) -> str:
        """Advice to stand behind a result, "" where none is wanted or came."""
        self._failed = 0 if result.ok else self._failed + 1
        wanted = HandoverPoint.FAILED in self._parts.points
        if not wanted or self._failed < self._parts.failed_cells:
            return ""
        self._failed = 0
        shown = result_text(result)
        said = await self._reply(
            self._texts.fill("failed", code=_handed(code), result=_handed(shown))
        )
        return self._texts.fill("advice", text=said).strip("\n") if said else ""

    async def review(self, report: str) -> Review:
        """What it says of the code model's answer; nothing where that is not wanted."""
        if HandoverPoint.ANSWER not in self._parts.points:
            return Review()
        said = await self._reply(self._texts.fill("report", text=_handed(report)))
        answer = extract(said, self._problem.domain).answer
        if answer is not None:
            self.builder.freeze(StopReason.ANSWERED, answer=answer)
            return Review(answer, said)
        return Review(None, self._texts.fill("review", text=said) if said else "")

    @property
    def _texts(self) -> HandoverTexts:
        return self._parts.texts

    async def _reply(self, asked: str = "") -> str:
        """Ask, and let the model reply; the first question is the problem itself."""
        if len(self.builder.turns) >= self._parts.limits.max_turns:
            return ""
        if not self.builder.buffer.ids:
            await self._begin(asked)
        elif asked:
            await self.builder.drop_end_token(self._parts.engine.decode)
            stage = Stage(text=asked)
            await self._append(self._dialect.show_stage(stage, *self.builder.open_text()))
        while len(self.builder.turns) < self._parts.limits.max_turns + self._thinking.free_turns:
            outcome = await self._generate()
            if outcome is None:
                break
            said = await self._act(outcome)
            if said is not None:
                return _handed(said)
        return ""

    async def _begin(self, asked: str) -> None:
        await self._thinking.prepare(self._parts.engine)
        text = "\n\n".join(filter(None, (self._problem.text, asked.strip("\n"))))
        problem = replace(self._problem, text=text)
        rendered = await render_opening(self._parts.engine, self._dialect, problem)
        self.builder.begin(rendered.ids, rendered.text)

    async def _generate(self) -> TurnOutcome | None:
        parts, builder = self._parts, self.builder
        room = min(self._context - builder.live_tokens, parts.limits.max_turn_tokens)
        if room < 1:
            return None
        await self._append(self._thinking.before_turn(builder.buffer))
        request = TurnRequest(
            len(builder.turns),
            room,
            parser=self._dialect.parser(builder.buffer.text),
            thinking=self._thinking.turn(builder.buffer),
        )
        return await generate_turn(parts.engine, self._dialect, builder, parts.sampling, request)

    async def _act(self, outcome: TurnOutcome) -> str | None:
        """What the turn says to the other model; None if the reasoner has to go on."""
        event, tags = outcome.event, self._thinking.tags
        if isinstance(event, Finished):
            return event.final_text.strip()
        if isinstance(event, CodeCall):
            return outcome.text.rpartition(tags.close)[2].strip()
        if isinstance(event, ThinkingCut):
            await self._append(event.shown(outcome.text))
            return None
        assert not isinstance(event, GuardCut), "no guard watches the reasoner"
        if isinstance(event, ToolCalls):
            assert isinstance(self._dialect, CallsDialect), "only its parser gives tool calls"
            refused = [(replace(one, code=None, problem=_NO_CODE), None) for one in event.calls]
            turn = TurnEnd(outcome.text, outcome.token)
            return await self._corrected(self._dialect.show_calls(refused, turn, 0), _NO_CODE)
        pieces = self._dialect.show_malformed(event, outcome.text)
        return await self._corrected(pieces, event.detail)

    async def _corrected(self, pieces: tuple[Piece, ...], detail: str) -> str | None:
        if self._streaks.after_broken_call(detail) is not None:
            return ""
        await self._append(pieces)
        return None

    async def _append(self, pieces: tuple[Piece, ...]) -> None:
        rendered = await encode_pieces(self._parts.engine, pieces)
        self.builder.append_given(rendered.ids, rendered.text)


def _handed(text: str) -> str:
    """Text for the other model, as long as it may be."""
    if len(text) <= _MOST_HANDED_CHARS:
        return text
    return f"[…]\n{text[-_MOST_HANDED_CHARS:]}"
