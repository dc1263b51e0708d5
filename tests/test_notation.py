"""Texts become objects without anything being evaluated."""

import ast
import operator
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tirkit.errors import ConfigError
from tirkit.notation import Notation


def made(name: str) -> Callable[..., list[object]]:
    def make(*arguments: object, **named: object) -> list[object]:
        if "bad" in named:
            raise TypeError("no such argument")
        return [(name, arguments, tuple(named.items()))]

    return make


WORDLESS: Notation[list[object]] = Notation(
    "stop rule", {"one": made("one"), "two": made("two")}, {ast.BitOr: operator.add}
)
WORDY: Notation[list[object]] = Notation("guard", {"one": made("one")}, words=True)


def test_notation_when_parts_are_joined_then_are_made_in_order() -> None:
    read = WORDLESS.read(" one(1, -2.5) | (two(x=3) | one()) ")
    assert read == [("one", (1, -2.5), ()), ("two", (), (("x", 3),)), ("one", (), ())]


def test_notation_when_an_argument_is_a_call_then_it_is_made_first() -> None:
    assert WORDLESS.read("one(two(4) | two(5), 6)") == [
        ("one", ([("two", (4,), ()), ("two", (5,), ())], 6), ())
    ]


def test_notation_when_an_argument_is_a_tuple_then_holds_numbers() -> None:
    assert WORDLESS.read("one((4, 4), (7, 5))") == [("one", ((4, 4), (7, 5)), ())]
    with pytest.raises(ConfigError, match="is no number"):
        WORDLESS.read("one((4, 'x'))")


def test_notation_when_words_are_allowed_then_are_read() -> None:
    assert WORDY.read("one('tail', by=\"x\")") == [("one", ("tail",), (("by", "x"),))]
    with pytest.raises(ConfigError, match="'tail'\" is no number"):
        WORDLESS.read("one('tail')")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "stop rule '' cannot be read: use one, two joined by |"),
        ("three()", "unknown stop rule 'three': use one, two joined by |"),
        ("one() & two()", "stop rule part 'one() & two()' is no rule"),
        ("one", "is no rule"),
        ("one().x()", "is no rule"),
        ("(lambda: 1)()", "is no rule"),
        ("one(x)", "cannot be read"),
        ("one(*[1])", "cannot be read"),
        ("one(three())", "cannot be read"),
        ("one(None)", "is no number"),
        ("one([1])", "is no number"),
        ("one(b'x')", "is no number"),
        ("one(1j)", "is no number"),
        ("one(False)", "is no number"),
        ("one(bad=1)", "stop rule one(bad=1): no such argument"),
        ("one(" + "9" * 5000 + ")", "characters"),
        ("one(" + "-" * 900 + "1)", "cannot be read"),
        ("one()\x00", "cannot be read"),
    ],
)
def test_notation_when_a_text_is_bad_then_says_what(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        WORDLESS.read(text)
    assert message in str(caught.value)


@given(st.text(max_size=60))
@example("one(" * 240)
@example("[" * 999)
@example("one(**{'a': 1})")
@example("\ud800")
def test_notation_when_a_text_is_anything_then_only_a_config_error_comes(text: str) -> None:
    try:
        WORDLESS.read(text)
    except ConfigError:
        return
    assert "one" in text or "two" in text
