"""What happens, told to logging, OpenTelemetry and Prometheus."""
