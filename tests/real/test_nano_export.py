"""Attempts that tirkit-nano really sampled, exported and given to TRL as they are."""

import json
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer

from tests.own_loop import in_own_loop
from tirkit.bench import BenchRun, load_problems, run_bench
from tirkit.config import load_settings
from tirkit.engines import engine_from_name
from tirkit.engines.models import nano_directory
from tirkit.export import ExportSettings, FileKind, Form, export_runs
from tirkit.records import RecordedRun
from tirkit.types import StopReason

DEMO = Path(__file__).parents[2] / "examples" / "demo.jsonl"
ATTEMPTS = 4

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recorded run of one problem of each tier."""
    directory = tmp_path_factory.mktemp("nano") / "run"
    settings = load_settings("nano", overrides={"attempts": ATTEMPTS, "stop": "after_attempts(4)"})
    engine = engine_from_name("local", parallel=ATTEMPTS)
    in_own_loop(run_bench, BenchRun(engine, settings, directory), load_problems(DEMO)[3::4])
    return directory


def test_attempts_when_exported_then_ids_say_the_text_and_masks_what_was_sampled(
    run: Path, tmp_path: Path
) -> None:
    settings = ExportSettings(Form.SFT, ("all",), ids=True, files=(FileKind.JSONL,))
    export_runs([run], tmp_path / "out", settings)
    lines = (tmp_path / "out" / "sft.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    tokenizer = Tokenizer.from_file(str(nano_directory() / "tokenizer.json"))
    solutions = list(RecordedRun(run).solutions())
    assert sum(len(one.trajectories) for one in solutions) == 3 * ATTEMPTS
    told = [one for each in solutions for one in each.trajectories if one.token_exact]
    assert len(rows) == len(told) > 2 * ATTEMPTS
    for attempt, row in zip(told, rows, strict=True):
        ids, mask = row["input_ids"], row["assistant_masks"]
        assert tuple(ids) == tuple(attempt.ids)
        assert sum(mask) == attempt.usage.sampled_tokens
        spans = [range(turn.start, turn.end) for turn in attempt.turns]
        assert [place for place, bit in enumerate(mask) if bit] == [
            x for some in spans for x in some
        ]
        text = tokenizer.decode(ids, skip_special_tokens=False)
        recorded = "".join(turn.text + turn.given for turn in attempt.turns)
        end = "<|im_end|>" if attempt.stop_reason is StopReason.ANSWERED else ""
        assert text == attempt.prompt_text + recorded + end


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # not ours to mend
def test_attempts_when_trl_trains_on_them_then_the_model_itself_takes_a_step(
    run: Path, tmp_path: Path
) -> None:
    trl = pytest.importorskip("trl")
    datasets = pytest.importorskip("datasets")
    transformers = pytest.importorskip("transformers")
    settings = ExportSettings(Form.SFT, ids=True, files=(FileKind.PARQUET,))
    export_runs([run], tmp_path / "out", settings)
    data = datasets.load_dataset(
        "parquet",
        data_files=str(tmp_path / "out" / "sft.parquet"),
        split="train",
        cache_dir=str(tmp_path / "cache"),
    )
    words: Any = transformers.AutoTokenizer.from_pretrained(nano_directory())
    trainer = trl.SFTTrainer(
        model=transformers.AutoModelForCausalLM.from_pretrained(nano_directory()),
        args=trl.SFTConfig(
            output_dir=str(tmp_path / "trained"),
            per_device_train_batch_size=len(data),
            max_steps=1,
            use_cpu=True,
            bf16=False,
            max_length=None,
            report_to="none",
        ),
        train_dataset=data,
        processing_class=words,
    )
    trained = trainer.train()
    assert trained.global_step == 1
    assert trained.training_loss < 1, "its own words are no surprise to it"
