"""Answer domains: how they are written, and what is refused at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from tirkit.errors import AnswerError
from tirkit.types import ANY_ANSWER, AnswerDomain, Problem


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("any", AnswerDomain()),
        ("integer", AnswerDomain("integer")),
        ("integer:0..999", AnswerDomain("integer", 0, 999)),
        ("integer:..-1", AnswerDomain("integer", None, -1)),
        ("integer:5..", AnswerDomain("integer", 5)),
        ("integer:7..7", AnswerDomain("integer", 7, 7)),
        ("integer:mod 1000", AnswerDomain("integer", modulus=1000)),
        ("option", AnswerDomain("option")),
        ("option:A..E", AnswerDomain("option", letters="AE")),
        ("set", AnswerDomain("set")),
        ("tuple", AnswerDomain("tuple")),
        ("interval", AnswerDomain("interval")),
        ("values", AnswerDomain("values")),
    ],
)
def test_domain_when_parsed_then_is_written_the_same_way(text: str, domain: AnswerDomain) -> None:
    assert AnswerDomain.parse(text) == domain
    assert str(domain) == text


@pytest.mark.parametrize(
    ("text", "same"), [("integer mod 7", "integer:mod 7"), ("option:a..e", "option:A..E")]
)
def test_domain_when_written_another_way_then_is_the_same(text: str, same: str) -> None:
    assert AnswerDomain.parse(text) == AnswerDomain.parse(same)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "unknown answer domain ''"),
        ("prime", "unknown answer domain 'prime': use any, integer, integer:LOW..HIGH"),
        ("Integer", "unknown answer domain 'Integer'"),
        ("integer:", "unknown answer domain"),
        ("integer:0-999", "unknown answer domain"),
        ("integer:0...999", "unknown answer domain"),
        ("integer:٠..٩", "unknown answer domain"),
        (f"integer:0..{'9' * 5_000}", r"unknown answer domain 'integer:0\.\.9+…'"),
        ("integer:9..0", r"empty answer domain 'integer:9\.\.0': 9 is above 0"),
        ("integer:mod 0", "modulus 0 of an answer domain: use integer:mod M"),
        ("integer:mod -7", "modulus -7"),
        ("integer:mod x", "unknown answer domain"),
        ("option:E..A", r"option letters 'EA': give the first and the last, as in option:A\.\.E"),
        ("option:1..4", "unknown answer domain"),
        ("set:1..2", "unknown answer domain"),
        ("any\n", "unknown answer domain"),
    ],
)
def test_domain_when_the_text_is_wrong_then_the_error_names_it_and_the_remedy(
    text: str, message: str
) -> None:
    with pytest.raises(AnswerError, match=message) as caught:
        AnswerDomain.parse(text)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("given_fields", "message"),
    [
        ({"kind": "prime"}, "unknown answer domain 'prime'"),
        ({"kind": "set", "minimum": 0}, "answer domain 'set' has no numbers"),
        ({"kind": "any", "modulus": 7}, "answer domain 'any' has no numbers"),
        ({"kind": "integer", "minimum": 0, "modulus": 7}, "without a range"),
        ({"kind": "integer", "letters": "AE"}, "answer domain 'integer' has no letters"),
        ({"kind": "option", "letters": "abc"}, "option letters 'abc'"),
        ({"kind": "option", "letters": "é1"}, "option letters"),
    ],
)
def test_domain_when_built_of_fields_that_do_not_go_together_then_is_refused(
    given_fields: dict[str, object], message: str
) -> None:
    with pytest.raises(AnswerError, match=message):
        AnswerDomain(**given_fields)  # type: ignore[arg-type]


@given(st.text(st.sampled_from("integeroptionmod:.-0123456789AZaz "), max_size=24))
def test_domain_when_the_text_is_anything_then_parses_to_one_that_is_written_and_read_again(
    text: str,
) -> None:
    try:
        domain = AnswerDomain.parse(text)
    except AnswerError:
        return
    assert AnswerDomain.parse(str(domain)) == domain


def test_domain_when_recorded_before_it_was_widened_then_still_reads() -> None:
    reader = TypeAdapter(AnswerDomain)
    old = b'{"kind": "integer", "minimum": 0, "maximum": 999}'
    assert reader.validate_json(old, strict=True) == AnswerDomain.parse("integer:0..999")
    new = AnswerDomain.parse("option:A..E")
    assert reader.validate_json(reader.dump_json(new), strict=True) == new


def test_problem_when_its_domain_is_an_old_one_then_keeps_its_content_hash() -> None:
    assert Problem("What is 6 * 7?").content_hash == (
        "20840663658edc1f7d4a592d32cf5434c6bd59e82c6557001cbee8bd0e8a4ef7"
    )
    ranged = Problem("What is 6 * 7?", domain=AnswerDomain.parse("integer:0..999"))
    assert ranged.content_hash == (
        "9dc228d2efe0bd04b0798dadb1c0e953c266bae5b88042aa0a2e52bfc62757be"
    )
    assert ranged.with_domain(ANY_ANSWER) is ranged
