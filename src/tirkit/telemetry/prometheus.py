"""Events as Prometheus metrics, as text or served to a scraper."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tirkit.errors import ConfigError, MissingExtra
from tirkit.events import (
    AttemptFinished,
    AttemptStarted,
    CodeFinished,
    Event,
    ProblemFailed,
    ProblemFinished,
    ProblemStarted,
    TokensSampled,
)
from tirkit.types import CodeResult, Trajectory

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

_CELL_SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
_ATTEMPT_SECONDS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)
_LOOPBACK = "127.0.0.1"


class PrometheusEvents:
    """Counts what happens; `listen` takes the events of any number of problems.

    No label holds what a model wrote or a problem's name: the number of series is fixed.

    Args:
        registry: the metrics are put there; one of their own if None.

    Raises:
        MissingExtra: prometheus-client is not installed.
    """

    def __init__(self, registry: "CollectorRegistry | None" = None) -> None:
        try:
            import prometheus_client as client  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise MissingExtra("prometheus-client", "telemetry") from error
        self._client = client
        self.registry = registry or client.CollectorRegistry()
        counter, gauge, histogram = client.Counter, client.Gauge, client.Histogram
        where = self.registry
        self._problems = counter(
            "tirkit_problems", "Problems that are over", ["outcome"], registry=where
        )
        self._attempts = counter(
            "tirkit_attempts", "Attempts that ended, by reason", ["stop_reason"], registry=where
        )
        self._tokens = counter("tirkit_sampled_tokens", "Tokens sampled", registry=where)
        self._cells = counter("tirkit_cells", "Code runs, by status", ["status"], registry=where)
        self._cell_seconds = histogram(
            "tirkit_cell_seconds", "Wall time of a cell", buckets=_CELL_SECONDS, registry=where
        )
        self._queue_seconds = histogram(
            "tirkit_cell_queue_seconds",
            "Wait of a cell for a kernel or a processor",
            buckets=_CELL_SECONDS,
            registry=where,
        )
        self._attempt_seconds = histogram(
            "tirkit_attempt_seconds",
            "Wall time of an attempt",
            buckets=_ATTEMPT_SECONDS,
            registry=where,
        )
        self._in_flight = gauge("tirkit_attempts_in_flight", "Attempts running", registry=where)
        self._open = gauge("tirkit_problems_open", "Problems being worked on", registry=where)

    def listen(self, event: Event) -> None:
        """Take one event."""
        match event:
            case TokensSampled(chunk=chunk):
                self._tokens.inc(len(chunk.token_ids))
            case CodeFinished(result=result):
                self._count_cell(result)
            case AttemptStarted():
                self._in_flight.inc()
            case AttemptFinished(trajectory=done):
                self._count_attempt(done)
            case ProblemStarted():
                self._open.inc()
            case ProblemFinished(solution=solution):
                answered = "no_answer" if solution.answer is None else "answered"
                self._count_problem(answered)
            case ProblemFailed():
                self._count_problem("failed")

    def watch(self, name: str, meaning: str, read: Callable[[], float]) -> None:
        """Add a gauge that is read when somebody asks, such as the kernels in use.

        Args:
            name: of the gauge; `tirkit_` is put before it.
            meaning: what it is, in one sentence.
            read: gives the value; called from a scraper's thread.
        """
        gauge = self._client.Gauge(f"tirkit_{name}", meaning, registry=self.registry)
        gauge.set_function(read)

    def text(self) -> str:
        """All metrics in Prometheus' text format."""
        return self._client.generate_latest(self.registry).decode()

    @contextmanager
    def served(self, port: int) -> Iterator[int]:
        """Serve the metrics under /metrics on the loopback interface; gives the port.

        Args:
            port: 0 for any free one.

        Raises:
            ConfigError: the port cannot be had.
        """
        try:
            server, thread = self._client.start_http_server(port, _LOOPBACK, self.registry)
        except (OSError, OverflowError) as error:
            raise ConfigError(f"cannot serve metrics on port {port}: {error}") from error
        try:
            yield server.server_port
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def _count_cell(self, result: CodeResult) -> None:
        self._cells.labels(str(result.status)).inc()
        self._cell_seconds.observe(result.duration_seconds)
        self._queue_seconds.observe(result.queue_seconds)

    def _count_attempt(self, done: Trajectory) -> None:
        self._in_flight.dec()
        self._attempts.labels(str(done.stop_reason)).inc()
        self._attempt_seconds.observe(done.duration_seconds)

    def _count_problem(self, outcome: str) -> None:
        self._open.dec()
        self._problems.labels(outcome).inc()
