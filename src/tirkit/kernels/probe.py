"""Tries out whether kernels work on this machine, for `tirkit doctor`."""

import time
from dataclasses import dataclass
from pathlib import Path

from tirkit.errors import KernelError
from tirkit.kernels.pool import KernelPool
from tirkit.kernels.settings import KernelSettings

_CELL_SECONDS = 30.0
_KIBIBYTES_PER_MB = 1000 / 1.024
_PRIVATE_MEMORY = ("Private_Clean:", "Private_Dirty:")


@dataclass(frozen=True, slots=True)
class KernelProbe:
    """What trying out one kernel showed.

    Attributes:
        ok: whether a kernel came up and computed.
        start_seconds: until the kernel had answered its first cell; None if it did not.
        cell_seconds: one small cell on the warm kernel; None if it failed.
        memory_mb: memory of this kernel alone (USS), in MB of 10^6 bytes; None where /proc does
            not tell.
        problem: what failed and how to mend it; "" if nothing did.
    """

    ok: bool
    start_seconds: float | None = None
    cell_seconds: float | None = None
    memory_mb: float | None = None
    problem: str = ""


async def probe_kernel(settings: KernelSettings | None = None) -> KernelProbe:
    """Start one kernel, run two cells and throw it away. Never raises for a broken kernel."""
    began = time.monotonic()
    try:
        async with KernelPool(settings) as pool, pool.lease("probe") as kernel:
            first = await kernel.run("import os; os.getpid()", timeout_seconds=_CELL_SECONDS)
            start_seconds = time.monotonic() - began
            second = await kernel.run("6 * 7", timeout_seconds=_CELL_SECONDS)
            memory_mb = _private_memory_mb(first.value or "")
    except KernelError as failure:
        return KernelProbe(ok=False, problem=str(failure))
    if second.value != "42":
        return KernelProbe(
            ok=False,
            start_seconds=start_seconds,
            problem=f"a kernel came up but 6 * 7 gave {second.status}: {second.error}; reinstall "
            "ipykernel and jupyter-client",
        )
    return KernelProbe(
        ok=True,
        start_seconds=start_seconds,
        cell_seconds=second.duration_seconds,
        memory_mb=memory_mb,
    )


def _private_memory_mb(pid: str) -> float | None:
    path = Path("/proc") / pid / "smaps_rollup"
    if not pid.isdecimal() or not path.exists():
        return None
    kibibytes = sum(
        int(line.split()[1])
        for line in path.read_text(encoding="ascii").splitlines()
        if line.startswith(_PRIVATE_MEMORY)
    )
    return round(kibibytes / _KIBIBYTES_PER_MB, 1)
