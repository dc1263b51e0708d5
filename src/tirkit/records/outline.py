"""Which rows a file of records holds, where each stands, and what a list tells of it."""

from dataclasses import dataclass, replace

from tirkit.errors import RecordError
from tirkit.records.entries import AttemptEntry, ProblemEntry

Entry = AttemptEntry | ProblemEntry


class StaleOutlineError(Exception):
    """The file is not, or is no longer, what its outline says. The message says where and how."""


@dataclass(frozen=True, slots=True)
class Found:
    """A row of the file.

    Attributes:
        offset: of its first byte.
        length: in bytes, its newline included where it has one.
        entry: what a list tells of it; None for the header of a run.
    """

    offset: int
    length: int
    entry: Entry | None


class Outline:
    """The rows of a file, in its order and without a gap.

    Attributes:
        rows: all of them; a row's place among them is the number of its line, from 0.
        attempts: by content hash and index, in the order of the file.
        problems: settled ones by content hash, in the order of the file.
        end: offset behind the last row.
        is_ended: whether the last row has its newline.
    """

    def __init__(self) -> None:
        self.rows: list[Found] = []
        self.attempts: dict[str, dict[int, AttemptEntry]] = {}
        self.problems: dict[str, ProblemEntry] = {}
        self.end = 0
        self.is_ended = True
        self._lines: dict[tuple[str, int | None], int] = {}

    def __len__(self) -> int:
        """How many attempts and problems there are."""
        return len(self._lines)

    def take(self, found: Found, *, is_ended: bool = True) -> None:
        """Add the row that stands behind the last one.

        Raises:
            RecordError: it is there already, or the attempts of a problem are not.
            ValueError: it stands elsewhere.
        """
        if found.offset != self.end or found.length < 1 or not self.is_ended:
            raise ValueError(f"a row at byte {found.offset} does not follow on {self.end}")
        match found.entry:
            case AttemptEntry() as entry:
                self._take_attempt(entry)
            case ProblemEntry() as entry:
                self._take_problem(entry)
        self.rows.append(found)
        self.end += found.length
        self.is_ended = is_ended

    def end_line(self) -> None:
        """Count the newline of the last row, which was written later."""
        self.rows[-1] = replace(self.rows[-1], length=self.rows[-1].length + 1)
        self.end += 1
        self.is_ended = True

    def line(self, content_hash: str, index: int | None = None) -> int | None:
        """Place among `rows` of an attempt, or without an index of a settled problem."""
        return self._lines.get((content_hash, index))

    def headers(self) -> list[int]:
        """Places among `rows` of the headers."""
        return [line for line, found in enumerate(self.rows) if found.entry is None]

    def _take_attempt(self, entry: AttemptEntry) -> None:
        key = (entry.content_hash, entry.index)
        if key in self._lines:
            raise RecordError(f"attempt {entry.attempt_id} is there twice")
        self._lines[key] = len(self.rows)
        self.attempts.setdefault(entry.content_hash, {})[entry.index] = entry

    def _take_problem(self, entry: ProblemEntry) -> None:
        key = entry.content_hash
        if key in self.problems:
            raise RecordError(f"problem {entry.problem_id} is settled twice")
        there = self.attempts.get(key, {})
        missing = [index for index in entry.attempts if index not in there]
        if missing:
            raise RecordError(f"problem {entry.problem_id} lacks its attempts {missing}")
        self._lines[key, None] = len(self.rows)
        self.problems[key] = entry
