"""One attempt as it is shown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tirkit.bench.grader import Grader
from tirkit.report.build.cut import Caps, cut_text, shares
from tirkit.report.build.drafts import Draft, turn_drafts
from tirkit.report.build.grading import right_or_unknown
from tirkit.report.build.lanes import attempt_lanes
from tirkit.report.build.numbers import finite, logprob, seconds
from tirkit.report.build.sure import TurnSureness, sureness
from tirkit.report.payload import AttemptShown, Part, PartKind, TurnShown
from tirkit.types import StopReason, Trajectory, Turn

KILLED = frozenset({StopReason.CANCELLED, StopReason.GUARD})
"""Ends that came from outside or from a guard."""
MOST_NAME_CHARS = 200
"""Of an answer, an id or another name: more of it fits no table."""
_MOST_DETAIL_CHARS = 2_000
_WEIGHTS = {PartKind.THINKING: 1, PartKind.GIVEN: 1}
_OTHER_WEIGHT = 3
"""Code, output and what was said outside thinking are cut last."""
_CUT = frozenset(PartKind) - {PartKind.NOTE}


@dataclass(frozen=True, slots=True)
class AttemptDraft:
    """An attempt with its whole trace, from which shorter ones are made.

    Attributes:
        trajectory: the attempt.
        turns: those of a second model that plans stand first.
        standing: by turn of the attempt, the answer that stood at its end.
        sure: of each turn's tokens.
        drafts: the pieces of each turn.
        mean: log-probability of the attempt's tokens.
    """

    trajectory: Trajectory
    turns: tuple[Turn, ...]
    standing: Mapping[int, str]
    sure: Sequence[TurnSureness]
    drafts: Sequence[Sequence[Draft]]
    mean: float | None

    @classmethod
    def of(cls, trajectory: Trajectory, standing: Mapping[int, str]) -> "AttemptDraft":
        """The draft of an attempt; `standing` is by turn of it."""
        beside, drafts, turns = trajectory.reasoner, list(turn_drafts(trajectory)), trajectory.turns
        sure = list(sureness(trajectory))
        first = 0
        if beside is not None:
            plans = list(turn_drafts(beside))
            note = Draft(PartKind.NOTE, f"written by the second model, {beside.engine}")
            drafts = [*([note, *pieces] for pieces in plans), *drafts]
            sure = [*sureness(beside), *sure]
            turns, first = beside.turns + turns, len(beside.turns)
        placed = {first + turn: _name(answer) for turn, answer in standing.items()}
        return cls(trajectory, turns, placed, sure, drafts, logprob(trajectory.mean_logprob))

    def shown(self, caps: Caps, began: float, grader: Grader) -> AttemptShown:
        """The attempt with a trace of bounded length.

        Args:
            caps: how long it may be.
            began: when the attempt began, on the clock of its problem, in seconds.
            grader: of its problem.
        """
        one = self.trajectory
        spent = one.spent
        return AttemptShown(
            index=one.index,
            stop_reason=str(one.stop_reason),
            stop_detail=cut_text(one.stop_detail, _MOST_DETAIL_CHARS).text,
            killed=one.stop_reason in KILLED,
            answer=None if one.answer is None else _name(one.answer.canonical),
            correct=right_or_unknown(grader, one.answer),
            start=seconds(began),
            seconds=seconds(one.duration_seconds),
            sampled=spent.sampled_tokens + spent.wasted_tokens,
            given=spent.tool_tokens,
            cells=spent.cells,
            sure=self.mean,
            lanes=attempt_lanes(one, began),
            turns=tuple(self._turns(caps)),
            facts=tuple(_facts(one)),
        )

    def trace_chars(self) -> int:
        """Length of the whole trace, in characters."""
        return sum(len(draft.text) for pieces in self.drafts for draft in pieces)

    def _turns(self, caps: Caps) -> Iterator[TurnShown]:
        flat = [draft for pieces in self.drafts for draft in pieces if draft.kind in _CUT]
        weights = [_WEIGHTS.get(draft.kind, _OTHER_WEIGHT) for draft in flat]
        kept = iter(shares([len(draft.text) for draft in flat], weights, caps.trace_chars))
        for number, turn in enumerate(self.turns):
            parts = tuple(
                _part(draft, next(kept) if draft.kind in _CUT else None, self.sure[number])
                for draft in self.drafts[number]
            )
            result = turn.result
            yield TurnShown(
                parts=parts,
                tokens=max(turn.end - turn.start, 0),
                seconds=seconds(turn.generate_seconds),
                status="" if result is None else str(result.status),
                code_seconds=0.0 if result is None else seconds(result.duration_seconds),
                answer=self.standing.get(number, ""),
            )


def _part(draft: Draft, most: int | None, sure: TurnSureness) -> Part:
    cut = cut_text(draft.text, most)
    told = () if draft.start is None else sure.over(draft.start, cut)
    return Part(draft.kind, cut.text, told)


def _facts(one: Trajectory) -> Iterator[tuple[str, str]]:
    yield "attempt", _name(one.attempt_id)
    yield "seed", _name(str(one.seed))
    yield "dialect", _name(one.dialect)
    if one.prompt:
        yield "prompt", _name(one.prompt)
    if not one.token_exact:
        yield "token ids", "not the engine's own"
    if one.reasoner is not None:
        yield "second model", _name(one.reasoner.engine)
    if one.spent.wasted_tokens:
        yield "thrown away", f"{one.spent.wasted_tokens} tokens"
    figures = None if one.stats is None else one.stats.whole
    for name in ("mean_entropy", "tail_confidence", "lowest_group"):
        value = getattr(figures, name, None)
        if value is not None:
            yield name.replace("_", " "), f"{finite(value):.3f}"


def _name(text: str) -> str:
    return cut_text(text, MOST_NAME_CHARS).text
