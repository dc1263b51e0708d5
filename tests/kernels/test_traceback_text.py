"""Trimming tracebacks."""

from hypothesis import given
from hypothesis import strategies as st

from tirkit.kernels.traceback_text import trim_traceback

LIBRARY = """Traceback (most recent call last):

  Cell In[3], line 2
    sympy.solve(x)

  File /opt/v/lib/python3.11/site-packages/sympy/solvers/solvers.py:868 in solve
    f = work()

  File /opt/v/lib/python3.11/site-packages/sympy/core/sympify.py:509 in sympify
    raise SympifyError(a)

\x1b[31mSympifyError\x1b[0m: bad
"""


def test_trim_when_a_library_raises_then_only_its_last_frame_stays() -> None:
    assert trim_traceback(LIBRARY) == (
        "Traceback (most recent call last):\n"
        "  Cell, line 2\n"
        "    sympy.solve(x)\n"
        "  File sympy/core/sympify.py, line 509, in sympify\n"
        "    raise SympifyError(a)\n"
        "SympifyError: bad"
    )


def test_trim_when_a_cell_frame_lies_between_library_frames_then_it_stays() -> None:
    text = (
        "Traceback (most recent call last):\n"
        "  Cell In[1], line 9\n    run(f)\n"
        "  File /l/site-packages/a/b.py:1 in run\n    f()\n"
        "  Cell In[1], line 3 in f\n    1 / 0\n"
        "ZeroDivisionError: division by zero"
    )
    assert trim_traceback(text).splitlines() == [
        "Traceback (most recent call last):",
        "  Cell, line 9",
        "    run(f)",
        "  Cell, line 3, in f",
        "    1 / 0",
        "ZeroDivisionError: division by zero",
    ]


def test_trim_when_frames_repeat_then_three_are_shown_and_the_rest_counted() -> None:
    frame = "  Cell In[1], line 1 in f\n    f()\n\n"
    text = f"Traceback (most recent call last):\n\n{frame * 1000}RecursionError: deep"
    lines = trim_traceback(text).splitlines()
    assert lines[-2:] == ["  [the same frame 997 more times]", "RecursionError: deep"]
    assert len(lines) == 1 + 6 + 2


def test_trim_when_the_kernels_own_code_raised_then_its_frames_are_dropped() -> None:
    text = (
        "Traceback (most recent call last):\n"
        "  Cell In[1], line 1\n    open('x')\n"
        "  File /l/site-packages/IPython/core/interactiveshell.py:3 in _open\n    return io()\n"
        "FileNotFoundError: 'x'"
    )
    assert "IPython" not in trim_traceback(text)
    assert trim_traceback(text).endswith("    open('x')\nFileNotFoundError: 'x'")


def test_trim_when_the_message_has_several_lines_then_all_stay() -> None:
    assert trim_traceback("ValueError: a\n  b\nc") == "ValueError: a\n  b\nc"


@given(st.text())
def test_trim_when_given_anything_then_no_blank_line_is_left(text: str) -> None:
    assert all(line.strip() for line in trim_traceback(text).split("\n")) or not trim_traceback(
        text
    )
