"""Which attempts are preferred, and what is shown to choose among."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from examples.training.genselect import select_rows, windows_of
from examples.training.pairs import choose_pairs, pairs_of
from examples.training.settings import (
    DIRECT_PROMPT,
    JUDGE_TEXTS,
    PROMPT,
    EvaluateTerms,
    PreferTerms,
    SelectTerms,
    TokenizerTerms,
    TrainTerms,
)
from examples.training.tokenizer import make_tokenizer
from tests.training.made_attempts import attempt, problem
from tests.training.test_recipe_draw import FAMILIES
from tirkit.errors import ConfigError
from tirkit.prompts import load_judge_texts, load_prompt
from tirkit.records import RecordWriter
from tirkit.selection import parse_selector, tally, vote_from
from tirkit.selection.judges.reading import read_pick
from tirkit.types import Solution, StopReason, Trajectory, Verdict

RIGHT_ONLY = PreferTerms(wrong_share=0.0)


def solution(attempts: Sequence[Trajectory]) -> Solution:
    votes = [vote for one in attempts if (vote := vote_from(one)) is not None]
    counted = tally(votes)
    winner = counted.entries[0].answer if counted.entries else None
    return Solution(problem(), Verdict(winner, "made", 0.5, counted), tuple(attempts), "made", 1.0)


async def recorded(directory: Path, attempts: Sequence[Trajectory]) -> Path:
    async with RecordWriter(directory, {}) as writer:
        await writer.append_solution(solution(attempts))
    return directory


def test_pairs_when_right_ones_differ_in_length_then_a_shorter_is_preferred() -> None:
    pairs = choose_pairs(solution([attempt(0, sampled=20), attempt(1, sampled=6)]), RIGHT_ONLY)
    assert [(pair.chosen.index, pair.rejected.index) for pair in pairs] == [(1, 0)]


def test_pairs_when_several_are_short_enough_then_any_of_them_is_preferred() -> None:
    lengths = (6, 6, 7, 20, 21, 22)
    several = solution([attempt(index, sampled=many) for index, many in enumerate(lengths)])
    pairs = choose_pairs(several, PreferTerms(wrong_share=0.0, pairs=6))
    assert [pair.rejected.index for pair in pairs] == [5, 4, 3]
    preferred = {
        pair.chosen.index
        for text in map(str, range(9))
        for pair in choose_pairs(replace(several, problem=problem(text=text)), RIGHT_ONLY)
    }
    assert preferred == {0, 1, 2}


def test_pairs_when_lengths_are_close_then_there_is_none() -> None:
    assert not choose_pairs(solution([attempt(0, sampled=6), attempt(1, sampled=7)]), RIGHT_ONLY)


def test_pairs_when_none_is_right_then_there_is_none() -> None:
    terms = PreferTerms(wrong_share=1.0)
    assert not choose_pairs(solution([attempt(0, "8"), attempt(1, "9", 20)]), terms)


def test_pairs_when_wrong_ones_are_asked_for_then_length_does_not_matter() -> None:
    terms = PreferTerms(wrong_share=1.0, pairs=1)
    [pair] = choose_pairs(solution([attempt(0, sampled=20), attempt(1, "8", 5)]), terms)
    assert (pair.chosen.index, pair.rejected.index) == (0, 1)


def test_pairs_when_the_machine_ended_an_attempt_then_it_is_left_out() -> None:
    stopped = attempt(1, sampled=20, stop_reason=StopReason.ENGINE_ERROR)
    assert not choose_pairs(solution([attempt(0), stopped]), PreferTerms(wrong_share=0.5))


def test_pairs_when_a_token_is_unknown_then_the_attempt_is_left_out() -> None:
    unknown = replace(attempt(1, "8", sampled=20), token_exact=False)
    assert not choose_pairs(solution([attempt(0), unknown]), PreferTerms(wrong_share=1.0))


async def test_pairs_when_recorded_then_ids_stand_behind_the_common_prompt(tmp_path: Path) -> None:
    directory = await recorded(tmp_path, [attempt(0, sampled=20), attempt(1, sampled=6)])
    [pair] = pairs_of(directory, RIGHT_ONLY)
    row = pair.trained()
    assert row["prompt_ids"] == [3, 3, 3]
    assert row["chosen_ids"] == [11] * 6
    assert row["rejected_ids"] == [10] * 20
    assert row["chosen_mask"] == [1] * 6


@pytest.mark.parametrize("seed", range(8))
def test_windows_when_made_then_right_ones_are_there_and_no_majority(seed: int) -> None:
    attempts = [attempt(index, "7" if index % 3 else str(10 + seed)) for index in range(9)]
    windows = windows_of(solution(attempts), SelectTerms(window=4, windows=6))
    assert windows
    for window in windows:
        right = sum(str(one.answer) == "7" for one in window)
        assert 2 <= len(window) <= 4
        assert 1 <= right <= len(window) - right


def test_windows_when_all_agree_then_there_is_none() -> None:
    assert not windows_of(solution([attempt(0), attempt(1)]), SelectTerms())
    assert not windows_of(solution([attempt(0, "8"), attempt(1, "9")]), SelectTerms())


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> PreTrainedTokenizerBase:
    directory = tmp_path_factory.mktemp("words")
    make_tokenizer(FAMILIES, TokenizerTerms(instances=100, vocab_tokens=400), directory)
    return AutoTokenizer.from_pretrained(directory)


async def test_choice_when_made_a_row_then_the_learnt_text_names_a_right_solution(
    tmp_path: Path, words: PreTrainedTokenizerBase
) -> None:
    directory = await recorded(tmp_path, [attempt(0, "8"), attempt(1, "7"), attempt(2, "9")])
    rows = list(select_rows(directory, SelectTerms(), words))
    assert rows
    for row in rows:
        asked = words.decode([one for one, mine in zip(row.ids, row.mask, strict=True) if not mine])
        said = words.decode([one for one, mine in zip(row.ids, row.mask, strict=True) if mine])
        count = asked.count("\nSolution ")
        pick = read_pick(said, count)
        assert pick is not None
        shown = asked.split("\nSolution ")[pick]
        assert shown.startswith(f"{pick}\n")
        assert "Answer 7" in shown
        assert said.endswith("<|im_end|>")


def test_texts_when_loaded_then_prompts_hold_the_problem_alone() -> None:
    assert load_prompt(PROMPT).user.strip() == "<<problem>>"
    assert load_prompt(DIRECT_PROMPT).user.strip() == "<<problem>> Answer without code."
    assert load_judge_texts(JUDGE_TEXTS).name == "nano"


def test_terms_when_the_file_holds_what_is_not_known_then_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sft.toml"
    path.write_text("batch = 4\nbatsh = 5\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="batsh"):
        TrainTerms.load(path)
    with pytest.raises(ConfigError, match=r"none\.toml"):
        TrainTerms.load(tmp_path / "none.toml")


def test_selectors_when_figures_are_told_then_their_names_are_read() -> None:
    for text in EvaluateTerms().selectors:
        assert parse_selector(text).name
