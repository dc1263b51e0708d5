"""Presets: every published number stands in its preset, and every number has its source."""

import tomllib
from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from tirkit.config import load_settings, preset_names
from tirkit.config.show import preset_infos, preset_text, settings_text
from tirkit.errors import ConfigError
from tirkit.guards import DeepConfGuard
from tirkit.scheduler import parse_stop_rule, stop_rules
from tirkit.scheduler.time_bank import BaseAndSurplus, Clamped, SpeedTiers, parse_bank_policy
from tirkit.selection import parse_selector
from tirkit.selection.confidence import Weighted
from tirkit.selection.entropy import InverseEntropy
from tirkit.selection.execution import Executed

PUBLISHED: dict[str, dict[str, Any]] = {
    "numina": {
        "attempts": 48,
        "domain": "integer:mod 1000",
        "sampling.temperature": 0.8,
        "limits.max_turns": 4,
        "limits.max_turn_tokens": 2048,
        "limits.max_cells": 3,
        "limits.cell_seconds": 5,
        "limits.answer_reserve_tokens": 0,
        "limits.ask_when_silent": False,
        "kernels.output_cap_chars": 200,
        "dialect.name": "numina",
        "dialect.prompt": "numina",
        "dialect.run_at": "output",
    },
    "aimo2-nemo": {
        "attempts": 16,
        "domain": "integer:0..999",
        "sampling.temperature": 0.0,
        "limits.max_cells": 6,
        "limits.max_turns": 7,
        "limits.cell_seconds": 2,
        "kernels.output_cap_chars": 200,
        "dialect.name": "openmath",
        "dialect.prompt": "openmath",
        "competition.total_seconds": 5 * 3600,
        "competition.problems": 50,
    },
    "aimo2-imagination": {
        "attempts": 15,
        "domain": "integer:mod 1000",
        "sampling.temperature": 0.9,
        "sampling.top_p": 0.95,
        "sampling.min_p": 0.1,
        "sampling.repetition_penalty": 1.05,
        "limits.max_turn_tokens": 16384,
        "limits.max_total_tokens": 20000,
        "limits.cell_seconds": 30,
        "competition.total_seconds": (4 * 60 + 57) * 60,
        "competition.problems": 50,
        "competition.fallback": 49,
        "competition.fallback_past_end": 210,
    },
    "aimo3": {
        "attempts": 8,
        "domain": "integer:0..99999",
        "seed": 42,
        "problem_seconds": 900,
        "sampling.temperature": 1.0,
        "sampling.min_p": 0.02,
        "sampling.logprobs": 5,
        "limits.max_turns": 128,
        "limits.max_total_tokens": 65536,
        "limits.cell_seconds": 6,
        "limits.answer_reserve_tokens": 512,
        "kernels.spares": 16,
        "kernels.max_kernels": 16,
        "kernels.mpmath_digits": 64,
        "kernels.auto_import": True,
        "dialect.name": "harmony",
        "dialect.reasoning_effort": "high",
        "dialect.instructions_in": "identity",
        "competition.total_seconds": 17400,
        "competition.problems": 50,
        "competition.fallback": 0,
    },
    "esc": {"attempts": 64, "sampling.temperature": 0.5, "max_in_flight": 5, "limits.max_cells": 0},
    "adaptive-consistency": {
        "attempts": 40,
        "sampling.temperature": 0.7,
        "max_in_flight": 1,
        "limits.max_cells": 0,
    },
    "default": {"attempts": 16, "sampling.temperature": 1.0, "sampling.min_p": 0.02},
}
for _name in ("deepconf-low", "deepconf-high"):
    PUBLISHED[_name] = {
        "attempts": 512,
        "group_tokens": 2048,
        "sampling.temperature": 0.6,
        "sampling.top_p": 0.95,
        "sampling.logprobs": 20,
        "limits.max_turn_tokens": 64000,
        "limits.max_cells": 0,
    }

STOPS = {
    "numina": stop_rules.after_attempts(48),
    "aimo2-nemo": stop_rules.when_agreed(4),
    "aimo2-imagination": (
        stop_rules.ladder((4, 4), (7, 5), (9, 6)) | stop_rules.agreed_of_last(4, 5)
    ),
    "aimo3": stop_rules.when_agreed(4),
    "deepconf-low": stop_rules.consensus_share(0.95, minimum_attempts=16),
    "deepconf-high": stop_rules.consensus_share(0.95, minimum_attempts=16),
    "esc": stop_rules.unanimous_window(5),
    "adaptive-consistency": stop_rules.beta_posterior(0.95),
}
SELECTORS = {
    "numina": Executed(no_code=0),
    "aimo3": InverseEntropy(floor=1e-9, by="mean"),
    "deepconf-low": Weighted(by="lowest"),
    "deepconf-high": Weighted(by="lowest"),
}
BANKS = {
    "aimo2-nemo": BaseAndSurplus(350, 210),
    "aimo2-imagination": SpeedTiers(),
    "aimo3": Clamped(300, 900),
}


@pytest.mark.parametrize(
    ("preset", "name", "value"),
    [(preset, name, value) for preset, said in PUBLISHED.items() for name, value in said.items()],
)
def test_preset_when_loaded_then_each_published_number_is_in_it(
    preset: str, name: str, value: object
) -> None:
    assert set_to(load_settings(preset, environment={}).model_dump(mode="json"), name) == value


def set_to(tree: Mapping[str, Any], name: str) -> object:
    return reduce(lambda part, key: part[key], name.split("."), tree)


@pytest.mark.parametrize("preset", STOPS)
def test_preset_when_loaded_then_it_stops_as_published(preset: str) -> None:
    settings = load_settings(preset, environment={})
    assert parse_stop_rule(settings.stop) == STOPS[preset]


@pytest.mark.parametrize("preset", SELECTORS)
def test_preset_when_loaded_then_it_selects_as_published(preset: str) -> None:
    assert load_settings(preset, environment={}).vote_selector() == SELECTORS[preset]


def test_imagination_when_loaded_then_code_beats_words_and_small_answers_weigh_less() -> None:
    settings = load_settings("aimo2-imagination", environment={})
    chosen = "code_first(maximum=999) | small_answers(weight=0.6, limit=20, multiple=100)"
    assert settings.vote_selector() == parse_selector(chosen + " | ties(by='larger')")
    mix = settings.dialect.mix()
    prompts = [settings.dialect.each()[mix.place(index)][1] for index in range(15)]
    assert prompts == ["cot", "code-first"] * 7 + ["cot"]


@pytest.mark.parametrize("preset", BANKS)
def test_preset_when_it_has_a_competition_then_its_clock_is_the_published_one(preset: str) -> None:
    competition = load_settings(preset, environment={}).competition
    assert competition is not None
    assert parse_bank_policy(competition.time_bank) == BANKS[preset]
    assert competition.rest_to_last is False


@pytest.mark.parametrize(("preset", "keep"), [("deepconf-low", 10), ("deepconf-high", 90)])
def test_deepconf_when_loaded_then_its_guard_is_the_papers(preset: str, keep: int) -> None:
    settings = load_settings(preset, environment={})
    assert settings.attempt_guards() == (
        DeepConfGuard(keep_percent=keep, warmup=16, group_tokens=2048),
    )


@pytest.mark.parametrize("preset", sorted(PUBLISHED.keys() - {"default"}))
def test_preset_when_it_is_published_then_every_number_of_its_file_has_a_comment(
    preset: str,
) -> None:
    uncommented = []
    for line in preset_text(preset).splitlines():
        name, found, rest = line.partition(" = ")
        if not found or line.startswith("#") or name == "source":
            continue
        uncommented.append(name if "#" not in rest else "")
    known = {"problems", "total_cap_chars", "max_in_flight", "max_failed_cells", "prompt", "name"}
    known |= {
        "max_timed_out_cells",
        "max_malformed",
        "ask_when_silent",
        "rest_to_last",
        "max_cells",
    }
    known |= {"max_kernels", "answer_reserve_tokens"}  # told by the line before or after
    assert set(uncommented) - {""} <= known


@pytest.mark.parametrize("preset", preset_names())
def test_preset_when_written_as_toml_then_it_reads_back_the_same(
    preset: str, tmp_path: Path
) -> None:
    settings = load_settings(preset, environment={})
    file = tmp_path / "whole.toml"
    file.write_text(settings_text(settings))
    assert tomllib.loads(file.read_text())["preset"] == preset
    assert load_settings(file=file, environment={}) == settings


def test_presets_when_listed_then_all_say_where_they_come_from() -> None:
    infos = {info.name: info.source for info in preset_infos()}
    assert set(PUBLISHED) <= set(infos)
    assert all(len(source) > 20 for source in infos.values())
    with pytest.raises(ConfigError, match="unknown preset"):
        preset_text("aimo9")


@pytest.mark.parametrize("preset", sorted(PUBLISHED))
def test_preset_when_one_field_is_overridden_then_the_others_stay(preset: str) -> None:
    settings = load_settings(preset, environment={}, overrides={"limits.cell_seconds": 77})
    plain = load_settings(preset, environment={})
    assert settings.limits.cell_seconds == 77
    assert settings.limits.max_turns == plain.limits.max_turns
    assert settings.stop == plain.stop


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"selector": "nobody()"}, "nobody"),
        ({"guards": ["nobody()"]}, "nobody"),
        ({"group_tokens": 0}, "group_tokens"),
        ({"competition.time_bank": "nobody()"}, "nobody"),
        ({"competition.total_seconds": -5}, "total_seconds"),
    ],
)
def test_settings_when_a_part_cannot_be_read_then_the_error_names_it(
    overrides: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        load_settings(overrides=overrides, environment={})
