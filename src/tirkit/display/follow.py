"""A run of another process, looked at again and again."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tirkit.display.live_file import STALE_SECONDS, LiveState, live_row, picture_row, read_live
from tirkit.display.picture import Picture
from tirkit.display.recorded import RecordedView
from tirkit.display.table import seconds_text
from tirkit.errors import ConfigError

_RECORDS_SECONDS = 2.0
_OVER = frozenset({"ended", "gone", "recorded"})


@dataclass(frozen=True, slots=True)
class Seen:
    """A run as it was seen.

    Attributes:
        state: "waiting", "starting", "running", "stale", "ended", "gone" or "recorded".
        picture: what is shown.
        live: what the run told last; None without.
        gone: whether the run ended without saying so.
    """

    state: str
    picture: Picture
    live: LiveState | None = None

    @property
    def over(self) -> bool:
        """Whether there is nothing to wait for."""
        return self.state in _OVER

    @property
    def gone(self) -> bool:
        """Whether the run ended without saying so."""
        return self.state == "gone"

    @property
    def left(self) -> int:
        """Problems that are not done."""
        return max((self.picture.problems or 0) - self.picture.done, 0)

    def row(self) -> dict[str, Any]:
        """As JSON values."""
        live = None if self.live is None else live_row(self.live)
        kept = ("pid", "host", "started_at", "written_at")
        told = {name: live[name] if live else None for name in kept}
        return {"state": self.state, **told, "picture": picture_row(self.picture)}


class RunWatch:
    """Looks at the directory of a run again and again. Everything blocks.

    Args:
        directory: of the records, or of the directories of repeats.
        wait: whether a directory without a run is one that somebody waits for.

    Raises:
        ConfigError: the directory is a file.
    """

    def __init__(self, directory: Path, *, wait: bool) -> None:
        self._directory, self._wait = directory, wait
        self._records = RecordedView(directory)
        self._recorded, self._due = Picture(), 0.0
        if directory.exists() and not directory.is_dir():
            raise ConfigError(f"{directory} is a file: give the directory of a run")

    def now(self) -> Seen:
        """The run now.

        Raises:
            ConfigError: there is none.
            RecordError: what is in the directory is damaged or foreign.
        """
        live = read_live(self._directory)
        state, notice = self._state(live)
        self._read_records(at_once=state in _OVER)
        if state == "waiting":
            if not self._wait:
                raise ConfigError(f"no run in {self._directory}: start one with --out, or wait")
            return Seen(state, Picture(notice=notice))
        picture = self._merged(live, state)
        left = (picture.problems or 0) - picture.done
        if state == "ended" and left > 0:
            notice = f"the run has ended with {left} problems left: the same command goes on"
        return Seen(state, replace(picture, notice=notice or picture.notice), live)

    def _state(self, live: LiveState | None) -> tuple[str, str]:
        """The state and what is to be said of it."""
        if live is None or live.ended or live.writer_is_gone():
            return self._at_rest(live)
        age = live.age_seconds(time.time())
        if age > STALE_SECONDS:
            where = f"process {live.pid} on {live.host}"
            return "stale", f"no news from {where} for {seconds_text(age)}"
        return "running", ""

    def _at_rest(self, live: LiveState | None) -> tuple[str, str]:
        writer = self._records.writer()
        if writer is not None:
            # An engine may take minutes to start; a run tells of itself once it has.
            return "starting", f"process {writer} writes here: its run is being started"
        if live is not None and live.ended:
            return "ended", "the run has ended"
        if live is not None:
            return "gone", f"the run (process {live.pid}) is gone: the same command goes on"
        if self._records.exist:
            return "recorded", "no run tells of itself here: this is what is recorded"
        return "waiting", f"no run in {self._directory} yet: waiting (Ctrl-C leaves)"

    def _read_records(self, *, at_once: bool) -> None:
        if not at_once and time.monotonic() < self._due:
            return
        began = time.monotonic()
        self._recorded = self._records.picture()
        # Records of many gigabytes take a while: most of the time is left to others.
        self._due = time.monotonic() + max(_RECORDS_SECONDS, 5 * (time.monotonic() - began))

    def _merged(self, live: LiveState | None, state: str) -> Picture:
        """What the run tells; of what is done, what the records tell if they know of more."""
        recorded = self._recorded
        if live is None:
            return recorded
        picture = live.picture
        if state not in {"running", "stale"}:
            picture = _at_rest(picture)
        if recorded.done <= picture.done:
            return picture
        return replace(
            picture,
            done=recorded.done,
            right=recorded.right,
            graded=recorded.graded,
            finished=recorded.finished,
        )


def _at_rest(picture: Picture) -> Picture:
    """The picture of a run that works no more."""
    return replace(
        picture,
        open=(),
        more_open=0,
        in_flight=0,
        tokens_per_second=0.0,
        kernels=None,
        notice="",
    )
