import builtins
import logging
import subprocess
import sys
from typing import Any

import pytest

from tests.telemetry.solved import solve
from tirkit.errors import MissingExtra
from tirkit.events import Event, heard_by, ignore
from tirkit.telemetry import PrometheusEvents, SpanEvents, telemetry


@pytest.mark.parametrize(
    ("made", "package"),
    [(SpanEvents, "opentelemetry-api"), (PrometheusEvents, "prometheus-client")],
)
def test_telemetry_when_its_package_is_absent_then_the_extra_is_named(
    made: Any, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def absent(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.split(".", maxsplit=1)[0] in {"opentelemetry", "prometheus_client"}:
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(MissingExtra, match="telemetry") as refused:
        made()
    assert refused.value.package == package


async def test_heard_by_when_one_listener_raises_then_the_others_hear_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    heard: list[Event] = []

    def broken(_event: Event) -> None:
        raise RuntimeError("broken")

    with caplog.at_level(logging.ERROR, "tirkit.events"):
        await solve(heard_by(ignore, broken, heard.append))

    assert len(heard) > 10
    assert sum("cut off" in record.message for record in caplog.records) == 1


def test_heard_by_when_nobody_listens_then_it_is_nobody() -> None:
    assert heard_by(ignore, ignore) is ignore


def test_import_when_tirkit_solver_is_loaded_then_telemetry_packages_are_not() -> None:
    code = (
        "import sys, tirkit.solver\n"
        "print([name for name in ('opentelemetry', 'prometheus_client') if name in sys.modules])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    assert shown.strip() == "[]"


def test_telemetry_when_nobody_logs_or_traces_then_the_listener_is_left_as_it_is() -> None:
    assert not logging.getLogger("tirkit.events").isEnabledFor(logging.INFO)
    with telemetry(ignore) as heard:
        assert heard is ignore
