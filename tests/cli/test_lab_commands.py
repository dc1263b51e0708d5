"""`tirkit vote` and `tirkit frontier`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.lab.live_runs import Script
from tests.lab.recorded import record_run
from tirkit.cli.main import app

SCRIPT = Script(3, attempts=8, problems=5)


@pytest.fixture
def run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    record_run(tmp_path / "run", SCRIPT, monkeypatch, stop="after_attempts(8)")
    return tmp_path / "run"


def tirkit(*words: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})
    return result.exit_code, result.stdout, result.stderr


def test_vote_when_asked_for_json_then_the_report_comes(run_folder: Path) -> None:
    code, out, _ = tirkit("vote", run_folder, "--stop", "when_agreed(2)", "--json")
    report = json.loads(out)
    assert code == 0
    assert report["stop"] == "when_agreed(2)"
    assert report["selector"] == "majority()"
    assert report["problems"] == len(report["rows"]) == 5
    assert 0 < report["saved"] < 1
    assert all("agree" in row["reason"] for row in report["rows"] if row["finished"] < 8)
    assert report["accuracy"]["low"] <= report["accuracy"]["value"] <= report["accuracy"]["high"]


def test_vote_when_shown_then_every_problem_has_a_line(run_folder: Path) -> None:
    code, out, _ = tirkit("vote", run_folder, "--selector", "weighted(by='mean')", "-n", "4")
    assert code == 0
    assert all(f"p{number}" in out for number in range(5))
    assert "5 problems" in out


def test_frontier_when_run_then_table_page_picture_and_json_come(run_folder: Path) -> None:
    page, picture = run_folder / "f.html", run_folder / "f.png"
    words = ("--orders", "2", "--at-once", "2", "--html", page, "--png", picture)
    code, out, _ = tirkit("frontier", run_folder, *words, "--with", "when_agreed(2) then borda()")
    assert code == 0
    assert "full vote" in out
    assert "preset aimo3" in out
    assert page.read_text().startswith("<!doctype html>")
    assert picture.read_bytes().startswith(b"\x89PNG")
    code, out, _ = tirkit("frontier", run_folder, "--orders", "0", "--json", "-w", "then ties()")
    points = json.loads(out)
    assert code == 0
    tokens = [point["tokens"]["value"] for point in points]
    assert tokens == sorted(tokens)
    assert {"full vote", "ties()", "preset default"} <= {point["name"] for point in points}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("vote", "nowhere"), "cannot read"),
        (("vote", "RUN", "--stop", "agree(3)"), "unknown stop rule"),
        (("vote", "RUN", "--selector", "best()"), "unknown selector"),
        (("frontier", "RUN", "--with", " then "), "a stop rule or a selector"),
        (("frontier", "RUN", "--orders", "0", "--html", "no/such/folder/x.html"), "cannot write"),
    ],
)
def test_command_when_used_wrongly_then_one_line_says_why(
    words: tuple[str, ...], told: str, run_folder: Path
) -> None:
    code, _, err = tirkit(*(str(run_folder) if word == "RUN" else word for word in words))
    assert code == 2
    assert told in err
    assert len(err.strip().splitlines()) == 1
