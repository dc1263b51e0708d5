"""`tirkit exec`: code in one confined kernel."""

import json
import math
import re
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import anyio
import typer

from tirkit.cli import options
from tirkit.cli.errors import WORK_FAILED, exit_codes
from tirkit.errors import ConfigError
from tirkit.kernels import KernelPool, KernelSettings
from tirkit.kernels.confinement import Limits
from tirkit.types import CodeResult, CodeStatus

_EXIT_CODES = {
    CodeStatus.OK: 0,
    CodeStatus.ERROR: WORK_FAILED,
    CodeStatus.TIMED_OUT: 124,  # as timeout(1) says it
    CodeStatus.DIED: 137,  # as shells tell of a killed process
}
_MARKER = re.compile(r"^# ?%%.*$", re.MULTILINE)
"""Where editors begin a cell of a Python file."""

_MOST_BYTES = 1_000_000
_OUTPUT_CAP_CHARS = 1_000_000
_MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class CellText:
    """One cell of a file.

    Attributes:
        line: where it begins, from 1.
        code: its source.
    """

    line: int
    code: str


def exec_(
    file: Annotated[str, typer.Argument(help="A Python file, or - to read it from stdin.")],
    timeout: Annotated[
        float, typer.Option("--timeout", "-t", help="Seconds a cell may take.")
    ] = 60.0,
    confinement: options.Confinement = None,
    cells: Annotated[
        bool, typer.Option("--cells", help='Split at "# %%" lines; all cells share one kernel.')
    ] = False,
    memory_mb: Annotated[
        int | None, typer.Option("--memory-mb", help="Address space of the kernel, in MiB.")
    ] = None,
    allow_processes: Annotated[
        bool, typer.Option("--allow-processes", help="Let the code start processes.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Run Python code in one confined kernel and show what it gave."""
    with exit_codes():
        settings = _settings(timeout, confinement, memory_mb, allow_processes)
        texts = _split(_read(file)) if cells else [CellText(1, _read(file))]
        code = anyio.run(_run, texts, settings, timeout, as_json)
    raise typer.Exit(code)


def _settings(
    timeout: float, confinement: str | None, memory_mb: int | None, allow_processes: bool
) -> KernelSettings:
    if not (math.isfinite(timeout) and timeout > 0):
        raise ConfigError(f"--timeout is {timeout:g}: use a number of seconds above 0")
    limits = Limits(allow_processes=allow_processes)
    if memory_mb is not None:
        limits = Limits(memory_bytes=memory_mb * _MEBIBYTE, allow_processes=allow_processes)
    return KernelSettings(
        confinement=confinement or "auto",
        limits=limits,
        spares=0,
        output_cap_chars=_OUTPUT_CAP_CHARS,
        total_cap_chars=None,
    )


def _read(file: str) -> str:
    """The code of a file or of standard input.

    Raises:
        ConfigError: it cannot be read, is no text, too long or empty.
    """
    name = "standard input" if file == "-" else file
    try:
        data = _read_stdin() if file == "-" else _read_file(Path(file))
        text = data.decode("utf-8-sig")
    except OSError as failure:
        raise ConfigError(f"cannot read {name}: {failure.strerror or failure}") from failure
    except UnicodeDecodeError as failure:
        raise ConfigError(f"{name} is not UTF-8 text (byte {failure.start})") from failure
    if len(data) > _MOST_BYTES:
        raise ConfigError(f"{name} has over {_MOST_BYTES} bytes: put data into a file of its own")
    if not text.strip():
        raise ConfigError(f"{name} is empty: there is nothing to run")
    return text


def _read_file(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_MOST_BYTES + 1)


def _read_stdin() -> bytes:
    if sys.stdin is None:
        raise ConfigError("standard input is closed: pipe the code in or name a file")
    return sys.stdin.buffer.read(_MOST_BYTES + 1)


def _split(text: str) -> list[CellText]:
    """Cut a file at its cell markers; cells without a statement or comment are left out."""
    starts = [0, *(match.start() for match in _MARKER.finditer(text))]
    found = [
        CellText(text.count("\n", 0, start) + 1, text[start:end])
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True)
    ]
    return [cell for cell in found if _MARKER.sub("", cell.code).strip()]


async def _run(
    cells: Sequence[CellText], settings: KernelSettings, timeout_seconds: float, as_json: bool
) -> int:
    """Run the cells until one fails; returns the exit code."""
    code = 0
    async with aclosing(_results(cells, settings, timeout_seconds)) as results:
        async for cell, result in results:
            if as_json:
                print(json.dumps(_row(cell, result), ensure_ascii=False), flush=True)
            else:
                _show(result, timeout_seconds)
            code = _EXIT_CODES[result.status]
            if code:
                break
    return code


async def _results(
    cells: Sequence[CellText], settings: KernelSettings, timeout_seconds: float
) -> AsyncGenerator[tuple[CellText, CodeResult], None]:
    async with KernelPool(settings) as pool, pool.lease("exec") as kernel:
        for cell in cells:
            # So many lines above that a traceback names the lines of the file (IPython drops
            # empty ones).
            code = "#\n" * (cell.line - 1) + cell.code
            yield cell, await kernel.run(code, timeout_seconds=timeout_seconds)


def _row(cell: CellText, result: CodeResult) -> dict[str, object]:
    row = asdict(result)
    del row["kept_images"]  # none are kept
    return {"line": cell.line, **row}


def _show(result: CodeResult, timeout_seconds: float) -> None:
    for text, stream in (
        (result.stdout, sys.stdout),
        (result.stderr, sys.stderr),
        (result.value, sys.stdout),
        (result.error, sys.stderr),
    ):
        if text:
            stream.write(text if text.endswith("\n") else f"{text}\n")
            stream.flush()
    if result.status is CodeStatus.TIMED_OUT:
        print(f"tirkit: stopped after {timeout_seconds:g} seconds", file=sys.stderr)
