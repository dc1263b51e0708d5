"""Settings of kernels."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tirkit.errors import ConfigError
from tirkit.kernels import KernelSettings
from tirkit.kernels.confinement import Limits


@pytest.mark.parametrize(
    "wrong",
    [
        {"spares": -1},
        {"max_kernels": 0},
        {"concurrent_starts": 0},
        {"concurrent_cells": -3},
        {"output_cap_chars": 0},
        {"total_cap_chars": 3999},
        {"grace_seconds": 0},
        {"grace_seconds": float("nan")},
        {"start_timeout_seconds": float("inf")},
        {"start_timeout_seconds": -1},
        {"python": ""},
    ],
)
def test_settings_when_a_value_is_out_of_range_then_the_error_names_it(
    wrong: dict[str, Any],
) -> None:
    (name,) = wrong
    with pytest.raises(ConfigError, match=f"{name} is .*: (use|give)"):
        KernelSettings(**wrong)


def test_settings_when_the_cores_are_known_then_starts_and_cells_follow_them() -> None:
    settings = KernelSettings()
    assert settings.concurrent_cells == 4 * settings.concurrent_starts


def test_environment_when_made_then_it_holds_only_what_is_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    monkeypatch.setenv("PATH", "/bin")
    monkeypatch.setenv("MINE", "yes")
    settings = KernelSettings(
        inherited_variables=("PATH", "MINE", "ABSENT"), environment={"TZ": "UTC", "PATH": "/usr"}
    )
    environment = settings.kernel_environment(Path("/h"), Path("/s"))
    assert "HF_TOKEN" not in environment
    assert "ABSENT" not in environment
    assert environment["HOME"] == "/h"
    assert (environment["MINE"], environment["TZ"], environment["PATH"]) == ("yes", "UTC", "/usr")
    assert environment["OMP_NUM_THREADS"] == "1"


def test_import_when_only_the_pool_is_named_then_no_jupyter_is_loaded() -> None:
    code = (
        "import sys; from tirkit.kernels import KernelPool, probe_kernel; KernelPool(); "
        "print([name for name in ('zmq', 'jupyter_client', 'IPython') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "wrong", [{"memory_bytes": 1}, {"memory_bytes": -1}, {"processes": 0}, {"open_files": 3}]
)
def test_settings_when_a_limit_is_too_low_then_the_error_names_it(wrong: dict[str, int]) -> None:
    ((name, value),) = wrong.items()
    with pytest.raises(ConfigError, match=rf"limits.{name} is {value}: use \d+ or more"):
        KernelSettings(limits=Limits(**wrong))  # type: ignore[arg-type]
