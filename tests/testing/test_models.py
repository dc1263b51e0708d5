"""The models the tests run: SmolLM2 converted from its GGUF, and the tiny random one."""

import json
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer

from tests.plugins_vllm import vllm_start_warnings
from tirkit.engines.local import LocalEngine
from tirkit.errors import ConfigError

pytestmark = pytest.mark.vllm


@pytest.fixture(scope="module")
def smollm2() -> Any:
    with vllm_start_warnings():
        from tirkit.testing import smollm2
    return smollm2


@pytest.fixture(scope="module")
def tiny() -> Any:
    with vllm_start_warnings():
        from tirkit.testing import tiny_model
    return tiny_model


async def test_smollm2_when_converted_then_its_ids_are_those_of_llama_cpp(smollm2: Any) -> None:
    with vllm_start_warnings():
        tokenizer = Tokenizer.from_file(str(smollm2.smollm2_directory() / "tokenizer.json"))
    texts = (
        "a   12  3 b",
        "x = 1234567\n    y = 8 * 9\n\n\tprint(x)",
        "\N{GREEK SMALL LETTER PI} is 3.14159, don't you think?  \N{GRINNING FACE}\n",
        "<|im_start|>user\nWhat is 6 times 7?<|im_end|>\n",
    )
    async with LocalEngine("smollm2") as engine:
        for text in texts:
            ids = tokenizer.encode(text, add_special_tokens=False).ids
            assert list(await engine.encode(text, special=True)) == ids


def test_conversion_when_it_fails_then_nothing_is_left(
    smollm2: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(_gguf: Path, directory: Path) -> None:
        (directory / "config.json").write_text("{}")
        raise OSError("no space left")

    monkeypatch.setattr(smollm2, "_write_tokenizer", half)
    with pytest.raises(OSError, match="no space left"):
        smollm2.convert_gguf(Path("any.gguf"), tmp_path / "cache" / "model")
    assert list((tmp_path / "cache").iterdir()) == []


def test_conversion_when_another_process_was_first_then_its_files_stay(
    smollm2: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "model"

    def write(_gguf: Path, directory: Path) -> None:
        (directory / "config.json").write_text("ours")
        target.mkdir()
        (target / "config.json").write_text("theirs")

    monkeypatch.setattr(smollm2, "_write_tokenizer", write)
    monkeypatch.setattr(smollm2, "_write_weights", lambda _gguf, _directory: None)
    smollm2.convert_gguf(Path("any.gguf"), target)
    assert (target / "config.json").read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [target]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    directory = tmp_path / "source"
    directory.mkdir()
    (directory / "tokenizer.json").write_text("{}")
    (directory / "config.json").write_text(json.dumps({"vocab_size": 300, "eos_token_id": 2}))
    return directory


def test_tiny_model_when_written_twice_then_the_weights_are_the_same(
    tiny: Any, source: Path, tmp_path: Path
) -> None:
    with vllm_start_warnings():
        first, second = (tiny.write_tiny_model(tmp_path / name, source) for name in "ab")
    weights = [(one / "model.safetensors").read_bytes() for one in (first, second)]
    assert weights[0] == weights[1]
    config = json.loads((first / "config.json").read_text())
    assert (config["vocab_size"], config["eos_token_id"]) == (300, 2)
    assert (first / "tokenizer.json").read_text() == "{}"


@pytest.mark.parametrize("name", ["tokenizer.json", "config.json"])
def test_tiny_model_when_the_source_lacks_a_file_then_it_is_named(
    name: str, tiny: Any, source: Path, tmp_path: Path
) -> None:
    (source / name).unlink()
    with pytest.raises(ConfigError, match=name):
        tiny.write_tiny_model(tmp_path / "tiny", source)
