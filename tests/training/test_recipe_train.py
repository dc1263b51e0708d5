"""Training on rows: what is learnt, what is written, and going on after a kill."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM

from examples.training.draw import draw_testing, problem_of
from examples.training.log import LOG_FILE, read_log
from examples.training.pack import check_pack, pack_model
from examples.training.pairs import Pair
from examples.training.prefer import MaskedPairs, train_on_pairs
from examples.training.rows import IGNORED, Row, write_rows
from examples.training.sample import GGUF_FILE
from examples.training.settings import (
    PROMPT,
    LoraTerms,
    PreferTerms,
    ShapeTerms,
    TokenizerTerms,
    TrainTerms,
)
from examples.training.sft import train_on_rows
from examples.training.tokenizer import make_tokenizer
from tests.training.made_attempts import attempt, problem
from tests.training.test_recipe_draw import FAMILIES

pytestmark = pytest.mark.filterwarnings("default")
SHAPE = ShapeTerms(hidden=128, layers=2, heads=2, key_value_heads=1, feed_forward=128)
TERMS = TrainTerms(
    shape=SHAPE, batch=4, steps=6, warmup_steps=1, log_steps=1, save_steps=2, threads=1
)
_CHILD = """
import sys
from pathlib import Path
from examples.training.rows import read_rows
from examples.training.settings import TrainTerms
from examples.training.sft import train_on_rows
rows, terms, words, out = sys.argv[1:]
train_on_rows(read_rows(Path(rows)), TrainTerms.model_validate_json(terms), Path(words), Path(out))
"""


def rows(number: int = 24) -> list[Row]:
    lot = torch.Generator().manual_seed(1)
    some = torch.randint(3, 250, (number, 12), generator=lot).tolist()
    return [Row(ids, [0] * 6 + [1] * 6, {}) for ids in some]


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("words")
    make_tokenizer(FAMILIES, TokenizerTerms(instances=100, vocab_tokens=400), directory)
    return directory


@pytest.fixture(scope="module")
def trained(words: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("sft")
    train_on_rows([*rows(), Row([5] * 2000, [1] * 2000, {})], TERMS, words, directory)
    return directory


def test_row_when_trained_on_then_given_tokens_have_no_label() -> None:
    assert Row([1, 2, 3], [0, 1, 0], {}).trained() == {
        "input_ids": [1, 2, 3],
        "labels": [IGNORED, 2, IGNORED],
    }


def test_training_when_done_then_log_and_half_precision_model_are_there(trained: Path) -> None:
    losses = [row["loss"] for row in read_log(trained) if "loss" in row]
    assert len(losses) == 6
    model = AutoModelForCausalLM.from_pretrained(trained / "model")
    assert model.dtype == torch.float16
    assert model.config.eos_token_id == 2


async def test_pack_when_made_then_llama_cpp_writes_what_transformers_writes(
    trained: Path, tmp_path: Path
) -> None:
    pack = pack_model(trained / "model", [trained], tmp_path / "pack")
    assert (pack / GGUF_FILE).stat().st_size < 1.2e6
    card = (pack / "README.md").read_text()
    assert "| 6 |" in card
    whole = AutoModelForCausalLM.from_pretrained(trained / "model").num_parameters()
    assert f"A Llama of {whole:,} parameters" in card
    problems = [problem_of(one) for one in draw_testing(FAMILIES, 1, 4, 1, "parameters")]
    told = await check_pack(pack, problems, PROMPT, max_tokens=12)
    assert (told.prompts, told.same, told.same_prompts) == (4, 4, 4)


def test_adapters_when_trained_then_a_whole_model_is_written(
    trained: Path, words: Path, tmp_path: Path
) -> None:
    terms = TERMS.model_copy(
        update={"model": str(trained / "model"), "lora": LoraTerms(rank=2), "steps": 2}
    )
    out = train_on_rows(rows(), terms, words, tmp_path)
    before = AutoModelForCausalLM.from_pretrained(trained / "model").state_dict()
    after = AutoModelForCausalLM.from_pretrained(out).state_dict()
    assert before.keys() == after.keys()
    changed = [name for name in before if not torch.equal(before[name], after[name])]
    assert any("q_proj" in name for name in changed)
    assert not any("embed" in name for name in changed)


def test_pairs_when_trained_on_then_the_short_one_becomes_likelier(
    trained: Path, tmp_path: Path
) -> None:
    pair = Pair(problem(), attempt(0, sampled=6), attempt(1, sampled=20))
    terms = PreferTerms(
        train=TERMS.model_copy(
            update={"model": str(trained / "model"), "steps": 4, "learning_rate": 1e-3}
        )
    )
    train_on_pairs([pair] * 8, terms, tmp_path)
    margins = [row["rewards/margins"] for row in read_log(tmp_path) if "rewards/margins" in row]
    assert margins[-1] > margins[0]


def test_pairs_when_put_into_a_batch_then_tool_output_does_not_count() -> None:
    row: dict[str, Any] = {
        "prompt_ids": [1, 2],
        "chosen_ids": [3, 4, 5],
        "chosen_mask": [1, 0, 1],
        "rejected_ids": [6],
        "rejected_mask": [1],
    }
    batch = MaskedPairs(pad_token_id=0).torch_call([row])
    assert batch["completion_mask"].tolist() == [[0, 0, 1, 0, 1], [0, 0, 1, 0, 0]]
    assert batch["input_ids"].tolist() == [[1, 2, 3, 4, 5], [1, 2, 6, 0, 0]]


def test_log_when_its_last_line_is_torn_then_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / LOG_FILE).write_text('{"step": 1}\n{"step": 2}\n{"st', encoding="utf-8")
    assert [row["step"] for row in read_log(tmp_path)] == [1, 2]
    assert read_log(tmp_path / "none") == []


@pytest.mark.slow
def test_training_when_killed_then_it_goes_on_to_the_same_loss(words: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.jsonl", rows(400))
    terms = TERMS.model_copy(update={"steps": 60, "save_steps": 5})

    def start(out: str) -> "subprocess.Popen[bytes]":
        told = [tmp_path / "rows.jsonl", terms.model_dump_json(), words, tmp_path / out]
        return subprocess.Popen([sys.executable, "-c", _CHILD, *map(str, told)])

    assert start("whole").wait(240) == 0
    child = start("killed")
    deadline = time.monotonic() + 120
    while not list((tmp_path / "killed").glob("checkpoints/checkpoint-*/trainer_state.json")):
        assert child.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(child.pid, signal.SIGKILL)
    child.wait(60)
    assert not (tmp_path / "killed" / "model").exists()
    assert start("killed").wait(240) == 0
    whole, killed = (
        [row for row in read_log(tmp_path / name) if "loss" in row] for name in ("whole", "killed")
    )
    assert [row["step"] for row in killed] == [row["step"] for row in whole] == list(range(1, 61))
    assert killed[-1]["loss"] == pytest.approx(whole[-1]["loss"], rel=1e-3)
    states = [
        json.loads((tmp_path / name / "model" / "config.json").read_text())
        for name in ("whole", "killed")
    ]
    assert states[0] == states[1]
