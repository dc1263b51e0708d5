"""Problems are read as they stand; a bad line is named."""

import json
from pathlib import Path

import pytest

from tirkit.bench import load_problems
from tirkit.errors import ConfigError
from tirkit.types import ANY_ANSWER, AnswerDomain

GOOD = b'{"problem": "What is 1+1?", "answer": "2"}\n'


def write(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "set.jsonl"
    path.write_bytes(content)
    return path


def test_load_problems_when_rows_use_other_keys_then_reads_them(tmp_path: Path) -> None:
    rows = [
        {"problem": "a?", "question": "kept", "answer": 73, "id": "x"},
        {"question": "b?", "expected_answer": " 1/2 ", "level": 5, "id": 7},
        {"prompt": "c?", "answer": None, "tags": ["t", None]},
        {"prompt": "d?", "answer": 0},
        {"prompt": "e?", "answer": ""},
    ]
    content = "\r\n\n".join(map(json.dumps, rows)).encode()
    domain = AnswerDomain.parse("integer:0..999")
    problems = load_problems(write(tmp_path, b"\xef\xbb\xbf" + content), domain=domain)
    assert [problem.text for problem in problems] == ["a?", "b?", "c?", "d?", "e?"]
    assert [problem.answer for problem in problems] == ["73", "1/2", None, "0", None]
    assert [problem.id for problem in problems[:2]] == ["x", "7"]
    assert problems[2].id == f"p-{problems[2].content_hash[:12]}"
    assert [dict(problem.metadata) for problem in problems[:3]] == [
        {"question": "kept"},
        {"level": 5},
        {"tags": ["t", None]},
    ]
    assert {problem.domain for problem in problems} == {domain}


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"\xff\xfe\n", "not UTF-8: invalid start byte at byte 0"),
        (b'{"problem": "x"\n', "malformed JSON: Expecting ',' delimiter"),
        (b"[" * 100_000 + b"\n", "malformed JSON"),
        (b'{"problem": "x", "n": ' + b"9" * 10_000 + b"}\n", "malformed JSON"),
        (b'["problem"]\n', "not a JSON object"),
        (b"null\n", "not a JSON object"),
        (b'{"text": "x"}\n', "no question: give one of problem, question, prompt"),
        (b'{"problem": ""}\n', "no question"),
        (b'{"problem": " \\n\\t", "question": "y"}\n', "no question"),
        (b'{"problem": 5}\n', "no question"),
        (b'{"problem": "x", "answer": ["1"]}\n', "answer is neither text nor a number"),
        (b'{"problem": "x", "answer": true}\n', "answer is neither text nor a number"),
        (b'{"problem": "x", "id": {}}\n', "id is neither text nor a number"),
        (b'{"problem": "x \\ud800"}\n', "question holds a lone surrogate"),
        (b'{"problem": "x", "answer": "\\ud800"}\n', "answer holds a lone surrogate"),
        (b'{"problem": "x \\u0000"}\n', "question holds a NUL"),
        (b'{"problem": "What is 1+1?", "id": "other"}\n', "the same question as in line 1"),
        (b'{"problem": "x", "id": "twice"}\n', "the same id as in line 2"),
    ],
)
def test_load_problems_when_a_line_is_bad_then_names_the_file_and_line(
    tmp_path: Path, line: bytes, fault: str
) -> None:
    path = write(tmp_path, GOOD + b'{"problem": "y", "id": "twice"}\n\n' + line + b"never read")
    with pytest.raises(ConfigError) as caught:
        load_problems(path)
    assert str(caught.value).startswith(f"{path}, line 4: {fault}")


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_load_problems_when_the_file_is_empty_then_says_so(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ConfigError, match="holds no problem"):
        load_problems(write(tmp_path, content))


def test_load_problems_when_the_file_cannot_be_read_then_says_why(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read .*gone: No such file"):
        load_problems(tmp_path / "gone")
    with pytest.raises(
        ConfigError, match=r"cannot read .*: Is a directory, and not one with a dataset"
    ):
        load_problems(tmp_path)


def test_load_problems_when_read_from_real_sets_then_every_row_is_a_problem(
    data_dir: Path,
) -> None:
    aime = load_problems(data_dir / "aime24.jsonl", domain=AnswerDomain.parse("integer:0..999"))
    assert len(aime) == 30
    assert (aime[0].id, aime[0].answer) == ("aime24-0", "73")
    gsm8k = load_problems(data_dir / "tora_code_34b_gsm8k.jsonl")
    assert len(gsm8k) == 1319
    assert gsm8k[0].domain == ANY_ANSWER
    assert set(gsm8k[0].metadata) == {"completion", "predicted", "report"}
    assert all(problem.answer for problem in [*aime, *gsm8k])
