"""What cells give, on real kernels."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tirkit.kernels import KernelLease, KernelPool, KernelSettings
from tirkit.types import CodeResult, CodeStatus

LONG = 60.0
SHORT = 5.0


@pytest.fixture(scope="module")
async def kernel(base: KernelSettings) -> AsyncIterator[KernelLease]:
    """One kernel for the cells that leave no trace."""
    async with KernelPool(replace(base, spares=0)) as pool, pool.lease("cells") as lease:
        yield lease


async def run(kernel: KernelLease, code: str) -> CodeResult:
    return await kernel.run(code, timeout_seconds=LONG)


async def test_state_when_a_second_cell_runs_then_it_sees_the_first(kernel: KernelLease) -> None:
    assert (await run(kernel, "seen = 41")).ok
    assert (await run(kernel, "seen + 1")).value == "42"


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("x = 6 * 7; x", "42"),
        ("x = 5", None),
        ("x = 5\nx  # a comment", "5"),
        ("[1,\n 2]", "[1, 2]"),
        ("x = 5\nx;", None),
        ("x = 5\nx;  # quiet", None),
        ("'text'", "'text'"),
        ("None", None),
        ("print(3)", None),
        ("if True:\n    7", None),
        ("2 ** 20000 % 7; len(str(10 ** 5000))", "5001"),
        ("import sympy; sympy.Rational(1, 3)", "1/3"),
        ("import asyncio; await asyncio.sleep(0); 8", "8"),
        ("", None),
    ],
)
async def test_value_when_the_last_expression_is_this_then_it_is_shown_so(
    kernel: KernelLease, code: str, value: str | None
) -> None:
    result = await run(kernel, code)
    assert (result.status, result.value, result.error) == (CodeStatus.OK, value, None)


async def test_output_when_both_streams_are_written_then_they_are_kept_apart(
    kernel: KernelLease,
) -> None:
    result = await run(kernel, "import sys; print('out'); print('err', file=sys.stderr); 1")
    assert (result.stdout, result.stderr, result.value) == ("out\n", "err\n", "1")


@pytest.mark.parametrize(
    "code",
    [
        "import os\nprint('a')\nos.system('echo b')\nprint('c')",
        "import os\nprint('a')\nos.write(1, b'b\\n')\nprint('c')",
        "import subprocess, sys\nprint('a')\nsubprocess.run(['echo', 'b'])\nprint('c')",
        (
            "import subprocess, sys\nprint('a')\n"
            "subprocess.run(['echo', 'b'], stdout=sys.stdout)\nprint('c')"
        ),
        "import sys\nprint('a\\nb\\nc', file=sys.__stdout__)",
        "import ctypes\nprint('a')\nctypes.CDLL(None).puts(b'b\\nc')",
    ],
)
async def test_output_when_written_to_the_descriptor_then_it_is_captured_in_order(
    kernel: KernelLease, code: str
) -> None:
    assert (await run(kernel, f"{code};")).stdout == "a\nb\nc\n"


async def test_output_when_the_last_act_is_a_child_process_then_none_of_it_is_lost(
    kernel: KernelLease,
) -> None:
    for number in range(20):
        result = await run(kernel, f"import os; os.system('echo {number}; echo e{number} >&2');")
        assert (result.stdout, result.stderr) == (f"{number}\n", f"e{number}\n")


async def test_output_when_an_object_is_displayed_then_its_text_is_in_stdout(
    kernel: KernelLease,
) -> None:
    assert (await run(kernel, "display({1: 2})")).stdout == "{1: 2}\n"


async def test_output_when_a_thread_outlives_its_cell_then_no_later_cell_gets_it(
    kernel: KernelLease,
) -> None:
    code = """
import threading
go, gone = threading.Event(), threading.Event()
def late():
    go.wait()
    print("ghost")
    gone.set()
threading.Thread(target=late).start()
"""
    assert (await run(kernel, code)).ok
    result = await run(kernel, "go.set(); gone.wait(10); print('mine')")
    assert result.stdout == "mine\n"


async def test_output_when_far_too_long_then_head_and_tail_stay_and_the_cut_is_said(
    kernel: KernelLease,
) -> None:
    result = await run(kernel, "print('A' + 'x' * 1_000_000 + 'Z')")
    assert result.truncated
    assert result.stdout.startswith("Axxx")
    assert result.stdout.endswith("xxxZ\n")
    assert f"[{1_000_003 - 4000} characters cut]" in result.stdout
    assert len(result.stdout) < 4100


async def test_value_when_far_too_long_then_it_is_cut_like_output(kernel: KernelLease) -> None:
    result = await run(kernel, "'A' + 'x' * 1_000_000 + 'Z'")
    assert result.value is not None
    assert result.value.startswith("'Axxx")
    assert result.value.endswith("xxxZ'")
    assert f"[{1_000_004 - 4000} characters cut]" in result.value
    assert result.truncated


async def test_error_when_the_message_is_huge_then_it_is_cut(kernel: KernelLease) -> None:
    result = await run(kernel, "raise ValueError('x' * 50_000_000)")
    assert result.status is CodeStatus.ERROR
    assert result.error is not None
    assert len(result.error) < 4100
    assert (await run(kernel, "1")).value == "1"


async def test_memory_when_a_cell_prints_100_mb_then_the_caller_stays_small(
    kernel: KernelLease,
) -> None:
    code = """
for _ in range(100):
    print('x' * 1_000_000)
print('the end')
"""
    before = resident_mb()
    result = await run(kernel, code)
    assert result.stdout.endswith("the end\n")
    assert resident_mb() - before < 30


async def test_output_when_flushed_line_by_line_then_the_end_still_arrives(
    kernel: KernelLease,
) -> None:
    code = "for i in range(20_000):\n    print(i, flush=True)"
    result = await run(kernel, code)
    assert (result.status, result.stdout[-12:]) == (CodeStatus.OK, "19998\n19999\n"[-12:])


async def test_error_when_code_raises_then_the_traceback_is_trimmed(kernel: KernelLease) -> None:
    result = await run(kernel, "def f(n):\n    return 1 / n\n\nf(0)")
    assert result.status is CodeStatus.ERROR
    assert result.error == (
        "Traceback (most recent call last):\n"
        "  Cell, line 4\n"
        "    f(0)\n"
        "  Cell, line 2, in f\n"
        "    return 1 / n\n"
        "ZeroDivisionError: division by zero"
    )


@pytest.mark.parametrize(
    "code",
    [
        "import sympy; sympy.solve('x**2+(')",
        "import json; json.loads('{')",
        "from sympy import no_such_thing",
        "open('missing.txt')",
        "import os; open(os.path.join(os.getcwd(), 'missing.txt'))",
        "import numpy as np; np.ones(3) @ np.ones(4)",
        "x = (1,\ny = 2",
        "import warnings; warnings.warn('careful'); import sys; sys.exit(3)",
        "def h(n): return h(n + 1)\nh(0)",
    ],
)
async def test_error_when_libraries_raise_then_no_colour_and_no_host_path_is_shown(
    kernel: KernelLease, code: str
) -> None:
    result = await run(kernel, code)
    assert result.status is CodeStatus.ERROR
    shown = f"{result.error}{result.stderr}"
    assert result.error is not None
    for forbidden in ("\x1b", "site-packages", "lib/python3", "/tmp/", "ipykernel", "tirkit-"):
        assert forbidden not in shown
    assert len(result.error.splitlines()) < 25


@pytest.mark.parametrize(
    ("code", "status", "last"),
    [
        ("import sys; print(1); sys.exit()", CodeStatus.OK, None),
        ("print(1); quit()", CodeStatus.OK, None),
        ("print(1); exit(0)", CodeStatus.OK, None),
        ("import sys; print(1); sys.exit('bad')", CodeStatus.ERROR, "SystemExit: bad"),
        ("print(1); raise KeyboardInterrupt", CodeStatus.ERROR, "KeyboardInterrupt"),
    ],
)
async def test_exit_when_code_leaves_then_the_kernel_stays(
    kernel: KernelLease, code: str, status: CodeStatus, last: str | None
) -> None:
    await run(kernel, "kept = 1")
    result = await run(kernel, code)
    assert (result.status, result.stdout, result.stderr) == (status, "1\n", "")
    assert (result.error or "").strip().endswith(last or "")
    assert (await run(kernel, "kept")).value == "1"


async def test_input_when_code_asks_then_it_is_an_error_and_no_hang(kernel: KernelLease) -> None:
    result = await run(kernel, "input('? ')")
    assert result.status is CodeStatus.ERROR
    assert "input" in str(result.error)


@pytest.mark.parametrize(
    "code", ["\x00", "\ud800", "x = '\\ud800'; x, print(x)", "(" * 5000, f"y = {'-' * 3000}1"]
)
async def test_code_when_malformed_then_it_is_a_result(kernel: KernelLease, code: str) -> None:
    # A stock kernel never comes back from the last one: its time is up then.
    result = await kernel.run(code, timeout_seconds=SHORT)
    f"{result.stdout}{result.stderr}{result.value}{result.error}".encode()
    assert (await run(kernel, "1")).value == "1"


async def test_environment_when_read_then_the_callers_secrets_are_not_in_it(
    base: KernelSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    async with KernelPool(replace(base, spares=0)) as pool, pool.lease() as fresh:
        result = await run(fresh, "import os; os.environ.get('SECRET_TOKEN'), os.listdir('.')")
    assert result.value == "(None, [])"


async def test_time_when_a_cell_sleeps_then_duration_tells_it_and_queue_does_not(
    kernel: KernelLease,
) -> None:
    began = time.monotonic()
    result = await run(kernel, "import time; time.sleep(0.04)")
    assert 0.04 <= result.duration_seconds <= time.monotonic() - began
    assert result.queue_seconds < result.duration_seconds


def resident_mb() -> float:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * 4096 / 1e6
