"""Runs to folders of rows: what is in them, what is left out, and when nothing is written."""

import json
import math
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.export.made_attempts import (
    END_TEXT,
    FAILED,
    PROBLEM,
    attempt,
    code,
    decode,
    last,
    write_run,
)
from tests.own_loop import in_own_loop
from tirkit.errors import ConfigError, RecordError
from tirkit.export import (
    Column,
    ExportSettings,
    FileKind,
    Form,
    Reader,
    columns_of,
    export_runs,
)
from tirkit.export.writers import open_writer
from tirkit.types import CodeResult, CodeStatus, Problem, StopReason, Trajectory

OTHER = Problem("How many primes lie below ten?", "p2", "4")
UNKNOWN = Problem("What is the best number of all numbers that there are?", "p3")
WRONG = attempt(1, (code(result=FAILED), last("41")), answer="41")
LONG = attempt(2, (code(), code("print(40 + 2)", before="Once more, to be sure of it.\n"), last()))
CUT = attempt(3, (code(),), answer=None, stop=StopReason.CANCELLED)
SOLVED = [
    (PROBLEM, [attempt(), WRONG, LONG, CUT]),
    (OTHER, [attempt(0, (last("4"),), problem=OTHER, answer="4")]),
    (UNKNOWN, [attempt(0, (last("7"),), problem=UNKNOWN, answer="7")]),
]
BOTH = (FileKind.JSONL, FileKind.PARQUET)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return in_own_loop(write_run, tmp_path / "runs" / "first", SOLVED)


def rows_of(out: Path, form: Form) -> list[dict[str, Any]]:
    text = (out / f"{form}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def test_export_when_sft_is_asked_for_then_only_right_attempts_come_whole(
    run: Path, tmp_path: Path
) -> None:
    counts = export_runs([run], tmp_path / "out", ExportSettings(Form.SFT))
    rows = rows_of(tmp_path / "out", Form.SFT)
    assert [row["id"] for row in rows] == ["first/p1/0", "first/p1/2", "first/p2/0"]
    assert counts.rows == 3
    assert counts.attempts == 6
    assert counts.attempts_dropped == {"wrong": 1, "stopped_cancelled": 1, "no_reference": 1}
    assert counts.problems_dropped == {"no_attempt_left": 1}
    first = rows[0]
    assert tuple(first["input_ids"]) == attempt().ids
    assert bytes(first["assistant_masks"]) == attempt().mask
    assert first["reward"] == 1.0
    assert [one["role"] for one in first["messages"]] == ["user", "assistant", "tool", "assistant"]
    assert first["messages"][2]["content"] == "42"
    assert decode(first["input_ids"]) == first["prompt_text"] + first["text"] + END_TEXT


def test_export_when_rl_is_asked_for_then_every_ended_attempt_comes_with_its_reward(
    run: Path, tmp_path: Path
) -> None:
    export_runs([run], tmp_path / "out", ExportSettings(Form.RL))
    rows = rows_of(tmp_path / "out", Form.RL)
    assert [(row["id"], row["reward"]) for row in rows] == [
        ("first/p1/0", 1.0), ("first/p1/1", 0.0), ("first/p1/2", 1.0), ("first/p2/0", 1.0),
    ]  # fmt: skip
    wrong = rows[1]
    assert tuple(wrong["prompt_ids"] + wrong["response_ids"]) == WRONG.ids
    assert bytes(wrong["response_mask"]) == WRONG.mask[len(wrong["prompt_ids"]) :]
    assert len(wrong["logprobs"]) == len(wrong["response_ids"])
    assert wrong["failed_cells"] == 1
    assert wrong["turns"][0] | {"start": 0, "end": 0} == {
        "start": 0, "end": 0, "cell": "error", "forced": False,
    }  # fmt: skip
    counts = export_runs([run], tmp_path / "all", ExportSettings(Form.RL, cancelled=True))
    assert counts.rows == 5
    killed = rows_of(tmp_path / "all", Form.RL)[3]
    assert (killed["stop_reason"], killed["reward"]) == ("cancelled", 0.0)


def test_export_when_pairs_are_asked_for_then_the_shortest_right_attempt_is_chosen(
    run: Path, tmp_path: Path
) -> None:
    counts = export_runs([run], tmp_path / "out", ExportSettings(Form.PREFERENCE))
    [row] = rows_of(tmp_path / "out", Form.PREFERENCE)
    assert (row["id"], row["rejected_id"]) == ("first/p1/0", "first/p1/2")
    assert row["rejected_for"] == "longer"
    assert tuple(row["prompt_ids"] + row["chosen_ids"]) == attempt().ids
    assert tuple(row["prompt_ids"] + row["rejected_ids"]) == LONG.ids
    assert bytes(row["rejected_mask"]) == LONG.mask[len(row["prompt_ids"]) :]
    assert decode(row["rejected_ids"]) == row["rejected"] + END_TEXT
    assert counts.problems_dropped == {"near_lengths": 1, "none_right": 1}


async def test_export_when_selection_is_asked_for_then_each_window_names_a_right_one(
    tmp_path: Path,
) -> None:
    some = [attempt(n, (code(before=f"Way {n}.\n"), last())) for n in range(3)]
    other = [attempt(n, (last("41", f"Guess {n}: "),), answer="41") for n in range(3, 6)]
    run = await write_run(tmp_path / "run", [(PROBLEM, [*some, *other])])
    counts = export_runs([run], tmp_path / "out", ExportSettings(Form.GENSELECT))
    rows = rows_of(tmp_path / "out", Form.GENSELECT)
    assert counts.rows == len(rows) == 8
    for row in rows:
        right = [n for n, one in enumerate(row["candidates"], 1) if one["right"]]
        assert row["right"] == right
        assert row["pick"] in right
        assert row["completion"] == f"Judgment: {row['pick']}"
        assert 1 <= len(right) <= len(row["candidates"]) - len(right)
        assert all(one["text"] in row["prompt"] for one in row["candidates"])
    assert len({row["prompt"] for row in rows}) == 8
    export_runs([run], tmp_path / "again", ExportSettings(Form.GENSELECT))
    same = (tmp_path / "again" / "genselect.jsonl").read_bytes()
    assert same == (tmp_path / "out" / "genselect.jsonl").read_bytes()


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("ids", [True, False])
async def test_export_when_written_both_ways_then_rows_and_schema_are_the_same(
    form: Form, ids: bool, tmp_path: Path
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    if form is Form.RL and not ids:
        pytest.skip("rl is made of ids")
    more = attempt(4, (last("40"),), answer="40")
    run = await write_run(tmp_path / "run", [(PROBLEM, [attempt(), WRONG, LONG, more])])
    out = tmp_path / "out"
    export_runs([run], out, ExportSettings(form, ids=ids, files=BOTH))
    rows = rows_of(out, form)
    assert rows
    assert parquet.read_table(out / f"{form}.parquet").to_pylist() == rows
    told = json.loads((out / "schema.json").read_text())
    names = [column["name"] for column in told["columns"]]
    assert (told["format"], told["version"]) == (f"tirkit.export.{form}", 1)
    for row in rows:
        assert sorted(row) == sorted(names)
        for column in columns_of(form, ids=ids):
            assert row[column.name] is not None or column.kind.endswith("?")


def test_export_when_it_is_there_already_then_it_is_left_as_it_is(
    run: Path, tmp_path: Path
) -> None:
    out, settings = tmp_path / "out", ExportSettings(Form.SFT)
    first = export_runs([run], out, settings)
    before = (out / "sft.jsonl").stat().st_ino
    again = export_runs([run], out, settings)
    assert again.already_there
    assert again.as_dict() == first.as_dict()
    assert (out / "sft.jsonl").stat().st_ino == before
    with pytest.raises(ConfigError, match="with other settings"):
        export_runs([run], out, ExportSettings(Form.RL))
    (out / "sft.jsonl").write_text("{}\n")
    with pytest.raises(ConfigError, match="changed since"):
        export_runs([run], out, settings)


def test_export_when_the_folder_holds_something_else_then_it_is_refused(
    run: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.tex").write_text("mine")
    with pytest.raises(ConfigError, match="holds something else"):
        export_runs([run], out, ExportSettings(Form.SFT))
    with pytest.raises(ConfigError, match="holds something else"):
        export_runs([run], out / "thesis.tex", ExportSettings(Form.SFT))
    assert [path.name for path in out.iterdir()] == ["thesis.tex"]
    assert not (tmp_path / ".out.partial").exists()


def test_export_when_a_killed_one_left_something_then_it_is_written_anew(
    run: Path, tmp_path: Path
) -> None:
    partial = tmp_path / ".out.partial"
    partial.mkdir()
    (partial / "sft.jsonl").write_text('{"half')
    (partial / "rl.parquet").write_text("of another export")
    counts = export_runs([run], tmp_path / "out", ExportSettings(Form.SFT))
    assert len(rows_of(tmp_path / "out", Form.SFT)) == counts.rows
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "counts.json", "dataset_info.json", "export.json", "schema.json", "sft.jsonl",
    ]  # fmt: skip
    assert not partial.exists()


def test_export_when_no_row_is_left_then_nothing_is_written(run: Path, tmp_path: Path) -> None:
    settings = ExportSettings(Form.SFT, ("openmath-tir",))
    counts = export_runs([run], tmp_path / "out", settings)
    assert counts.rows == 0
    assert "no_final_answer" in counts.reasons()
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / ".out.partial").exists()


async def test_export_when_problems_are_near_or_in_a_benchmark_then_they_are_listed(
    tmp_path: Path,
) -> None:
    known = "Find the sum of all positive integers below one hundred that three divides."
    benchmark = tmp_path / "held.jsonl"
    benchmark.write_text(json.dumps({"problem": known, "id": "h1"}) + "\n")
    texts = [known.replace("three", "$3$"), known.upper(), "Count the twelve odd grey geese.",
             "Count the twelve odd grey geese!", "Name an even prime."]  # fmt: skip
    problems = [Problem(text, f"q{n}", "42") for n, text in enumerate(texts)]
    run = await write_run(tmp_path / "run", [(one, [attempt(problem=one)]) for one in problems])
    settings = ExportSettings(Form.SFT, against=(str(benchmark),), near=0.8)
    counts = export_runs([run], tmp_path / "out", settings)
    assert [row["problem_id"] for row in rows_of(tmp_path / "out", Form.SFT)] == ["q2", "q4"]
    assert counts.problems_dropped == {"contaminated": 2, "near_problem": 1}
    assert counts.attempts_dropped == counts.problems_dropped
    assert [(one["problem_id"], one["question_id"]) for one in counts.overlaps] == [
        ("q0", "h1"), ("q1", "h1"),
    ]  # fmt: skip
    assert counts.overlaps[1]["why"] == "the same"
    assert counts.near == [{"problem_id": "q3", "near": "q2"}]
    kept = json.loads((tmp_path / "out" / "counts.json").read_text())
    assert kept == counts.as_dict()


async def test_export_when_several_runs_hold_a_problem_then_pairs_come_from_all(
    tmp_path: Path,
) -> None:
    await write_run(tmp_path / "runs" / "a", [(PROBLEM, [LONG])])
    await write_run(tmp_path / "runs" / "b", [(PROBLEM, [attempt()])], still_open=[(OTHER, WRONG)])
    counts = export_runs([tmp_path / "runs"], tmp_path / "out", ExportSettings(Form.PREFERENCE))
    [row] = rows_of(tmp_path / "out", Form.PREFERENCE)
    assert (row["id"], row["rejected_id"]) == ("b/p1/0", "a/p1/2")
    assert counts.problems_dropped == {"not_settled": 1}
    with pytest.raises(ConfigError, match="named twice"):
        export_runs(
            [tmp_path / "runs", tmp_path / "runs" / "a"], tmp_path / "x", ExportSettings(Form.SFT)
        )
    with pytest.raises(ConfigError, match="no folder of a run"):
        export_runs([tmp_path / "nowhere"], tmp_path / "x", ExportSettings(Form.SFT))


async def test_export_when_prompts_differ_then_no_pair_is_made_of_them(tmp_path: Path) -> None:
    other = attempt(5, LONG_SAID, prompt="Think.\n")
    run = await write_run(tmp_path / "run", [(PROBLEM, [attempt(), other])])
    counts = export_runs([run], tmp_path / "out", ExportSettings(Form.PREFERENCE))
    assert counts.rows == 0
    assert counts.problems_dropped == {"near_lengths": 2}


LONG_SAID = (code(), code("print(40 + 2)", before="Once more, to be sure of it.\n"), last())


def reader(faults: Sequence[str] = ()) -> Reader:
    return Reader(decode, lambda one: list(faults))


def test_export_when_ids_are_decoded_then_texts_hold_the_end_tokens(
    run: Path, tmp_path: Path
) -> None:
    export_runs([run], tmp_path / "out", ExportSettings(Form.SFT), reader=reader())
    for row in rows_of(tmp_path / "out", Form.SFT):
        assert row["text"].endswith(END_TEXT)
        assert decode(row["input_ids"]) == row["prompt_text"] + row["text"]
    counts = export_runs(
        [run], tmp_path / "bad", ExportSettings(Form.RL), reader=reader(["not the same"])
    )
    assert counts.attempts_dropped["texts_differ"] == 4


HOSTILE: dict[str, tuple[Trajectory, str]] = {
    "unknown ids": (replace(attempt(), token_exact=False), "no_exact_ids"),
    "huge id": (replace(attempt(), ids=(2**70, *attempt().ids[1:])), "ids_out_of_range"),
    "negative id": (replace(attempt(), ids=(-7, *attempt().ids[1:])), "ids_out_of_range"),
    "nan": (
        replace(attempt(), logprobs=(math.nan,) * len(attempt().ids)), "logprobs_not_finite",
    ),
    "huge seed": (replace(attempt(), seed=2**80), "seed_out_of_range"),
    "wrong mask": (replace(attempt(), mask=b"\x01" * len(attempt().ids)), "misaligned"),
    "nothing": (attempt(0, ()), "nothing_sampled"),
    "broken engine": (attempt(stop=StopReason.ENGINE_ERROR), "stopped_engine_error"),
    "broken kernel": (attempt(stop=StopReason.KERNEL_ERROR), "stopped_kernel_error"),
    "defect": (attempt(stop=StopReason.FAULT), "stopped_fault"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("form", [Form.SFT, Form.RL])
async def test_export_when_an_attempt_is_unfit_then_it_is_left_out_with_its_reason(
    case: str, form: Form, tmp_path: Path
) -> None:
    bad, why = HOSTILE[case]
    good = attempt(9)
    run = await write_run(tmp_path / "run", [(PROBLEM, [bad, good])])
    settings = ExportSettings(form, ("all",), files=BOTH)
    counts = export_runs([run], tmp_path / "out", settings)
    assert counts.attempts_dropped == {why: 1}
    assert [row["id"] for row in rows_of(tmp_path / "out", form)] == ["run/p1/9"]


async def test_export_when_texts_are_hostile_then_every_line_is_one_row(tmp_path: Path) -> None:
    nasty = "\u2028\x00</script>\x85 \ud800 \\boxed{" * 50
    problem = Problem("What?\u2028\r\n\x00 is 6*7", "p\n1", "42")
    result = CodeResult(CodeStatus.OK, stdout=f"{nasty}\n")
    said = (code(nasty, result), last(words=nasty))
    run = await write_run(tmp_path / "run", [(problem, [attempt(0, said, problem=problem)])])
    settings = ExportSettings(Form.SFT, ("all",), ids=False, files=BOTH)
    assert export_runs([run], tmp_path / "out", settings).rows == 1
    [row] = rows_of(tmp_path / "out", Form.SFT)
    assert row["problem"] == problem.text
    assert "\u2028\x00</script>" in row["text"]


def test_writers_when_a_text_holds_half_a_character_then_both_write_the_same(
    tmp_path: Path,
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = (Column("text", "text", ""), Column("messages", "messages", ""))
    row = {"text": "a\ud800b", "messages": [{"role": "user", "content": "\udfff"}]}
    for kind in FileKind:
        with open_writer(kind, tmp_path / kind, columns) as writer:
            writer.add(row)
            writer.finish()
    plain = {"text": "a?b", "messages": [{"role": "user", "content": "?"}]}
    assert json.loads((tmp_path / "jsonl").read_text()) == plain
    assert parquet.read_table(tmp_path / "parquet").to_pylist() == [plain]


def test_writers_when_many_rows_come_then_all_are_written_in_groups(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = (Column("number", "integer", ""), Column("ids", "ids", ""))
    rows = [{"number": n, "ids": [n] * 50_000} for n in range(200)]
    with open_writer(FileKind.PARQUET, tmp_path / "many", columns) as writer:
        for one in rows:
            writer.add(one)
        writer.finish()
    file = parquet.ParquetFile(tmp_path / "many")
    assert file.num_row_groups >= 200 // 64
    assert file.read().to_pylist() == rows


def test_writers_when_the_disk_is_full_then_one_clear_error(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no device that is always full")
    columns = (Column("text", "text", ""),)
    for kind in FileKind:
        if kind is FileKind.PARQUET:
            pytest.importorskip("pyarrow")
        with pytest.raises(RecordError, match="cannot write"):
            with open_writer(kind, Path("/dev/full"), columns) as writer:
                for _ in range(100):
                    writer.add({"text": "x" * 10_000})
                writer.finish()


def test_export_when_records_are_damaged_then_it_stops_and_leaves_nothing(
    run: Path, tmp_path: Path
) -> None:
    records = run / "records.jsonl"
    data = records.read_bytes()
    records.write_bytes(data.replace(b'"ids":"varint', b'"ids":"varxnt', 1))
    with pytest.raises(RecordError):
        export_runs([run], tmp_path / "out", ExportSettings(Form.SFT))
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / ".out.partial").exists()


def test_export_when_it_is_stopped_in_between_then_nothing_is_left(
    run: Path, tmp_path: Path
) -> None:
    def stop(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    settings = ExportSettings(Form.SFT, files=BOTH)
    with pytest.raises(KeyboardInterrupt):
        export_runs([run], tmp_path / "out", settings, progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]
    assert export_runs([run], tmp_path / "out", settings).rows == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_export_when_nobody_may_write_there_then_it_says_so(run: Path, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(ConfigError, match="cannot write"):
        export_runs([run], tmp_path / "locked" / "out", ExportSettings(Form.SFT))


def test_export_when_another_process_writes_the_same_then_it_is_refused(
    run: Path, tmp_path: Path
) -> None:
    partial = tmp_path / ".out.partial"
    partial.mkdir()
    hold = (
        "import fcntl, sys; file = open(sys.argv[1], 'w'); fcntl.lockf(file, fcntl.LOCK_EX); "
        "print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(partial / "records.lock")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(RecordError, match="another run writes"):
            export_runs([run], tmp_path / "out", ExportSettings(Form.SFT))
        holder.communicate("")
    assert export_runs([run], tmp_path / "out", ExportSettings(Form.SFT)).rows == 3


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (lambda: ExportSettings(Form.RL, ids=False), "made of token ids"),
        (lambda: ExportSettings(Form.SFT, near=0.0), "share of 0.0"),
        (lambda: ExportSettings(Form.SFT, files=()), "nothing to write"),
        (lambda: ExportSettings(Form.SFT, ("shorter",)), "is not for sft"),
        (lambda: ExportSettings(Form.RL, ("no-such",)), "is unknown for rl"),
        (
            lambda: ExportSettings(Form.PREFERENCE, ("shorter", "imagination-dpo-1")),
            "cannot both choose",
        ),
    ],
)
def test_export_when_settings_do_not_go_together_then_they_are_refused(
    made: Any, told: str
) -> None:
    with pytest.raises(ConfigError, match=told):
        made()
