"""Sets known by name: the table, local copies, and where each is loaded from."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from tirkit.bench import load_problems
from tirkit.bench.datasets import (
    NAMED,
    Fields,
    NamedDataset,
    dataset_names,
    datasets_table,
    load,
    named_dataset,
)
from tirkit.bench.datasets.named import AIME_ANSWERS, behind_hashes, in_box
from tirkit.errors import ConfigError
from tirkit.types import AnswerDomain

PAGE = Path(__file__).parents[2] / "docs" / "datasets.md"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TIRKIT_DATASETS", str(tmp_path))
    return tmp_path


@pytest.fixture(autouse=True)
def no_kaggle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "KAGGLE_INPUT", tmp_path / "kaggle")


def test_named_datasets_when_listed_then_all_that_were_asked_for_are_there() -> None:
    asked = {"builtin", "aime24", "aime25", "aime25-i", "aime25-ii", "hmmt-feb25", "hmmt-nov25"}
    asked |= {"amc23", "math500", "math", "gsm8k", "aimo1", "aimo2", "aimo3", "omni-math"}
    assert asked <= set(dataset_names())
    for name, one in NAMED.items():
        assert one.name == name == name.lower()
        assert named_dataset(name) is one
        assert one.title
        assert one.licence
        assert one.problems > 0
        assert bool(one.sources) + bool(one.kaggle) + bool(one.packaged) == 1
        assert all(source.startswith("hf:") for source in one.sources)
        assert one.packaged or one.url.startswith("https://")
    assert named_dataset("aime99") is None


def test_datasets_table_when_shown_then_names_every_set_and_its_place() -> None:
    console = Console(width=500, file=io.StringIO(), record=True)
    console.print(datasets_table())
    shown = console.export_text()
    for one in NAMED.values():
        assert re.search(rf"\b{one.name} .*{re.escape(one.place[:40])}", shown)


def test_page_when_compared_with_the_table_then_it_lists_every_set() -> None:
    listed = dict(re.findall(r"^\| `([\w-]+)` \| .* \| (\d+) \|", PAGE.read_text(), re.MULTILINE))
    assert listed == {name: str(one.problems) for name, one in NAMED.items()}


def test_load_problems_when_a_copy_is_in_the_folder_then_takes_it_for_the_named_set(
    folder: Path,
) -> None:
    rows = [
        {"problem_idx": 1, "problem": "a?", "answer": 70, "problem_type": ["Algebra"]},
        {"problem_idx": 2, "problem": "b?", "answer": 588, "problem_type": []},
        {"problem_idx": 3, "problem": "a?", "answer": 71, "problem_type": []},
    ]
    (folder / "aime25.jsonl").write_text("\n".join(map(json.dumps, rows)))
    problems = load_problems("aime25")
    assert [(one.id, one.answer, one.domain) for one in problems] == [
        ("aime25-1", "70", AIME_ANSWERS),
        ("aime25-2", "588", AIME_ANSWERS),
    ]
    assert problems[0].metadata == {"problem_type": ["Algebra"]}
    assert load_problems("aime25", split="train", limit=1) == problems[:1]
    other = AnswerDomain.parse("integer")
    assert load_problems("aime25", domain=other, fields={"id": "answer"})[0].id == "aime25-70"
    assert load_problems("aime25", domain=other)[0].domain == other


def test_load_problems_when_copies_have_other_forms_then_finds_them(folder: Path) -> None:
    (folder / "aimo3.csv").write_text("id,problem,answer\n0e644e,a?,336\n")
    (folder / "math").mkdir()
    (folder / "math" / "test.jsonl").write_text(
        json.dumps({"problem": "a?", "solution": r"So it is $\boxed{\frac{1}{2}}$.", "level": "1"})
    )
    (problem,) = load_problems("aimo3")
    assert (problem.id, problem.answer, str(problem.domain)) == (
        "0e644e",
        "336",
        "integer:0..99999",
    )
    (problem,) = load_problems("math")
    assert (problem.id, problem.answer) == ("math-1", r"\frac{1}{2}")
    assert problem.metadata == {"level": "1"}


def test_load_problems_when_kaggle_shows_the_file_then_takes_it(tmp_path: Path) -> None:
    shown = tmp_path / "kaggle" / "ai-mathematical-olympiad-progress-prize-2" / "reference.csv"
    shown.parent.mkdir(parents=True)
    shown.write_text("id,problem,answer\nx1,a?,180\n")
    assert [problem.answer for problem in load_problems("aimo2")] == ["180"]


def test_load_problems_when_a_set_cannot_be_had_then_tells_where_to_put_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match=r"get ai-.*/reference\.csv from Kaggle .*as aimo3\.csv"):
        load_problems("aimo3")
    monkeypatch.setenv("TIRKIT_DATASETS", str(folder / "gone"))
    with pytest.raises(ConfigError, match=r"TIRKIT_DATASETS names .*gone, which is no folder"):
        load_problems("aime25")
    datasets = pytest.importorskip("datasets")
    monkeypatch.setenv("TIRKIT_DATASETS", "")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", folder / "cache")
    with pytest.raises(ConfigError, match=r"MathArena/aime_2025 could not .*put aime25\.jsonl"):
        load_problems("aime25")


@pytest.mark.parametrize(
    ("name", "guess"),
    [("aime-25", "aime25"), ("gsm8", "gsm8k"), ("", "use one of builtin"), ("zzz", "use one of")],
)
def test_load_problems_when_a_name_is_not_known_then_lists_those_that_are(
    name: str, guess: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_problems(name)
    assert "is neither known nor a file: use one of builtin, aime24" in str(caught.value)
    assert guess in str(caught.value)


def test_load_problems_when_a_file_has_the_name_of_a_set_then_a_path_reads_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "builtin").write_text("x")
    assert len(load_problems("builtin", limit=2)) == 2
    for path in (Path("builtin"), "./builtin"):
        with pytest.raises(ConfigError, match="the format is told by the name's end|not known"):
            load_problems(path)
    with pytest.raises(ConfigError, match="which has no split 'test'"):
        load_problems("builtin", split="test")


def test_named_dataset_when_one_entry_is_added_then_it_is_loaded_by_its_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = NamedDataset(
        "mine", "My set", 1, "MIT", "https://example.org", ("hf:me/mine",), "test",
        fields=Fields(question=("stem",)), read_answer=behind_hashes,
    )  # fmt: skip
    monkeypatch.setitem(NAMED, "mine", entry)
    (folder / "mine.csv").write_text('stem,answer\na?,"It is #### 1,200"\n')
    (problem,) = load_problems("mine")
    assert (problem.text, problem.answer, problem.id) == ("a?", "1200", "mine-1")


def test_read_answer_when_the_column_holds_a_solution_then_takes_its_answer() -> None:
    assert behind_hashes("2+2=<<2+2=4>>4\n#### 1,234") == "1234"
    assert behind_hashes("18") == "18"
    assert in_box(r"first \boxed{1}, then \boxed{\frac{a}{b}}.") == r"\frac{a}{b}"
    assert in_box("no box") == "no box"
    assert in_box("") == ""


def test_load_problems_when_the_shared_sets_are_copies_then_every_row_is_read(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "aime24.jsonl").symlink_to(data_dir / "aime24.jsonl")
    (tmp_path / "gsm8k.jsonl").symlink_to(data_dir / "tora_code_34b_gsm8k.jsonl")
    monkeypatch.setenv("TIRKIT_DATASETS", str(tmp_path))
    aime = load_problems("aime24")
    assert len(aime) == NAMED["aime24"].problems
    assert (aime[0].id, aime[0].answer, aime[0].domain) == ("aime24-0", "73", AIME_ANSWERS)
    gsm8k = load_problems("gsm8k")
    assert len(gsm8k) == NAMED["gsm8k"].problems
    assert all(problem.answer for problem in gsm8k)


def test_import_when_bench_is_imported_then_neither_data_nor_their_libraries_are_loaded() -> None:
    heavy = ("datasets", "pyarrow", "polars", "pandas", "huggingface_hub")
    code = f"import sys, tirkit.bench; print(sorted(sys.modules.keys() & {set(heavy)}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
