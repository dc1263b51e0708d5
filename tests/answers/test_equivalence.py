"""Equal, different, or not known: the ladder, what it remembers, and what it never does."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tirkit.answers import (
    AnswerPool,
    Equivalence,
    classes,
    equivalence,
    equivalent,
    equivalent_async,
    known,
    normalize,
    settle,
)
from tirkit.answers.comparison import Comparison
from tirkit.types import Answer

PATIENT = Comparison(timeout_seconds=60)
CASES = [
    (r"\frac12", "0.5", Equivalence.EQUAL),
    ("1,234", "1234.0", Equivalence.EQUAL),
    ("0", "-0", Equivalence.EQUAL),
    ("0.333", "1/3", Equivalence.DIFFERENT),
    ("0", "1000", Equivalence.DIFFERENT),
    ("31", "1031", Equivalence.DIFFERENT),
    ("9" * 1_000, "9" * 999 + "8", Equivalence.DIFFERENT),
    (r"\text{Yes}", "yes", Equivalence.EQUAL),
    ("x+1", "x + 1", Equivalence.EQUAL),
    ("x+1", "1+x", Equivalence.EQUAL),
    ("x+1", "x+2", Equivalence.DIFFERENT),
    (r"\sqrt{8}", r"2\sqrt2", Equivalence.EQUAL),
    (r"\dfrac{\sqrt{3}}{2}", r"\frac{3}{2\sqrt{3}}", Equivalence.EQUAL),
    (r"$\left(1,\sqrt{4}x\right)$", "(1,2x)", Equivalence.EQUAL),
    ("(-1)^n", r"\cos(n\pi)", Equivalence.UNKNOWN),
    ("1e999999999", "5", Equivalence.UNKNOWN),
    ("no such point", "nowhere", Equivalence.UNKNOWN),
]


@pytest.fixture
def forgotten() -> Iterator[None]:
    equivalence._CACHE.clear()
    yield
    equivalence._CACHE.clear()


@pytest.mark.parametrize(("left", "right", "expected"), CASES)
async def test_equivalent_when_compared_both_ways_then_agrees(
    left: str, right: str, expected: Equivalence
) -> None:
    assert equivalent(left, right, PATIENT) is expected
    assert equivalent(right, left, PATIENT) is expected
    assert await equivalent_async(left, right, PATIENT) is expected
    assert known(right, left, PATIENT) is expected


def test_equivalent_when_given_an_answer_then_uses_its_canonical_form() -> None:
    assert equivalent(Answer("one half", "1/2"), "0.5") is Equivalence.EQUAL


@given(st.fractions(), st.fractions())
def test_equivalent_when_both_are_rational_then_decides_as_arithmetic_does(
    left: object, right: object
) -> None:
    expected = Equivalence.EQUAL if left == right else Equivalence.DIFFERENT
    assert equivalent(str(left), str(right)) is expected


@given(st.text(), st.text())
def test_equivalent_when_texts_are_hostile_then_is_reflexive_and_symmetric(
    left: str, right: str
) -> None:
    quick = Comparison(timeout_seconds=0.5)
    assert equivalent(left, left, quick) is Equivalence.EQUAL
    assert equivalent(left, normalize(left), quick) is Equivalence.EQUAL
    assert equivalent(left, right, quick) is equivalent(right, left, quick)


def test_equivalent_when_symbols_are_off_then_asks_no_child() -> None:
    with AnswerPool(workers=1) as pool:
        how = Comparison(symbolic=False)
        assert equivalent(r"\sin x+y", r"y+\sin x", how, pool=pool) is Equivalence.UNKNOWN
        assert equivalent("1/2", "0.5", how, pool=pool) is Equivalence.EQUAL
        assert equivalent("x+y", "y+x", how, pool=pool) is Equivalence.EQUAL
        assert pool.started == 0


@pytest.mark.usefixtures("forgotten")
def test_equivalent_when_asked_again_then_remembers() -> None:
    with AnswerPool(workers=1) as pool:
        assert known(r"\sin x+y", r"y+\sin x", PATIENT) is Equivalence.UNKNOWN
        assert equivalent(r"\sin x+y", r"y+\sin x", PATIENT, pool=pool) is Equivalence.EQUAL
        pool.close()
        assert equivalent(r"y+\sin x", r"\sin x+y", PATIENT, pool=pool) is Equivalence.EQUAL
        assert known(r"y+\sin x", r"\sin x+y", PATIENT) is Equivalence.EQUAL
        assert equivalent(r"\sin x+z", r"z+\sin x", PATIENT, pool=pool) is Equivalence.UNKNOWN
    assert equivalent(r"\sin x+z", r"z+\sin x", PATIENT) is Equivalence.EQUAL


@pytest.mark.usefixtures("forgotten")
def test_equivalent_when_it_took_too_long_then_only_a_longer_bound_asks_again() -> None:
    heavy = r"\binom{10^{8}}{50000000}", "x^{2}!"
    with AnswerPool(workers=1) as pool:
        for _ in range(2):
            how = Comparison(timeout_seconds=0.05)
            assert equivalent(*heavy, how, pool=pool) is Equivalence.UNKNOWN
            assert pool.started == 2
        how = Comparison(timeout_seconds=0.06)
        assert equivalent(*heavy, how, pool=pool) is Equivalence.UNKNOWN
        assert pool.started == 3


@pytest.mark.usefixtures("forgotten")
async def test_settle_when_done_then_known_groups_without_waiting() -> None:
    texts = ["x+1", "1+x", "2", r"\sqrt{8}", r"2\sqrt{2}", r"4\cos 45^\circ", "y", "words say"]
    answers = [Answer(text, normalize(text)) for text in texts]
    async with AnswerPool(workers=2) as pool:
        await settle(answers, PATIENT, pool=pool)
        started = pool.started
    forms = [answer.canonical for answer in answers]
    grouped = classes(forms, lambda one, other: known(Answer(one, one), Answer(other, other)))
    assert sorted(map(len, grouped)) == [1, 1, 1, 2, 3]
    assert started <= 2


@pytest.mark.usefixtures("forgotten")
async def test_settle_when_nothing_needs_symbols_then_asks_no_child() -> None:
    async with AnswerPool(workers=1) as pool:
        await settle([Answer("1", "1"), Answer("2", "2"), Answer("1.0", "1")], pool=pool)
        await settle([], pool=pool)
        assert pool.started == 0
