"""What every problem is told to without being asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from tirkit.events import Listener, heard_by
from tirkit.telemetry.log import log_event, logs_events
from tirkit.telemetry.spans import SpanEvents, somebody_traces


@contextmanager
def telemetry(listener: Listener) -> Iterator[Listener]:
    """A listener for one problem that also logs, and traces where the application does.

    Where neither is asked for it is the listener itself: whoever hears nothing costs nothing per
    chunk.

    Args:
        listener: hears the same events.
    """
    heard = heard_by(listener, log_event) if logs_events() else listener
    if not somebody_traces():
        yield heard
        return
    with SpanEvents() as spans:
        yield heard_by(heard, spans.listen)
