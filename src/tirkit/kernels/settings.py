"""What a pool of kernels may use and how it treats cells."""

import math
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tirkit.concurrency import usable_cores
from tirkit.errors import ConfigError

INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")
"""Variables of the caller a kernel sees; everything else (keys, tokens) stays outside."""

FIXED_ENVIRONMENT: Mapping[str, str] = {
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
    "NUMEXPR_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONIOENCODING": "utf-8",
    "TERM": "dumb",
}
"""One thread per kernel, no display, and the same hashes in every kernel."""

UNLIMITED_INTEGERS = "__import__('sys').set_int_max_str_digits(0)"
"""Python refuses to print integers of more than 4300 digits; mathematics needs them."""


@dataclass(frozen=True, slots=True)
class KernelSettings:
    """What a pool of kernels may use and how it treats cells.

    Attributes:
        spares: warm kernels kept ready ahead of demand; 0 starts every kernel on demand.
        max_kernels: most live kernels, spares included; None for no cap. Waiting for one is
            queue time.
        concurrent_starts: most kernels being started at a time. Starting is bound by the
            processor (about one second of it per kernel), so more than cores only delays each.
        concurrent_cells: most cells running at a time, over all leases.
        grace_seconds: what an interrupted cell gets to stop before its kernel is killed.
        start_timeout_seconds: what a kernel gets to come up.
        output_cap_chars: most characters kept of each of stdout, stderr, value and error, half
            from the head and half from the tail; the cut is said between them.
        python: interpreter of the kernels; ipykernel must be installed there.
        startup_code: run in every kernel's namespace before its first cell.
        inherited_variables: names of environment variables passed on from the caller.
        environment: further environment variables of the kernels.
        directory: where the pool makes its private folder; None for the system's temporary one.

    Raises:
        ConfigError: a value that cannot be honoured, with the setting's name and a remedy.
    """

    spares: int = 2
    max_kernels: int | None = None
    concurrent_starts: int = field(default_factory=usable_cores)
    concurrent_cells: int = field(default_factory=lambda: 4 * usable_cores())
    grace_seconds: float = 0.75
    start_timeout_seconds: float = 60.0
    output_cap_chars: int = 4000
    python: str = sys.executable
    startup_code: str = UNLIMITED_INTEGERS
    inherited_variables: tuple[str, ...] = INHERITED
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: Path | None = None

    def __post_init__(self) -> None:
        if self.spares < 0:
            raise ConfigError(f"spares is {self.spares}: use 0 or more")
        for name in ("concurrent_starts", "concurrent_cells", "output_cap_chars", "max_kernels"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ConfigError(f"{name} is {value}: use 1 or more")
        for name in ("grace_seconds", "start_timeout_seconds"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise ConfigError(f"{name} is {value}: use a number of seconds above 0")
        if not self.python:
            raise ConfigError("python is empty: give the path of an interpreter with ipykernel")

    def kernel_environment(self, home: Path, state: Path) -> dict[str, str]:
        """The whole environment of one kernel: nothing that is not named here reaches it.

        Args:
            home: the kernel's working directory, also its HOME and TMPDIR.
            state: where Jupyter and IPython may keep their files, out of the code's way.
        """
        inherited = {
            name: os.environ[name] for name in self.inherited_variables if name in os.environ
        }
        private = {
            "HOME": str(home),
            "IPYTHONDIR": str(state / "ipython"),
            "JUPYTER_CONFIG_DIR": str(state / "jupyter"),
            "JUPYTER_DATA_DIR": str(state / "jupyter"),
            "JUPYTER_RUNTIME_DIR": str(state / "jupyter"),
            "MPLCONFIGDIR": str(state / "matplotlib"),
            "TMPDIR": str(home),
        }
        return {**inherited, **FIXED_ENVIRONMENT, **private, **self.environment}
