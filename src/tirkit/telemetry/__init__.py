"""What happens, told to logging, OpenTelemetry and Prometheus. It only listens."""

from tirkit.telemetry.listening import telemetry
from tirkit.telemetry.log import log_event
from tirkit.telemetry.prometheus import PrometheusEvents
from tirkit.telemetry.spans import SpanEvents

__all__ = ("PrometheusEvents", "SpanEvents", "log_event", "telemetry")
