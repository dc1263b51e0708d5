"""How fast a directory of records opens: `python -m benchmarks.open_records [GIGABYTES] [FOLDER]`.

Makes a run of attempts of 20,000 tokens with log-probabilities, then opens it in fresh processes:
by its index, without one, and reads one problem of it. The file is asked out of the page cache
before, so that the disk counts too. Prints beside it the bytes per token of version 3 and of now.
"""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.report import Report
from tirkit.records import AttemptRow, RecordedRun, SolutionRow
from tirkit.records.schema import encode_row
from tirkit.selection import MajorityVote, tally, vote_from
from tirkit.types import (
    Answer,
    CodeResult,
    CodeStatus,
    FinishReason,
    Problem,
    Solution,
    StopReason,
    Trajectory,
    Turn,
    Usage,
)

ATTEMPTS = 64
TOKENS = 20_000
_VOCABULARY = 40_000
_PLAIN = "plain"
_BLOCK_BYTES = 4 * 1024 * 1024
_SENTENCE = "We count the pairs (a, b) with a*b = 2025 and a < b, so that each divisor is met. "


def main() -> int:
    gigabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    where = sys.argv[2] if len(sys.argv) > 2 else None
    columns = ("what", "seconds", "peak MB", "rows")
    report = Report(f"open_records_{gigabytes:g}gb", columns)
    for tokens in (20_000, 60_000):
        report.rows.append(_bytes_per_token(tokens))
    with tempfile.TemporaryDirectory(dir=where) as folder:
        directory = Path(folder)
        key = _make(directory, int(gigabytes * 1e9))
        plain, *_ = _in_fresh_process(directory, _PLAIN)
        report.rows.append(("read every byte, for comparison", plain, "", ""))
        for name, read, most in (
            ("open without index, which is written", "", max(30.0, 1.5 * plain)),
            ("open by index", "", 10.0),
            ("open by index, read one problem", key, 10.0),
        ):
            seconds, megabytes, rows = _in_fresh_process(directory, read)
            report.rows.append((name, seconds, megabytes, rows))
            met = seconds < most and megabytes < 500
            report.target(f"{name}: under {most:.0f} s and 500 MB", met=met)
    report.publish()
    return 0


def _bytes_per_token(tokens: int) -> tuple[object, ...]:
    """Bytes per token of a row, of version 3 and of now; text and figures included."""
    made = _trajectory(Problem("How many?"), 0, tokens)
    row = encode_row(AttemptRow.of("0" * 64, made))
    old = json.loads(row)
    old |= {"ids": list(made.ids), "logprobs": list(made.logprobs), "version": 3}
    del old["outline"]
    before = len(json.dumps(old, ensure_ascii=False, separators=(",", ":")).encode())
    text = f"{before / tokens:.1f} -> {len(row) / tokens:.1f} bytes a token"
    return f"row of {tokens} tokens: {text}", "", "", 1


def _make(directory: Path, size: int) -> str:
    """Write the records of a run of that many bytes; the hash of a problem in its middle."""
    keys: list[str] = []
    sample = [_trajectory(Problem("How many?"), index, TOKENS) for index in range(8)]
    with (directory / "records.jsonl").open("wb") as file:
        rows = [encode_row(AttemptRow.of("0" * 64, one)) for one in sample]
        while file.tell() < size:
            problem = Problem(f"How many pairs are there of {len(keys)}?", f"p{len(keys)}", "45")
            keys.append(problem.content_hash)
            for index in range(ATTEMPTS):
                row = rows[index % len(rows)]
                old = f'"index":{index % len(rows)},'.encode()
                row = row.replace(b"0" * 64, problem.content_hash.encode(), 1)
                row = row.replace(old, f'"index":{index},'.encode(), 1)
                file.write(row)
            ended = [replace(sample[index % 8], index=index) for index in range(ATTEMPTS)]
            file.write(encode_row(SolutionRow.of(_solution(problem, ended))))
        os.fsync(file.fileno())
    return keys[len(keys) // 2]


def _trajectory(problem: Problem, index: int, tokens: int) -> Trajectory:
    """An attempt of Zipf's ids, log-probabilities in four bytes, and four bytes of text a token."""
    rng = random.Random(index)
    ids = tuple(min(int(rng.paretovariate(0.6)), _VOCABULARY) for _ in range(tokens))
    drawn = (-rng.expovariate(1) * 10 ** rng.uniform(-6, 0.3) for _ in range(tokens))
    floats = memoryview(bytearray(4 * tokens)).cast("f")
    for place, value in enumerate(drawn):
        floats[place] = value
    logprobs = tuple(floats)
    half = tokens // 2
    text = (_SENTENCE * (4 * half // len(_SENTENCE) + 1))[: 4 * half]
    result = CodeResult(CodeStatus.OK, stdout="45\n", duration_seconds=0.1)
    turns = (
        Turn(text, 100, half, "print(45)", result, finish=FinishReason.STOP, given="45"),
        Turn(text, half + 10, tokens, finish=FinishReason.STOP),
    )
    given = 110
    return Trajectory(
        attempt_id=f"{problem.id}#{index}",
        problem_id=problem.id,
        index=index,
        seed=index,
        ids=ids,
        mask=b"\0" * 100 + b"\1" * (half - 100) + b"\0" * 10 + b"\1" * (tokens - half - 10),
        logprobs=logprobs,
        prompt_text=problem.text,
        turns=turns,
        answer=Answer("45", "45"),
        stop_reason=StopReason.ANSWERED,
        stop_detail="",
        usage=Usage(100, tokens - given, 10, 0, 1, 60.0, 0.1),
        token_exact=True,
        engine="replay:made",
        dialect="fenced",
        started_at=1.0,
        duration_seconds=61.0,
        prompt="default",
    )


def _solution(problem: Problem, ended: list[Trajectory]) -> Solution:
    votes = [vote for one in ended if (vote := vote_from(one)) is not None]
    verdict = MajorityVote().select(tally(votes))
    return Solution(problem, verdict, tuple(ended), "all attempts ended", 61.0)


_CHILD = "import sys; from benchmarks.open_records import child; child(*sys.argv[1:])"


def _in_fresh_process(directory: Path, key: str) -> tuple[float, float, int]:
    with (directory / "records.jsonl").open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    command = [sys.executable, "-c", _CHILD, str(directory), key]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds, megabytes, rows = json.loads(told)
    return seconds, megabytes, rows


def child(directory: str, key: str) -> None:
    """Open the records, maybe read a problem, or only read them; tell seconds, peak MB, rows."""
    began = time.perf_counter()
    if key == _PLAIN:
        with (Path(directory) / "records.jsonl").open("rb", buffering=0) as file:
            while file.read(_BLOCK_BYTES):
                pass
        print(json.dumps((time.perf_counter() - began, 0.0, 0)))
        return
    run = RecordedRun(Path(directory))
    rows = len(run.outline.rows)
    if key:
        rows = len(run.solution(key).trajectories)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(json.dumps((seconds, peak, rows)))


if __name__ == "__main__":
    sys.exit(main())
