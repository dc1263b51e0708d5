"""What every problem is told to without being asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from tirkit.events import Listener, heard_by
from tirkit.telemetry.log import log_event
from tirkit.telemetry.spans import SpanEvents, tracing_is_loaded


@contextmanager
def telemetry(listener: Listener) -> Iterator[Listener]:
    """A listener for one problem that also logs, and traces where OpenTelemetry is loaded.

    Without a tracer provider set up by the application OpenTelemetry's spans do nothing.

    Args:
        listener: hears the same events.
    """
    if not tracing_is_loaded():
        yield heard_by(listener, log_event)
        return
    with SpanEvents() as spans:
        yield heard_by(listener, log_event, spans.listen)
