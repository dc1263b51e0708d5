"""The classes a recorded and a new output fall into, and what each means."""

from enum import StrEnum
from typing import NamedTuple


class Group(StrEnum):
    """Whether a class counts as a difference."""

    AGREES = "agrees"
    """The same, or the same but for how it is written."""
    NOT_COMPARED = "not compared"
    """There is nothing to hold the new output against, or it would not be the same twice."""
    DIFFERS = "differs"


class Difference(StrEnum):
    """How a new output stands to the recorded one; the least that explains them counts."""

    SAME = "same"
    SPACE = "white space"
    WARNINGS = "warnings"
    VALUE = "value"
    REPR = "representation"
    ORDER = "order"
    NUMBERS = "last digits"
    CUT = "cut"
    SAME_ERROR = "same error"
    ERROR_TEXT = "error text"
    BOTH_TIMED_OUT = "both timed out"
    NOT_RECORDED = "not recorded"
    NO_SYNTAX = "does not parse"
    NOT_RUN = "not run"
    UNSTABLE = "unstable"
    OUTPUT = "other output"
    NOW_WORKS = "now works"
    RECORDED_TIMEOUT = "recorded timeout"
    NOW_FAILS = "now fails"
    OTHER_ERROR = "other error"
    MISSING_MODULE = "missing module"
    FORBIDDEN = "forbidden"
    NEW_TIMEOUT = "new timeout"
    DIED = "died"
    STATE_LOST = "state lost"
    FOLLOWS = "follows"

    @property
    def group(self) -> Group:
        """Whether it counts as a difference."""
        return _TOLD[self].group

    @property
    def meaning(self) -> str:
        """What it means, in words."""
        return _TOLD[self].meaning


class _Told(NamedTuple):
    group: Group
    meaning: str


_AGREES = {
    Difference.SAME: "the same text",
    Difference.SPACE: "the same but for white space",
    Difference.WARNINGS: "the same; only standard error differs, which not every form records",
    Difference.VALUE: "the same value; what was printed before it was not recorded, as by ToRA",
    Difference.REPR: "the same value written otherwise: np.float64(1.5) for 1.5, another address",
    Difference.ORDER: "the same items of a set or dictionary in another order",
    Difference.NUMBERS: "numbers within a relative 1e-9, or 3 for 3.0",
    Difference.CUT: "the same as far as it is kept: one of the two was cut",
    Difference.SAME_ERROR: "the same exception with the same message",
    Difference.ERROR_TEXT: "the same exception; its message differs, as between library versions",
    Difference.BOTH_TIMED_OUT: "out of time, then and now",
}
_NOT_COMPARED = {
    Difference.NOT_RECORDED: "no output is recorded",
    Difference.NO_SYNTAX: "the code does not parse, and no output is recorded",
    Difference.NOT_RUN: "the code was cut off before its end: nobody ran it, nor was it run now",
    Difference.UNSTABLE: "run twice it gave two outputs: it depends on chance or the time",
}
_DIFFERS = {
    Difference.OUTPUT: "another output",
    Difference.NOW_WORKS: "an exception is recorded; now it runs to its end",
    Difference.RECORDED_TIMEOUT: "out of time when it was recorded; now it ends",
    Difference.NOW_FAILS: "an output is recorded; now it raises",
    Difference.OTHER_ERROR: "another exception",
    Difference.MISSING_MODULE: "it imports what is not installed here",
    Difference.FORBIDDEN: "it wants what confinement denies: memory, network, files, processes",
    Difference.NEW_TIMEOUT: "it does not end in time; raise the timeout",
    Difference.DIED: "its Python died",
    Difference.STATE_LOST: "an earlier cell cost the trace its Python, with the variables",
    Difference.FOLLOWS: "it raises behind a cell of the same trace that already differed",
}
_TOLD = {
    difference: _Told(group, meaning)
    for group, meanings in (
        (Group.AGREES, _AGREES),
        (Group.NOT_COMPARED, _NOT_COMPARED),
        (Group.DIFFERS, _DIFFERS),
    )
    for difference, meaning in meanings.items()
}
