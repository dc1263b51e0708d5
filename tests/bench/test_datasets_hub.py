"""Names on the Hub and folders, with the real `datasets`: from the cache, from disk, or offline."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import pytest

from tirkit.bench import load_problems
from tirkit.bench.datasets import hub
from tirkit.errors import ConfigError, MissingExtra

pytestmark = pytest.mark.timeout(60)  # the client by itself tries for half a minute, each time

COLUMNS = {"problem": ["a?", "b?", "a?"], "answer": [1.0, 0.5, 2.0], "id": [1, 2, 3]}
REVISION = "0123456789abcdef"


@pytest.fixture(autouse=True)
def no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Hub whose port is closed, no proxy, and an empty cache."""
    monkeypatch.setattr(datasets.config, "HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr(hub, "getproxies", dict)
    datasets.disable_progress_bars()


@pytest.fixture
def cached(tmp_path: Path) -> str:
    """A set in the cache as it stands there after it was loaded from the Hub."""
    source = tmp_path / "sums"
    source.mkdir()
    made = datasets.Dataset.from_dict(COLUMNS)
    made.to_parquet(str(source / "test.parquet"))
    made.select([1]).to_parquet(str(source / "train.parquet"))
    datasets.load_dataset(str(source), cache_dir=str(tmp_path / "cache"))
    (tmp_path / "cache" / "sums").rename(tmp_path / "cache" / "nobody___sums")
    (copy,) = (tmp_path / "cache" / "nobody___sums" / "default" / "0.0.0").glob("*[0-9a-f]/")
    copy.rename(copy.with_name(REVISION))
    return "hf:nobody/sums"


def test_load_problems_when_the_hub_cannot_be_reached_then_tells_the_remedy() -> None:
    with pytest.raises(ConfigError) as caught:
        load_problems("hf:nobody/nothing", split="test")
    assert str(caught.value) == (
        "dataset hf:nobody/nothing could not be loaded: cannot reach 127.0.0.1 (Connection "
        "refused), and the cache does not hold it. Load it once with a network, and its copy in "
        "the cache is used from then on (HF_HUB_OFFLINE=1 asks for nothing else), or give a file "
        "or a folder"
    )
    assert datasets.config.HF_HUB_OFFLINE is False


def test_load_problems_when_offline_is_asked_for_then_does_not_look_for_the_hub(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(hub, "_unreachable", None)
    with pytest.raises(ConfigError, match="HF_HUB_OFFLINE is set, and the cache does not hold it"):
        load_problems("hf:nobody/nothing")


def test_load_problems_when_a_proxy_is_set_then_it_is_what_must_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(datasets.config, "HF_ENDPOINT", "http://hub.invalid")
    monkeypatch.setattr(hub, "getproxies", lambda: {"http": "127.0.0.1:9"})
    with pytest.raises(ConfigError, match=r"cannot reach 127\.0\.0\.1"):
        load_problems("hf:nobody/nothing")


def test_load_problems_when_the_cache_holds_it_then_needs_no_hub(cached: str) -> None:
    problems = load_problems(cached, split="test")
    assert [(one.text, one.answer, one.id) for one in problems] == [
        ("a?", "1", "1"),
        ("b?", "0.5", "2"),
    ]
    assert load_problems(f"{cached}:default@{REVISION}", split="test") == problems
    with pytest.raises(
        ConfigError, match=r"has the splits (test, train|train, test): name one of them"
    ):
        load_problems(cached)
    with pytest.raises(ConfigError, match=r"could not be loaded: .*Unknown split \"dev\""):
        load_problems(cached, split="dev")
    with pytest.raises(ConfigError, match=r"of the cache: Couldn't find cache for nobody/sums"):
        load_problems(f"{cached}:hard", split="test")
    with pytest.raises(ConfigError, match="cannot show that its copy is of this revision"):
        load_problems(f"{cached}@fedcba", split="test")


def test_load_problems_when_the_hub_answers_then_asks_it_for_what_was_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[Any, ...]] = []

    def load(path: str, config: str | None, **more: Any) -> datasets.Dataset:
        asked.append((path, config, more, datasets.config.HF_HUB_OFFLINE))
        return datasets.Dataset.from_dict(COLUMNS)

    monkeypatch.setattr(hub, "_unreachable", lambda _: "")
    monkeypatch.setattr(datasets, "load_dataset", load)
    assert len(load_problems("hf:owner/a-set:main@v1.0", split="test[:5]")) == 2
    assert len(load_problems("hf:owner/a-set", limit=1)) == 1
    assert asked == [
        ("hf://datasets/owner/a-set", "main", {"split": "test[:5]", "revision": "v1.0"}, False),
        ("hf://datasets/owner/a-set", None, {"split": None, "revision": None}, False),
    ]


@pytest.mark.parametrize(
    "name",
    ["hf:", "hf:gsm8k", "hf:a/b/c", "hf:../../etc", "hf:a/b:", "hf:a/b@", "hf:a /b", "hf:a/b\n", "hf:http://x/y"],
)  # fmt: skip
def test_load_problems_when_a_hub_name_is_malformed_then_shows_the_form(name: str) -> None:
    with pytest.raises(ConfigError, match=r"write hf:owner/name\[:config\]\[@revision\]"):
        load_problems(name)


def test_load_problems_when_datasets_is_not_installed_then_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    for source in ("hf:owner/name", str(tmp_path)):
        with pytest.raises(MissingExtra, match=r"pip install \"tirkit\[datasets\]\""):
            load_problems(source)


def saved(folder: Path) -> Iterator[Path]:
    """Every kind of folder: one split saved, several, with chosen rows, and data files."""
    made = datasets.Dataset.from_dict(COLUMNS).select([1, 0])
    made.save_to_disk(str(folder / "one"))
    datasets.DatasetDict(test=made, train=made).save_to_disk(str(folder / "several"))
    (folder / "files").mkdir()
    made.to_json(str(folder / "files" / "test.jsonl"))
    for name in ("one", "several", "files"):
        yield folder / name


def test_load_problems_when_a_folder_was_saved_then_reads_it_as_it_was(tmp_path: Path) -> None:
    for path in saved(tmp_path):
        split = "test" if path.name == "several" else None
        problems = load_problems(path, split=split)
        assert [(one.text, one.answer) for one in problems] == [("b?", "0.5"), ("a?", "1")], path
    with pytest.raises(ConfigError, match=r"several has the splits test, train: name one"):
        load_problems(tmp_path / "several")
    with pytest.raises(ConfigError, match=r"several has the splits test, train: 'dev' is none"):
        load_problems(tmp_path / "several", split="dev")
    with pytest.raises(ConfigError, match=r"one has no splits: leave out 'test'"):
        load_problems(tmp_path / "one", split="test")


def test_load_problems_when_a_folder_is_damaged_then_says_so(tmp_path: Path) -> None:
    (path, *_) = saved(tmp_path)
    for arrow in path.glob("*.arrow"):
        arrow.write_bytes(b"ARROW1" * 100)
    with pytest.raises(ConfigError, match=r"cannot read .*one: Is a directory, and not one with"):
        load_problems(path)
    (path / "state.json").write_text("{")
    with pytest.raises(ConfigError, match=r"cannot read .*one: Is a directory, and not one with"):
        load_problems(path)


def test_load_problems_when_a_folder_holds_a_loading_script_then_never_runs_it(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "evil"
    folder.mkdir()
    witness = tmp_path / "ran"
    (folder / "evil.py").write_text(f"open({str(witness)!r}, 'w')\n")
    with pytest.raises(ConfigError, match=r"cannot read .*evil"):
        load_problems(folder)
    assert not witness.exists()


def test_load_problems_when_a_column_holds_pictures_then_decodes_none(tmp_path: Path) -> None:
    features = datasets.Features({"problem": datasets.Value("string"), "image": datasets.Image()})
    rows = {"problem": ["a?"], "image": [{"bytes": b"no picture at all", "path": None}]}
    datasets.Dataset.from_dict(rows, features=features).save_to_disk(str(tmp_path / "set"))
    (problem,) = load_problems(tmp_path / "set")
    assert problem.metadata == {"image": {"bytes": "<17 bytes>", "path": None}}
