"""The settings of the road."""

import re
from pathlib import Path
from typing import Any

import pytest

from tirkit.errors import ConfigError
from tirkit.road import load_road

DOCS = Path(__file__).parents[2] / "docs" / "dataset-road.md"


def test_settings_when_the_documentation_shows_some_then_they_can_be_read(tmp_path: Path) -> None:
    shown = re.search(r"^```toml\n(.*?)^```", DOCS.read_text(), re.MULTILINE | re.DOTALL)
    assert shown is not None
    file = tmp_path / "road.toml"
    file.write_text(shown[1].replace(', "aime25"', ""))
    settings = load_road(file)
    assert settings.tir.filters == ("right", "openmath-tir")
    run = settings.cot.settings(settings.seed, settings.quality.domain)
    assert (run.sampling.temperature, run.dialect.name, run.attempts) == (0.7, "prose", 4)
    assert run.stop == "after_attempts(4)"
    assert run.domain == "integer:0..99999"


def test_settings_when_a_run_has_some_of_its_own_then_they_win(tmp_path: Path) -> None:
    file = tmp_path / "road.toml"
    file.write_text('[cot.set]\nseed = 7\n[cot.set.dialect]\nname = "fenced"\nprompt = "cot"\n')
    settings = load_road(file, {"cot.set.dialect.prompt": "plain", "seed": 3})
    run = settings.cot.settings(settings.seed, "any")
    assert (run.seed, run.dialect.name, run.dialect.prompt) == (7, "fenced", "plain")
    assert settings.tir.settings(settings.seed, "any").seed == 3
    for preset in ("tiny", "numina", "aimo3"):  # with dialects and prompts of their own
        words = load_road(overrides={"cot.preset": preset}).cot.settings(0, "any")
        assert (words.dialect.name, words.dialect.prompt) == ("prose", None)
    none = load_road(overrides={"cot.attempts": 0})
    assert none.cot.attempts == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[", "is not TOML"),
        ("colour = 1", "colour"),
        ("[ask]\ntries = 0", "ask.tries"),
        ("ask = 3", "ask"),
        ("[unique]\nnear = 0.0", "unique.near"),
        ("#" * 1_000_001, "not settings"),
        ("[ask.sampling]\ntemperature = -1.0", "temperature"),
    ],
)
def test_settings_when_a_file_is_wrong_then_it_says_so(
    text: str, told: str, tmp_path: Path
) -> None:
    file = tmp_path / "road.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=told):
        load_road(file)


@pytest.mark.parametrize("overrides", [{"agree.attempts": 0}, {"cot.filters": "right"}])
def test_settings_when_an_override_is_wrong_then_it_says_so(overrides: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(overrides))):
        load_road(overrides=overrides)
