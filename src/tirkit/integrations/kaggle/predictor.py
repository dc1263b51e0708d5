"""The function the competition calls: blocks, always answers, never raises."""

import atexit
import logging
import time
from collections.abc import Mapping
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeoutError
from threading import Lock
from typing import Any, Self

from tirkit.config import CompetitionSettings, Settings, load_settings
from tirkit.engines import Engine
from tirkit.errors import ConfigError
from tirkit.integrations.kaggle.best import BestAnswer
from tirkit.integrations.kaggle.frames import answer_frame, check_installed, first_value
from tirkit.integrations.kaggle.open_solver import OpenSolver
from tirkit.integrations.loop_thread import LoopFactory, LoopThread
from tirkit.scheduler import Allotment
from tirkit.scheduler.time_bank import Clock, TimeBank
from tirkit.solver import Solver, flatten
from tirkit.types import Answer, AnswerDomain, Problem

_LOG = logging.getLogger(__name__)

ANSWERS = AnswerDomain("integer", 0, 99_999)
"""What the competition takes."""
_BLOCKED_LOOP_SECONDS = 5.0
"""How much longer than its time a problem is waited for before the loop itself counts as stuck."""
_CLOSE_SECONDS = 60.0


class KagglePredictor:
    """Answers the problems of an AIMO competition, one call each, on one solver.

    The engine starts in the background as the predictor is made, so the notebook reaches the
    competition's server within its 15 minutes; the first call waits for it. Every call returns a
    frame with an integer from 0 to 99999 within the seconds its time bank allots: the verdict, else
    the leader of the votes so far, else the fallback. An engine that has died, or from which
    nothing comes any more, is closed and started again. A problem that was answered before gets
    the same answer again.

    Use it as a context manager or call `close`; at the end of the program it closes by itself.

    Args:
        engine: an engine, or its name such as `vllm:PATH`; a name can be started afresh, an engine
            is entered again.
        preset: name of a shipped preset; one without a competition takes the usual clock.
        settings: a whole settings tree in place of the preset.
        used_seconds: gone since the notebook started.
        bank: a time bank in place of the settings' own.
        now: the clock of the settings' own time bank.
        loop_factory: makes the event loop, for tests.
        **options: as for `Solver`.

    Raises:
        ConfigError: as for `Solver`.
        MissingExtra: there is no library of frames.
    """

    def __init__(
        self,
        engine: Engine | str,
        preset: str = "aimo3",
        *,
        settings: Settings | None = None,
        used_seconds: float = 0.0,
        bank: TimeBank | None = None,
        now: Clock = time.monotonic,
        loop_factory: LoopFactory | None = None,
        **options: Any,  # noqa: ANN401 - handed to Solver, which checks them
    ) -> None:
        check_installed()
        parts = {
            name: options.pop(name)
            for name in _PARTS
            if name in options and not isinstance(options[name], Mapping)
        }
        if settings is None:
            settings = load_settings(preset, overrides=flatten(options))
        elif options:
            raise ConfigError(f"settings and {', '.join(options)} given: use one of the two")
        competition = settings.competition or CompetitionSettings()
        self._competition = competition
        self.bank = bank or competition.bank(now=now, used_seconds=used_seconds)
        self._answers: dict[tuple[str, str], int] = {}
        self._lock = Lock()

        def make() -> Solver:
            return Solver(engine, settings=settings, **parts)

        make()  # raises what is wrong with the settings here and not in a call
        self._loop = LoopThread(loop_factory, "tirkit-kaggle")
        self._solver = self._loop.portal.call(OpenSolver, make, competition.keep_seconds)
        self._running = self._loop.portal.start_task_soon(self._solver.run)
        atexit.register(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the engine and the loop; a second call does nothing."""
        atexit.unregister(self.close)
        self._running.cancel()
        self._loop.close(_CLOSE_SECONDS)

    def wait_ready(self, seconds: float) -> bool:
        """Wait until the engine has started, for so long at most; whether it has."""
        waiting = self._loop.portal.start_task_soon(self._solver.wait_open)
        try:
            waiting.result(seconds)
        except FutureTimeoutError:
            waiting.cancel()
            return False
        return True

    def predict(
        self,
        id_: Any,  # noqa: ANN401 - a polars or pandas frame or column
        question: Any,  # noqa: ANN401
        answer: Any = None,  # noqa: ANN401, ARG002 - some gateways hand it over; never looked at
    ) -> Any:  # noqa: ANN401
        """Answer one problem: a frame with its `id` and `answer`. Never raises.

        Args:
            id_: frame or column with the row's id.
            question: frame or column with the problem's text.
            answer: not used.
        """
        row_id, value = None, self._competition.fallback
        try:
            row_id = first_value(id_)
            value = self.solve(str(row_id), str(first_value(question) or ""))
        except Exception:  # noqa: BLE001 - logged; there must always be an answer
            _LOG.exception("problem %r gets the fallback answer", row_id)
        return answer_frame(id_, row_id, value)

    def solve(self, row_id: str, text: str) -> int:
        """The answer to one problem, or the fallback, within the seconds it is allotted.

        Raises:
            ConfigError: the text is empty.
        """
        with self._lock:
            key = (row_id, text)
            if key not in self._answers:
                self._answers[key] = self._solve(Problem(text, id=row_id, domain=ANSWERS))
            return self._answers[key]

    def _solve(self, problem: Problem) -> int:
        allotment = self.bank.begin()
        best = BestAnswer()
        try:
            _LOG.info("problem %s: %.0f s, %s", problem.id, allotment.seconds, allotment.reason)
            if allotment.seconds > 0:
                self._work(problem, allotment, best)
        finally:
            self.bank.end(settled=best.settled)
        value = _integer(best.answer)
        if value is None:
            value = self._fallback(allotment)
        _LOG.info("problem %s: %d, %.0f s left", problem.id, value, self.bank.left_seconds)
        return value

    def _work(self, problem: Problem, allotment: Allotment, best: BestAnswer) -> None:
        """Let the loop work; come back in time even if the loop itself is stuck."""
        working = self._loop.portal.start_task_soon(self._solver.answer, problem, allotment, best)
        try:
            working.result(allotment.seconds + _BLOCKED_LOOP_SECONDS)
        except (FutureTimeoutError, CancelledError):
            working.cancel()
            _LOG.exception("the loop did not come back to problem %s", problem.id)

    def _fallback(self, allotment: Allotment) -> int:
        past_end = self._competition.fallback_past_end
        if allotment.seconds <= 0 and past_end is not None:
            return past_end
        return self._competition.fallback


_PARTS = ("kernels", "dialect", "selector", "record", "reasoner")
"""What a Solver takes beside settings."""


def _integer(answer: Answer | None) -> int | None:
    """The answer as the competition takes it, or None."""
    try:
        value = int(answer.canonical) if answer is not None else -1
    except ValueError:
        return None
    return value if 0 <= value <= 99_999 else None
