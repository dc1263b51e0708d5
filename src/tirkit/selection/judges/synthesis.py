"""GenSynthesis and recursive aggregation: a model writes a solution out of several."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tirkit.answers import Equivalence, equivalent_async, extract, final_segment
from tirkit.selection.judges.case import Case, shortened
from tirkit.selection.judges.genselect import told
from tirkit.selection.judges.hearing import Hearing
from tirkit.selection.judges.settings import check, whole
from tirkit.types import Answer, Judgment

Solution = tuple[str, Answer]
"""Text and answer."""


@dataclass(frozen=True, slots=True)
class Aggregation:
    """Lets the model write new solutions out of a few others, for some rounds; the last ones vote.

    Source: recursive self-aggregation (arXiv 2509.26626, N = 16 solutions, K = 4 shown, T = 2 to
    10 rounds); one round is GenSynthesis or AggLM (2509.06870). Each round's solutions are made of
    `shown` drawn from those of the round before, the first from the attempts that voted. A new
    solution without an admissible answer is an abstention; a round with none ends it, and the round
    before votes.

    Attributes:
        population: solutions written in a round.
        shown: solutions each of them is made from.
        rounds: how many times.
        max_tokens: of one solution.
        candidate_chars: of one solution shown.
        new_answers: whether an answer that no attempt gave may be chosen.
    """

    population: int = 4
    shown: int = 4
    rounds: int = 1
    max_tokens: int = 8_192
    candidate_chars: int = 6_000
    new_answers: bool = False

    def __post_init__(self) -> None:
        check(
            self.name,
            {
                "population": whole(self.population),
                "shown": whole(self.shown, 2),
                "rounds": whole(self.rounds),
                "max_tokens": whole(self.max_tokens),
                "candidate_chars": whole(self.candidate_chars),
            },
        )

    @property
    def name(self) -> str:
        """How it is named in records."""
        return "gensynthesis" if self.rounds == 1 else "aggregate"

    async def judge(self, case: Case, hearing: Hearing) -> Judgment:
        """Write solutions for some rounds and count their answers."""
        known = [entry.answer for entry in case.tally.entries]
        solutions: list[Solution] = [
            (hearing.told(one, self.candidate_chars), one.answer) for one in case.candidates
        ]
        written: list[Solution] = []
        for number in range(self.rounds):
            fresh = await self._round(case, hearing, solutions, known, number)
            if not fresh:
                break
            solutions = written = fresh
        votes = Counter(answer for _, answer in written)
        return hearing.judgment(
            self.name,
            [(answer, float(count)) for answer, count in votes.items()],
            votes.total(),
            told(votes, "new solutions"),
        )

    async def _round(
        self,
        case: Case,
        hearing: Hearing,
        solutions: Sequence[Solution],
        known: list[Answer],
        number: int,
    ) -> list[Solution]:
        texts = hearing.tools.texts
        questions = []
        for place in range(self.population):
            lot = random.Random(f"{case.seed}/{self.name}/{number}/{place}")
            some = lot.sample(solutions, min(self.shown, len(solutions)))
            shown = {index: (text, str(answer)) for index, (text, answer) in enumerate(some, 1)}
            questions.append(
                texts.fill(
                    "synthesise", problem=case.problem.text, solutions=texts.solutions(shown)
                )
            )
        fresh: list[Solution] = []
        for reply in await hearing.ask(questions, self.max_tokens):
            if not reply:
                continue
            found = extract(reply, case.problem.domain).answer
            answer = None if found is None else await self._matched(found, known)
            if answer is None:
                hearing.abstain("without an admissible answer")
            else:
                text = final_segment(reply).strip() or reply
                fresh.append((shortened(text, self.candidate_chars), answer))
        return fresh

    async def _matched(self, found: Answer, known: list[Answer]) -> Answer | None:
        """The answer it is equal to among those known; a new one is known from then on."""
        for answer in known:
            if await equivalent_async(found, answer) is Equivalence.EQUAL:
                return answer
        if not self.new_answers:
            return None
        known.append(found)
        return found
