"""What ran, and on what, stands at the head of the records, and no secret does."""

import json
import os
import platform
import sys
from pathlib import Path

import pytest

from tests.records.factory import PROBLEM, SETTINGS, trajectory
from tirkit.errors import ConfigError
from tirkit.records import RecordedRun, RecordWriter, RunRow
from tirkit.records.machine import Machine, this_machine
from tirkit.records.schema import decode_row, encode_row
from tirkit.records.secrets import without_secrets


async def test_header_when_a_run_begins_then_tells_what_runs_on_what(tmp_path: Path) -> None:
    settings = {"engine": "replay:x", "seed": 7, **SETTINGS}
    facts = {"dataset": "aime24"}
    async with RecordWriter(tmp_path, settings, beside={"max_in_flight": 8}, facts=facts):
        pass
    [header] = RecordedRun(tmp_path).headers
    assert (header.engine, header.seed, header.facts) == ("replay:x", 7, facts)
    assert header.settings == {**settings, "max_in_flight": 8}
    assert header.versions["python"].startswith(f"{sys.version_info[0]}.{sys.version_info[1]}")
    assert {"tirkit", "numpy", "pydantic"} <= header.versions.keys()
    assert header.machine.cores >= 1
    assert header.machine.memory_bytes > 2**28
    assert json.loads((tmp_path / "config.json").read_text()) == settings


async def test_header_when_a_run_is_gone_on_with_then_there_is_one_more(tmp_path: Path) -> None:
    for beside in (1, 2):
        async with RecordWriter(tmp_path, SETTINGS, beside={"max_in_flight": beside}) as writer:
            await writer.append_attempt(PROBLEM, trajectory(beside))
    run = RecordedRun(tmp_path)
    assert [header.settings["max_in_flight"] for header in run.headers] == [1, 2]
    assert run.settings == {**SETTINGS, "max_in_flight": 2}
    lines = (tmp_path / "records.jsonl").read_bytes().splitlines()
    kinds = [json.loads(line)["type"] for line in lines]
    assert kinds == ["run", "attempt", "run", "attempt"]


def test_header_when_read_and_written_then_is_the_same() -> None:
    row = RunRow.of({"engine": "replay:x"}, {})
    assert decode_row(encode_row(row)) == row
    assert (row.seed, RunRow.of({"seed": True}, {}).engine) == (None, "")


def test_header_when_written_then_does_not_tell_whose_machine_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = encode_row(RunRow.of({}, {})).decode()
    assert platform.node() not in text
    assert str(Path.home()) not in text
    assert os.environ.get("HOSTNAME", platform.node()) not in text


def test_header_when_facts_are_no_json_then_is_a_config_error() -> None:
    with pytest.raises(ConfigError, match="cannot be written as JSON"):
        RunRow.of({}, {"x": object()})


@pytest.mark.parametrize(
    ("program", "gpus"),
    [
        ("echo 'NVIDIA H200, 143771 MiB'; echo; echo 'NVIDIA H200, 143771 MiB'", 2),
        ("exit 9", 0),
        ("exec sleep 60", 0),
    ],
)
def test_machine_when_the_driver_is_asked_then_its_answer_is_taken_or_it_is_left(
    program: str, gpus: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "nvidia-smi"
    path.write_text(f"#!/bin/sh\n{program}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("tirkit.records.machine._GPU_SECONDS", 1.0 if gpus else 0.2)
    this_machine.cache_clear()
    try:
        machine: Machine = this_machine()
    finally:
        this_machine.cache_clear()
    assert machine.gpus == ("NVIDIA H200, 143771 MiB",) * gpus


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({"api_key": "abc"}, {"api_key": "…"}),
        ({"args": [{"OPENAI-API-KEY": "abc"}]}, {"args": [{"OPENAI-API-KEY": "…"}]}),
        ({"headers": {"Authorization": "Bearer x"}}, {"headers": {"Authorization": "…"}}),
        ({"hf_token": ["a", "b"]}, {"hf_token": ["…", "…"]}),
        ({"engine": "openai:http://me:word@host:1/v1#m"}, {"engine": "openai:http://…@host:1/v1#m"}),
        ({"url": "https://h/v1?a=1&api_key=abc&b=2"}, {"url": "https://h/v1?a=1&api_key=…&b=2"}),
        ({"note": "use sk-abcdefgh12345678 here"}, {"note": "use sk-… here"}),
        ({"note": "Bearer abcdefghijkl"}, {"note": "Bearer …"}),
        ({"max_tokens": 5, "stop_token_ids": [1]}, {"max_tokens": 5, "stop_token_ids": [1]}),
        ({"api_key": "", "token": None}, {"api_key": "", "token": None}),
        ({"prompt": "key: 5, risk-free", "x": 1.5}, {"prompt": "key: 5, risk-free", "x": 1.5}),
    ],
)  # fmt: skip
def test_secret_when_it_stands_in_settings_then_is_not_shown(
    settings: dict[str, object], shown: dict[str, object]
) -> None:
    assert without_secrets(settings) == shown


async def test_secret_when_given_then_is_in_no_file_and_may_change(tmp_path: Path) -> None:
    for secret in ("hunter-one", "hunter-two"):
        settings = {**SETTINGS, "engine_args": {"api_key": secret}}
        async with RecordWriter(tmp_path, settings, facts={"password": secret}) as writer:
            await writer.append_attempt(PROBLEM, trajectory())
    files = [path.read_bytes() for path in tmp_path.iterdir()]  # noqa: ASYNC240 - small
    assert len(files) == 4
    assert not any(b"hunter" in data for data in files)
