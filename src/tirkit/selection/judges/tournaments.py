"""Tournaments of answers: every pair, knock-out, and rounds between near equals."""

import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tirkit.selection.judges.case import Candidate, Case
from tirkit.selection.judges.duels import Duels, Pair
from tirkit.selection.judges.genselect import told
from tirkit.selection.judges.hearing import Hearing
from tirkit.selection.judges.settings import check, whole
from tirkit.types import Answer, Judgment


@dataclass(frozen=True, slots=True)
class _Tournament:
    """What all tournaments can be set to.

    Attributes:
        top: answers that take part, those with the most weight; each is shown by the best attempt
            behind it.
        times: questions about a pair; an even number shows it both ways round as often.
        max_tokens: of one reply.
        candidate_chars: of one summary.
    """

    top: int = 4
    times: int = 2
    max_tokens: int = 8_192
    candidate_chars: int = 6_000

    def __post_init__(self) -> None:
        check(
            self.name,
            {
                "top": whole(self.top, 2),
                "times": whole(self.times),
                "max_tokens": whole(self.max_tokens),
                "candidate_chars": whole(self.candidate_chars),
            },
        )

    @property
    def name(self) -> str:
        """How it is named in records."""
        return type(self).__name__.lower()

    def _players(self, case: Case) -> tuple[Candidate, ...]:
        return case.best(case.tally.entries[: self.top])

    def _duels(self, case: Case, hearing: Hearing) -> Duels:
        return Duels(case, hearing, self.max_tokens, self.candidate_chars)


@dataclass(frozen=True, slots=True)
class Pairwise(_Tournament):
    """Every pair of answers is compared; the highest mean share of wins is chosen.

    Source: the league of arXiv 2411.19477, section 3: a candidate's score is its win rate, averaged
    over its opponents. A pair without a valid judgment counts for neither.
    """

    async def judge(self, case: Case, hearing: Hearing) -> Judgment:
        """Compare all pairs at once."""
        pairs = list(itertools.combinations(self._players(case), 2))
        results = await self._duels(case, hearing).wins(pairs, self.times)
        shares: dict[Answer, list[float]] = {}
        for (one, other), (won, lost) in zip(pairs, results, strict=True):
            if won + lost:
                shares.setdefault(one.answer, []).append(won / (won + lost))
                shares.setdefault(other.answer, []).append(lost / (won + lost))
        scores = [(answer, sum(some) / len(some)) for answer, some in shares.items()]
        heard = sum(map(sum, results))
        best = max((score for _, score in scores), default=0.0)
        return hearing.judgment(self.name, scores, heard, f"best win rate {best:.2f}")


@dataclass(frozen=True, slots=True)
class Knockout(_Tournament):
    """Answers meet in rounds and the loser of a pair is out; a draw goes to the votes.

    Source: arXiv 2411.19477, section 2, with K = `times` comparisons of a pair. Who meets whom is
    drawn from the problem's seed. A pair without a valid judgment is a draw too.
    """

    async def judge(self, case: Case, hearing: Hearing) -> Judgment:
        """Play rounds until one answer is left."""
        field = list(self._players(case))
        standing = {one.answer: place for place, one in enumerate(field)}
        random.Random(f"{case.seed}/{self.name}").shuffle(field)
        duels = self._duels(case, hearing)
        wins: Counter[Answer] = Counter()
        survived = dict.fromkeys(standing, 0)
        heard, rounds = 0, 0
        while len(field) > 1:
            rounds += 1
            pairs: list[Pair] = list(zip(field[::2], field[1::2], strict=False))
            bye = field[len(pairs) * 2 :]
            field = []
            for (one, other), (won, lost) in zip(
                pairs, await duels.wins(pairs, self.times), strict=True
            ):
                first = standing[one.answer] < standing[other.answer]
                winner = one if won > lost or (won == lost and first) else other
                field.append(winner)
                heard += won + lost
                wins += Counter({one.answer: won, other.answer: lost})
            field += bye
            for one in field:
                survived[one.answer] = rounds
        scores = [(answer, float(count)) for answer, count in survived.items()]
        return hearing.judgment(self.name, scores, heard, told(wins, "comparisons won"))


@dataclass(frozen=True, slots=True)
class Swiss(_Tournament):
    """Both solutions of a pair get scores; rounds pair near equals, where it is least certain.

    After V1-Infer (arXiv 2603.04304): first every answer meets at least `least_met` others, then
    neighbours in the ranking meet; the ranking is the win rate weighted by the margin of the
    scores. tirkit's own are the scale of a margin, |r1 - r2| / 9 and `floor` at least, and that
    pairs which have met least come first.

    Attributes:
        rounds: of neighbours, after every answer has met `least_met` others.
        least_met: opponents of each answer before ranks count.
        floor: least weight of a comparison.
    """

    rounds: int = 2
    least_met: int = 2
    floor: float = 0.1

    def __post_init__(self) -> None:
        super(Swiss, self).__post_init__()
        check(
            self.name,
            {
                "rounds": whole(self.rounds, 0),
                "least_met": whole(self.least_met),
                "floor": 0 < self.floor <= 1,
            },
        )

    async def judge(self, case: Case, hearing: Hearing) -> Judgment:
        """Cover, then refine."""
        players = self._players(case)
        duels = self._duels(case, hearing)
        table = _Table(self.floor)
        lot = random.Random(f"{case.seed}/{self.name}")
        await self._play(duels, table, _cover(players, self.least_met, lot))
        for _ in range(self.rounds):
            await self._play(duels, table, _neighbours(players, table))
        scores = table.scores()
        reason = f"best weighted win rate {max((score for _, score in scores), default=0.0):.2f}"
        return hearing.judgment(self.name, scores, table.heard, reason)

    async def _play(self, duels: Duels, table: "_Table", pairs: Sequence[Pair]) -> None:
        for pair, replies in zip(pairs, await duels.scores(pairs, self.times), strict=True):
            table.add(pair, replies)


class _Table:
    """Weighted wins, weights and meetings so far."""

    def __init__(self, floor: float) -> None:
        self._floor = floor
        self._won: defaultdict[Answer, float] = defaultdict(float)
        self._weight: defaultdict[Answer, float] = defaultdict(float)
        self.met: Counter[frozenset[Answer]] = Counter()
        self.heard = 0

    def add(self, pair: Pair, replies: Sequence[tuple[float, float]]) -> None:
        one, other = pair[0].answer, pair[1].answer
        self.met[frozenset((one, other))] += 1
        for first, second in replies:
            weight = max(abs(first - second) / 9, self._floor)
            share = 0.5 if first == second else float(first > second)
            self._won[one] += weight * share
            self._won[other] += weight * (1 - share)
            self._weight[one] += weight
            self._weight[other] += weight
            self.heard += 1

    def rate(self, answer: Answer) -> float:
        """Weighted win rate; a half for one that has not met anybody."""
        weight = self._weight.get(answer, 0.0)
        return self._won[answer] / weight if weight else 0.5

    def scores(self) -> list[tuple[Answer, float]]:
        return [(answer, self.rate(answer)) for answer in self._weight]


def _cover(players: Sequence[Candidate], least: int, lot: random.Random) -> list[Pair]:
    """Pairs in which everybody meets at least so many others, as far as there are others."""
    ring = list(players)
    lot.shuffle(ring)
    size = len(ring)
    steps = range(1, min((least + 1) // 2, size // 2) + 1)
    seen: dict[frozenset[int], Pair] = {}
    for step in steps:
        for place in range(size):
            other = (place + step) % size
            if other != place:
                seen.setdefault(frozenset((place, other)), (ring[place], ring[other]))
    return list(seen.values())


def _neighbours(players: Sequence[Candidate], table: _Table) -> list[Pair]:
    """Each answer with the free one it is nearest to in rank, those that met least first."""
    ranked = sorted(players, key=lambda one: -table.rate(one.answer))  # stable: then by the tally
    pairs: list[Pair] = []
    while len(ranked) > 1:
        one = ranked.pop(0)
        nearest = min(
            range(len(ranked)),
            key=lambda place: (
                table.met[frozenset((one.answer, ranked[place].answer))],
                place,
            ),
        )
        pairs.append((one, ranked.pop(nearest)))
    return pairs
