"""Hostile answers: no exception, one canonical form, bounded work and bounded memory."""

import tracemalloc

import pytest

from tirkit.answers import is_number, normalize
from tirkit.answers.normalize import MAX_ANSWER_CHARS, MAX_DIGITS

ROOM = MAX_ANSWER_CHARS - 1
SHORT = [
    "{" * ROOM,
    "(" * (ROOM // 2) + ")" * (ROOM // 2),
    "[" * (ROOM // 2) + "]" * (ROOM // 2),
    r"\{" * (ROOM // 4) + r"\}" * (ROOM // 4),
    r"\frac" * (ROOM // 5),
    r"\frac{1}{" * (ROOM // 10) + "2" + "}" * (ROOM // 10),
    r"\sqrt" * (ROOM // 5),
    r"\sqrt{" * (ROOM // 7) + "4" + "}" * (ROOM // 7),
    r"\sqrt(" * (ROOM // 6),
    r"\text{" * (ROOM // 6),
    r"\left(" * (ROOM // 6),
    "9^" * (ROOM // 2) + "9",
    "9" + "!" * ROOM,
    "9^9^9^9",
    "9^{9^{9^{9}}}",
    "((((9!)!)!)!)!",
    "2^{99999}",
    "(9^{300})^{300}",
    "-" * ROOM,
    "1/" * (ROOM // 2),
    "1," * (ROOM // 2),
    "1, " * (ROOM // 3),
    "1 and " * (ROOM // 6),
    "1 234 " * (ROOM // 6),
    "1_234" * (ROOM // 5),
    "x=" * (ROOM // 2),
    "5=" * (ROOM // 2),
    "m/" * (ROOM // 2),
    "5 " + "per " * (ROOM // 4),
    "5 " + "^{2}" * (ROOM // 4),
    "one " * (ROOM // 4),
    "hundred " * (ROOM // 8),
    "万" * ROOM,
    "亿" * 20,
    "½" * ROOM,
    "²" * ROOM,
    "°" * ROOM,
    "√" * ROOM,
    r"\pm" * (ROOM // 3),
    r"(1,2)\cup" * (ROOM // 9),
    r"\begin{pmatrix}" * (ROOM // 15),
    r"\begin{pmatrix}" + "1&" * 900 + r"\end{pmatrix}",
    "\x00" * ROOM,
    "\ud800" * ROOM,
    "\u202e" * ROOM,
    "\ue000" * ROOM,
    "." * ROOM,
    ". " * (ROOM // 2),
    "\\" * ROOM,
    "$" * ROOM,
    "9" * ROOM,
    "9" * ROOM + "x",
    "1e9999",
    "1e-9999",
    r"\sqrt[64]{" + "9" * MAX_DIGITS + "}",
    r"\sqrt[99]{2}",
    "1" + "0" * (ROOM - 5) + "/3",
]
LONG = ["{" * 10**6, "9" * 10**6, r"\frac{" * 10**5, "\x00" * 10**6, "9^" * 10**5, "1," * 10**6]


@pytest.mark.timeout(60)  # exponential or cubic work would take far longer
@pytest.mark.parametrize("text", SHORT, ids=lambda text: ascii(text[:24]))
def test_normalize_when_text_is_hostile_then_gives_one_form_and_stays_small(text: str) -> None:
    tracemalloc.start()
    try:
        once = normalize(text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert normalize(once) == once
    assert peak < 8_000_000


@pytest.mark.timeout(30)
@pytest.mark.parametrize("text", LONG, ids=lambda text: ascii(text[:24]))
def test_normalize_when_text_is_megabytes_long_then_copies_it_at_most(text: str) -> None:
    tracemalloc.start()
    try:
        assert normalize(text) == text
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < len(text) + 100_000


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2^{1000}", True),
        ("2^{1100}", False),
        ("1^{9999}", True),
        ("(-1)^{9999}", True),
        ("0^{9999}", True),
        ("0^{-1}", False),
        ("10^{319}", True),
        ("10^{320}", False),
        ("10^{-319}", True),
        ("1e318", True),
        ("1e320", False),
        ("9" * ROOM, True),
        (f"1/{'9' * MAX_DIGITS}", True),
        (f"1/{'9' * (MAX_DIGITS + 1)}", False),
    ],
)
def test_number_when_near_the_bound_on_digits_then_is_exact_below_and_text_above(
    text: str, number: bool
) -> None:
    form = normalize(text)
    assert is_number(form) is number
    if number:
        assert max(map(len, form.lstrip("-").split("/"))) <= max(MAX_DIGITS, len(text))
