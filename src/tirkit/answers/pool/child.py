"""One child process that compares answers: started, asked with a deadline, killed."""

import contextlib
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

from tirkit.answers.frames import Decoder, encode

_PROGRAM = Path(__file__).parents[1] / "worker"
_KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "PYTHONHOME")
_REAP_SECONDS = 5.0


class ChildLostError(Exception):
    """The child ended, or said what is no message; it was killed."""


class Overdue(Exception):  # noqa: N818 - an outcome of asking
    """The child did not answer in time; it was killed."""


class Child:
    """A child process. Not thread-safe: one caller has it at a time, but any may `kill` it.

    Args:
        memory_mb: address space it may use, in MiB.
    """

    def __init__(self, memory_mb: int) -> None:
        self.answered = 0
        """Pairs answered so far."""
        self._ready = False
        self._decoder = Decoder()
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-P", str(_PROGRAM), str(memory_mb)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_environment(),
            bufsize=0,
            start_new_session=True,  # a Ctrl-C at the terminal is for the parent alone
        )
        self._pipes = [_descriptor(self._process.stdin), _descriptor(self._process.stdout)]
        for pipe in self._pipes:
            os.set_blocking(pipe, False)

    @property
    def pid(self) -> int:
        """Process id, for tests and messages."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def wait_ready(self, timeout_seconds: float) -> None:
        """Wait until the libraries are loaded; at once after the first time.

        Raises:
            Overdue: they were not within the time.
            ChildLostError: the process ended instead.
        """
        if not self._ready:
            self._receive(time.monotonic() + timeout_seconds)
            self._ready = True

    def ask(self, request: dict[str, Any], timeout_seconds: float) -> dict[str, Any]:
        """Send a request and wait for its answer.

        Raises:
            Overdue: it did not come within the time.
            ChildLostError: the process ended instead.
        """
        deadline = time.monotonic() + timeout_seconds
        self._send(encode(request), deadline)
        answer = self._receive(deadline)
        self.answered += 1
        return answer

    def kill(self) -> None:
        """End it at once; from any thread, any number of times."""
        with contextlib.suppress(OSError):
            self._process.kill()

    def close(self) -> None:
        """Kill it, collect it and close the pipes."""
        self.kill()
        with contextlib.suppress(subprocess.TimeoutExpired, OSError):
            self._process.wait(_REAP_SECONDS)
        self.forget()

    def forget(self) -> None:
        """Close this process's ends of the pipes: after a fork the child is the parent's."""
        if self._process.returncode is None:
            self._process.returncode = 0  # not ours to wait for
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()

    def _send(self, frame: bytes, deadline: float) -> None:
        view = memoryview(frame)
        while view:
            self._wait(self._pipes[0], select.POLLOUT, deadline)
            try:
                view = view[os.write(self._pipes[0], view) :]
            except BlockingIOError:
                continue
            except OSError as failure:
                raise ChildLostError("it closed its input") from failure

    def _receive(self, deadline: float) -> dict[str, Any]:
        while True:
            self._wait(self._pipes[1], select.POLLIN, deadline)
            try:
                piece = os.read(self._pipes[1], 1 << 16)
            except BlockingIOError:
                continue
            except OSError as failure:
                raise ChildLostError("its output cannot be read") from failure
            if not piece:
                raise ChildLostError("it ended")
            try:
                message = self._decoder.feed(piece)
            except ValueError as failure:
                raise ChildLostError(str(failure)) from failure
            if message is not None:
                return message

    @staticmethod
    def _wait(pipe: int, event: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(pipe, event)
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise Overdue


def _descriptor(stream: IO[bytes] | None) -> int:
    assert stream is not None
    return stream.fileno()


def _environment() -> dict[str, str]:
    """What the child needs to find the same packages, and none of the parent's secrets."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    folders = [str(Path(entry).resolve()) for entry in sys.path if entry and Path(entry).exists()]
    return kept | {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(folders),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "LC_ALL": "C.UTF-8",
    }
