"""Engines by name."""

import subprocess
import sys
from pathlib import Path

import pytest

from tirkit.engines import engine_from_name
from tirkit.errors import ConfigError


@pytest.mark.parametrize("name", ["", "gpt", "vllm", "vllm:", "openai:", "replay:", "Local", ":x"])
def test_engine_when_the_name_is_unknown_then_config_error_lists_the_forms(name: str) -> None:
    with pytest.raises(ConfigError, match=r"vllm:MODEL, openai:URL\[#model\], local"):
        engine_from_name(name)


def test_engine_when_named_then_it_has_that_name(tmp_path: Path) -> None:
    assert engine_from_name("local").name == "local"
    assert engine_from_name("local:some.gguf", parallel=2).name == "local:some.gguf"
    assert engine_from_name("openai:http://h:1/v1#a/b").name == "openai:http://h:1"
    assert engine_from_name("vllm:some/model").name == "vllm:some/model"
    file = tmp_path / "r.jsonl"
    file.write_text('{"problem_id": "p", "index": 0, "turns": ["a"]}\n')
    assert engine_from_name(f"replay:{file}").name == f"replay:{file}"


def test_engine_when_an_option_is_unknown_then_config_error() -> None:
    with pytest.raises(ConfigError, match="speed"):
        engine_from_name("local", speed=3)


def test_engine_when_the_replay_file_is_missing_then_config_error_names_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.jsonl"):
        engine_from_name(f"replay:{tmp_path / 'none.jsonl'}")


def test_engines_when_imported_then_nothing_heavy_is_loaded() -> None:
    code = (
        "import sys, tirkit.engines, tirkit.engines.registry\n"
        "heavy = {'aiohttp', 'vllm', 'torch', 'xllamacpp', 'tokenizers', 'transformers'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("package", "name"),
    [("aiohttp", "openai:http://h:1"), ("xllamacpp", "local"), ("aiohttp", "local")],
)
def test_engine_when_its_package_is_missing_then_the_extra_is_named(
    package: str, name: str
) -> None:
    code = (
        "import sys, importlib.util\n"
        f"sys.modules[{package!r}] = None\n"
        "find = importlib.util.find_spec\n"
        f"importlib.util.find_spec = lambda n, p=None: None if n == {package!r} else find(n, p)\n"
        "from tirkit.engines import engine_from_name\n"
        "from tirkit.errors import MissingExtra\n"
        "try:\n"
        f"    engine_from_name({name!r})\n"
        "except MissingExtra as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f'{package} is not installed: pip install "tirkit[')
