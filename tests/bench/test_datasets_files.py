"""Problems from CSV, JSON, Parquet and packed files; hostile ones are refused with their place."""

import gzip
import json
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from tirkit.bench import load_problems
from tirkit.bench.datasets import files, parquet
from tirkit.errors import ConfigError, MissingExtra
from tirkit.types import AnswerDomain

ROWS = [
    {"q": "What is 1+1?", "gold": "2", "uid": "one", "level": "1"},
    {"q": 'Say "x, y"\nand more', "gold": "3/4", "uid": "two", "level": "2"},
]
FIELDS = {"question": "q", "answer": "gold", "id": "uid"}
CSV = (
    b"\xef\xbb\xbfq,gold,uid,level\r\n"
    b"What is 1+1?,2,one,1\r\n"
    b'"Say ""x, y""\nand more",3/4,two,2\r\n'
)
TSV = b'q\tgold\tuid\tlevel\nWhat is 1+1?\t2\tone\t1\n"Say ""x, y""\nand more"\t3/4\ttwo\t2'


def write(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def write_parquet(path: Path, columns: dict[str, Any]) -> Path:
    pl.DataFrame(columns, strict=False).write_parquet(path)
    return path


def all_forms(folder: Path) -> list[Path]:
    lines = "\n".join(map(json.dumps, ROWS))
    paths = [
        write(folder / "a.jsonl", lines),
        write(folder / "a.ndjson", lines),
        write(folder / "a.json", json.dumps(ROWS)),
        write(folder / "b.json", json.dumps({"version": 1, "data": ROWS})),
        write(folder / "a.csv", CSV),
        write(folder / "A.TSV", TSV),
    ]
    packed = [write(Path(f"{path}.gz"), gzip.compress(path.read_bytes())) for path in paths]
    columns = {name: [row[name] for row in ROWS] for name in ROWS[0]}
    return [*paths, *packed, write_parquet(folder / "a.parquet", columns)]


def test_load_problems_when_any_form_is_read_then_the_problems_are_the_same(tmp_path: Path) -> None:
    paths = all_forms(tmp_path)
    assert len(paths) == 13
    for path in paths:
        problems = load_problems(path, fields=FIELDS)
        found = [(one.text, one.answer, one.id, dict(one.metadata)) for one in problems]
        assert found == [
            ("What is 1+1?", "2", "one", {"level": "1"}),
            ('Say "x, y"\nand more', "3/4", "two", {"level": "2"}),
        ], path
        assert load_problems(str(path), fields=FIELDS, limit=1) == problems[:1]


def test_load_problems_when_a_limit_is_reached_then_reads_no_further(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"problem": "a?"}\nnot JSON\n')
    assert [problem.text for problem in load_problems(path, limit=1)] == ["a?"]
    with pytest.raises(ConfigError, match="a limit of 0 problems: read 1 or more"):
        load_problems(path, limit=0)


def test_load_problems_when_fields_are_wrong_then_names_what_there_is(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", json.dumps({f"c{n}": "x" for n in range(14)}))
    with pytest.raises(ConfigError) as caught:
        load_problems(path, fields={"question": "text"})
    assert str(caught.value) == (
        f"{path}, line 1: no column 'text' for question: there are "
        + ", ".join(f"'c{n}'" for n in range(12))
        + " and 2 more"
    )
    with pytest.raises(ConfigError, match=r"no question: give one of problem, .*there are 'c0'"):
        load_problems(path)
    with pytest.raises(ConfigError, match="no column 'gold' for answer"):
        load_problems(path, fields={"question": "c1", "answer": "gold"})
    with pytest.raises(ConfigError, match="field 'reply' is not known: map question, answer, id"):
        load_problems(path, fields={"reply": "c1"})
    with pytest.raises(ConfigError, match="field 'answer': give the name of a column"):
        load_problems(path, fields={"answer": ""})


def test_load_problems_when_a_column_holds_domains_then_each_problem_has_its_own(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "a.csv", "problem,kind\na?,integer:0..9\nb?,\nc?,set\nd?,nonsense\n")
    problems = load_problems(path, fields={"domain": "kind"}, limit=3)
    assert [str(problem.domain) for problem in problems] == ["integer:0..9", "any", "set"]
    with pytest.raises(ConfigError, match=r"line 5: unknown answer domain 'nonsense'"):
        load_problems(path, fields={"domain": "kind"})
    asked = AnswerDomain.parse("integer")
    assert {one.domain for one in load_problems(path, domain=asked)} == {asked}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("problem,answer\na?,1\nb?\n", "line 3: 1 cells where the header has 2"),
        ("problem,answer\na?,1,2\n", "line 2: 3 cells where the header has 2"),
        ("problem,answer,answer\na?,1,2\n", "the header names the column 'answer' twice"),
        ('problem,answer\n"a?,1\n', "line 2: malformed CSV: unexpected end of data"),
        ('problem,answer\n"a"?,1\n', "line 2: malformed CSV: ',' expected after '\"'"),
        ("problem,answer\na\0?,1\n", "line 2: question holds a NUL character"),
        ("problem,answer\na?,1\0\n", "line 2: answer holds a NUL character"),
        (b"problem,answer\n\xff?,1\n", "line 2: not UTF-8: invalid start byte at byte 0"),
        ("problem,answer\r\ra?,1\r", "line 1: malformed CSV: new-line character"),
        ("problem;answer\na?;1\n", "line 2: no question: give one of problem"),
        ('problem\n"a\nb"\n\nc\n"a\nb"\n', "line 6: the same question as in line 2"),
        ("problem,answer\n", "holds no problem"),
        ("", "holds no problem"),
    ],
)
def test_load_problems_when_a_csv_file_is_bad_then_names_the_place(
    tmp_path: Path, content: str | bytes, fault: str
) -> None:
    path = write(tmp_path / "set.csv", content)
    with pytest.raises(ConfigError) as caught:
        load_problems(path)
    assert str(path) in str(caught.value)
    assert fault in str(caught.value)


def test_load_problems_when_a_cell_is_huge_then_refuses_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "x" * 1_000_001
    for name, content in (("a.csv", f"problem\n{long}\n"), ("a.jsonl", f'{{"problem": "{long}"}}')):
        path = write(tmp_path / name, content)
        with pytest.raises(ConfigError, match="question of 1000001 characters: at most 1000000"):
            load_problems(path)
    trace = write(tmp_path / "b.csv", f"problem,trace\na?,{long}\n")
    assert load_problems(trace)[0].metadata == {"trace": long}
    monkeypatch.setattr(files, "MAX_CELL_CHARS", 1000)
    with pytest.raises(ConfigError, match=r"line 2: malformed CSV: field larger than .*1000"):
        load_problems(trace)
    monkeypatch.setattr(files, "MAX_LINE_BYTES", 1000)
    big = write(tmp_path / "a.json", json.dumps([{"problem": long}]))
    with pytest.raises(ConfigError, match=r"is over 1000 bytes: write it as JSONL"):
        load_problems(big)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("{", "is malformed JSON: Expecting property name"),
        ("[" * 100_000, "is malformed JSON"),
        ("5", "holds no list of objects"),
        ('{"a": [], "b": []}', "holds no list of objects"),
        ('["x"]', "item 1: not a JSON object"),
        ("[]", "holds no problem"),
        (b"[\xff]", "is not UTF-8: invalid start byte at byte 1"),
        ('[{"problem": "x"}, {"problem": "x"}]', "item 2: the same question as in item 1"),
        ('[{"problem": "x", "answer": Infinity}]', "item 1: answer is not finite"),
        ('[{"problem": "x", "m": ' + "[" * 700 + "]" * 700 + "}]", "item 1: nested too deep"),
    ],
)
def test_load_problems_when_a_json_file_is_bad_then_names_the_place(
    tmp_path: Path, content: str | bytes, fault: str
) -> None:
    path = write(tmp_path / "set.json", content)
    with pytest.raises(ConfigError) as caught:
        load_problems(path)
    assert str(path) in str(caught.value)
    assert fault in str(caught.value)


def test_load_problems_when_packed_data_are_damaged_then_says_so(tmp_path: Path) -> None:
    packed = gzip.compress(b"".join(b'{"problem": "%d?"}\n' % n for n in range(1000)))
    for content in (packed[:-20], b"plain text", packed[:30] + b"\xff" * 40 + packed[70:]):
        path = write(tmp_path / "set.jsonl.gz", content)
        with pytest.raises(ConfigError, match=r"cannot read .*set\.jsonl\.gz"):
            load_problems(path)


@pytest.mark.parametrize("name", ["set", "set.txt", "set.gz", "set.parquet.gz", "set.arrow"])
def test_load_problems_when_the_form_is_not_known_then_says_which_are(
    tmp_path: Path, name: str
) -> None:
    path = write(tmp_path / name, "x")
    with pytest.raises(ConfigError, match=r"the format is told by the name's end.* use \.jsonl"):
        load_problems(path)


def test_load_problems_when_parquet_holds_all_kinds_then_keeps_what_json_can(
    tmp_path: Path,
) -> None:
    columns = {
        "problem": ["a?", "b?", "c?", "d?"],
        "answer": [142.0, 0.5, float("nan"), None],
        "id": [1, 2, 3, 4],
        "tags": [["x", None], [], None, ["y"]],
        "picture": [b"\x89PNG", None, b"", b"\0"],
        "when": [date(2025, 2, 6), None, None, None],
        "price": [Decimal("1.50"), None, None, None],
        "score": [float("inf"), float("nan"), 0.25, None],
        "source": [{"year": 2025, "raw": b"12"}, None, None, None],
    }
    problems = load_problems(write_parquet(tmp_path / "a.parquet", columns))
    assert [problem.answer for problem in problems] == ["142", "0.5", None, None]
    assert [problem.id for problem in problems] == ["1", "2", "3", "4"]
    assert problems[0].metadata == {
        "tags": ["x", None],
        "picture": "<4 bytes>",
        "when": "2025-02-06",
        "price": problems[0].metadata["price"],
        "score": None,
        "source": {"year": 2025, "raw": "<2 bytes>"},
    }
    assert Decimal(problems[0].metadata["price"]) == Decimal("1.5")
    for problem in problems:
        json.dumps(dict(problem.metadata), allow_nan=False)


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        ({"problem": [["a?"]]}, "row 1: no question"),
        ({"problem": ["a?", None]}, "row 2: no question"),
        ({"problem": [b"a?"]}, "row 1: no question"),
        ({"problem": ["a?"], "answer": [["1"]]}, "answer is neither text nor a number but a list"),
        ({"problem": ["a?"], "answer": [b"1"]}, "answer is neither text nor a number but bytes"),
        ({"problem": ["a?"], "answer": [{"x": 1}]}, "but an object"),
        ({"problem": ["a?"], "answer": [True]}, "but true or false"),
        ({"problem": ["a?"], "answer": [date(2025, 1, 1)]}, "but date"),
        ({"problem": ["a?"], "answer": [float("-inf")]}, "answer is not finite"),
        ({"problem": ["a?", "b?"], "id": [7, 7]}, "row 2: the same id as in row 1"),
        ({"problem": ["a?", "a?"]}, "row 2: the same question as in row 1"),
        ({"problem": []}, "holds no problem"),
    ],
)
def test_load_problems_when_parquet_holds_other_things_then_names_the_row(
    tmp_path: Path, columns: dict[str, Any], fault: str
) -> None:
    path = write_parquet(tmp_path / "a.parquet", columns)
    with pytest.raises(ConfigError) as caught:
        load_problems(path)
    assert str(path) in str(caught.value)
    assert fault in str(caught.value)


def test_load_problems_when_parquet_is_broken_then_says_so_in_one_line(tmp_path: Path) -> None:
    good = write_parquet(tmp_path / "a.parquet", {"problem": ["a?" * 1000, "b?"]}).read_bytes()
    for content in (b"", b"PAR1", good[:-9], good[: len(good) // 2], b"x" * 500 + b"PAR1"):
        path = write(tmp_path / "b.parquet", content)
        with pytest.raises(ConfigError) as caught:
            load_problems(path)
        assert str(caught.value).startswith(f"{path} is no Parquet file that can be read: ")
        assert "\n" not in str(caught.value)


def test_load_problems_when_bytes_of_parquet_are_wrong_then_it_is_a_config_error_or_read(
    tmp_path: Path,
) -> None:
    columns = {"problem": [f"{n}?" for n in range(40)], "answer": [*range(40)]}
    good = write_parquet(tmp_path / "a.parquet", columns).read_bytes()
    random, refused = Random(7), 0
    for _ in range(300):
        place = random.randrange(len(good))
        wrong = random.randbytes(random.randrange(1, 5))
        path = write(tmp_path / "b.parquet", good[:place] + wrong + good[place + len(wrong) :])
        try:
            load_problems(path)
        except ConfigError as error:
            refused += str(error).startswith(str(path))
    assert refused > 100


def test_load_problems_when_parquet_unpacks_to_too_much_then_refuses_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "MAX_BATCH_BYTES", 1_000_000)
    repeated = write_parquet(tmp_path / "a.parquet", {"problem": ["x" * 100_000] * 64})
    assert repeated.stat().st_size < 50_000
    with pytest.raises(ConfigError, match=r"holds rows of \d+ bytes together: at most 1000000"):
        load_problems(repeated)
    one = write_parquet(tmp_path / "b.parquet", {"problem": ["x" * 2_000_000]})
    with pytest.raises(ConfigError, match=r"holds rows of \d+ bytes together"):
        load_problems(one)


def test_load_problems_when_pyarrow_is_not_installed_then_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    path = write_parquet(tmp_path / "a.parquet", {"problem": ["a?"]})
    with pytest.raises(MissingExtra, match=r"pip install \"tirkit\[datasets\]\""):
        load_problems(path)
