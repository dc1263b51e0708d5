"""TRL takes the exported files as they are: a step of SFT and of DPO with a random tiny model."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.export.made_attempts import (
    END,
    END_TEXT,
    PROBLEM,
    attempt,
    code,
    decode,
    last,
    write_run,
)
from tests.own_loop import in_own_loop
from tirkit.export import ExportSettings, FileKind, Form, Reader, export_runs

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # not ours to mend

LONG = (code(), code("print(40 + 2)", before="Once more, to be sure of it.\n"), last())
WRONG = (code(before="Hm.\n"), last("41"))
PAD = 257


@pytest.fixture
def run(tmp_path: Path) -> Path:
    attempts = [attempt(), attempt(1, WRONG, answer="41"), attempt(2, LONG)]
    return in_own_loop(write_run, tmp_path / "run", [(PROBLEM, attempts)])


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    """Bytes as tokens, as the made attempts have them."""
    transformers = pytest.importorskip("transformers")
    tokenizers = pytest.importorskip("tokenizers")
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in shown]
    letters = {byte: chr(byte) for byte in shown}
    letters |= {byte: chr(256 + place) for place, byte in enumerate(others)}
    vocabulary = {letters[byte]: byte for byte in range(256)} | {END_TEXT: END, "<|pad|>": PAD}
    backend = tokenizers.Tokenizer(tokenizers.models.BPE(vocabulary, []))
    backend.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = tokenizers.decoders.ByteLevel()
    backend.add_special_tokens([END_TEXT, "<|pad|>"])
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, eos_token=END_TEXT, pad_token="<|pad|>"
    )


def model() -> Any:
    transformers = pytest.importorskip("transformers")
    config = transformers.LlamaConfig(
        vocab_size=258, hidden_size=32, intermediate_size=64, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=1_024,
        eos_token_id=END, pad_token_id=PAD,
    )  # fmt: skip
    return transformers.LlamaForCausalLM(config)


def export(run: Path, out: Path, form: Form, *, exact: bool = False, ids: bool = True) -> Path:
    filters = ("all",) if form in {Form.SFT, Form.RL} else ()
    both = (FileKind.JSONL, FileKind.PARQUET)
    reader = Reader(decode, lambda one: []) if exact else None
    export_runs([run], out, ExportSettings(form, filters, ids=ids, files=both), reader=reader)
    return out


def load(out: Path, form: Form, kind: FileKind) -> Any:
    datasets = pytest.importorskip("datasets")
    reader = "json" if kind is FileKind.JSONL else "parquet"
    cache = str(out.parent / f"cache-{kind}")
    file = str(out / f"{form}.{kind}")
    return datasets.load_dataset(reader, data_files=file, split="train", cache_dir=cache)


def arguments(tmp_path: Path) -> dict[str, Any]:
    return {
        "output_dir": str(tmp_path / "trained"),
        "max_steps": 1,
        "per_device_train_batch_size": 3,
        "report_to": [],
        "use_cpu": True,
        "bf16": False,
        "gradient_checkpointing": False,
        "save_strategy": "no",
        "disable_tqdm": True,
        "shuffle_dataset": False,
        "max_length": 1_024,
    }


@pytest.mark.parametrize("kind", FileKind)
def test_trl_when_it_is_given_sft_rows_then_the_loss_is_on_the_sampled_tokens_alone(
    kind: FileKind, run: Path, tmp_path: Path, tokenizer: Any
) -> None:
    trl = pytest.importorskip("trl")
    data = load(export(run, tmp_path / "out", Form.SFT), Form.SFT, kind)
    recorded = [attempt(), attempt(1, WRONG, answer="41"), attempt(2, LONG)]
    trainer = trl.SFTTrainer(
        model=model(),
        args=trl.SFTConfig(**arguments(tmp_path)),
        train_dataset=data,
        processing_class=tokenizer,
    )
    for row, one in zip(trainer.train_dataset, recorded, strict=True):
        assert tuple(row["input_ids"]) == one.ids
        labels = [token if bit else -100 for token, bit in zip(one.ids, one.mask, strict=True)]
        assert row["labels"] == labels
    trained = trainer.train()
    assert trained.global_step == 1
    assert 0 < trained.training_loss < 20


def test_trl_when_it_is_given_pairs_then_it_trains_on_their_very_tokens(
    run: Path, tmp_path: Path, tokenizer: Any
) -> None:
    trl = pytest.importorskip("trl")
    out = export(run, tmp_path / "out", Form.PREFERENCE, exact=True)
    data = load(out, Form.PREFERENCE, FileKind.PARQUET)
    told = {name: value for name, value in arguments(tmp_path).items() if name != "shuffle_dataset"}
    trainer = trl.DPOTrainer(
        model=model(),
        ref_model=model(),
        args=trl.DPOConfig(**told),
        train_dataset=data,
        processing_class=tokenizer,
    )
    [row], [ours] = list(trainer.train_dataset), list(data)
    for name in ("prompt_ids", "chosen_ids", "rejected_ids"):
        assert row[name] == ours[name]
    trained = trainer.train()
    assert trained.global_step == 1
    assert 0 < trained.training_loss < 20


def test_trl_when_it_is_given_selection_rows_then_the_completion_is_what_it_learns(
    tmp_path: Path, tokenizer: Any
) -> None:
    trl = pytest.importorskip("trl")
    some = [attempt(n, (last(words=f"Way {n}: "),)) for n in range(2)]
    some += [attempt(n, (last("41", f"Way {n}: "),), answer="41") for n in range(2, 4)]
    run = in_own_loop(write_run, tmp_path / "run", [(PROBLEM, some)])
    out = export(run, tmp_path / "out", Form.GENSELECT)
    data = load(out, Form.GENSELECT, FileKind.JSONL)
    told = arguments(tmp_path) | {"max_length": None}
    trainer = trl.SFTTrainer(
        model=model(), args=trl.SFTConfig(**told), train_dataset=data, processing_class=tokenizer
    )
    for row, ours in zip(trainer.train_dataset, data, strict=True):
        learnt = [label for label in row["labels"] if label != -100]
        assert tokenizer.decode(learnt) == ours["completion"] + END_TEXT


def test_trl_when_grpo_is_given_rl_rows_then_it_asks_their_prompts_and_knows_their_references(
    run: Path, tmp_path: Path, tokenizer: Any
) -> None:
    trl = pytest.importorskip("trl")
    data = load(export(run, tmp_path / "out", Form.RL), Form.RL, FileKind.PARQUET)
    seen: list[tuple[str, str]] = []

    def judge(prompts: Any, reference: list[str], **_kept: Any) -> list[float]:
        seen.extend((prompt[-1]["content"], one) for prompt, one in zip(prompts, reference))  # noqa: B905
        return [float(place) for place in range(len(prompts))]

    told = arguments(tmp_path) | {
        "per_device_train_batch_size": 2, "num_generations": 2, "max_completion_length": 4,
    }  # fmt: skip
    for name in ("shuffle_dataset", "max_length"):
        del told[name]
    tokenizer.chat_template = "{% for one in messages %}{{ one['content'] }}{% endfor %}"
    trainer = trl.GRPOTrainer(
        model=model(),
        reward_funcs=judge,
        args=trl.GRPOConfig(**told),
        train_dataset=data,
        processing_class=tokenizer,
    )
    assert trainer.train().global_step == 1
    assert set(seen) == {(PROBLEM.text, "42")}


def test_llama_factory_when_it_reads_the_folder_then_every_name_in_it_is_there(
    run: Path, tmp_path: Path
) -> None:
    for form in (Form.SFT, Form.PREFERENCE):
        out = export(run, tmp_path / form, form)
        [(_, told)] = json.loads((out / "dataset_info.json").read_text()).items()
        rows = [json.loads(line) for line in (out / told["file_name"]).read_text().splitlines()]
        assert all(column in row for row in rows for column in told["columns"].values())
        if form is Form.SFT:
            tags = told["tags"]
            odd = {tags["user_tag"], tags["observation_tag"]}
            for row in rows:
                roles = [message[tags["role_tag"]] for message in row["messages"]]
                assert set(roles[::2]) <= odd
                assert set(roles[1::2]) == {tags["assistant_tag"]}
