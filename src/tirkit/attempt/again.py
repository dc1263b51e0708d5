"""Reads a recorded attempt again, with the dialect it was made in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tirkit.answers import BOXES, Source, extract
from tirkit.attempt.buffer import Decode
from tirkit.attempt.forced_answer import ForcedAnswerParser
from tirkit.attempt.specials import parts_of, reads_tokens
from tirkit.dialects.events import (
    CodeCall,
    Finished,
    Malformed,
    ParserEvent,
    ToolCalls,
)
from tirkit.dialects.interface import Dialect, Parser
from tirkit.types import (
    Answer,
    AnswerDomain,
    FinishReason,
    StopReason,
    TokenChunk,
    Trajectory,
    Turn,
)

_COMPARED = frozenset({StopReason.ANSWERED, StopReason.NO_ANSWER})
"""Ends after which no answer is recorded only if there was none."""


@dataclass(frozen=True, slots=True)
class _Generation:
    """One generation of a trajectory.

    Attributes:
        number: of its turn.
        turns: its turn, then one for each further call it made.
        ids: what was sampled.
        context: the text before it.
        asked: what was appended right before it.
    """

    number: int
    turns: tuple[Turn, ...]
    ids: tuple[int, ...]
    context: str
    asked: str

    @property
    def turn(self) -> Turn:
        return self.turns[0]

    @property
    def code(self) -> list[str]:
        """What was run."""
        return [turn.code for turn in self.turns if turn.code is not None]


def last_output(turns: Sequence[Turn]) -> str | None:
    """What the last code of some turns printed and gave as its value; None if none ran."""
    results = [turn.result for turn in turns if turn.result is not None]
    if not results:
        return None
    return "\n".join(filter(None, (results[-1].stdout, results[-1].value)))


async def read_again(
    trajectory: Trajectory,
    dialect: Dialect,
    domain: AnswerDomain,
    decode: Decode,
    sources: tuple[Source, ...] = BOXES,
) -> list[str]:
    """Where reading the recorded tokens again gives other events or another answer, in words.

    Empty if nowhere. Turns that were cut off from outside tell nothing and are passed over.

    Args:
        trajectory: what was recorded. What a reasoner beside it wrote is not read, but the answer
            it gave counts.
        dialect: the one it was made in, bound to its model.
        domain: which answers were admissible.
        decode: gives the text of ids; asked only where special tokens are also written out.
        sources: where answers were looked for.

    Raises:
        EngineError: from `decode`.
    """
    faults: list[str] = []
    answer: Answer | None = None
    generations = [one for one in _generations(trajectory) if not _is_cut_off(one.turn)]
    unforced = [one for one in generations if not one.turn.forced]
    for one in generations:
        if one.turn.forced:
            asked = ForcedAnswerParser(one.asked, domain)
            await _event(asked, one, decode)
            answer = asked.found().answer or answer
            continue
        event = await _event(dialect.parser(one.context), one, decode)
        if isinstance(event, Finished):
            output = last_output(trajectory.turns[: one.number])
            found = extract(event.final_text, domain, sources, output=output)
            answer = found.answer or answer
        if fault := _compare(one, event, last=one is unforced[-1]):
            faults.append(f"turn {one.number}: {fault}")
    beside = trajectory.reasoner.answer if trajectory.reasoner is not None else None
    answer = beside or answer
    told = trajectory.answer is not None or trajectory.stop_reason in _COMPARED
    if told and answer != trajectory.answer:
        faults.append(f"the answer is {answer}, recorded is {trajectory.answer}")
    return faults


def _generations(trajectory: Trajectory) -> Iterator[_Generation]:
    turns, number = trajectory.turns, 0
    context = asked = trajectory.prompt_text
    while number < len(turns):
        after = number + 1
        while after < len(turns) and _is_further_call(turns[after]):
            after += 1
        first = turns[number]
        ids = trajectory.ids[first.start : first.end]
        yield _Generation(number, turns[number:after], ids, context, asked)
        asked = "".join(turn.given for turn in turns[number:after])
        context += first.text + asked
        number = after


def _is_further_call(turn: Turn) -> bool:
    return turn.start == turn.end and not turn.text and turn.code is not None


def _is_cut_off(turn: Turn) -> bool:
    return turn.finish is None and turn.note.startswith("cut off")


async def _event(parser: Parser, one: _Generation, decode: Decode) -> ParserEvent:
    turn = one.turn
    finish = turn.finish or FinishReason.STOP
    if reads_tokens(parser):
        chunk = TokenChunk(one.ids, turn.text, finish=turn.finish)
        for text, special in await parts_of(chunk, parser.specials, decode):
            event = parser.feed_special(text) if special else parser.feed(text)
            if event is not None:
                return event
        return parser.finish(finish)
    return parser.feed(turn.text) or parser.finish(finish)


def _compare(one: _Generation, event: ParserEvent, *, last: bool) -> str:
    """What differs between the record of a generation and what it reads as, or ""."""
    note = one.turn.note
    if isinstance(event, Malformed):
        ended_here = one.turn.finish is not None or one.code or note
        same = note.startswith(f"{event.kind}:") or not ended_here
        return "" if same else f"it reads as {event.kind}, recorded is {note or one.code}"
    calls = _calls(event)
    if note and one.turn.wasted_tokens and not calls:
        return ""  # what was malformed is what was thrown away
    if note:
        return f"it reads as {_told(event)}, recorded is {note}"
    if one.code == calls or (last and one.code == calls[: len(one.code)]):
        return ""
    return f"it reads as {_told(event)}, recorded is the code {one.code}"


def _calls(event: ParserEvent) -> list[str]:
    if isinstance(event, CodeCall):
        return [event.code]
    if isinstance(event, ToolCalls):
        return [call.code for call in event.calls if call.code is not None]
    return []


def _told(event: ParserEvent) -> str:
    calls = _calls(event)
    return f"the code {calls}" if calls else "an end without a call"
