"""What every selector promises: order, hostile evidence, degrading to plain votes, speed, texts."""

import functools
import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.selection.evidence import FIGURES, ballot, ballots, hostile_ballots, stats
from tirkit.errors import ConfigError
from tirkit.selection import Ballot, MajorityVote, Pipeline, Stage, choose, count, parse_selector
from tirkit.selection.parse import STAGES
from tirkit.types import Tally

TEXTS = [
    "majority()",
    "weighted()",
    "weighted(by='tail')",
    "weighted(by='bottom', part='code')",
    "weighted(by='lowest')",
    "weighted(by='probability')",
    "softmax(temperature=0.5)",
    "softmax(by='probability', part='final')",
    "borda()",
    "borda(power=1.2, by='tail')",
    "top()",
    "top(percent=10) | weighted(by='tail')",
    "entropy()",
    "entropy(floor=1e-09)",
    "entropy(by='mixture')",
    "entropy(by='last')",
    "votes_and_entropy()",
    "votes_and_entropy(votes=3.0, inverse=0.1, bonus=0.3)",
    "perplexity()",
    "likely() | perplexity()",
    "executed(no_code=0)",
    "executed(failed=0.5, unprinted=0)",
    "calls() | entropy()",
    "code_first(code=5, words=3) | small_answers() | ties(by='larger')",
    "ties()",
    "ties(by='smaller')",
    "executed(unprinted=0) | top(percent=50, by='mean') | borda() | votes_and_entropy()",
]
NEEDS_LOGPROBS = [
    text
    for text in TEXTS
    if "code" not in text and "ties" not in text and "executed" not in text
    if "majority" not in text
]
SELECTORS = [parse_selector(text) for text in TEXTS]


@pytest.mark.parametrize("text", TEXTS)
def test_selector_when_written_as_text_then_reads_back(text: str) -> None:
    selector = parse_selector(text)
    assert str(selector) == text
    assert parse_selector(str(selector)) == selector
    assert hash(selector) == hash(parse_selector(text))


def test_texts_when_counted_then_name_every_stage() -> None:
    told = {
        type(stage)
        for selector in SELECTORS
        for stage in (selector.stages if isinstance(selector, Pipeline) else (selector,))
    }
    assert told == set(STAGES)


@pytest.mark.parametrize("selector", SELECTORS, ids=TEXTS)
@settings(max_examples=40)
@given(made=ballots(), random=st.randoms(use_true_random=False))
def test_selector_when_ballots_are_shuffled_then_the_verdict_is_the_same(
    selector: Stage, made: list[Ballot], random: Random
) -> None:
    shuffled = random.sample(made, len(made))
    assert choose(selector, shuffled) == choose(selector, made)


@pytest.mark.parametrize("selector", SELECTORS, ids=TEXTS)
@settings(max_examples=40)
@given(made=hostile_ballots())
def test_selector_when_evidence_is_hostile_then_chooses_an_answer_that_was_given(
    selector: Stage, made: list[Ballot]
) -> None:
    verdict = choose(selector, made)
    tallied = verdict.tally
    assert tallied.votes + tallied.silent + tallied.left_out == len(made)
    assert 0 <= verdict.confidence <= 1
    assert verdict.reason
    assert (verdict.answer is None) == (tallied.votes == 0)
    if "code_first" not in str(selector):
        assert (tallied.votes == 0) == all(one.answer is None for one in made)
        assert verdict.answer in {None, *(one.answer for one in made)}
    assert choose(selector, made[::-1]) == verdict


@pytest.mark.parametrize("text", NEEDS_LOGPROBS)
@settings(max_examples=40)
@given(made=ballots())
def test_selector_when_log_probabilities_are_off_then_votes_are_plain_and_it_says_so(
    text: str, made: list[Ballot]
) -> None:
    bare = [Ballot(one.index, one.answer) for one in made]
    plain, verdict = choose(MajorityVote(), bare), choose(parse_selector(text), bare)
    assert (verdict.answer, verdict.confidence) == (plain.answer, plain.confidence)
    if plain.answer is not None:
        assert verdict.reason.startswith(plain.reason)
        assert (
            "counted plainly" in verdict.reason
            or "for want" in verdict.reason
            or ("without entropy" in verdict.reason)
        )


@pytest.mark.parametrize("selector", SELECTORS, ids=TEXTS)
def test_selector_when_there_are_no_votes_then_there_is_no_answer_and_a_reason(
    selector: Stage,
) -> None:
    assert choose(selector, []).reason == "no attempt finished"
    verdict = choose(selector, [ballot(index, None) for index in range(4)])
    assert (verdict.answer, verdict.confidence) == (None, 0.0)
    assert verdict.reason == "none of the 4 finished attempts gave an admissible answer"
    assert selector.select(Tally()).answer is None


@pytest.mark.parametrize("selector", SELECTORS, ids=TEXTS)
def test_selector_when_one_attempt_answered_zero_then_zero_wins(selector: Stage) -> None:
    verdict = choose(selector, [ballot(3, "0", confidence=0.0), ballot(1, None)])
    assert (str(verdict.answer), verdict.confidence) == ("0", 1.0)
    assert verdict.tie_broken_by == ""


@pytest.mark.parametrize("selector", SELECTORS, ids=TEXTS)
def test_selector_when_all_are_tied_in_everything_then_the_earliest_attempt_decides(
    selector: Stage,
) -> None:
    made = [
        ballot(
            index,
            str(101 + index),
            confidence=0.5,
            told=stats(mean_confidence=1.0, mean_entropy=1.0, last_entropy=1.0),
        )
        for index in (4, 2, 9)
    ]
    verdict = choose(selector, made)
    expected = {"larger": "110", "smaller": "103"}
    rule = next((rule for rule in expected if rule in str(selector)), None)
    assert str(verdict.answer) == (expected[rule] if rule else "103")
    assert verdict.tie_broken_by == (f"{rule} answer" if rule else "earliest attempt")


@functools.cache
def ten_thousand() -> tuple[Ballot, ...]:
    random = Random(1)
    return tuple(
        ballot(
            index,
            str(random.randrange(2_000)),
            confidence=random.random(),
            texts=(str(random.randrange(9_000)),),
            code=("1",),
            outputs=(str(random.randrange(2_000)),),
            errors=(False,),
            told=stats(**{name: random.uniform(0.1, 20) for name in FIGURES}),
        )
        for index in range(10_000)
    )


@pytest.mark.parametrize("selector", SELECTORS, ids=TEXTS)
def test_selector_when_there_are_ten_thousand_ballots_then_all_are_counted(
    selector: Stage,
) -> None:
    verdict = choose(selector, ten_thousand())
    assert verdict.answer is not None
    assert verdict.tally.votes + verdict.tally.left_out == 10_000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read"),
        ("weigted()", "unknown selector 'weigted': use borda, calls"),
        ("weighted(by='best')", "by is 'best', use 'mean', 'tail', 'bottom', 'lowest'"),
        ("weighted(by=3)", "by is 3, use"),
        ("weighted(part='end')", "part is 'end', use 'whole', 'prose', 'code', 'final'"),
        ("weighted(3)", "by is 3"),
        ("weighted(of='tail')", "unexpected keyword"),
        ("top(0)", "percent is 0, it must be from 1e-06 to 100"),
        ("top(101)", "percent is 101"),
        ("top('ten')", "percent is 'ten'"),
        ("top(1e999)", "percent is inf"),
        ("softmax(0)", "temperature is 0"),
        ("borda(-1)", "power is -1"),
        ("entropy(0)", "floor is 0"),
        ("entropy(by='lowest')", "by is 'lowest', use 'mean', 'tail', 'last', 'mixture'"),
        ("votes_and_entropy(-1)", "votes is -1"),
        ("likely(0.6)", "least_share is 0.6"),
        ("executed(no_code=-1)", "no_code is -1"),
        ("code_first(0)", "code is 0"),
        ("code_first(minimum=5, maximum=4)", "maximum is 4, it must be from 5"),
        ("code_first(minimum='a')", "minimum is 'a'"),
        ("small_answers(0)", "weight is 0"),
        ("ties('longest')", "by is 'longest', use 'calls', 'larger', 'smaller'"),
        ("ties() | weighted()", "ties() decides: it must stand last"),
        ("weighted() & top()", "is no selector"),
        ("weighted() + top()", "is no selector"),
        ("weighted", "is no selector"),
        ("__import__('os').system('true')", "is no selector"),
        ("weighted(by=__import__('os'))", "cannot be read"),
        ("top()|" * 300 + "top()", "characters"),
        ("rpc(3)", "takes 0 positional arguments"),
        ("deepconf(percent=True)", "is no number or word"),
    ],
)
def test_parse_selector_when_the_text_is_bad_then_says_what(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_selector(text)
    assert message in str(caught.value)


def test_parse_selector_when_a_short_name_is_used_then_stands_for_its_stages() -> None:
    assert str(parse_selector("deepconf(90, by='bottom')")) == (
        "top(by='bottom') | weighted(by='bottom')"
    )
    assert str(parse_selector("rpc()")) == "likely() | perplexity()"


def test_pipeline_when_empty_then_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least one stage"):
        Pipeline(())


def test_pipeline_when_nested_then_is_flat() -> None:
    one, two, three = (parse_selector(text) for text in ("top()", "borda()", "ties()"))
    assert (one | two) | three == one | (two | three) == Pipeline((one, two, three))


def test_count_when_a_weight_would_leave_the_bounds_then_it_is_held() -> None:
    made = [ballot(index, "1", mean_confidence=1e308) for index in range(3)]
    made.append(ballot(3, "2", mean_confidence=0.0))
    tallied = count(parse_selector("weighted() | weighted() | weighted()"), made)
    assert [entry.weight for entry in tallied.entries] == [3e9, 1e-9]


def test_selector_when_only_one_figure_is_known_then_others_are_held_to_it() -> None:
    made = [ballot(0, "1", mean_confidence=5.0)]
    made += [Ballot(index, ballot(0, "2").answer, stats=stats()) for index in (1, 2)]
    verdict = choose(parse_selector("weighted()"), made)
    assert str(verdict.answer) == "2"
    assert verdict.confidence == pytest.approx(2 / 3)
    assert math.isclose(sum(entry.weight for entry in verdict.tally.entries), 15)
