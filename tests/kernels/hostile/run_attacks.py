"""Runs the attacks at one level: `python -m tests.kernels.hostile.run_attacks LEVEL [NAME...]`.

Writes a line of JSON for each: `name`, `gap` (the level does not promise to deny it), `problems`.
"""

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import anyio

from tests.kernels.hostile.attack import OUTPUT_CAP_CHARS, PRELUDE, Attack, always
from tests.kernels.hostile.attacks import AFTERMATH, ATTACKS
from tests.kernels.hostile.surroundings import (
    Surroundings,
    descendants,
    host_place,
    marked,
    parents,
    surroundings,
)
from tirkit.kernels import KernelLease, KernelPool, KernelSettings
from tirkit.kernels.confinement import Level, Limits
from tirkit.types import CodeResult, CodeStatus

_LANES = 3
_HANG_SECONDS = 90.0
_CELL_SECONDS = 30.0
_GONE_SECONDS = 5.0
_MEBIBYTE = 1 << 20
_DIARY = "LEAK of a neighbour's diary"


def settings(level: Level, *, processes: bool) -> KernelSettings:
    """Small limits, so that filling them is quick."""
    limits = Limits(
        memory_bytes=1 << 30,
        file_bytes=4 * _MEBIBYTE,
        disk_bytes=8 * _MEBIBYTE,
        shared_memory_bytes=4 * _MEBIBYTE,
        processes=40,
        allow_processes=processes,
    )
    return KernelSettings(
        confinement=f"exactly:{level:d}",
        limits=limits,
        spares=0 if processes else 2,
        grace_seconds=0.3,
        concurrent_cells=16,
        output_cap_chars=OUTPUT_CAP_CHARS,
        total_cap_chars=None,
    )


class Neighbour:
    """A kernel beside the attacked ones."""

    def __init__(self, lease: KernelLease, level: Level) -> None:
        self._lease = lease
        # Where files are not guarded, an attack may have taken the diary away.
        self._diary = "open('diary').read() == diary" if level.has_landlock else "True"

    async def settle(self) -> int:
        """Get something to lose; returns where it lies in memory."""
        code = "mine = b'LEAK....'\nopen('diary', 'w').write(f'{diary}')\nid(mine) + 32"
        result = await self._lease.run(f"diary = {_DIARY!r}\n{code}", timeout_seconds=_CELL_SECONDS)
        return int(result.value or 0)

    async def problems(self) -> list[str]:
        """Whether it still has it."""
        code = f"6 * 7, mine, {self._diary}"
        result = await self._lease.run(code, timeout_seconds=_CELL_SECONDS)
        if result.value == "(42, b'LEAK....', True)" and not result.state_lost:
            return []
        return [f"the neighbour gave {result.value!r} {result.status} {result.error}"]


class Suite:
    """Runs attacks of one pool."""

    def __init__(self, level: Level, pool: KernelPool, around: Surroundings) -> None:
        self._level = level
        self._pool = pool
        self._around = around
        self._stage: dict[str, object] = {}
        self._neighbour: Neighbour

    async def settle(self, sibling: KernelLease) -> None:
        """Give the attacks somebody to attack."""
        self._neighbour = Neighbour(sibling, self._level)
        address = await self._neighbour.settle()
        server = self._pool._maker._servers._current._watch._process.pid  # type: ignore[union-attr]
        self._stage = self._around.stage(server, sibling, address)

    async def run_all(self, attacks: Iterable[Attack]) -> None:
        """Run them: some side by side, then those that must be alone."""
        todo = list(attacks)
        queue = iter([attack for attack in todo if not attack.alone])
        async with anyio.create_task_group() as lanes:
            for _ in range(_LANES):
                lanes.start_soon(self._lane, queue)
        await self._lane(iter([attack for attack in todo if attack.alone]))

    async def problems(self) -> list[str]:
        """Whether the neighbour is still well."""
        return await self._neighbour.problems()

    async def _lane(self, queue: Iterator[Attack]) -> None:
        for attack in queue:
            began = time.monotonic()
            problems = ["it hung"]
            with anyio.move_on_after(_HANG_SECONDS):
                problems = await self._attack(attack)
            tell(attack.name, problems, gap=self._level > attack.worst, began=began)

    async def _attack(self, attack: Attack) -> list[str]:
        problems: list[str] = []
        result = CodeResult(CodeStatus.OK)
        promised = self._level <= attack.worst
        async with self._pool.lease(attack.name) as lease:
            await lease.run(f"stage = {self._stage!r}\n{PRELUDE}", timeout_seconds=_CELL_SECONDS)
            for cell in attack.cells:
                result = await lease.run(cell, timeout_seconds=attack.seconds)
                problems += always(result) if promised else []
            if promised:
                problems += attack.expect.problems(result)
            problems += await after(lease, attack, result, promised=promised)
            problems += await self._neighbour.problems()
        if attack.processes:
            problems += await self._daemons()
        if attack.alone:
            problems += self._around.harm() if promised else []
            self._around.heal()
        return problems

    async def _daemons(self) -> list[str]:
        with anyio.move_on_after(_GONE_SECONDS):
            while marked(self._around.mark):  # noqa: ASYNC110 - processes announce nothing
                await anyio.sleep(0.02)
        left = marked(self._around.mark)
        return [f"{left} processes outlived the kernel"] if left else []


async def after(
    lease: KernelLease, attack: Attack, result: CodeResult, *, promised: bool
) -> list[str]:
    """Whether the attacked kernel, or the one in its place, answers and tells the truth."""
    problems = []
    lost = result.state_lost
    answer = await lease.run("6 * 7", timeout_seconds=2.0)
    lost = lost or answer.state_lost
    if answer.value != "42" and answer.state_lost:
        answer = await lease.run("6 * 7", timeout_seconds=_CELL_SECONDS)
    if attack.expect.answers and answer.value != "42":
        problems.append(f"afterwards: {answer.status} {answer.value!r} {answer.error}")
    if promised and attack.expect.state != "either" and lost != (attack.expect.state == "lost"):
        problems.append(f"state_lost is {lost}")
    if attack.expect.answers and not lost:
        seen = await lease.run("kept", timeout_seconds=_CELL_SECONDS)
        if (seen.value == "5") is seen.state_lost and "reset" not in attack.name:
            problems.append(f"state: {seen.value!r} {seen.error}")
    return problems


def tell(name: str, problems: list[str], *, gap: bool = False, began: float = 0.0) -> None:
    """Write a line."""
    seconds = round(time.monotonic() - began, 2) if began else 0
    line = {"name": name, "gap": gap, "problems": problems, "seconds": seconds}
    print(json.dumps(line), flush=True)  # noqa: T201


def uncounted(level: Level) -> bool:
    """Whether Linux would not count a kernel's processes, so that they are refused."""
    return level is Level.USER_NAMESPACES and os.geteuid() == 0


async def main(level: Level, names: list[str]) -> None:
    """Run the attacks with these names, or all."""
    chosen = [attack for attack in ATTACKS if not names or attack.name in names]
    well: list[str] = []
    seen: set[int] = set()
    folders: list[Path] = []
    with surroundings() as around:
        for processes in (False, True):
            todo = [
                attack
                for attack in chosen
                if attack.processes is processes and not (processes and level > attack.worst)
            ]
            if not todo or (processes and uncounted(level)):
                continue
            async with KernelPool(settings(level, processes=processes)) as pool:
                suite = Suite(level, pool, around)
                async with pool.lease("neighbour") as sibling:
                    await suite.settle(sibling)
                    await suite.run_all(todo)
                    well += await suite.problems()
                    seen |= descendants(os.getpid())
                    folders.append(host_place(sibling).parent)
        left = [f"process {pid}" for pid in seen & set(parents())]
        left += [f"folder {folder}" for folder in folders if folder.exists()]
        tell(AFTERMATH[0], left)
        tell(AFTERMATH[1], well)


if __name__ == "__main__":
    anyio.run(main, Level(int(sys.argv[1])), sys.argv[2:])
