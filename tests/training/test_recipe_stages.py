"""The commands of a training, and a small one from end to end."""

import json
import tomllib
from pathlib import Path

import pytest

from examples.training import __main__ as command
from examples.training.log import read_log
from examples.training.settings import (
    DataTerms,
    EvaluateTerms,
    PreferTerms,
    SelectTerms,
    Terms,
    TokenizerTerms,
    TrainTerms,
)
from examples.training.stages import STAGES

CONFIG = Path(command.__file__).parent / "config"
KINDS: dict[str, type[Terms]] = {
    "tokenizer": TokenizerTerms,
    "data": DataTerms,
    "sft": TrainTerms,
    "lora": TrainTerms,
    "evaluate": EvaluateTerms,
    "prefer": PreferTerms,
    "genselect": SelectTerms,
}


@pytest.mark.parametrize("path", sorted(CONFIG.rglob("*.toml")), ids=str)
def test_config_when_it_ships_then_its_stage_takes_it(path: Path) -> None:
    terms = KINDS[path.stem.partition("-")[0]].load(path)
    assert terms.model_fields_set == set(tomllib.loads(path.read_text(encoding="utf-8")))


def test_stages_when_they_take_settings_then_a_file_is_there_for_each() -> None:
    assert {*KINDS, "pack", "ship"} == set(STAGES)
    assert all((CONFIG / f"{stage}.toml").is_file() for stage in KINDS)


def test_command_when_a_family_is_unknown_then_it_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["tokenizer", "--work", str(tmp_path), "--families", "nosuch"]) == 1
    assert "nosuch" in capsys.readouterr().err


def test_command_when_stage_1_is_not_there_then_pack_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["pack", "--work", str(tmp_path)]) == 1
    assert "train it first" in capsys.readouterr().err


SMALL = {
    "tokenizer": "vocab_tokens = 400\ninstances = 200\n",
    "data": "examples = 120\n",
    "sft": "batch = 8\nsteps = 12\nwarmup_steps = 2\nlog_steps = 3\n[shape]\nhidden = 128\n"
    "layers = 2\nheads = 2\nkey_value_heads = 2\nfeed_forward = 128\n",
    "evaluate": "per_tier = 2\nkinds = ['parameters']\n[sample]\nattempts = 2\nin_flight = 4\n"
    "max_turn_tokens = 24\nmax_total_tokens = 256\n",
}


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_training_when_run_from_end_to_end_then_figures_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work = tmp_path / "work"
    for stage in ("tokenizer", "data", "sft", "pack", "evaluate"):
        config = tmp_path / f"{stage}.toml"
        config.write_text(SMALL.get(stage, ""), encoding="utf-8")
        told = [stage, "--work", str(work), "--families", "power-mod", "--config", str(config)]
        assert command.main(told) == 0, capsys.readouterr().err
    out = capsys.readouterr().out
    assert "same=8, same_prompts=8" in out
    assert "| parameters | 1 | yes | 2 |" in out
    assert read_log(work / "sft")[0]["step"] == 3
    [folder] = (work / "evaluate-local").iterdir()
    figures = json.loads((folder / "figures.json").read_text())
    assert [(one["tier"], one["tools"]) for one in figures] == [
        (1, True),
        (1, False),
        (0, True),  # all tiers
        (0, False),
    ]
    assert figures[1]["cells"] == 0
