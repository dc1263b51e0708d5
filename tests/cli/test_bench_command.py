"""`tirkit bench` in this process: repeats, comparisons, wrong use, and what is never shown."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.bench.killed_run import write_problems, write_turns
from tirkit.cli.command_line import command_line
from tirkit.cli.main import app
from tirkit.records import RecordedRun


def tirkit(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "160"})


@pytest.fixture
def bench(tmp_path: Path) -> list[str]:
    """A command over four problems with two attempts each, without its directory."""
    file, turns = write_problems(tmp_path, 4), write_turns(tmp_path, 4, 2, 0.0, code=False)
    return ["bench", str(file), "-e", f"replay:{turns}", "-n", "2", "-s", "stop=after_attempts(2)"]


def test_bench_when_repeated_then_figures_of_each_and_of_all_are_told(
    tmp_path: Path, bench: list[str]
) -> None:
    out = tmp_path / "out"
    shown = tirkit(*bench, "-o", str(out), "--repeats", "3", "--seed", "7", "--json")
    assert (shown.exit_code, shown.stderr) == (0, "")
    told = json.loads(shown.stdout)
    assert told["seeds"] == [7, 8, 9]
    assert [each["problems"] for each in told["repeats"]] == [4, 4, 4]
    assert told["maj_at_k"]["mean"] == pytest.approx(sum(told["maj_at_k"]["values"]) / 3)
    assert sorted(one.name for one in out.glob("seed-*")) == ["seed-7", "seed-8", "seed-9"]
    people = tirkit(*bench, "-o", str(out), "--repeats", "3", "--seed", "7", "-q")
    assert people.exit_code == 0
    assert "3 repeats" in people.stdout
    assert all(f"│ {seed} " in people.stdout for seed in (7, 8, 9))
    one = tirkit(*bench, "-o", str(out), "--seed", "7", "-q")
    assert (one.exit_code, one.stdout) == (2, "")
    assert "holds repeats: give --repeats" in one.stderr


def test_bench_when_compared_then_the_differences_are_told_also_of_a_finished_run(
    tmp_path: Path, bench: list[str]
) -> None:
    other = tmp_path / "other"
    assert tirkit(*bench, "-o", str(other), "-q").exit_code == 0
    better = tmp_path / "better.jsonl"
    rows = [{"problem_id": f"p{n}", "turns": [f"So \\boxed{{{n}}}."]} for n in range(4)]
    better.write_text("\n".join(map(json.dumps, rows)))
    bench[3] = f"replay:{better}"
    out = ["-o", str(tmp_path / "out"), "--compare", str(other)]
    for _ in range(2):
        shown = tirkit(*bench, *out, "--json")
        assert (shown.exit_code, shown.stderr) == (0, "")
        [compared] = json.loads(shown.stdout)["comparisons"]
        assert (compared["problems"], compared["graded"]) == (4, 4)
        assert compared["attempts"]["ours"] == 1.0
        assert compared["attempts"]["difference"]["value"] > 0
        assert compared["lost"] == []
    people = tirkit(*bench, *out, "-q")
    assert "4 problems in both runs" in people.stdout
    assert "right attempts" in people.stdout


WRONG = {
    "no repeats": (["--repeats", "0"], "repeats is 0"),
    "no problems": (["--limit", "0"], "limit of 0 problems"),
    "no column": (["--field", "question=text"], "no column 'text' for question"),
    "a column of nothing": (["--field", "question"], "write name=value"),
    "a split of a file": (["--split", "test"], "has no split 'test'"),
    "nothing to compare with": (["--compare", "{tmp}/none"], "holds no records to compare with"),
    "compared with itself": (["--compare", "{tmp}/old"], "compare with another run"),
    "new where records are": (["--no-resume"], "leave --no-resume out"),
    "other settings": (["-s", "limits.max_cells=3"], "limits.max_cells differ"),
    "other seed": (["--seed", "3"], "seed differ"),
}


@pytest.mark.parametrize("case", sorted(WRONG))
def test_bench_when_used_wrongly_then_one_line_and_nothing_runs(
    case: str, tmp_path: Path, bench: list[str]
) -> None:
    old = tmp_path / "old"
    assert tirkit(*bench, "-o", str(old), "--limit", "1", "-q").exit_code == 0
    before = (old / "records.jsonl").read_bytes()
    header = RecordedRun(old).headers[-1]
    assert header.facts["dataset"] == "problems.jsonl"
    assert (header.facts["problems"], len(header.facts["problems_hash"])) == (1, 64)
    assert header.settings["max_in_flight"] == 64
    options, message = WRONG[case]
    shown = tirkit(*bench, "-o", str(old), *(one.format(tmp=tmp_path) for one in options))
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert len(shown.stderr.strip().splitlines()) == 1
    assert message in shown.stderr
    assert (old / "records.jsonl").read_bytes() == before


def test_bench_when_the_dataset_or_the_directory_is_wrong_then_one_line(
    tmp_path: Path, bench: list[str]
) -> None:
    (tmp_path / "empty.jsonl").write_text("\n\n")
    (tmp_path / "file").write_text("")
    out = str(tmp_path / "out")
    for dataset, directory, code, message in [
        ("aime2042", out, 2, "neither known nor a file"),
        (str(tmp_path / "empty.jsonl"), out, 2, "holds no problem"),
        (bench[1], str(tmp_path / "file"), 1, "cannot write to"),
    ]:
        shown = tirkit("bench", dataset, *bench[2:], "-o", directory)
        assert (shown.exit_code, shown.stdout) == (code, "")
        assert message in shown.stderr
    other = tmp_path / "other.jsonl"
    other.write_text('{"problem": "Another?", "answer": 1}')
    assert tirkit(*bench, "-o", out, "-q").exit_code == 0
    shown = tirkit("bench", str(other), *bench[2:], "-o", out)
    assert shown.exit_code == 2
    assert "holds records of other problems" in shown.stderr
    shown = tirkit("bench", str(other), *bench[2:], "-o", f"{out}2", "--compare", out)
    assert shown.exit_code == 2
    assert "settled none of these problems" in shown.stderr


def test_bench_when_an_engine_fails_one_problem_then_the_others_are_shown_and_exit_code_1(
    tmp_path: Path, bench: list[str]
) -> None:
    turns = Path(bench[3].removeprefix("replay:"))
    rows = [row for row in turns.read_text().splitlines() if '"p2"' not in row]
    turns.write_text("\n".join(rows))
    shown = tirkit(*bench, "-o", str(tmp_path / "out"), "-q")
    assert shown.exit_code == 2  # a replay file without the problem is wrong use
    assert "holds no attempt for request" in shown.stderr
    assert "3 problems" in shown.stdout
    machines = tirkit(*bench, "-o", str(tmp_path / "out"), "--json")
    assert (machines.exit_code, machines.stdout) == (2, "")


def test_command_line_when_it_holds_secrets_then_they_are_not_shown() -> None:
    shown = command_line(
        [
            "bench", "x.jsonl", "-e", "openai:http://me:word@host/v1", "--engine-set",
            "api_key=sk-1", "--engine-set=headers={a=1}", "--engine-set", "max_tokens=3",
            "--set=limits.max_cells=3",
        ]
    )  # fmt: skip
    assert shown == [
        "tirkit", "bench", "x.jsonl", "-e", "openai:http://…@host/v1", "--engine-set",
        "api_key=…", "--engine-set=headers=…", "--engine-set", "max_tokens=3",
        "--set=limits.max_cells=3",
    ]  # fmt: skip
