"""Puts two solutions side by side and asks which is right."""

from collections.abc import Sequence
from dataclasses import dataclass

from tirkit.selection.judges.case import Candidate, Case
from tirkit.selection.judges.hearing import Hearing
from tirkit.selection.judges.reading import read_pick, read_scores

Pair = tuple[Candidate, Candidate]


@dataclass(frozen=True, slots=True)
class Duels:
    """Compares pairs of solutions within one hearing.

    Models favour a place, so of the questions about a pair every second one shows it the other way
    round.

    Attributes:
        case: what is judged.
        hearing: asks.
        max_tokens: of one reply.
        candidate_chars: of one summary.
    """

    case: Case
    hearing: Hearing
    max_tokens: int
    candidate_chars: int

    async def wins(self, pairs: Sequence[Pair], times: int) -> list[tuple[int, int]]:
        """How often the first and the second of each pair was picked, asked `times` times."""
        found = [[0, 0] for _ in pairs]
        for place, turned, reply in await self._ask("compare", pairs, times):
            number = read_pick(reply, 2)
            if number is None:
                self.hearing.abstain("without a judgment")
            else:
                found[place][(number - 1) ^ turned] += 1
        return [(one, other) for one, other in found]

    async def scores(self, pairs: Sequence[Pair], times: int) -> list[list[tuple[float, float]]]:
        """The scores, 1 to 10, of the first and second of each pair, two for each reply."""
        found: list[list[tuple[float, float]]] = [[] for _ in pairs]
        for place, turned, reply in await self._ask("rate", pairs, times):
            scores = read_scores(reply)
            if scores is None:
                self.hearing.abstain("without scores")
            else:
                found[place].append((scores[1], scores[0]) if turned else scores)
        return found

    async def _ask(
        self, text: str, pairs: Sequence[Pair], times: int
    ) -> list[tuple[int, bool, str]]:
        """Place of the pair, whether it was turned round, and the reply; useful ones alone."""
        put = [(place, bool(time % 2)) for place in range(len(pairs)) for time in range(times)]
        questions = [
            self.hearing.tools.texts.fill(
                text,
                problem=self.case.problem.text,
                solutions=self.hearing.shown(
                    pairs[place][::-1] if turned else pairs[place], self.candidate_chars
                ),
            )
            for place, turned in put
        ]
        replies = await self.hearing.ask(questions, self.max_tokens)
        return [(*one, reply) for one, reply in zip(put, replies, strict=True) if reply]
