"""Trying out a kernel."""

from tirkit.kernels import KernelSettings, probe_kernel


async def test_probe_when_kernels_work_then_it_tells_what_one_costs() -> None:
    probe = await probe_kernel()
    assert (probe.ok, probe.problem) == (True, "")
    assert probe.start_seconds is not None
    assert probe.cell_seconds is not None
    assert 0 < probe.cell_seconds < probe.start_seconds
    assert probe.memory_mb is not None
    assert 5 < probe.memory_mb < 500


async def test_probe_when_kernels_fail_then_it_tells_the_remedy() -> None:
    probe = await probe_kernel(KernelSettings(python="/nowhere/python"))
    assert not probe.ok
    assert "set KernelSettings.python" in probe.problem
    assert probe.start_seconds is None
