"""Documents from files."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.road.made_corpus import ScriptedModel
from tirkit.errors import ConfigError
from tirkit.road import Desk, DocumentSettings, Outcome
from tirkit.road.documents import DocumentsStage
from tirkit.road.folder import FileRows
from tirkit.testing import FakeKernelSource

LONG = "Find the least integer above one hundred that is prime."


def read(*paths: Path, **settings: Any) -> list[Outcome]:
    stage = DocumentsStage(paths, DocumentSettings(**settings))
    desk = Desk(Path(), ScriptedModel().engine, FakeKernelSource({}))
    return list(stage.outcomes(FileRows(None), desk))


def texts(outcomes: list[Outcome]) -> list[str]:
    return [row["text"] for one in outcomes for row in one.rows]


def reasons(outcomes: list[Outcome]) -> list[str]:
    return [one.why for outcome in outcomes for one in outcome.dropped]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"text": LONG}, LONG),
        ({"body": f"<p>{LONG}</p>"}, LONG),
        ({"html": f"{LONG} a &lt; b"}, f"{LONG} a < b"),
        ({"text": f"{LONG} a &lt; b"}, f"{LONG} a &lt; b"),
        ({"content": LONG, "replies": ["101", {"text": "<b>Yes</b>"}]}, f"{LONG}\n\n101\n\nYes"),
        ({"posts": [{"post": LONG, "comments": ["101"]}]}, f"{LONG}\n\n101"),
        ({"text": f"{LONG}\u0000\u001b[31m\ud800"}, f"{LONG}[31m?"),
        ({"text": "", "html": f"<i>{LONG}</i>"}, LONG),
    ],
)
def test_documents_when_a_row_is_read_then_its_texts_are_taken(
    row: dict[str, Any], text: str, tmp_path: Path
) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(row))
    assert texts(read(file)) == [text]


def test_documents_when_rows_are_no_documents_then_each_is_counted(tmp_path: Path) -> None:
    nested: Any = LONG
    for _ in range(30):
        nested = [nested]
    rows = [
        "7", '{"text": 7}', '{"text": "short"}', "{", json.dumps({"replies": nested}),
        json.dumps({"text": LONG}), json.dumps({"text": f"  {LONG.upper()}!"}),
        json.dumps({"text": LONG * 2}), b"\xff\xfe".decode("latin-1"),
    ]  # fmt: skip
    file = tmp_path / "rows.jsonl"
    file.write_bytes("\n".join(rows).encode("latin-1"))
    outcomes = read(file, most_chars=80)
    assert reasons(outcomes) == [
        "malformed_line", "no_text", "short_document", "malformed_line", "no_text", "same_text",
        "long_document", "malformed_line",
    ]  # fmt: skip
    assert len(texts(outcomes)) == 1


def test_documents_when_ids_are_hostile_or_the_same_then_names_are_harmless(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    given = ["a", "a", "../../etc", "x\n#1/t0", 7, None, "é", "a_2"]
    lines = [
        json.dumps({"id": one, "text": f"{LONG} {number}"}) for number, one in enumerate(given)
    ]
    file.write_text("\n".join(lines))
    names = [row["id"] for one in read(file) for row in one.rows]
    assert names == ["a", "a_2", "etc", "x-1-t0", "7", "rows.jsonl-6", "document", "a_2_2"]


def test_documents_when_files_are_of_all_kinds_then_each_is_read_its_way(tmp_path: Path) -> None:
    inner = tmp_path / "in" / "ner"
    inner.mkdir(parents=True)
    (inner / "a.HTML").write_text(f"<p>{LONG} a</p>")
    (inner / "b.txt").write_text(f"{LONG} <b>b</b>")
    (inner / "c.jsonl.gz").write_bytes(gzip.compress(json.dumps({"text": f"{LONG} c"}).encode()))
    (inner / "d.md").write_bytes(b"\0" * 100)
    (inner / "e.txt").write_bytes(bytes(range(128, 256)) * 3)
    (inner / "f.txt").write_text("x" * 4_000_001)
    (inner / ".g.txt").write_text(f"{LONG} g")
    (inner / "h.pdf").write_text(f"{LONG} h")
    outcomes = read(tmp_path)
    assert texts(outcomes) == [f"{LONG} a", f"{LONG} <b>b</b>", f"{LONG} c"]
    assert reasons(outcomes) == ["not_text", "not_text", "large_document"]


@pytest.mark.parametrize(
    ("name", "told"), [("nothing", "no such file"), ("x.pdf", "must end in"), ("", "holds no")]
)
def test_documents_when_there_are_none_then_it_says_so(
    name: str, told: str, tmp_path: Path
) -> None:
    (tmp_path / "x.pdf").write_text("x")
    with pytest.raises(ConfigError, match=told):
        read(tmp_path / name)
    with pytest.raises(ConfigError, match="there is no document"):
        read()
