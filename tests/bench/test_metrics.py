"""Figures against brute force and published values."""

import json
import math
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from fractions import Fraction
from io import StringIO
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from tests.records import factory
from tirkit.answers import Comparison, normalize
from tirkit.bench import (
    Measuring,
    accuracy_curve,
    details_table,
    figure_lines,
    measure,
    measure_problem,
    metrics_table,
    pass_at_k,
    sum_up,
)
from tirkit.bench.agreement import agreement, effective_size
from tirkit.bench.estimates import bootstrap, wilson
from tirkit.bench.subsets import GradedBallots
from tirkit.bench.work import Work, is_malformed
from tirkit.errors import ConfigError
from tirkit.selection import MajorityVote, parse_selector, tally, vote_from
from tirkit.types import (
    Answer,
    AnswerDomain,
    CodeResult,
    CodeStatus,
    Problem,
    Solution,
    StopReason,
    Tally,
    TallyEntry,
    Trajectory,
    Turn,
    Usage,
    Vote,
)

CANCELLED = StopReason.CANCELLED


def trajectory(
    index: int, text: str | None, stop_reason: StopReason | None = None, tokens: int = 100
) -> Trajectory:
    ended = StopReason.ANSWERED if text is not None else StopReason.NO_ANSWER
    return replace(
        factory.trajectory(index),
        answer=None if text is None else Answer(text, normalize(text)),
        stop_reason=stop_reason or ended,
        usage=Usage(prompt_tokens=7, sampled_tokens=tokens, wasted_tokens=1, cells=2),
    )


def solve(
    name: str, reference: str | None, ended: Sequence[Trajectory], seconds: float = 1.0
) -> Solution:
    votes = [vote for one in ended if (vote := vote_from(one)) is not None]
    verdict = MajorityVote().select(tally(votes, len(ended) - len(votes)))
    return Solution(Problem(name, name, reference), verdict, tuple(ended), "enough", seconds)


@given(st.integers(min_value=1, max_value=8), st.data())
def test_pass_at_k_when_counted_by_brute_force_then_is_the_same(
    attempts: int, data: st.DataObject
) -> None:
    right = data.draw(st.integers(min_value=0, max_value=attempts))
    k = data.draw(st.integers(min_value=1, max_value=attempts))
    outcomes = [index < right for index in range(attempts)]
    draws = [any(drawn) for drawn in combinations(outcomes, k)]
    assert pass_at_k(attempts, right, k) == pytest.approx(sum(draws) / len(draws))


def test_pass_at_k_when_there_are_thousands_of_attempts_then_is_exact() -> None:
    exact = 1 - Fraction(math.comb(9_000, 100), math.comb(10_000, 100))
    assert pass_at_k(10_000, 1_000, 100) == pytest.approx(float(exact))


@pytest.mark.parametrize("counts", [(0, 0, 1), (4, 5, 1), (4, -1, 1), (4, 2, 0), (4, 2, 5)])
def test_pass_at_k_when_it_is_not_defined_then_raises(counts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="is not defined"):
        pass_at_k(*counts)


def test_wilson_when_compared_with_published_values_then_is_the_same() -> None:
    # Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3
    for right, total, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        share = wilson(right, total)
        assert share.value == right / total
        assert (round(share.low, 4), round(share.high, 4)) == (low, high)


@given(st.integers(min_value=1, max_value=10_000), st.data())
def test_wilson_when_counts_are_any_then_the_interval_holds_the_share(
    total: int, data: st.DataObject
) -> None:
    right = data.draw(st.integers(min_value=0, max_value=total))
    share = wilson(right, total)
    assert 0 <= share.low <= share.value + 1e-12
    assert share.value - 1e-12 <= share.high <= 1
    assert share.high - share.low > 0


@pytest.mark.parametrize("counts", [(0, 0), (3, 2), (-1, 2)])
def test_wilson_when_it_is_no_share_then_raises(counts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(*counts)


def test_bootstrap_when_values_are_binary_then_agrees_with_the_binomial() -> None:
    values = [1.0] * 40 + [0.0] * 60
    found = bootstrap(values)
    half = 1.96 * math.sqrt(0.4 * 0.6 / 100)
    assert found.value == pytest.approx(0.4)
    assert found.low == pytest.approx(0.4 - half, abs=0.02)
    assert found.high == pytest.approx(0.4 + half, abs=0.02)
    assert bootstrap(values) == found


def test_bootstrap_when_all_values_agree_then_has_no_width() -> None:
    found = bootstrap([0.5] * 7)
    assert (found.low, found.value, found.high, found.problems) == (0.5, 0.5, 0.5, 7)
    with pytest.raises(ValueError, match="no values"):
        bootstrap([])


def test_measure_when_attempts_were_cancelled_or_failed_then_only_the_others_are_graded() -> None:
    ended = [
        trajectory(0, "1/2", tokens=10),
        trajectory(1, "0.5", tokens=20),
        trajectory(2, "7", tokens=30),
        trajectory(3, None, tokens=40),
        trajectory(4, None, CANCELLED, tokens=1_000),
        trajectory(5, None, StopReason.ENGINE_ERROR, tokens=2_000),
        trajectory(6, None, StopReason.KERNEL_ERROR, tokens=3_000),
    ]
    figures = measure([solve("half?", r"\frac12", ended, 3.0)])
    (row,) = figures.rows
    assert (row.attempts, row.finished, row.right, row.unanswered) == (7, 4, 2, 1)
    assert (row.finished_tokens, row.sampled_tokens, row.cells) == (100, 6_107, 14)
    assert (row.correct, row.answer, row.reference) == (True, "1/2", r"\frac12")
    assert figures.pass_at_1 is not None
    assert figures.pass_at_1.value == 0.5
    assert {k: estimate.value for k, estimate in figures.pass_at.items()} == {
        1: 0.5,
        2: pytest.approx(5 / 6),
        4: 1.0,
    }
    assert figures.unanswered_attempts == 0.25
    assert figures.mean_attempt_tokens == 25
    assert (figures.mean_problem_tokens, figures.mean_problem_seconds) == (6_107, 3.0)


def test_measure_when_the_majority_is_wrong_then_maj_is_wrong_and_pass_is_not_zero() -> None:
    figures = measure(
        [
            solve("a?", "0", [trajectory(0, "0"), trajectory(1, "1"), trajectory(2, "1")]),
            solve("b?", "0", [trajectory(0, "-0")], 3.0),
        ]
    )
    assert figures.maj_at_k is not None
    assert figures.pass_at_1 is not None
    assert figures.maj_at_k == wilson(1, 2)
    assert figures.pass_at_1.value == pytest.approx((1 / 3 + 1) / 2)
    assert [figures.pass_at[k].problems for k in (1, 2)] == [2, 1]
    assert figures.mean_problem_seconds == 2.0


def test_measure_when_nothing_was_found_then_no_answer_counts_it() -> None:
    figures = measure(
        [solve("a?", "1", [trajectory(0, None)]), solve("b?", "1", [trajectory(0, "1")])]
    )
    assert figures.no_answer == wilson(1, 2)
    assert [row.correct for row in figures.rows] == [False, True]
    assert [row.answer for row in figures.rows] == [None, "1"]


def test_measure_when_there_is_no_reference_then_nothing_is_graded() -> None:
    figures = measure([solve("a?", None, [trajectory(0, "1")])])
    assert (figures.problems, figures.graded) == (1, 0)
    assert (figures.pass_at_1, figures.maj_at_k, figures.pass_at) == (None, None, {})
    assert (figures.rows[0].correct, figures.rows[0].right) == (None, None)
    assert figures.no_answer.value == 0


def test_measure_when_no_attempt_finished_then_there_is_no_share_of_attempts() -> None:
    figures = measure([solve("a?", "1", [trajectory(0, None, CANCELLED)])])
    assert (figures.pass_at_1, figures.unanswered_attempts) == (None, None)
    assert figures.mean_attempt_tokens is None
    assert figures.maj_at_k == wilson(0, 1)


def test_measure_when_an_answer_cannot_be_decided_then_counts_as_wrong_and_is_told() -> None:
    figures = measure([solve("a?", "f(x)+1", [trajectory(0, "g(x)+1"), trajectory(1, "?!")])])
    assert figures.undecided == 2
    assert figures.rows[0].right == 0


def test_measure_when_there_are_no_solutions_then_is_refused() -> None:
    with pytest.raises(ConfigError, match="nothing to measure"):
        measure([])


def test_measure_when_attempts_were_ended_then_tells_what_that_saved() -> None:
    figures = measure([solve("a?", "1", [trajectory(0, "1"), trajectory(1, None, CANCELLED)])])
    assert figures.saved.cancelled == 1
    assert figures.saved == figures.rows[0].saved
    caption = str(metrics_table(figures).caption)
    assert caption.startswith("1 attempts ended by the verdict: about ")
    assert metrics_table(measure([solve("a?", "1", [trajectory(0, "1")])])).caption is None


@pytest.mark.parametrize(
    ("domain", "reference", "answer"),
    [("integer:mod 7", "50", "1"), ("option", "(B)", "B"), ("integer", "0042", "42")],
)
def test_measure_when_the_domain_changes_answers_then_references_go_the_same_way(
    domain: str, reference: str, answer: str
) -> None:
    made = solve("a?", reference, [trajectory(0, answer)])
    problem = replace(made.problem, domain=AnswerDomain.parse(domain))
    assert measure([replace(made, problem=problem)]).rows[0].correct is True


def test_measure_when_solutions_are_a_stream_then_each_is_let_go_before_the_next() -> None:
    alive: list[weakref.ref[_Watched]] = []
    most = 0

    def stream() -> Iterator[Solution]:
        nonlocal most
        for number in range(5):
            # Frozen records with slots cannot be watched; a value only the solution holds can.
            watched = _Watched()
            problem = replace(factory.PROBLEM, id=f"p{number}", metadata={"watched": watched})
            alive.append(weakref.ref(watched))
            del watched
            yield replace(solve("a?", "1", [trajectory(0, "1")]), problem=problem)
            del problem
            most = max(most, sum(one() is not None for one in alive))

    assert measure(stream()).problems == 5
    assert most <= 1


class _Watched:
    """Something of a solution that can be weakly referred to."""


def test_measure_when_rows_are_measured_before_then_summing_them_up_is_the_same() -> None:
    made = [solve("a?", "1", [trajectory(0, "1"), trajectory(1, "2")]), solve("b?", None, [])]
    assert sum_up(map(measure_problem, made)) == measure(made)


def test_measure_when_attempts_did_all_sorts_then_counts_each_once() -> None:
    results = [
        CodeResult(CodeStatus.ERROR, queue_seconds=0.5),
        CodeResult(CodeStatus.TIMED_OUT, queue_seconds=math.nan),
        CodeResult(CodeStatus.DIED, queue_seconds=-1.0),
    ]
    turns = [Turn("", 0, 0, "x", result) for result in results]
    turns += [Turn("", 0, 0, note="broken_call: no JSON"), Turn("", 0, 0, note="cut off: guard")]
    busy = replace(
        trajectory(0, "1", StopReason.TOKEN_LIMIT),
        turns=(*turns, Turn("", 0, 0, forced=True)),
        usage=Usage(7, 100, 5, 10, 3, 4.0, 2.0),
        duration_seconds=8.0,
    )
    idle = replace(trajectory(1, None, CANCELLED), turns=(), usage=Usage(7, 55, 0, 0, 0, 2.0))
    figures = measure([solve("a?", "1", [busy, idle], math.nan)])
    assert figures.work == Work(
        attempts=2,
        with_code=1,
        truncated=1,
        turns=6,
        malformed=1,
        forced=1,
        cells=3,
        errors=1,
        timeouts=1,
        deaths=1,
        prompt_tokens=14,
        sampled_tokens=165,
        wasted_tokens=10,
        given_tokens=5,
        generate_seconds=6.0,
        execute_seconds=2.0,
        queue_seconds=0.5,
        attempt_seconds=10.0,
    )
    assert (figures.killed.attempts, figures.killed_tokens) == (1, 55 / 165)
    assert figures.killed_seconds == pytest.approx(0.2)
    assert figures.ended == {"cancelled": 1, "token_limit": 1}
    assert figures.mean_problem_seconds == 0.0
    assert not is_malformed(Turn("", 0, 0, note="thinking used its tokens"))


def test_measure_when_a_fault_ended_an_attempt_then_it_is_not_graded() -> None:
    ended = [trajectory(0, "1"), trajectory(1, None, StopReason.FAULT)]
    assert measure([solve("a?", "1", ended)]).rows[0].finished == 1


def test_measure_when_selectors_are_asked_then_they_are_told_at_every_k() -> None:
    made = [solve("a?", "1", [trajectory(index, "1" if index else "2") for index in range(4)])]
    weighted = parse_selector("weighted(by='probability')")
    figures = measure(made, Measuring(selectors=(MajorityVote(), weighted)))
    assert set(figures.selected) == {"majority()", "weighted(by='probability')"}
    points = figures.selected["majority()"]
    assert {k: point.value for k, point in points.items()} == {
        1: 0.75,
        2: 0.5,  # the wrong answer is the earliest attempt's: it wins its ties
        4: 1.0,
    }
    curves = accuracy_curve([GradedBallots.of(one) for one in made], [weighted])
    assert {point.k: point.accuracy for point in curves[1].points} == figures.selected[
        curves[1].name
    ]
    assert figures.pass_at == {point.k: point.accuracy for point in curves[0].points}
    assert measure(made, Measuring(sources=())).traces is None


def test_measure_when_a_tolerance_is_given_then_answers_within_it_are_right() -> None:
    made = [solve("a?", "0.333", [trajectory(0, "1/3")])]
    assert measure(made).rows[0].right == 0
    rounded = measure(made, Measuring(comparison=Comparison(places=3)))
    assert (rounded.rows[0].right, rounded.rows[0].correct) == (1, True)


def test_measure_when_figures_are_written_as_json_then_every_number_is_one() -> None:
    odd = replace(trajectory(0, "1"), duration_seconds=math.inf)
    figures = measure(
        [solve("a?", "1", [odd]), solve("b?", None, [trajectory(0, None, CANCELLED)])]
    )
    told = json.loads(json.dumps(asdict(figures), allow_nan=False))
    assert told["rows"][0]["selected"]["majority()"]["1"]["value"] == 1.0


def entry(*weights: float) -> TallyEntry:
    votes = [Vote(index, Answer("x", "x"), weight) for index, weight in enumerate(weights)]
    return TallyEntry(Answer("x", "x"), tuple(votes))


def test_agreement_when_votes_are_split_then_figures_are_those_of_the_formulas() -> None:
    found = agreement(Tally((entry(1, 1, 1), entry(1))), Tally((entry(2, 1), entry(1))))
    pairs = list(combinations("aaab", 2))
    assert (found.answers, found.distinct, found.largest_share) == (4, 2, 0.75)
    assert found.pair_share == sum(one == other for one, other in pairs) / len(pairs)
    assert found.entropy_bits == pytest.approx(0.75 * math.log2(4 / 3) + 0.5)
    assert found.effective_answers == pytest.approx(1 / (9 / 16 + 1 / 16))
    assert found.effective_votes == pytest.approx(16 / 6)


@given(st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=9))
def test_effective_size_when_weights_are_any_then_is_between_one_and_all(
    weights: list[float],
) -> None:
    size = effective_size(weights)
    assert size is not None
    assert 1 - 1e-9 <= size <= len(weights) + 1e-9
    assert effective_size([2.0] * len(weights)) == pytest.approx(len(weights))


@pytest.mark.parametrize("weights", [[], [1.0, math.nan], [math.inf], [0.0], [-1.0, 2.0]])
def test_effective_size_when_weights_are_none_then_is_none(weights: list[float]) -> None:
    assert effective_size(weights) is None


def test_details_when_texts_are_hostile_then_the_tables_show_them_as_text() -> None:
    made = solve("[bold]x[/]\x1b]0;t\x07", "[/]", [trajectory(0, "1")])
    told = StringIO()
    console = Console(file=told, width=160)
    figures = measure([made])
    console.print(metrics_table(figures), details_table(figures))
    assert "\x1b" not in told.getvalue()
    assert "[bold]x[/]\ufffd]0;t\ufffd" in told.getvalue()
    names = [line.name for line in figure_lines(figures)]
    assert names[:3] == ["right verdicts", "avg@k", "right attempts"]
    assert {"pass@1", "code runs", "one answer, wrong"} <= set(names)
