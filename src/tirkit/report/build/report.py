"""Makes a recorded run ready to be shown: one problem in memory at a time."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from tirkit.report.build.cut import Caps
from tirkit.report.build.maker import SummaryMaker
from tirkit.report.build.numbers import counted
from tirkit.report.build.problems import ProblemDraft
from tirkit.report.build.source import RunSource, Shown
from tirkit.report.payload import ProblemSection, Summary

See = Callable[[ProblemDraft], None]
"""Is shown every problem while the summary is made."""


class RunReport:
    """A run as a report shows it.

    Everything blocks: call it from a worker thread where a loop runs.

    Args:
        directory: of the records; a run may still write to it.
        title: of the report; the directory's name if empty.
        made_at: when it is made, ISO 8601; now if empty.

    Raises:
        RecordError: there are no records, or they are damaged; names the file and the line.
    """

    def __init__(self, directory: Path, *, title: str = "", made_at: str = "") -> None:
        self.directory = directory
        self._source = RunSource(directory)
        self._title = title or directory.resolve().name
        self._made_at = made_at or datetime.now(UTC).isoformat(timespec="seconds")

    @property
    def problem_count(self) -> int:
        """Problems in the report."""
        return self._source.settled + self._source.running

    def summary(self, see: See | None = None) -> Summary:
        """What is shown at once; reads every problem.

        Args:
            see: is shown the draft of every problem.

        Raises:
            RecordError: a row is damaged.
        """
        maker = SummaryMaker(self._source.run, self._source.terms)
        for shown in self._source.problems():
            maker.add(shown)
            if see is not None:
                see(ProblemDraft.of(shown))
        return maker.summary(self._title, self._made_at, tuple(self._notes(maker)))

    def sections(self, caps: Caps | None = None) -> Iterator[ProblemSection]:
        """What is shown of each problem when it is opened, one at a time.

        Raises:
            RecordError: a row is damaged.
        """
        for shown in self._source.problems():
            yield ProblemDraft.of(shown).section(caps or Caps())

    def problems(self) -> Iterator[Shown]:
        """The problems as recorded, one at a time.

        Raises:
            RecordError: a row is damaged.
        """
        return self._source.problems()

    def _notes(self, maker: SummaryMaker) -> Iterator[str]:
        if self._source.running:
            yield (
                f"{counted(self._source.running, 'problem')} had no verdict when the report was "
                "made: shown with the attempts that had ended, and counted in no figure"
            )
        if not self._source.settled:
            yield "no problem is settled yet: there is nothing to measure"
        if maker.untimed:
            yield (
                f"{counted(maker.untimed, 'attempt')} of an older record do not tell when their "
                "turns began: in the timeline the turns stand one behind the other"
            )
