"""What a child may not do once its libraries are loaded. Defence in depth: it runs no model text.

The parser is fed through a grammar alone, so nothing in here should ever be needed. Should a
library evaluate a string after all, compiling it is refused; and whatever ran could neither open
a file for writing, nor a socket, nor start a process, nor grow past its memory.
"""

import contextlib
import os
import re
import resource
import sys
from types import ModuleType
from typing import Any, Never

OPEN_FILES = 32
_BANNED = (
    "socket.",
    "subprocess.",
    "ctypes.",
    "os.system",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.kill",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.chmod",
    "os.chown",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.utime",
    "os.putenv",
    "shutil.",
    "pty.",
    "webbrowser.",
    "urllib.",
    "http.",
    "ftplib.",
    "smtplib.",
    "sqlite3.",
    "tempfile.",
    "winreg.",
)
_MONOMIAL_CODE = re.compile(
    r"def monomial_[a-z]+\([ABk, ]+\):\n"
    r"(?:[abr][0-9]+|A|B|k|if|else|return|None|0|[-+*<>=(),:\s])+"
)
"""No names but these, no dots, quotes or brackets: nothing can be reached from in there."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class ForbiddenError(RuntimeError):
    """Something in this process tried what it may not."""


def limit(memory_mb: int) -> None:
    """Bind this process to its memory and files, for good; a limit the system lacks is passed."""
    for name, most in (
        ("RLIMIT_AS", memory_mb << 20),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NOFILE", OPEN_FILES),
        ("RLIMIT_NPROC", 0),
    ):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            kind = getattr(resource, name)
            hard = resource.getrlimit(kind)[1]
            bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (bound, bound))


def limit_processor(seconds: float) -> None:
    """Let this process use so many more seconds of processor, then the system ends it.

    The pool's own bound comes first; this one ends a child whose parent is gone.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime + seconds) + 2
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def seal(*evaluators: tuple[ModuleType, str]) -> None:
    """Refuse, from here on, to compile text and to touch anything outside this process.

    Args:
        evaluators: (module, name) of functions that evaluate strings; they are replaced.
    """
    for module, name in evaluators:
        setattr(module, name, _refuse)
    sys.addaudithook(_audit)


def _refuse(*_arguments: object, **_options: object) -> Never:
    raise ForbiddenError("strings are not evaluated here")


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        mode, flags = arguments[1], arguments[2]
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (
            isinstance(flags, int) and flags & _WRITING
        ):
            raise ForbiddenError("files are not written here")
    elif event == "compile":
        if not _is_code_of_libraries(arguments[0], str(arguments[1])):
            raise ForbiddenError("strings are not compiled here")
    elif event.startswith(_BANNED):
        raise ForbiddenError(f"{event} is not for this process")


def _is_code_of_libraries(source: object, filename: str) -> bool:
    """A module imported late, or what sympy's polynomials write for a number of variables."""
    if filename.endswith(".py"):
        return True
    text = source.decode("ascii", "replace") if isinstance(source, bytes) else str(source)
    return _MONOMIAL_CODE.fullmatch(text) is not None
