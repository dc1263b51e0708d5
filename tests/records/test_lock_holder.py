"""Who writes to a directory, asked without disturbing them."""

import os
import subprocess
import sys
from pathlib import Path

from tirkit.records.folder import LOCK_FILE, DirectoryLock, lock_holder

HOLD = """
import sys
from pathlib import Path
from tirkit.records.folder import DirectoryLock
lock = DirectoryLock.acquire(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_holder_when_another_process_writes_then_is_that_process(tmp_path: Path) -> None:
    assert lock_holder(tmp_path) is None
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        assert lock_holder(tmp_path) == lock_holder(tmp_path) == child.pid
        child.kill()
    assert (tmp_path / LOCK_FILE).exists()
    assert lock_holder(tmp_path) is None


def test_holder_when_this_process_writes_then_asking_does_not_unlock(tmp_path: Path) -> None:
    lock = DirectoryLock.acquire(tmp_path)
    assert lock_holder(tmp_path) == os.getpid()
    code = (
        f"from pathlib import Path; from tirkit.records.folder import lock_holder; "
        f"print(lock_holder(Path({str(tmp_path)!r})))"
    )
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout == f"{os.getpid()}\n"
    lock.release()
    assert lock_holder(tmp_path) is None
