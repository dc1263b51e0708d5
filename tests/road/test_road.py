"""The whole road over a made corpus."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.road.made_corpus import ASKED, POSTS, ScriptedModel, run_cell, write_corpus
from tirkit.bench import load_problems
from tirkit.errors import ConfigError, EngineError, RecordError
from tirkit.road import RoadSettings, StageCounts, load_road, run_road
from tirkit.testing import FakeKernelSource


def settings(folder: Path, **more: Any) -> RoadSettings:
    return load_road(
        overrides={
            "unique.against": (str(folder / "held.jsonl"),),
            "agree.attempts": 4,
            "agree.support": 0.5,
            "cot.attempts": 2,
            "cot.ids": False,
            "tir.attempts": 4,
            "tir.ids": False,
            **more,
        }
    )


async def go(
    folder: Path, model: ScriptedModel | None = None, **more: Any
) -> dict[str, StageCounts]:
    until = more.pop("until", "tir")
    done = await run_road(
        [folder / "posts.jsonl", folder / "pages"],
        folder / "out",
        (model or ScriptedModel()).engine,
        settings(folder, **more),
        until=until,
        kernels=FakeKernelSource(run_cell),
    )
    return {one.name: one for one in done}


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "out" / name).read_text().splitlines()]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    write_corpus(tmp_path)
    return tmp_path


async def test_road_when_it_is_gone_then_everything_left_out_is_counted(corpus: Path) -> None:
    model = ScriptedModel()
    done = await go(corpus, model)
    assert len(POSTS) == 30
    assert {name: dict(one.dropped) for name, one in done.items()} == {
        "documents": {
            "malformed_line": 2,
            "short_document": 1,
            "no_text": 1,
            "same_text": 1,
            "long_document": 1,
        },
        "extract": {"no_problem": 5, "not_in_document": 1, "malformed_reply": 1},
        "classify": {"multiple_choice": 1, "binary": 1, "invalid": 1},
        "transform": {"no_question_in_proof": 1},
        "quality": {"needs_picture": 1},
        "unique": {"contaminated": 1, "near_problem": 1},
        "agree": {"no_agreement": 2, "differs_from_document": 1},
        "cot": {},
        "tir": {"wrong": 9},
    }
    assert dict(done["extract"].refused) == {"malformed_reply": 5}
    assert done["documents"].read == len(POSTS) + 2
    for name, one in done.items():
        lost = sum(one.dropped.values())
        if name in {"classify", "transform", "quality", "unique", "agree"}:
            assert one.read == one.rows + lost, name
    assert (done["agree"].rows, done["cot"].rows) == (10, 20)
    assert done["tir"].rows == 10 * 4 - 9


async def test_road_when_it_is_gone_then_rows_hold_what_was_agreed_on(corpus: Path) -> None:
    await go(corpus)
    agreed = {row["id"]: row for row in rows(corpus, "07-agree.jsonl")}
    assert set(agreed) == {
        *("a01.1", "a02.1", "a03.1", "a04.1", "a05.1", "a05.2", "a06.1", "a07.1", "a08.1", "a12.1")
    }
    assert (agreed["a08.1"]["answer"], agreed["a08.1"]["source_answer"]) == ("9", None)
    assert (agreed["a08.1"]["votes"], agreed["a08.1"]["attempts"]) == (3, 4)
    assert agreed["a03.1"]["answer"] == r"\frac{11}{12}"
    assert agreed["a03.1"]["problem"].startswith(r"Compute the value of $\frac{3}{4}")
    assert (agreed["a12.1"]["problem"], agreed["a12.1"]["answer"]) == (ASKED, "625")
    assert agreed["a12.1"]["original"].startswith("Prove that")
    problems = load_problems(corpus / "out" / "07-agree.jsonl")
    assert [problem.id for problem in problems] == list(agreed)


async def test_road_when_it_is_gone_then_trajectories_are_right_and_of_their_kind(
    corpus: Path,
) -> None:
    await go(corpus)
    cot, tir = rows(corpus, "08-cot.jsonl"), rows(corpus, "09-tir.jsonl")
    assert all(row["reward"] == 1.0 for row in (*cot, *tir))
    assert {row["cells"] for row in cot} == {0}
    assert {row["cells"] for row in tir} == {1}
    assert {row["dialect"] for row in cot} == {"prose"}
    assert all(
        [one["role"] for one in row["messages"]][:3] == ["user", "assistant", "tool"] for row in tir
    )
    left = Counter(one["id"] for one in rows(corpus, "09-tir.dropped.jsonl"))
    assert left["a01.1"] == 1


async def test_road_when_it_is_gone_again_then_nothing_is_asked(corpus: Path) -> None:
    await go(corpus)
    before = {path.name: path.read_bytes() for path in (corpus / "out").glob("*.json*")}
    again = ScriptedModel(fail_after=0)
    done = await go(corpus, again)
    assert all(one.already_there for one in done.values())
    assert not again.asked
    after = {path.name: path.read_bytes() for path in (corpus / "out").glob("*.json*")}
    assert after == before


@pytest.mark.parametrize("replies", [0, 1, 5, 30, 60, 75, 110, 200])
async def test_road_when_the_engine_dies_then_the_next_run_goes_on(
    replies: int, corpus: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = tmp_path_factory.mktemp("whole")
    write_corpus(whole)
    model = ScriptedModel()
    wanted = await go(whole, model)
    dying = ScriptedModel(fail_after=replies)
    with pytest.raises(EngineError):
        await go(corpus, dying)
    rest = ScriptedModel()
    done = await go(corpus, rest)
    for name in ("documents", "extract", "classify", "transform", "quality", "unique"):
        assert done[name].as_dict() == wanted[name].as_dict()
    for name in ("extract", "classify", "transform"):
        assert rest.asked[name] <= model.asked[name]
        same = (whole / "out" / "kept" / f"{name}.jsonl").read_text().splitlines()
        kept = (corpus / "out" / "kept" / f"{name}.jsonl").read_text().splitlines()
        assert Counter(kept) == Counter(same)
    # A problem some attempts at which were over when the engine died is settled with those.
    agreed = {row["id"]: row for row in rows(corpus, "07-agree.jsonl")}
    might = {row["id"] for row in rows(whole, "07-agree.jsonl")}
    failed = {
        row["id"]
        for row in rows(corpus, "07-agree.dropped.jsonl")
        if row["why"] == "attempts_failed"
    }
    assert might <= agreed.keys() | failed
    assert agreed.keys() <= might
    assert all(row["attempts"] == 4 for row in agreed.values())
    for name, each in (("cot", 2), ("tir", 4)):
        left = done[name].dropped.total()
        assert done[name].rows + left == each * len(agreed)


@pytest.mark.parametrize("number", [1, 20, 50, 90, 150])
async def test_road_when_it_is_cancelled_then_nothing_is_left_running_and_the_next_run_goes_on(
    number: int, corpus: Path
) -> None:
    with anyio.CancelScope() as scope:

        def hear(asked: int) -> None:
            if asked == number:
                scope.cancel()

        model = ScriptedModel(hear=hear)
        await go(corpus, model)
    assert scope.cancelled_caught
    assert model.engine.unfinished_requests == 0
    done = await go(corpus)
    assert (done["agree"].rows, done["cot"].rows, done["tir"].rows) == (10, 20, 31)


async def test_road_when_another_one_writes_there_then_it_is_refused(corpus: Path) -> None:
    refused: list[str] = []

    async def second() -> None:
        try:
            await go(corpus)
        except RecordError as error:
            refused.append(str(error))

    async with anyio.create_task_group() as tasks:

        def hear(asked: int) -> None:
            if asked == 5:
                tasks.start_soon(second)

        done = await go(corpus, ScriptedModel(hear=hear))
    assert done["tir"].rows == 31
    assert len(refused) == 1
    assert "another run writes to" in refused[0]


async def test_road_when_a_late_setting_differs_then_earlier_replies_are_taken_again(
    corpus: Path,
) -> None:
    await go(corpus)
    again = ScriptedModel()
    done = await go(corpus, again, **{"quality.need_answer": True})
    assert [one.name for one in done.values() if one.already_there] == [
        "documents",
        "extract",
        "classify",
        "transform",
    ]
    assert done["quality"].dropped["no_answer"] == 2
    assert not again.asked  # the runs are the same, with fewer problems


async def test_road_when_the_wording_of_one_question_differs_then_that_is_asked_again(
    corpus: Path,
) -> None:
    await go(corpus, until="classify")
    again = ScriptedModel()
    done = await go(corpus, again, until="classify", **{"ask.grounded": 0.4})
    assert again.asked["extract"] > 0
    assert again.asked["classify"] == 0  # the same problems came of it
    assert done["classify"].already_there


async def test_road_when_its_rows_were_changed_then_it_says_so(corpus: Path) -> None:
    await go(corpus, until="documents")
    file = corpus / "out" / "01-documents.jsonl"
    file.write_bytes(file.read_bytes() + b"{}\n")
    with pytest.raises(
        ConfigError, match="01-documents.jsonl was changed.*remove 01-documents.json"
    ):
        await go(corpus, until="documents")
    (corpus / "out" / "01-documents.json").unlink()
    await go(corpus, until="documents")


async def test_road_when_the_folder_holds_something_else_then_it_is_left_alone(
    corpus: Path,
) -> None:
    (corpus / "out").mkdir()
    (corpus / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(ConfigError, match="something else than a road"):
        await go(corpus)
    assert [one.name for one in (corpus / "out").iterdir()] == ["thesis.txt"]


async def test_road_when_a_line_of_the_journal_is_torn_then_it_is_asked_again(
    corpus: Path,
) -> None:
    await go(corpus, until="extract")
    (corpus / "out" / "02-extract.json").unlink()
    journal = corpus / "out" / "kept" / "extract.jsonl"
    journal.write_bytes(journal.read_bytes()[:-20])
    again = ScriptedModel()
    await go(corpus, again, until="extract")
    assert 1 <= again.asked["extract"] <= 3
    journal.write_bytes(b"[]\n" + journal.read_bytes())
    (corpus / "out" / "02-extract.json").unlink()
    with pytest.raises(RecordError, match="damaged"):
        await go(corpus, until="extract")


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ({"cot.filters": ["best"]}, "is unknown for sft"),
        ({"quality.domain": "integers"}, "integers"),
        ({"tir.preset": "none"}, "unknown preset"),
        ({"tir.set.limits.colour": 3}, "colour"),
        ({"agree.majority": 2.0}, "agree.majority"),
        ({"seed.of": 1}, "has no settings of its own"),
        ({"colour": 1}, "colour"),
        ({"cot.set.dialect.prompt": "tiny"}, "has stop texts"),
        ({"ask.texts": "rude"}, "unknown road texts"),
    ],
)
async def test_road_when_a_setting_is_wrong_then_nothing_is_begun(
    overrides: dict[str, Any], told: str, corpus: Path
) -> None:
    with pytest.raises(Exception, match=told):
        await go(corpus, **overrides)
    assert not (corpus / "out").exists()


KILLED = """
import os, sys
from pathlib import Path
import anyio
from tests.road.test_road import go
from tests.road.made_corpus import ScriptedModel
class Killed(ScriptedModel):
    def __call__(self, request):
        if sum(self.asked.values()) >= int(sys.argv[2]):
            os.kill(os.getpid(), 9)
        return super().__call__(request)
anyio.run(go, Path(sys.argv[1]), Killed())
"""


@pytest.mark.slow
@pytest.mark.parametrize("replies", [3, 40, 80, 120])
async def test_road_when_it_is_killed_then_the_next_run_goes_on(replies: int, corpus: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(corpus), str(replies)]
    killed = subprocess.run(command, check=False, cwd=Path(__file__).parents[2], env=os.environ)  # noqa: ASYNC221
    assert killed.returncode == -signal.SIGKILL
    done = await go(corpus)
    assert (done["agree"].rows, done["cot"].rows, done["tir"].rows) == (10, 20, 31)
