"""`tirkit road`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tirkit.cli.main import app

QUESTION = "What is the sum of 6 times 7 and the number 58, all in all?"
POST = {"id": "p1", "text": f"Dear all, {QUESTION} I think it is 100. Thanks!"}
JUNK = {"id": "p2", "text": "Hello everybody, I am new here and like mathematics."}


def tirkit(*words: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["road", *map(str, words)])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def said(tmp_path: Path) -> Path:
    """What the model says, as a file of the replay engine."""
    found = {"problems": [{"problem": QUESTION, "solution": "", "answer": "100"}]}
    turns = {
        "judge/extract/p1": [json.dumps(found)],
        "judge/extract/p2": ['{"problems": []}'],
        "judge/classify/p1.1": ['{"kind": "question"}'],
        "p1.1": ["Let me see.\n```python\nprint(6*7 + 58)\n```\n", "It is \\boxed{100}."],
    }
    file = tmp_path / "said.jsonl"
    rows = [{"problem_id": name, "index": 0, "turns": some} for name, some in turns.items()]
    file.write_text("\n".join(map(json.dumps, rows)))
    return file


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    file = tmp_path / "posts.jsonl"
    file.write_text("\n".join(map(json.dumps, (POST, JUNK))))
    return file


def test_road_when_it_is_gone_then_every_stage_is_told(
    said: Path, posts: Path, tmp_path: Path
) -> None:
    out, config = tmp_path / "out", tmp_path / "road.toml"
    config.write_text(
        "[agree]\nattempts = 2\n[cot]\nattempts = 0\n[tir]\nattempts = 1\nids = false\n"
    )
    words = (posts, "--out", out, "--config", config, "--engine", f"replay:{said}")
    status, told, err = tirkit(*words)
    assert status == 0, err
    assert "extract          1 rows of 2\n        1 left out: no_problem" in told
    assert "tir              1 rows of 1" in told
    [row] = map(json.loads, (out / "09-tir.jsonl").read_text().splitlines())
    assert (row["answer"], row["cells"]) == ("100", 1)
    status, told, err = tirkit(*words, "--json")
    assert status == 0, err
    stages = json.loads(told)["stages"]
    assert all(one["already_there"] for one in stages)
    assert stages[1]["dropped"] == {"no_problem": 1}


def test_road_when_no_row_is_left_then_it_fails(said: Path, tmp_path: Path) -> None:
    file = tmp_path / "junk.jsonl"
    file.write_text(json.dumps(JUNK))
    words = (file, "-o", tmp_path / "out", "-e", f"replay:{said}", "--until", "extract")
    status, told, _ = tirkit(*words)
    assert (status, "left out: no_problem" in told) == (1, True)
    status, told, _ = tirkit(*words[:-2], "--quiet")  # no row to ask about or to solve
    assert (status, told) == (1, "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "name the documents and the --out folder"),
        (("POSTS",), "name the documents"),
        (("nowhere.jsonl", "-o", "OUT"), "no such file"),
        (("POSTS", "-o", "OUT", "--until", "rome"), "unknown stage 'rome'"),
        (("POSTS", "-o", "OUT", "--set", "agree.attempts=none"), "agree.attempts"),
        (("POSTS", "-o", "OUT", "--set", "ask.tries=0"), "ask.tries"),
        (("POSTS", "-o", "OUT", "--config", "nowhere.toml"), "cannot be read"),
        (("POSTS", "-o", "OUT", "--engine", "magic:1"), "magic"),
        (("POSTS", "-o", "POSTS"), "cannot write"),
    ],
)
def test_road_when_it_is_used_wrongly_then_it_says_so(
    words: tuple[str, ...], told: str, said: Path, posts: Path, tmp_path: Path
) -> None:
    known = {"POSTS": str(posts), "OUT": str(tmp_path / "out")}
    engine = () if "--engine" in words else ("--engine", f"replay:{said}")
    status, out, err = tirkit(*(known.get(word, word) for word in words), *engine)
    assert status in {1, 2}
    assert (out, told in err) == ("", True), err
    assert not (tmp_path / "out").exists()


def test_road_when_the_engine_fails_then_it_says_how_to_go_on(
    posts: Path, said: Path, tmp_path: Path
) -> None:
    kept = said.read_text().splitlines()
    said.write_text("\n".join(kept[1:]))  # nothing for the first document
    words = (posts, "-o", tmp_path / "out", "-e", f"replay:{said}", "--until", "extract")
    status, _, err = tirkit(*words)
    assert (status, "1 rows of extract could not be asked about" in err) == (1, True), err
    said.write_text("\n".join(kept))
    status, told, err = tirkit(*words)
    assert (status, "extract          1 rows of 2" in told) == (0, True), err
