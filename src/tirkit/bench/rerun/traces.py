"""What was recorded of one attempt's code: its cells in order and what each gave."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256


class Ended(StrEnum):
    """How a recorded cell ended, as far as the recording tells."""

    OK = "ok"
    ERROR = "error"
    TIMED_OUT = "timed_out"
    DIED = "died"
    NOT_RUN = "not_run"
    """The code was cut off before its end; nobody ran it."""


@dataclass(frozen=True, slots=True)
class RecordedCell:
    """One piece of code and what it gave when it was recorded.

    Attributes:
        code: Python source.
        output: what was shown of it, without white space around it; None if nothing is recorded.
        error: the line that names the exception, or None.
        ended: how it ended.
    """

    code: str
    output: str | None = None
    error: str | None = None
    ended: Ended = Ended.OK


@dataclass(frozen=True, slots=True)
class RecordedTrace:
    """The cells of one recorded attempt, in order; they shared one Python.

    Attributes:
        id: the problem's name, or the attempt's.
        attempt: number of the attempt among those of its row or problem, from 0.
        form: name of the form it was read by.
        cells: its cells; may be none.
        lease: what its kernel was leased as, which random numbers follow from; "" if not told.
        line: of the file, from 1; 0 in a directory of records.
        read_bytes: offset in the file one past its line; 0 in a directory of records.
    """

    id: str
    attempt: int
    form: str
    cells: tuple[RecordedCell, ...]
    lease: str = ""
    line: int = 0
    read_bytes: int = 0

    def key(self, settings: str) -> str:
        """A hash of all that decides how the trace is run again and judged."""
        told = (self.line, self.id, self.attempt, self.form, self.lease, self.cells, settings)
        return sha256(repr(told).encode("utf-8", "backslashreplace")).hexdigest()
