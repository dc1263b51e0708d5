"""Texts of stop rules and waves, there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tirkit.errors import ConfigError
from tirkit.scheduler import StopRule, Wave, after_seconds, parse_stop_rule, parse_wave, stop_rules

TEXTS = [
    "when_agreed(4)",
    "when_agreed(4, minimum_attempts=2)",
    "after_attempts(3)",
    "after_answers(8)",
    "after_seconds(300)",
    "after_seconds(0.5, minimum_attempts=1)",
    "after_tokens(1000)",
    "ladder((4, 4), (7, 5), (9, 6))",
    "ladder((4, 4), minimum_attempts=4)",
    "agreed_of_last(4, 5)",
    "unanimous_window(5)",
    "when_lead_is_safe()",
    "when_lead_is_safe(max_weight=2.5, minimum_attempts=3)",
    "when_uncatchable()",
    "beta_posterior(0.95)",
    "dirichlet_posterior(0.9)",
    "bayes_factor(3000)",
    "bayes_factor(10.5, unknown=0, minimum_attempts=4)",
    "consensus_share(0.95, minimum_attempts=16)",
    "majority_share(0.8)",
    "low_entropy(0.75)",
    "not_before(when_agreed(2), attempts=3, answers=2, seconds=30.0)",
    "not_before(when_agreed(4) | after_seconds(9), seconds=1)",
    "length_matched(when_agreed(4))",
    "length_matched(when_agreed(4) | beta_posterior(0.9), finished_share=0.4, length_ratio=2.0)",
]
rules = st.recursive(
    st.sampled_from(TEXTS).map(parse_stop_rule),
    lambda parts: st.one_of(
        st.tuples(parts, parts).map(lambda pair: pair[0] | pair[1]),
        st.tuples(parts, parts).map(lambda pair: pair[0] & pair[1]),
        parts.map(lambda rule: stop_rules.not_before(rule, seconds=2.5)),
        parts.map(stop_rules.length_matched),
    ),
    max_leaves=4,
)


@pytest.mark.parametrize("text", TEXTS)
def test_parse_when_text_is_a_rule_then_the_rule_says_the_text(text: str) -> None:
    rule = parse_stop_rule(text)
    assert parse_stop_rule(str(rule)) == rule
    assert str(rule).replace(".0", "") == text.replace(".0", "")


@given(rules)
def test_parse_when_rules_are_combined_then_they_read_back(rule: StopRule) -> None:
    if len(str(rule)) <= 1000:
        assert parse_stop_rule(str(rule)) == rule


def test_parse_when_a_rule_exists_then_a_text_here_names_it() -> None:
    known = {name for name in stop_rules.__all__ if name.islower()}
    assert known == {text.partition("(")[0] for text in TEXTS} | {"k_of_n"}


def test_parse_when_k_of_n_then_it_is_two_rules() -> None:
    assert str(parse_stop_rule("k_of_n(4, 8)")) == "when_agreed(4) | after_attempts(8)"
    both = parse_stop_rule("k_of_n(4, 8) & after_seconds(9)")
    assert parse_stop_rule(str(both)) == both


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read"),
        ("when_agreed(", "cannot be read"),
        ("when_agree(4)", "unknown stop rule 'when_agree'"),
        ("when_agreed(0)", "votes is 0"),
        ("when_agreed(-3)", "votes is -3"),
        ("when_agreed(2.5)", "votes is 2.5, it must be a whole number"),
        ("when_agreed(2, minimum_attempts=-1)", "minimum_attempts is -1"),
        ("after_seconds(-1)", "must be positive"),
        ("after_seconds(1e400)", "seconds is inf"),
        ("when_agreed()", "missing"),
        ("when_agreed(True)", "no number"),
        ("when_agreed('4')", "no number"),
        ("when_agreed(4).decide", "is no rule"),
        ("__import__('os').system('true')", "is no rule"),
        ("when_agreed(__import__('os'))", "cannot be read"),
        ("4", "is no rule"),
        ("when_agreed(4)|" * 500, "characters"),
        ("(" * 300 + "1" + ")" * 300, "cannot be read"),
        ("ladder()", "rungs is"),
        ("ladder(4, 4)", "rung 4 must be a pair"),
        ("ladder((4, 5))", "answers of a rung with 5 equal is 4"),
        ("ladder((4, 0))", "equal answers of a rung is 0"),
        ("k_of_n(5, 4)", "attempts for 5 votes is 4"),
        ("agreed_of_last(5, 4)", "answers for 5 votes is 4"),
        ("unanimous_window(1)", "size is 1"),
        ("beta_posterior(1)", "must be above 0 and below 1"),
        ("dirichlet_posterior(0)", "must be above 0 and below 1"),
        ("bayes_factor(1)", "must be above 1"),
        ("bayes_factor(10, unknown=-1)", "unknown is -1"),
        ("bayes_factor(10, unknown=0)", "it needs minimum_attempts of 2"),
        ("consensus_share(1.01)", "at most 1"),
        ("when_lead_is_safe(max_weight=0)", "max_weight is 0"),
        ("when_lead_is_safe(max_weight=1e400)", "max_weight is inf"),
        ("not_before(4)", "4 is no stop rule"),
        ("not_before(when_agreed(4), seconds=-1)", "seconds is -1"),
        ("length_matched(when_agreed(4), finished_share=0)", "finished_share is 0"),
        ("length_matched(when_agreed(4), length_ratio=1e400)", "length_ratio is inf"),
    ],
)
def test_parse_when_text_is_bad_then_it_says_so(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("(", r"\(")):
        parse_stop_rule(text)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 0.0])
def test_rule_when_a_number_is_none_then_it_is_refused(value: float) -> None:
    for make in (after_seconds, stop_rules.beta_posterior, stop_rules.consensus_share):
        with pytest.raises(ConfigError, match="stop rule"):
            make(value)
    with pytest.raises(ConfigError, match="max_weight"):
        stop_rules.when_lead_is_safe(max_weight=value)


@pytest.mark.parametrize(
    "text",
    [
        "wave(4)",
        "wave(4, agree=3)",
        "wave(4, text='verify')",
        "wave(1, agree=9, text='revise', opens=after_seconds(60) & when_agreed(1))",
    ],
)
def test_parse_when_text_is_a_wave_then_it_reads_back(text: str) -> None:
    wave = parse_wave(text)
    assert isinstance(wave, Wave)
    assert str(wave) == text
    assert parse_wave(str(wave)) == wave


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("when_agreed(4)", "is a stop rule"),
        ("wave(4) | wave(4)", "is no stop rule"),
        ("wave(0)", "wave: attempts is 0"),
        ("wave(2, agree=0)", "wave: agree is 0"),
        ("wave(2, text='nothing')", "unknown wave text 'nothing': use revise, verify"),
        ("wave(2, text='no/such.toml')", "no/such.toml cannot be read"),
        ("wave(2, text=3)", "text is 3"),
        ("wave(2, opens=3)", "opens is 3"),
        ("wave(wave(2))", "wave: attempts is wave"),
        ("wave(2, opens=wave(2))", "must be a stop rule"),
    ],
)
def test_parse_when_a_wave_is_bad_then_it_says_so(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("(", r"\(")):
        parse_wave(text)
