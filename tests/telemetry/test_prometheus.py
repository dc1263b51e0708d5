from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.telemetry.solved import solve
from tirkit.errors import ConfigError, EngineError
from tirkit.telemetry import PrometheusEvents


def samples(text: str) -> dict[tuple[str, str], float]:
    """Values by name and by the values of the labels, as a scraper reads them."""
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_metrics_when_a_problem_is_solved_then_they_equal_the_solution() -> None:
    metrics = PrometheusEvents()

    solution = await solve(metrics.listen)

    told = samples(metrics.text())
    assert told["tirkit_problems_total", "answered"] == 1
    assert told["tirkit_attempts_total", "answered"] == 2
    assert told["tirkit_cells_total", "ok"] == told["tirkit_cells_total", "error"] == 1
    spent = solution.usage.sampled_tokens + solution.usage.wasted_tokens
    assert told["tirkit_sampled_tokens_total", ""] == spent
    assert told["tirkit_attempts_in_flight", ""] == told["tirkit_problems_open", ""] == 0
    assert told["tirkit_cell_seconds_count", ""] == 2
    assert told["tirkit_cell_queue_seconds_sum", ""] == pytest.approx(0.02)


def test_metrics_when_served_then_a_scraper_reads_them_and_the_port_is_free_again() -> None:
    metrics = PrometheusEvents()
    metrics.watch("kernels_waiting", "Leases without a kernel", lambda: 3.0)

    with metrics.served(0) as port:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as reply:
            text = reply.read().decode()
        with pytest.raises(ConfigError, match=f"port {port}"), metrics.served(port):
            pass
    with metrics.served(port) as again:
        assert again == port

    assert samples(text)["tirkit_kernels_waiting", ""] == 3.0


def test_metrics_when_the_port_is_no_port_then_it_is_named() -> None:
    with pytest.raises(ConfigError, match="port 70000"), PrometheusEvents().served(70_000):
        pass


async def test_metrics_when_a_problem_fails_then_it_is_open_no_more() -> None:
    metrics = PrometheusEvents()

    with pytest.raises(EngineError):
        await solve(metrics.listen, dies=True)

    told = samples(metrics.text())
    assert told["tirkit_problems_total", "failed"] == 1
    assert told["tirkit_attempts_total", "engine_error"] == 2
    assert told["tirkit_attempts_in_flight", ""] == told["tirkit_problems_open", ""] == 0
