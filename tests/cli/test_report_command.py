"""`tirkit report`."""

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.report.made_run import made_solutions, write_run
from tirkit.cli.main import app

MADE = made_solutions(2, 4, words=10)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("made") / "first", MADE)


def tirkit(*words: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["report", *map(str, words)])
    return result.exit_code, result.stdout, result.stderr


def test_report_when_nothing_else_is_said_then_a_page_stands_in_the_folder(folder: Path) -> None:
    code, out, err = tirkit(folder, "--title", "Mine")
    page = folder / "report.html"
    assert (code, out.strip()) == (0, str(page)), err
    text = page.read_text()
    assert "<title>Mine</title>" in text
    assert text.count('type="application/octet-stream"') == 2


def test_report_when_other_forms_are_asked_for_then_they_go_to_stdout(folder: Path) -> None:
    code, out, _ = tirkit(folder, "--format", "md")
    assert code == 0
    assert out.startswith("# first\n")
    code, out, _ = tirkit(folder, "--format", "csv")
    assert code == 0
    assert len(list(csv.DictReader(io.StringIO(out)))) == 8
    code, out, _ = tirkit(folder, "--format", "csv", "--rows", "problems")
    assert len(list(csv.DictReader(io.StringIO(out)))) == 2
    code, out, _ = tirkit(folder, "--format", "json")
    assert [one["key"] for one in json.loads(out)["sections"]] == [0, 1]


def test_report_when_a_file_is_named_then_it_is_written(folder: Path, tmp_path: Path) -> None:
    for name, form in (("a.html", "html"), ("a.md", "md"), ("a.csv", "csv"), ("a.json", "json")):
        code, _, err = tirkit(folder, "--format", form, "--out", tmp_path / name, "--quiet")
        assert (code, err) == (0, "")
        assert (tmp_path / name).stat().st_size > 500


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nowhere",), "cannot read"),
        (("RUN/..",), "give one of first"),
        (("RUN", "--max-mb", "0"), "--max-mb is 0"),
        (("RUN", "--max-mb", "0.001"), "does not fit"),
        (("RUN", "--out", "no/such/folder/x.html"), "cannot write"),
        (("RUN", "--out", "no/such/folder/x.md", "--format", "md"), "cannot write"),
        (("RUN", "--out", "-"), "a page goes to a file"),
        (("RUN", "--format", "md", "--open"), "--open is for pages"),
    ],
)
def test_report_when_used_wrongly_then_one_line_says_why(
    words: tuple[str, ...], told: str, folder: Path
) -> None:
    code, _, err = tirkit(*(word.replace("RUN", str(folder)) for word in words))
    assert code == 2
    assert told in err
    assert len(err.strip().splitlines()) == 1


def test_report_when_the_records_are_damaged_then_the_line_is_named(tmp_path: Path) -> None:
    directory = write_run(tmp_path / "run", MADE)
    records = directory / "records.jsonl"
    lines = records.read_bytes().split(b"\n")
    lines[2] = b'{"type": "attempt", "version": 4}'
    records.write_bytes(b"\n".join(lines))
    code, _, err = tirkit(directory)
    assert code == 1
    assert "line 3" in err
    assert not (directory / "report.html").exists()
