"""Collects what an attempt does, so that it leaves a record however it ends."""

import time
from collections.abc import Sequence
from dataclasses import replace

from tirkit.attempt.buffer import Decode, TokenBuffer
from tirkit.attempt.measures import Span, attempt_figures, mark_code
from tirkit.attempt.spec import AttemptSpec
from tirkit.events import Listener, ignore
from tirkit.guards import GROUP_TOKENS, Peers
from tirkit.types import (
    UNKNOWN_TOKEN,
    Answer,
    CodeResult,
    FinishReason,
    StopReason,
    TokenChunk,
    Trajectory,
    Turn,
    Usage,
)


class TrajectoryBuilder:
    """The growing record of one attempt. The scheduler owns it, the attempt fills it.

    It also carries who listens to the attempt. `freeze` may be called at any moment, also between
    two chunks of a cancelled turn.
    """

    def __init__(
        self, spec: AttemptSpec, *, with_logprobs: bool = False, listener: Listener = ignore
    ) -> None:
        self.spec = spec
        self.listener = listener
        self.buffer = TokenBuffer(with_logprobs=with_logprobs)
        self.turns: list[Turn] = []
        self.usage = Usage()
        self.token_exact = True
        self.engine = ""
        self.dialect = ""
        self.prompt = ""
        self.group_tokens = GROUP_TOKENS
        """Length of a window in the statistics."""
        self.peers: Peers = tuple
        """Figures of the attempts at the same problem that have ended."""
        self.reasoner: TrajectoryBuilder | None = None
        """Of the model that plans beside this one."""
        self._prompt_text = ""
        self._turn_started: float | None = None
        self._turn_forced = False
        self._turn_code: str | None = None
        self._code_tokens: dict[int, tuple[Span, ...]] = {}
        self._started_at = time.time()
        self._started = time.monotonic()
        self._frozen: Trajectory | None = None

    @property
    def live_tokens(self) -> int:
        """Tokens in the context right now, of the turn being sampled too."""
        return len(self.buffer.ids)

    @property
    def sampled_tokens(self) -> int:
        """Tokens drawn so far: kept, wasted, of the turn being sampled, and the reasoner's."""
        live = len(self.buffer.ids) - self.buffer.turn_start if self._turn_started else 0
        beside = self.reasoner.sampled_tokens if self.reasoner is not None else 0
        return self.usage.sampled_tokens + self.usage.wasted_tokens + live + beside

    @property
    def in_turn(self) -> bool:
        """Whether a turn is being sampled."""
        return self._turn_started is not None

    def beside(self, spec: AttemptSpec) -> "TrajectoryBuilder":
        """The builder of a second model's part in this attempt; it is frozen with this one."""
        with_logprobs = self.buffer.logprobs is not None
        self.reasoner = TrajectoryBuilder(spec, with_logprobs=with_logprobs, listener=self.listener)
        self.reasoner.group_tokens = self.group_tokens
        return self.reasoner

    def begin(self, ids: Sequence[int], text: str) -> None:
        """Take the rendered problem."""
        self._prompt_text = text
        self.buffer.append_given(ids, text)
        self.usage = replace(self.usage, prompt_tokens=len(ids))

    def append_given(self, ids: Sequence[int], text: str) -> None:
        """Take tokens tirkit shows to the model."""
        self.buffer.append_given(ids, text)
        if self.turns:
            self.turns[-1] = replace(self.turns[-1], given=self.turns[-1].given + text)
        else:
            self._prompt_text += text
        self.usage = replace(self.usage, tool_tokens=self.usage.tool_tokens + len(ids))

    def open_turn(self, *, forced: bool) -> None:
        """Begin a generation."""
        self.buffer.open_turn()
        self._turn_started = time.monotonic()
        self._turn_forced = forced
        self._turn_code = None

    def add_chunk(self, chunk: TokenChunk) -> None:
        """Take newly sampled tokens."""
        self.buffer.add_chunk(chunk)

    def close_turn(
        self,
        text: str,
        *,
        wasted_tokens: int = 0,
        note: str = "",
        finish: FinishReason | None = None,
    ) -> None:
        """End the generation; `text` is what was kept of it."""
        assert self._turn_started is not None, "close_turn without open_turn"
        seconds = time.monotonic() - self._turn_started
        began = self._turn_started - self._started
        start, end = self.buffer.turn_start, len(self.buffer.ids)
        self._turn_started = None
        self.turns.append(
            Turn(
                text=text,
                start=start,
                end=end,
                code=self._turn_code,
                note=note,
                wasted_tokens=wasted_tokens,
                generate_seconds=seconds,
                forced=self._turn_forced,
                finish=finish,
                began_seconds=began,
            )
        )
        self.usage = replace(
            self.usage,
            sampled_tokens=self.usage.sampled_tokens + end - start,
            wasted_tokens=self.usage.wasted_tokens + wasted_tokens,
            generate_seconds=self.usage.generate_seconds + seconds,
        )

    async def mark_code(self, codes: Sequence[str], decode: Decode) -> None:
        """Note where in the turn just closed its code stands, for the statistics.

        Args:
            codes: pieces of code it asks to run, in order.
            decode: as for `TokenBuffer.cut_turn`.
        """
        if codes and self.buffer.logprobs is not None:
            spans = await mark_code(self.buffer, codes, decode)
            self._code_tokens[self.turns[-1].start] = spans

    async def drop_end_token(self, decode: Decode) -> None:
        """Take the sampled end-of-turn token off the last turn, so that the turn can go on.

        Does nothing once something was appended after the turn.
        """
        if not self.turns or self.turns[-1].end != len(self.buffer.ids):
            return
        last = self.turns[-1]
        _, dropped = await self.buffer.cut_turn(len(last.text), decode)
        self.turns[-1] = replace(
            last, end=last.end - dropped, wasted_tokens=last.wasted_tokens + dropped
        )
        self.usage = replace(
            self.usage,
            sampled_tokens=self.usage.sampled_tokens - dropped,
            wasted_tokens=self.usage.wasted_tokens + dropped,
        )

    def open_text(self) -> tuple[str, str]:
        """The last turn's text while nothing was appended after it, and the context before it."""
        context = self.buffer.text
        last = self.turns[-1] if self.turns else None
        if last is None or last.end != len(self.buffer.ids):
            return "", context
        return last.text, context.removesuffix(last.text)

    def open_cell(self, code: str) -> None:
        """Note that code of the turn being sampled, or else of the last one, is being run."""
        self.usage = replace(self.usage, cells=self.usage.cells + 1)
        self.extend_cell(code)

    def extend_cell(self, code: str) -> None:
        """Note how far the code goes that is being run."""
        if self.in_turn:
            self._turn_code = code
        elif self.turns[-1].result is None:
            self.turns[-1] = replace(self.turns[-1], code=code)
        else:
            # A further call of the same turn: nothing more was sampled for it.
            end = self.turns[-1].end
            self.turns.append(Turn("", end, end, code=code))

    def close_cell(self, result: CodeResult) -> None:
        """Take what the last turn's code gave."""
        self.turns[-1] = replace(self.turns[-1], result=result)
        spent = self.usage.execute_seconds + result.duration_seconds
        self.usage = replace(self.usage, execute_seconds=spent)

    def freeze(
        self, stop_reason: StopReason, detail: str = "", answer: Answer | None = None
    ) -> Trajectory:
        """The finished record. Later calls give the first one's result."""
        if self._frozen is not None:
            return self._frozen
        if self._turn_started is not None:
            self.close_turn(self.buffer.turn_text(), note="cut off")
        buffer, spec, reasoner = self.buffer, self.spec, None
        if self.reasoner is not None:
            answered = stop_reason is StopReason.ANSWERED
            reason = StopReason.NO_ANSWER if answered else stop_reason
            reasoner = self.reasoner.freeze(reason, "its words were handed to the code model")
        self._frozen = Trajectory(
            attempt_id=spec.attempt_id,
            problem_id=spec.problem.id,
            index=spec.index,
            seed=spec.seed,
            ids=tuple(buffer.ids),
            mask=bytes(buffer.mask),
            logprobs=tuple(buffer.logprobs or ()),
            prompt_text=self._prompt_text,
            turns=tuple(self.turns),
            answer=answer,
            stop_reason=stop_reason,
            stop_detail=detail,
            usage=self.usage,
            token_exact=self.token_exact and UNKNOWN_TOKEN not in buffer.ids,
            engine=self.engine,
            dialect=self.dialect,
            started_at=self._started_at,
            duration_seconds=time.monotonic() - self._started,
            prompt=self.prompt,
            reasoner=reasoner,
            stats=attempt_figures(buffer, self.turns, self._code_tokens, self.group_tokens),
        )
        return self._frozen
