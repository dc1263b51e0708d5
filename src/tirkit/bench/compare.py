"""Two runs on the same problems, held against each other problem by problem."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tirkit.bench.estimates import Estimate, bootstrap
from tirkit.bench.metrics import ProblemMetrics
from tirkit.bench.paired import ALPHA, detectable, mcnemar_test, sign_flip_test
from tirkit.bench.standard_errors import standard_error
from tirkit.errors import ConfigError

Pair = tuple[ProblemMetrics, ProblemMetrics]


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more one run has of something than the other, over the same problems.

    Attributes:
        ours: mean of the first run.
        other: mean of the second.
        difference: ours less other; bootstrap interval over problems, each drawn with both runs.
        p_value: chance of a difference as large if there were none; see `test`.
        test: "sign flips" or "McNemar, exact".
        standard_error: of the difference, paired; None of a single problem.
        detectable: least true difference that would be called real with 80 % power; None as
            `standard_error`, or where nothing differs.
        wins: problems on which the first run has more.
        ties: on which both have as much.
        losses: on which the second has more.
    """

    ours: float
    other: float
    difference: Estimate
    p_value: float
    test: str
    standard_error: float | None
    detectable: float | None
    wins: int
    ties: int
    losses: int

    @property
    def is_real(self) -> bool:
        """Whether chance alone would give such a difference in less than 5 % of all runs."""
        return self.p_value < ALPHA


@dataclass(frozen=True, slots=True)
class RunComparison:
    """Two runs on the same problems.

    Attributes:
        problems: how many both runs have settled.
        graded: those of them with a reference in both.
        verdict: share of right verdicts; None without graded problems.
        attempts: avg@k, the share of right attempts; over the graded problems on which both have
            a finished attempt, None without any.
        tokens: sampled per problem.
        seconds: wall time per problem.
        gained: ids of problems whose verdict only the first run got right.
        lost: ids of problems whose verdict only the second did.
        only_ours: ids of problems only the first run has.
        only_other: ids of problems only the second has.
        regraded: ids of problems whose references differ between the runs.
    """

    problems: int
    graded: int
    verdict: Difference | None
    attempts: Difference | None
    tokens: Difference
    seconds: Difference
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    only_ours: tuple[str, ...]
    only_other: tuple[str, ...]
    regraded: tuple[str, ...]


def compare_runs(ours: Sequence[ProblemMetrics], other: Sequence[ProblemMetrics]) -> RunComparison:
    """Hold two runs against each other.

    Problems are matched by their content hash, so by text and domain; rows without one by id.
    A problem that is there several times is matched in order.

    Raises:
        ConfigError: the runs share no problem.
    """
    pairs, only_ours, only_other = _matched(ours, other)
    if not pairs:
        raise ConfigError(
            "the runs share no problem: compare runs over the same problems and answer domain"
        )
    graded = [pair for pair in pairs if None not in {pair[0].correct, pair[1].correct}]
    tried = [pair for pair in graded if pair[0].finished and pair[1].finished]
    return RunComparison(
        problems=len(pairs),
        graded=len(graded),
        verdict=_difference(graded, _verdict, exact=True) if graded else None,
        attempts=_difference(tried, _share_right) if tried else None,
        tokens=_difference(pairs, lambda row: float(row.sampled_tokens)),
        seconds=_difference(pairs, lambda row: row.seconds),
        gained=tuple(one.problem_id for one, two in graded if one.correct and not two.correct),
        lost=tuple(one.problem_id for one, two in graded if two.correct and not one.correct),
        only_ours=only_ours,
        only_other=only_other,
        regraded=tuple(one.problem_id for one, two in graded if one.reference != two.reference),
    )


def _matched(
    ours: Iterable[ProblemMetrics], other: Iterable[ProblemMetrics]
) -> tuple[list[Pair], tuple[str, ...], tuple[str, ...]]:
    waiting: dict[str, list[ProblemMetrics]] = defaultdict(list)
    for row in other:
        waiting[_key(row)].append(row)
    pairs: list[Pair] = []
    alone: list[str] = []
    for row in ours:
        found = waiting[_key(row)]
        if found:
            pairs.append((row, found.pop(0)))
        else:
            alone.append(row.problem_id)
    left = tuple(row.problem_id for rows in waiting.values() for row in rows)
    return pairs, tuple(alone), left


def _key(row: ProblemMetrics) -> str:
    return row.content_hash or f"id {row.problem_id}"


def _verdict(row: ProblemMetrics) -> float:
    return float(bool(row.correct))


def _share_right(row: ProblemMetrics) -> float:
    return (row.right or 0) / row.finished


def _difference(
    pairs: Sequence[Pair], figure: Callable[[ProblemMetrics], float], *, exact: bool = False
) -> Difference:
    """Of a figure; `exact` for one that is 0 or 1."""
    known = [(figure(one), figure(two)) for one, two in pairs]
    gaps = [one - two for one, two in known]
    wins, losses = sum(gap > 0 for gap in gaps), sum(gap < 0 for gap in gaps)
    error = standard_error(gaps)
    return Difference(
        ours=sum(one for one, _ in known) / len(known),
        other=sum(two for _, two in known) / len(known),
        difference=bootstrap(gaps),
        p_value=mcnemar_test(wins, losses) if exact else sign_flip_test(gaps),
        test="McNemar, exact" if exact else "sign flips",
        standard_error=error,
        detectable=detectable(error) if error else None,
        wins=wins,
        ties=len(gaps) - wins - losses,
        losses=losses,
    )
