"""What a pool of kernels may use and how it treats cells."""

import math
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from tirkit.concurrency import usable_cores
from tirkit.errors import ConfigError
from tirkit.kernels.confinement import Limits, parse_wish

_COUNTS = (
    "concurrent_starts",
    "concurrent_cells",
    "forks_per_server",
    "max_kernels",
    "mpmath_digits",
    "output_cap_chars",
)

_LEAST_LIMITS: Mapping[str, int] = {
    "memory_bytes": 256 << 20,
    "file_bytes": 64 << 10,
    "disk_bytes": 1 << 20,
    "shared_memory_bytes": 64 << 10,
    "open_files": 64,
    "processes": 16,
}
"""With less of anything a kernel itself does not come up."""

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

UNLIMITED_INTEGERS = "__import__('sys').set_int_max_str_digits(0)\n"
"""Python refuses to print integers of more than 4300 digits; mathematics needs them."""


MATH_IMPORTS = """\
import collections, fractions, functools, itertools, math
import mpmath, numpy, numpy as np, sympy, sympy as sp
from fractions import Fraction
"""
"""What `auto_import` runs: models often forget an import."""

PRELOAD = ("numpy", "sympy", "mpmath")
"""Loaded once in the fork server and shared by all its kernels."""

Backend = Literal["auto", "fork", "stock"]


@dataclass(frozen=True, slots=True)
class KernelSettings:
    """What a pool of kernels may use and how it treats cells.

    Attributes:
        backend: how kernels are born: "fork" from a server that has the libraries loaded (Linux),
            "stock" as one new interpreter each; "auto" takes fork where it can be had and says
            so in `KernelPool.backend`.
        confinement: how well model-written code must be locked in: "auto" takes the best of levels
            1 to 5 and refuses to start below; "require:N" refuses below level N; "exactly:N" is for
            tests; "unconfined" locks nothing in (level 6) and must be asked for in words. Stock
            kernels are always unconfined.
        limits: memory, disk, files and processes of a kernel. Only for forked kernels.
        readable: further folders kernels may read (files of problems, a library under work).
        preload: modules imported once in the fork server. One that starts threads is refused.
        spares: warm kernels kept ready ahead of demand; 0 starts every kernel on demand.
        max_kernels: most live kernels, spares included; None for no cap. Waiting for one is
            queue time.
        concurrent_starts: most kernels being started at a time. Starting is bound by the
            processor, so more than cores only delays each.
        concurrent_cells: most cells running at a time, over all leases; first come, first served,
            and a lease has one cell at a time, so that no attempt can crowd out another.
        forks_per_server: after so many forks a new server takes over and the old one goes with its
            last kernel.
        grace_seconds: what an interrupted cell gets to stop before its kernel is killed.
        start_timeout_seconds: what a kernel, or the fork server, gets to come up.
        output_cap_chars: most characters kept of each of stdout, stderr, value and error, half
            from the head and half from the tail; the cut is said between them.
        total_cap_chars: most characters kept of the four together, at least `output_cap_chars`: the
            error comes first, then the value, stdout and stderr; None for no such cap.
        keep_images: most images of a cell whose bytes are kept; all are counted.
        iopub_thread: whether forked kernels also serve other Jupyter clients, with a thread that
            publishes what they do. tirkit's own client needs neither; see docs/kernels.md.
        seed: of the run. With it, each lease's random numbers follow from the seed and the
            attempt's id; None draws them from the system.
        mpmath_digits: precision mpmath starts with, in decimal digits; None leaves its default
            of 15.
        auto_import: whether `MATH_IMPORTS` is run before the first cell.
        python: interpreter of the kernels; ipykernel must be installed there.
        startup_code: run in every kernel's namespace before its first cell.
        inherited_variables: names of environment variables passed on from the caller.
        environment: further environment variables of the kernels.
        directory: where the pool makes its private folder; None for the system's temporary one.

    Raises:
        ConfigError: a value that cannot be honoured, with the setting's name and a remedy.
    """

    backend: Backend = "auto"
    confinement: str = "auto"
    limits: Limits = field(default_factory=Limits)
    readable: tuple[str, ...] = ()
    preload: tuple[str, ...] = PRELOAD
    spares: int = 2
    max_kernels: int | None = None
    concurrent_starts: int = field(default_factory=usable_cores)
    concurrent_cells: int = field(default_factory=lambda: 4 * usable_cores())
    forks_per_server: int = 4000
    grace_seconds: float = 0.75
    start_timeout_seconds: float = 60.0
    output_cap_chars: int = 4000
    total_cap_chars: int | None = 12_000
    keep_images: int = 0
    iopub_thread: bool = False
    seed: int | None = None
    mpmath_digits: int | None = 64
    auto_import: bool = False
    python: str = sys.executable
    startup_code: str = ""
    inherited_variables: tuple[str, ...] = INHERITED
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: Path | None = None

    def __post_init__(self) -> None:
        if self.backend not in get_args(Backend):
            known = ", ".join(get_args(Backend))
            raise ConfigError(f"backend is {self.backend!r}: use one of {known}")
        try:
            parse_wish(self.confinement)
        except ValueError as failure:
            raise ConfigError(f"confinement: {failure}") from failure
        for name in ("spares", "keep_images"):
            if getattr(self, name) < 0:
                raise ConfigError(f"{name} is {getattr(self, name)}: use 0 or more")
        for name in _COUNTS:
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ConfigError(f"{name} is {value}: use 1 or more")
        for name in ("grace_seconds", "start_timeout_seconds"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise ConfigError(f"{name} is {value}: use a number of seconds above 0")
        _check_total(self.total_cap_chars, self.output_cap_chars)
        _check_limits(self.limits)
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

    def whole_startup_code(self) -> str:
        """All that is run before the first cell."""
        precision = ""
        if self.mpmath_digits is not None:
            precision = (
                "try:\n"
                f"    __import__('mpmath').mp.dps = {self.mpmath_digits}\n"
                "except ImportError:\n"
                "    pass\n"
            )
        imports = MATH_IMPORTS if self.auto_import else ""
        return f"{UNLIMITED_INTEGERS}{precision}{imports}{self.startup_code}"


def _check_total(total: int | None, each: int) -> None:
    if total is not None and total < each:
        raise ConfigError(f"total_cap_chars is {total}: use output_cap_chars ({each}) or more")


def _check_limits(limits: Limits) -> None:
    for name, least in _LEAST_LIMITS.items():
        if (limit := getattr(limits, name)) < least:
            raise ConfigError(f"limits.{name} is {limit}: use {least} or more")
