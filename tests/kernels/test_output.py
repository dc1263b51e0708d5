"""Cutting, colours and paths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tirkit.kernels.output import HeadTail, cap_text, cut_marker, strip_ansi, strip_paths


@given(st.lists(st.text()), st.integers(1, 50))
def test_cap_when_text_comes_in_pieces_then_head_and_tail_are_kept(
    pieces: list[str], cap: int
) -> None:
    kept = HeadTail(cap)
    for piece in pieces:
        kept.add(piece)
    whole = "".join(pieces)
    assert kept.total == len(whole)
    assert kept.truncated == (len(whole) > cap)
    if kept.truncated:
        head, tail = cap - cap // 2, cap // 2
        marker = cut_marker(len(whole) - cap)
        ending = whole[len(whole) - tail :]
        expected = f"{whole[:head]}{marker}{ending}"
    else:
        expected = whole
    assert kept.text == expected.encode("utf-8", "replace").decode()


@given(st.text(), st.integers(1, 50))
def test_cap_when_any_text_is_cut_then_it_is_never_longer_than_cap_and_marker(
    text: str, cap: int
) -> None:
    short, truncated = cap_text(text, cap)
    assert len(short) <= cap + (len(cut_marker(len(text))) if truncated else 0)


def test_cap_when_the_kernel_cut_already_then_the_marker_counts_both() -> None:
    kept = HeadTail(4)
    kept.add("abcdef")
    kept.skip(10)
    assert kept.text == f"ab{cut_marker(12)}ef"
    kept.skip(-5)
    assert kept.text == f"ab{cut_marker(12)}ef"


def test_cap_when_the_kernel_claims_an_absurd_cut_then_the_marker_stays_short() -> None:
    kept = HeadTail(4)
    kept.add("ab")
    kept.skip(10**4000)
    assert kept.truncated
    assert len(kept.text) < 60


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[38;5;124mcolour\x1b[39m", "colour"),
        ("\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("a\x1b[2Kb\x1b[1Ac", "abc"),
        ("\x1b", ""),
        ("\x1b[", ""),
    ],
)
def test_strip_ansi_when_text_has_sequences_then_only_the_text_stays(text: str, plain: str) -> None:
    assert strip_ansi(text) == plain


@given(st.text(alphabet="\x1b[]0;mK\\\x07ab"))
def test_strip_ansi_when_given_anything_then_no_escape_is_left(text: str) -> None:
    assert "\x1b" not in strip_ansi(text)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("/a/lib/python3.11/site-packages/sympy/core/x.py:5", "sympy/core/x.py:5"),
        ("/a/dist-packages/numpy/y.py", "numpy/y.py"),
        ("~/.pyenv/lib/python3.11/json/decoder.py", "json/decoder.py"),
        ("(/a/site-packages/m/__init__.py)", "(m/__init__.py)"),
        ("/tmp/q/3/home/ipykernel_12/345.py:1: UserWarning", "cell:1: UserWarning"),
        ("'/tmp/q/3/home/data.txt'", "'data.txt'"),
        ("in /tmp/q/3/home", "in ."),
        ("1/2 and a/b and /etc/hosts", "1/2 and a/b and /etc/hosts"),
    ],
)
def test_strip_paths_when_text_names_files_then_they_are_short(text: str, short: str) -> None:
    assert strip_paths(text, "/tmp/q/3/home") == short


def test_strip_paths_when_text_is_hostile_then_it_ends_soon() -> None:
    text = "/" * 200_000
    assert strip_paths(text) == text
