"""A packed model is shipped with what was measured and logged, or not at all."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from examples.training.evaluate import TABLE_FILE
from examples.training.log import LOG_FILE, read_log
from examples.training.sample import GGUF_FILE, weights_tag
from examples.training.ship import CARD, LOGS, ship_model
from tirkit.errors import ConfigError

CONFIG = {
    "num_hidden_layers": 1,
    "hidden_size": 2,
    "num_attention_heads": 1,
    "intermediate_size": 3,
    "vocab_size": 5,
    "max_position_embeddings": 8,
}


def weights(directory: Path, value: float) -> Path:
    """A directory with weights of six numbers."""
    directory.mkdir(parents=True)
    save_file({"one": np.full((2, 3), value, np.float16)}, directory / "model.safetensors")
    return directory


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Two trained stages, and the pack of the second."""
    for value, stage in enumerate(("sft", "prefer")):
        weights(tmp_path / stage / "model", value)
        row = json.dumps({"step": 10, "seconds": 60.0, "loss": 1.5})
        (tmp_path / stage / LOG_FILE).write_text(row + "\n")
    pack = weights(tmp_path / "pack", 1)
    (pack / "config.json").write_text(json.dumps(CONFIG))
    (pack / GGUF_FILE).write_bytes(b"GGUF")
    return tmp_path


def measured(work: Path, model: Path, table: str) -> Path:
    """A directory with what was measured of a model."""
    directory = work / "evaluate-local" / weights_tag(model)
    directory.mkdir(parents=True)
    (directory / TABLE_FILE).write_text(table)
    return directory


def test_ship_when_both_stages_were_measured_then_the_card_tells_the_pack_first(work: Path) -> None:
    found = [
        measured(work, work / "sft" / "model", "| earlier |\n"),
        measured(work, work / "pack", "| own |\n"),
    ]
    out = work / "shipped"
    weights(out, 9)
    (out / "old.txt").write_text("of the model before")
    ship_model(work / "pack", [work / "sft", work / "prefer"], found, out)
    card = (out / CARD).read_text()
    assert "6 parameters" in card
    assert card.index("evaluate-local after prefer") < card.index("evaluate-local after sft")
    assert card.index("| own |") < card.index("| earlier |")
    assert (out / GGUF_FILE).read_bytes() == b"GGUF"
    assert not (out / "old.txt").exists()
    assert sorted(file.name for file in (out / LOGS).iterdir()) == ["prefer.jsonl", "sft.jsonl"]
    (out / LOGS / "sft.jsonl").rename(out / LOGS / LOG_FILE)
    assert read_log(out / LOGS)[0]["loss"] == 1.5


def test_ship_when_a_later_stage_was_tried_then_nothing_is_told_of_it(work: Path) -> None:
    tried = weights(work / "genselect" / "model", 7)
    (work / "genselect" / LOG_FILE).write_text(json.dumps({"step": 10, "loss": 2.5}) + "\n")
    found = [measured(work, tried, "| tried |\n"), measured(work, work / "pack", "| own |\n")]
    stages = [work / name for name in ("sft", "prefer", "genselect")]
    out = ship_model(work / "pack", stages, found, work / "shipped")
    card = (out / CARD).read_text()
    assert "| own |" in card
    assert "genselect" not in card.partition("## Stage")[2]
    assert "| tried |" not in card
    assert sorted(file.name for file in (out / LOGS).iterdir()) == ["prefer.jsonl", "sft.jsonl"]


def test_ship_when_only_another_stage_was_measured_then_nothing_is_replaced(work: Path) -> None:
    found = [measured(work, work / "sft" / "model", "| earlier |\n")]
    out = weights(work / "shipped", 9)
    with pytest.raises(ConfigError, match="was not measured: run `evaluate` first"):
        ship_model(work / "pack", [work / "sft", work / "prefer"], found, out)
    assert [file.name for file in out.iterdir()] == ["model.safetensors"]
