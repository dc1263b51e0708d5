"""The rung below symbols: right where it decides, silent where it cannot, bounded on anything."""

from collections.abc import Iterator
from decimal import Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.answers.hostile_answers import CODE, HUGE, ODD, TOWERS
from tests.answers.symbolic_pairs import ROWS, D, E, Row
from tirkit.answers import AnswerPool, Equivalence
from tirkit.answers.algebra import compare_simple
from tirkit.answers.algebra.balls import Ball, Balls, apart
from tirkit.answers.algebra.grammar import parse
from tirkit.answers.comparison import Comparison

EXACT = Comparison()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} and {row[1]}")
def test_pair_when_algebra_decides_then_as_symbols_do(row: Row) -> None:
    one, other, expected = row
    found = compare_simple(one, other, EXACT)
    assert found in {None, expected}
    assert compare_simple(other, one, EXACT) is found


def test_pairs_when_counted_then_algebra_decides_many() -> None:
    decided = [row for row in ROWS if compare_simple(row[0], row[1], EXACT)]
    assert len(decided) >= 45


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("x+1", "1+x", E),
        ("(x+1)^{2}", "x^{2}+2x+1", E),
        ("(x+1)^{99999}", "(1+x)^{99999}", E),
        ("(x+1)^{99999}", "(1+x)^{99998}", D),
        (r"\frac{x^{2}-1}{x-1}", "x+1", E),
        ("2x/3", r"\frac{2}{3}x", E),
        ("a/x^2", r"\frac{a}{x^{2}}", E),
        ("-x^2", "(-x)^2", D),
        ("xy^2", "(xy)^2", D),
        ("xy^2", r"x\cdot y\cdot y", E),
        ("x^{-2}", r"\frac{1}{x^{2}}", E),
        (r"2\pi", r"\pi+\pi", E),
        (r"\pi", "22/7", D),
        (r"\frac{1}{\sqrt{2}-1}", r"1+\sqrt{2}", E),
        (r"\sqrt[3]{54}", r"3\sqrt[3]{2}", E),
        (r"\sqrt[3]{54}", r"3\sqrt[3]{3}", D),
        (r"\ln 6", r"\ln{2}+\ln(3)", E),
        (r"\sqrt{2}", "1." + "41421356237309504880168872420969807856967187537694807317", D),
        (r"\sqrt{2}+10^{-59}", r"\sqrt{2}", D),
        (r"(\sqrt{2}+1)^{99}", r"(\sqrt{2}-1)^{-99}", E),
        (r"(\sqrt{2}+1)^{999}", r"(\sqrt{2}-1)^{-999}", None),
        (r"\sqrt{10^{398}+1}", "10^{199}", None),
        (r"\sqrt{10^{99999}}", "x", None),
        (r"\sqrt{2}+\sqrt{3}-\sqrt{5+2\sqrt{6}}", "0", None),
        (r"\sqrt{x}", r"x^{1/2}", None),
        (r"\sqrt[3]{-8}", "-2", None),
        ("1/2x", "x/2", None),
        ("f(x)", "f(y)", None),
        ("2 3", "6", None),
        ("x2", "2x", None),
        (r"2\frac{1}{3}", "7/3", None),
        ("x^12", "x^{12}", None),
        ("e", "2", None),
        ("1+2i", "2i+1", None),
        ("X", "x", None),
        ("sin", "nis", None),
        ("word", "drow", None),
        (r"\ln 2x", r"x\ln 2", None),
        ("1/(x-x)", "2/(x-x)", None),
        ("0^{0}+x", "1+x", None),
        ("(1,x)", "(x,1)", None),
        ("x=1", "1=x", None),
        ("", "x", None),
        ("x+", "x", None),
        ("(x", "x", None),
        ("x)", "x", None),
        (r"\frac{x", "x", None),
        ("x^{y}", "x", None),
        ("x^{100000}", "x", None),
        ("2^3^4", "2", None),
    ],
)
def test_expressions_when_compared_then_decides_or_leaves_them(
    one: str, other: str, expected: Equivalence | None
) -> None:
    assert compare_simple(one, other, EXACT) is expected
    assert compare_simple(other, one, EXACT) is expected


def test_constants_when_a_tolerance_is_given_then_a_difference_is_left_to_it() -> None:
    how = Comparison(places=2)
    assert compare_simple(r"\sqrt{2}", "1.41", how) is None
    assert compare_simple(r"\sqrt{8}", r"2\sqrt{2}", how) is E
    assert compare_simple("x+1", "x+2", how) is D


@pytest.mark.parametrize("text", [*CODE, *HUGE, *ODD, *TOWERS], ids=lambda text: ascii(text[:30]))
def test_text_when_hostile_then_is_left_or_compared_at_once(text: str) -> None:
    assert compare_simple(text, text + "+1", EXACT) in {None, D}


EXPRESSIONS = st.recursive(
    st.sampled_from(["x", "y", "2", "3", "7", "10", r"\pi", r"\sqrt{2}", r"\sqrt{3}", r"\ln 5"]),
    lambda inner: st.one_of(
        st.builds("({}+{})".format, inner, inner),
        st.builds("({}-{})".format, inner, inner),
        st.builds(r"{{{}}}\cdot {{{}}}".format, inner, inner),
        st.builds(r"\frac{{{}}}{{{}}}".format, inner, inner),
        st.builds("({})^{{2}}".format, inner),
    ),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def pool() -> Iterator[AnswerPool]:
    with AnswerPool(workers=1) as opened:
        yield opened


@settings(max_examples=60)
@given(EXPRESSIONS, EXPRESSIONS)
def test_expressions_when_algebra_decides_then_sympy_never_contradicts(
    pool: AnswerPool, one: str, other: str
) -> None:
    for left, right in ((one, other), (f"({one})({other})", rf"{{{other}}}\cdot {{{one}}}")):
        quick = compare_simple(left, right, EXACT)
        slow = pool.compare(left, right, Comparison(timeout_seconds=60)).outcome
        if quick is not None:
            assert slow in {quick, Equivalence.UNKNOWN}


@given(
    st.fractions(-(10**12), 10**12, max_denominator=10**9),
    st.fractions(Fraction(1, 1000), 10**12, max_denominator=10**9),
    st.integers(-9, 9),
)
def test_balls_when_arithmetic_is_rational_then_hold_the_exact_result(
    one: Fraction, other: Fraction, power: int
) -> None:
    def written(value: Fraction) -> str:
        return rf"\frac{{{value.numerator}}}{{{value.denominator}}}"

    text = rf"{written(one)}\cdot {written(other)}-({written(other)})^{{{power}}}+{written(one)}"
    tree = parse(text)
    assert tree is not None
    exact = one * other - other**power + one
    ball = Balls(30).value(tree)
    assert abs(Fraction(ball.middle) - exact) <= Fraction(ball.radius)


@given(st.integers(1, 10**30), st.integers(2, 12))
def test_balls_when_a_root_is_taken_then_hold_it(radicand: int, degree: int) -> None:
    tree = parse(rf"\sqrt[{degree}]{{{radicand}}}")
    assert tree is not None
    ball = Balls(40).value(tree)
    middle, radius = Fraction(ball.middle), Fraction(ball.radius)
    low, high = middle - radius, middle + radius
    assert low**degree <= radicand <= high**degree


def test_pi_when_worked_out_then_is_pi() -> None:
    tree = parse(r"\pi")
    assert tree is not None
    shown = Decimal("3.14159265358979323846264338327950288419716939937510582097494")
    assert not apart(Balls(60).value(tree), Ball(shown, Decimal("1e-58")))
    assert apart(Balls(60).value(tree), Ball(shown.next_plus(Context(prec=50))))
