"""The training set: what kernels really printed, in the tokens the model will see."""

import json
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from examples.training.data import ROWS_FILE, Made, make_data
from examples.training.family import Family, Params, Step
from examples.training.rows import encoded_row, read_rows, rows_of, why_dropped
from examples.training.settings import DataTerms, TokenizerTerms
from examples.training.teacher import last_printed, turn_text
from examples.training.tokenizer import make_tokenizer
from tests.training.test_recipe_draw import family as plain_family
from tirkit.errors import EngineError
from tirkit.records import RecordedRun


def _draw(lot: Random) -> Params:
    return {"a": lot.randint(10, 99), "b": lot.randint(10, 99)}


def _solve_in_steps(params: Params, _: Random) -> list[Step]:
    return [
        Step("Keep a.", f"a = {params['a']}\nprint(a)"),
        Step("Use a name that is not there.", "print(a + c)", fails=True),
        Step("Mend it.", f"c = {params['b']}\nprint(a + c)"),
    ]


def _solve_wrong(params: Params, _: Random) -> list[Step]:
    return [Step("", f"print({params['a']})")]


def _family(name: str, tier: int, solve: object) -> Family:
    plain = plain_family(name, tier)
    return Family(
        name,
        "algebra",
        tier,
        plain.phrasings,
        _draw,
        plain.answer,
        solve,  # type: ignore[arg-type]
    )


FAMILIES = (
    plain_family("one"),
    _family("steps", 3, _solve_in_steps),
    _family("wrong", 2, _solve_wrong),
)


@pytest.fixture(scope="module")
def tokenizer_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("tokenizer")
    make_tokenizer(FAMILIES, TokenizerTerms(instances=200, vocab_tokens=400), directory)
    return directory


@pytest.fixture(scope="module")
def words(tokenizer_directory: Path) -> PreTrainedTokenizerBase:
    return AutoTokenizer.from_pretrained(tokenizer_directory)


@pytest.fixture(scope="module")
async def made(
    tokenizer_directory: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Made, Path]:
    directory = tmp_path_factory.mktemp("data")
    terms = DataTerms(examples=40, direct_share=0.1, in_flight=8)
    return await make_data(FAMILIES, terms, tokenizer_directory, directory), directory


def test_tokenizer_when_made_then_digits_stand_alone_and_text_comes_back(
    words: PreTrainedTokenizerBase,
) -> None:
    text = "Find 1234 mod 7.\n```python\n    x = 12**3\n```\n<|im_end|>"
    ids = words.encode(text, add_special_tokens=False)
    assert words.decode(ids) == text
    assert [words.decode([one]) for one in words.encode("2025", add_special_tokens=False)] == list(
        "2025"
    )
    assert len(words) <= 400
    assert words.encode("<|im_end|>", add_special_tokens=False) == [words.eos_token_id]


async def test_data_when_made_then_wrong_solutions_are_dropped_and_counted(
    made: tuple[Made, Path],
) -> None:
    told, directory = made
    assert set(told.dropped) == {"wrong answer"}
    assert told.rows + told.dropped["wrong answer"] == 40
    assert told.families.get("wrong", 0) <= 4  # those answered without code
    assert json.loads((directory / "summary.json").read_text())["rows"] == told.rows


async def test_rows_when_decoded_then_the_model_learns_its_own_words_only(
    made: tuple[Made, Path], words: PreTrainedTokenizerBase
) -> None:
    rows = list(read_rows(made[1] / ROWS_FILE))
    row = next(one for one in rows if one.told["family"] == "steps" and sum(one.mask) > 30)
    pairs = list(zip(row.ids, row.mask, strict=True))
    learnt = words.decode([token for token, mine in pairs if mine])
    given = words.decode([token for token, mine in pairs if not mine])
    assert "print(a + c)" in learnt
    assert learnt.endswith("}$.<|im_end|>")
    assert "NameError" in given
    assert "```output" in given
    assert "```output" not in learnt
    assert given.startswith("<|im_start|>user\nsteps. Way")


async def test_rows_when_encoded_anew_then_they_are_the_recorded_ones(
    made: tuple[Made, Path], words: PreTrainedTokenizerBase
) -> None:
    run = RecordedRun(made[1] / "tools")
    seen = 0
    for solution in run.solutions():
        for trajectory in solution.trajectories:
            row = encoded_row(solution.problem, trajectory, words)
            assert tuple(row.ids) == trajectory.ids
            assert bytes(row.mask) == trajectory.mask
            seen += 1
    assert seen == 36


async def test_rows_when_answered_directly_then_no_code_was_run(
    made: tuple[Made, Path], words: PreTrainedTokenizerBase
) -> None:
    dropped: Counter[str] = Counter()
    rows = list(rows_of([made[1] / "direct"], dropped))
    assert len(rows) == 4
    assert not dropped
    for row in rows:
        text = words.decode(row.ids)
        assert " Answer without code.<|im_end|>" in text
        assert "```" not in text


async def test_data_when_made_again_then_nothing_is_run_anew(
    made: tuple[Made, Path], tokenizer_directory: Path
) -> None:
    told, directory = made
    before = (directory / "tools" / "records.jsonl").read_bytes()
    terms = DataTerms(examples=40, direct_share=0.1, in_flight=8)
    again = await make_data(FAMILIES, terms, tokenizer_directory, directory)
    assert again.rows == told.rows
    assert (directory / "tools" / "records.jsonl").read_bytes() == before


async def test_examples_when_the_reference_is_another_then_they_are_dropped(
    made: tuple[Made, Path],
) -> None:
    solution = next(
        one
        for one in RecordedRun(made[1] / "tools").solutions()
        if one.problem.metadata["family"] == "wrong"
    )
    assert why_dropped(solution.problem, solution.trajectories[0]) == "wrong answer"


def test_last_printed_when_several_blocks_stand_there_then_the_last_line_of_the_last_counts() -> (
    None
):
    context = "```output\n1\n```\nmore\n```output\n2\n 3 \n```\n"
    assert last_printed(context) == "3"
    with pytest.raises(EngineError, match="nothing to box"):
        last_printed("```output\n\n```\n")


def test_turn_when_written_then_the_code_stands_in_a_block() -> None:
    assert turn_text(Step("Add.", "print(1)")) == "Add.\n```python\nprint(1)\n```\n"
