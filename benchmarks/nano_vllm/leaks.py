"""What this process has: children, open files, temporary files."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from pathlib import Path

import anyio
import psutil

from tirkit.kernels import KernelPool

CALM_SECONDS = 30.0


@dataclass(frozen=True)
class Belongings:
    """What this process has at one moment.

    Attributes:
        processes: children, and theirs.
        files: open descriptors.
        folders: names in the temporary folder.
    """

    processes: int
    files: int
    folders: frozenset[str]

    @classmethod
    def now(cls) -> "Belongings":
        """Count them."""
        return cls(
            processes=len(psutil.Process().children(recursive=True)),
            files=len(list(Path("/proc/self/fd").iterdir())),
            folders=frozenset(one.name for one in Path(tempfile.gettempdir()).iterdir()),
        )


@dataclass(frozen=True)
class Held:
    """Something before and after the runs.

    Attributes:
        name: what was counted, and when.
        before, after: the counts.
    """

    name: str
    before: int
    after: int

    @property
    def leaked(self) -> bool:
        """Whether there is more of it than before."""
        return self.after > self.before


async def compared(when: str, before: Belongings) -> list[Held]:
    """Each kind of thing, before and now; what was killed gets a while to be gone."""
    after = Belongings.now()
    with anyio.move_on_after(CALM_SECONDS):
        while after.processes > before.processes or after.files > before.files:
            await anyio.sleep(0.1)
            after = Belongings.now()
    stayed = len(before.folders & after.folders)
    return [
        Held(f"processes, {when}", before.processes, after.processes),
        Held(f"open files, {when}", before.files, after.files),
        Held(f"temporary files, {when}", stayed, len(after.folders)),
    ]


@contextmanager
def own_temporary_folder() -> Iterator[None]:
    """Let this process and its children make their temporary files where nobody else does."""
    resource_tracker.ensure_running()  # Python's; vLLM starts it, and it stays to the end
    before, variable = tempfile.tempdir, os.environ.get("TMPDIR")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # kernels may have user ids of their own
        tempfile.tempdir = os.environ["TMPDIR"] = folder
        try:
            yield
        finally:
            tempfile.tempdir = before
            if variable is None:
                del os.environ["TMPDIR"]
            else:
                os.environ["TMPDIR"] = variable


async def calm(pool: KernelPool) -> bool:
    """Wait until a pool has its spares and nothing else; False if it does not come to that."""
    with anyio.move_on_after(CALM_SECONDS):
        while True:
            now = pool.stats()
            busy = now.leased + now.waiting + now.starting + now.closing
            if not busy and now.ready == pool.settings.spares:
                return True
            await anyio.sleep(0.05)
    return False
